package kernel

// avx2 puts the AVX2 kernels into the table.
func avx2(k *Kernels) {
	{
		o := &k.F32
		o.Add = checked2(addF32AVX2)
		o.Sub = checked2(subF32AVX2)
		o.Mul = checked2(mulF32AVX2)
		o.Div = checked2(divF32AVX2)
		o.Max = checked2(maxF32AVX2)
		o.Min = checked2(minF32AVX2)
		o.Eq = checked2(eqF32AVX2)
		o.Ne = checked2(neF32AVX2)
		o.Lt = checked2(ltF32AVX2)
		o.Le = checked2(leF32AVX2)
		o.Gt = checked2(gtF32AVX2)
		o.Ge = checked2(geF32AVX2)
		o.Select = checked3(chooseF32AVX2)
		o.Neg = checked1(negF32AVX2)
		o.Abs = checked1(absF32AVX2)
		o.Sign = checked1(signF32AVX2)
		o.Sqrt = checked1(sqrtF32AVX2)
		o.Rsqrt = checked1(rsqrtF32AVX2)
		o.ScatterAddRows = scatterAddRows(o.Add)
		o.gemm = blocks[float32]{
			wide: gemmWideF32AVX2, narrow: gemmNarrowF32AVX2, lanes: 8, transpose: transposeF32AVX2, transposeLanes: 8,
			mc: 192, kc: 256, nc: 2048,
		}
	}
	{
		o := &k.F64
		o.Add = checked2(addF64AVX2)
		o.Sub = checked2(subF64AVX2)
		o.Mul = checked2(mulF64AVX2)
		o.Div = checked2(divF64AVX2)
		o.Max = checked2(maxF64AVX2)
		o.Min = checked2(minF64AVX2)
		o.Eq = checked2(eqF64AVX2)
		o.Ne = checked2(neF64AVX2)
		o.Lt = checked2(ltF64AVX2)
		o.Le = checked2(leF64AVX2)
		o.Gt = checked2(gtF64AVX2)
		o.Ge = checked2(geF64AVX2)
		o.Select = checked3(chooseF64AVX2)
		o.Neg = checked1(negF64AVX2)
		o.Abs = checked1(absF64AVX2)
		o.Sign = checked1(signF64AVX2)
		o.Sqrt = checked1(sqrtF64AVX2)
		o.Rsqrt = checked1(rsqrtF64AVX2)
		o.ScatterAddRows = scatterAddRows(o.Add)
		o.gemm = blocks[float64]{
			wide: gemmWideF64AVX2, narrow: gemmNarrowF64AVX2, lanes: 4, transpose: transposeF64AVX2, transposeLanes: 4,
			mc: 96, kc: 256, nc: 1024,
		}
	}
}

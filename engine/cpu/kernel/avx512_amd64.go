package kernel

// avx512 puts the AVX-512 kernels into the table. The others bring nothing with wider vectors, or keep
// their bits this way, and stay those of AVX2.
func avx512(k *Kernels) {
	avx512F32(&k.F32)
	avx512F64(&k.F64)
}

func avx512F32(o *Ops[float32]) {
	o.Add = checked2(addF32AVX512)
	o.Sub = checked2(subF32AVX512)
	o.Mul = checked2(mulF32AVX512)
	o.Div = checked2(divF32AVX512)
	o.Max = checked2(maxF32AVX512)
	o.Min = checked2(minF32AVX512)
	o.Eq = checked2(eqF32AVX512)
	o.Ne = checked2(neF32AVX512)
	o.Lt = checked2(ltF32AVX512)
	o.Le = checked2(leF32AVX512)
	o.Gt = checked2(gtF32AVX512)
	o.Ge = checked2(geF32AVX512)
	o.Select = checked3(chooseF32AVX512)
	o.MulAdd = checked3(mulAddF32AVX512)
	o.MulSub = checked3(mulSubF32AVX512)
	o.NegMulAdd = checked3(negMulAddF32AVX512)
	o.Neg = checked1(negF32AVX512)
	o.Abs = checked1(absF32AVX512)
	o.Sign = checked1(signF32AVX512)
	o.Sqrt = checked1(sqrtF32AVX512)
	o.Rsqrt = checked1(rsqrtF32AVX512)
	o.SumMiddle, o.MaxMiddle = checkedMiddle(sumMiddleF32AVX512, o.SumRows), checkedMiddle(maxMiddleF32AVX512, o.MaxRows)
	o.AddMiddle = checkedAddMiddle(addMiddleF32AVX512)
	o.RepeatEach = checkedRepeatEach(repeatEachF32AVX512, 16)
	o.RepeatRow = checkedRepeatRow(repeatRowF32AVX512, 32)
	o.ScatterAddRows = scatterAddRows(o.Add)
	o.gemm = blocks[float32]{
		panels: panels(gemmNarrowF32AVX512, gemmWideF32AVX512, gemmThreeRowsF32AVX512, gemmTwoRowsF32AVX512, gemmOneRowF32AVX512),
		half:   gemmNarrowF32AVX2, lanes: 16, mc: 192, kc: 512, nc: 2048,
		transpose: transposeF32AVX2, transposeLanes: 8, copyLines: copyLinesAVX2,
	}
}

func avx512F64(o *Ops[float64]) {
	o.Add = checked2(addF64AVX512)
	o.Sub = checked2(subF64AVX512)
	o.Mul = checked2(mulF64AVX512)
	o.Div = checked2(divF64AVX512)
	o.Max = checked2(maxF64AVX512)
	o.Min = checked2(minF64AVX512)
	o.Eq = checked2(eqF64AVX512)
	o.Ne = checked2(neF64AVX512)
	o.Lt = checked2(ltF64AVX512)
	o.Le = checked2(leF64AVX512)
	o.Gt = checked2(gtF64AVX512)
	o.Ge = checked2(geF64AVX512)
	o.Select = checked3(chooseF64AVX512)
	o.MulAdd = checked3(mulAddF64AVX512)
	o.MulSub = checked3(mulSubF64AVX512)
	o.NegMulAdd = checked3(negMulAddF64AVX512)
	o.Neg = checked1(negF64AVX512)
	o.Abs = checked1(absF64AVX512)
	o.Sign = checked1(signF64AVX512)
	o.Sqrt = checked1(sqrtF64AVX512)
	o.Rsqrt = checked1(rsqrtF64AVX512)
	o.SumMiddle, o.MaxMiddle = checkedMiddle(sumMiddleF64AVX512, o.SumRows), checkedMiddle(maxMiddleF64AVX512, o.MaxRows)
	o.AddMiddle = checkedAddMiddle(addMiddleF64AVX512)
	o.RepeatEach = checkedRepeatEach(repeatEachF64AVX512, 8)
	o.RepeatRow = checkedRepeatRow(repeatRowF64AVX512, 16)
	o.ScatterAddRows = scatterAddRows(o.Add)
	o.gemm = blocks[float64]{
		panels: panels(gemmNarrowF64AVX512, gemmWideF64AVX512, gemmThreeRowsF64AVX512, gemmTwoRowsF64AVX512, gemmOneRowF64AVX512),
		half:   gemmNarrowF64AVX2, lanes: 8, mc: 192, kc: 512, nc: 2048,
		transpose: transposeF64AVX2, transposeLanes: 4, copyLines: copyLinesAVX2,
	}
}

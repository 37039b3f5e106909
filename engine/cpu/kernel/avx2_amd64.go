package kernel

import "unsafe"

// avx2 puts the AVX2 kernels into the table.
func avx2(k *Kernels) {
	k.F32ToF64 = checkedConversion(convertF32ToF64AVX2)
	k.F64ToF32 = checkedConversion(convertF64ToF32AVX2)
	k.I32ToF32 = checkedConversion(convertI32ToF32AVX2)
	k.I32ToF64 = checkedConversion(convertI32ToF64AVX2)
	k.F32ToI32 = checkedConversion(convertF32ToI32AVX2)
	k.F64ToI32 = checkedConversion(convertF64ToI32AVX2)
	k.EqI32 = checkedI32(eqI32AVX2)
	avx2F32(&k.F32)
	avx2F64(&k.F64)
}

func avx2F32(o *Ops[float32]) {
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
	o.MulAdd = checked3(mulAddF32AVX2)
	o.MulSub = checked3(mulSubF32AVX2)
	o.NegMulAdd = checked3(negMulAddF32AVX2)
	o.Neg = checked1(negF32AVX2)
	o.Abs = checked1(absF32AVX2)
	o.Sign = checked1(signF32AVX2)
	o.Sqrt = checked1(sqrtF32AVX2)
	o.Rsqrt = checked1(rsqrtF32AVX2)
	o.Exp = checked1(expF32AVX2)
	o.Expm1 = checked1(expm1F32AVX2)
	o.Log = checked1(logF32AVX2)
	o.Log1p = checked1(log1pF32AVX2)
	o.Tanh = checked1(tanhF32AVX2)
	o.Logistic = checked1(logisticF32AVX2)
	o.Erf = checked1(erfF32AVX2)
	o.Fill = func(dst []float32, x float32) { fillF32AVX2(unsafe.SliceData(dst), len(dst), x) }
	o.SumRows, o.MaxRows = checkedRows(sumRowsF32AVX2), checkedRows(maxRowsF32AVX2)
	o.SumMiddle, o.MaxMiddle = checkedMiddle(sumMiddleF32AVX2, o.SumRows), checkedMiddle(maxMiddleF32AVX2, o.MaxRows)
	o.AddMiddle = checkedAddMiddle(addMiddleF32AVX2)
	o.RepeatEach = checkedRepeatEach(repeatEachF32AVX2, 8)
	o.RepeatRow = checkedRepeatRow(repeatRowF32AVX2, 16)
	o.Transpose = transposeBlocks(transposeF32AVX2, 8)
	o.ScatterAddRows = scatterAddRows(o.Add)
	o.gemm = blocks[float32]{
		panels: panels(gemmNarrowF32AVX2, gemmWideF32AVX2, gemmThreeRowsF32AVX2, gemmTwoRowsF32AVX2, gemmOneRowF32AVX2),
		lanes:  8, mc: 192, kc: 512, nc: 2048,
		transpose: transposeF32AVX2, transposeLanes: 8, copyLines: copyLinesAVX2,
	}
}

func avx2F64(o *Ops[float64]) {
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
	o.MulAdd = checked3(mulAddF64AVX2)
	o.MulSub = checked3(mulSubF64AVX2)
	o.NegMulAdd = checked3(negMulAddF64AVX2)
	o.Neg = checked1(negF64AVX2)
	o.Abs = checked1(absF64AVX2)
	o.Sign = checked1(signF64AVX2)
	o.Sqrt = checked1(sqrtF64AVX2)
	o.Rsqrt = checked1(rsqrtF64AVX2)
	o.Fill = func(dst []float64, x float64) { fillF64AVX2(unsafe.SliceData(dst), len(dst), x) }
	o.SumRows, o.MaxRows = checkedRows(sumRowsF64AVX2), checkedRows(maxRowsF64AVX2)
	o.SumMiddle, o.MaxMiddle = checkedMiddle(sumMiddleF64AVX2, o.SumRows), checkedMiddle(maxMiddleF64AVX2, o.MaxRows)
	o.AddMiddle = checkedAddMiddle(addMiddleF64AVX2)
	o.RepeatEach = checkedRepeatEach(repeatEachF64AVX2, 4)
	o.RepeatRow = checkedRepeatRow(repeatRowF64AVX2, 8)
	o.Transpose = transposeBlocks(transposeF64AVX2, 4)
	o.ScatterAddRows = scatterAddRows(o.Add)
	o.gemm = blocks[float64]{
		panels: panels(gemmNarrowF64AVX2, gemmWideF64AVX2, gemmThreeRowsF64AVX2, gemmTwoRowsF64AVX2, gemmOneRowF64AVX2),
		lanes:  4, mc: 192, kc: 512, nc: 2048,
		transpose: transposeF64AVX2, transposeLanes: 4, copyLines: copyLinesAVX2,
	}
}

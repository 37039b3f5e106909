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
	k.ScaleF32ToF64 = func(dst []float64, src []float32, scale float64) {
		src = src[:len(dst)]
		scaleF32ToF64AVX2(unsafe.SliceData(dst), unsafe.SliceData(src), len(dst), scale)
	}
	k.EqI32 = eqI32AVX2
	k.RepeatEachI32 = checkedRepeatEach(func(dst, src *int32, m, n int) {
		repeatEachF32AVX2((*float32)(unsafe.Pointer(dst)), (*float32)(unsafe.Pointer(src)), m, n)
	}, 8)
	avx2F32(&k.F32)
	avx2F64(&k.F64)
}

func avx2F32(o *Ops[float32]) {
	o.Add = addF32AVX2
	o.Sub = subF32AVX2
	o.Mul = mulF32AVX2
	o.Div = divF32AVX2
	o.Max = maxF32AVX2
	o.Min = minF32AVX2
	o.Eq = eqF32AVX2
	o.Ne = neF32AVX2
	o.Lt = ltF32AVX2
	o.Le = leF32AVX2
	o.Gt = gtF32AVX2
	o.Ge = geF32AVX2
	o.Select = chooseF32AVX2
	o.MulAdd = mulAddF32AVX2
	o.MulSub = mulSubF32AVX2
	o.NegMulAdd = negMulAddF32AVX2
	o.Neg = negF32AVX2
	o.Abs = absF32AVX2
	o.Sign = signF32AVX2
	o.Sqrt = sqrtF32AVX2
	o.Rsqrt = rsqrtF32AVX2
	o.Exp = expF32AVX2
	o.Expm1 = expm1F32AVX2
	o.Log = logF32AVX2
	o.Log1p = log1pF32AVX2
	o.Tanh = tanhF32AVX2
	o.Logistic = logisticF32AVX2
	o.Erf = erfF32AVX2
	o.Sin = bounded(sinF32AVX2, o.Sin, 8)
	o.Cos = bounded(cosF32AVX2, o.Cos, 8)
	o.SumRows, o.MaxRows = checkedRows(sumRowsF32AVX2), checkedRows(maxRowsF32AVX2)
	o.SumMiddle, o.MaxMiddle = checkedMiddle(sumMiddleF32AVX2, o.SumRows), checkedMiddle(maxMiddleF32AVX2, o.MaxRows)
	o.AddMiddle = checkedAddMiddle(addMiddleF32AVX2)
	o.RepeatEach = checkedRepeatEach(repeatEachF32AVX2, 8)
	o.Transpose = transposeBlocks(transposeF32AVX2)
	o.gemm = blocks[float32]{
		panels: panels(gemmNarrowF32AVX2, gemmWideF32AVX2, gemmThreeRowsF32AVX2, gemmTwoRowsF32AVX2, gemmOneRowF32AVX2),
		lanes:  8, mc: 72, kc: 512, nc: 2048,
		transpose: transposeF32AVX2, transposeLanes: 8, copyLines: copyLinesAVX2,
		thin: thin[float32]{
			combine: combineRowsF32AVX2,
			dots:    [3]dotFunc[float32]{1: dot16Rows1F32AVX2, 2: dot16Rows2F32AVX2},
			group:   [3]dotFunc[float32]{1: dot8Rows1F32AVX2, 2: dot8Rows2F32AVX2},
		},
	}
}

func avx2F64(o *Ops[float64]) {
	o.Add = addF64AVX2
	o.Sub = subF64AVX2
	o.Mul = mulF64AVX2
	o.Div = divF64AVX2
	o.Max = maxF64AVX2
	o.Min = minF64AVX2
	o.Eq = eqF64AVX2
	o.Ne = neF64AVX2
	o.Lt = ltF64AVX2
	o.Le = leF64AVX2
	o.Gt = gtF64AVX2
	o.Ge = geF64AVX2
	o.Select = chooseF64AVX2
	o.MulAdd = mulAddF64AVX2
	o.MulSub = mulSubF64AVX2
	o.NegMulAdd = negMulAddF64AVX2
	o.Neg = negF64AVX2
	o.Abs = absF64AVX2
	o.Sign = signF64AVX2
	o.Sqrt = sqrtF64AVX2
	o.Rsqrt = rsqrtF64AVX2
	o.Exp = expF64AVX2
	o.Expm1 = expm1F64AVX2
	o.Log = logF64AVX2
	o.Log1p = log1pF64AVX2
	o.Tanh = tanhF64AVX2
	o.Logistic = logisticF64AVX2
	o.Erf = erfF64AVX2
	o.Sin = bounded(sinF64AVX2, o.Sin, 4)
	o.Cos = bounded(cosF64AVX2, o.Cos, 4)
	o.SumRows, o.MaxRows = checkedRows(sumRowsF64AVX2), checkedRows(maxRowsF64AVX2)
	o.SumMiddle, o.MaxMiddle = checkedMiddle(sumMiddleF64AVX2, o.SumRows), checkedMiddle(maxMiddleF64AVX2, o.MaxRows)
	o.AddMiddle = checkedAddMiddle(addMiddleF64AVX2)
	o.RepeatEach = checkedRepeatEach(repeatEachF64AVX2, 4)
	o.Transpose = transposeBlocks(transposeF64AVX2)
	o.gemm = blocks[float64]{
		panels: panels(gemmNarrowF64AVX2, gemmWideF64AVX2, gemmThreeRowsF64AVX2, gemmTwoRowsF64AVX2, gemmOneRowF64AVX2),
		lanes:  4, mc: 72, kc: 512, nc: 2048,
		transpose: transposeF64AVX2, transposeLanes: 4, copyLines: copyLinesAVX2,
		thin: thin[float64]{
			combine: combineRowsF64AVX2,
			dots:    [3]dotFunc[float64]{1: dot8Rows1F64AVX2, 2: dot8Rows2F64AVX2},
			group:   [3]dotFunc[float64]{1: dot4Rows1F64AVX2, 2: dot4Rows2F64AVX2},
		},
	}
}

package kernel

// avx512 puts the AVX-512 kernels into the table. The others stay those of AVX2: wider vectors gain nothing, or
// would change their bits.
func avx512(k *Kernels) {
	avx512F32(&k.F32)
	avx512F64(&k.F64)
}

func avx512F32(o *Ops[float32]) {
	o.Add = addF32AVX512
	o.Sub = subF32AVX512
	o.Mul = mulF32AVX512
	o.Div = divF32AVX512
	o.Max = maxF32AVX512
	o.Min = minF32AVX512
	o.Eq = eqF32AVX512
	o.Ne = neF32AVX512
	o.Lt = ltF32AVX512
	o.Le = leF32AVX512
	o.Gt = gtF32AVX512
	o.Ge = geF32AVX512
	o.Select = chooseF32AVX512
	o.MulAdd = mulAddF32AVX512
	o.MulSub = mulSubF32AVX512
	o.NegMulAdd = negMulAddF32AVX512
	o.Neg = negF32AVX512
	o.Abs = absF32AVX512
	o.Sign = signF32AVX512
	o.Sqrt = sqrtF32AVX512
	o.Rsqrt = rsqrtF32AVX512
	o.Exp = expF32AVX512
	o.Expm1 = expm1F32AVX512
	o.Log = logF32AVX512
	o.Log1p = log1pF32AVX512
	o.Tanh = tanhF32AVX512
	o.Logistic = logisticF32AVX512
	o.Erf = erfF32AVX512
	o.Sin = bounded(sinF32AVX512, o.Sin, 16)
	o.Cos = bounded(cosF32AVX512, o.Cos, 16)
	o.SumMiddle, o.MaxMiddle = checkedMiddle(sumMiddleF32AVX512, o.SumRows), checkedMiddle(maxMiddleF32AVX512, o.MaxRows)
	o.AddMiddle = checkedAddMiddle(addMiddleF32AVX512)
	o.gemm.panels = panels(gemmNarrowF32AVX512, gemmWideF32AVX512,
		gemmThreeRowsF32AVX512, gemmTwoRowsF32AVX512, gemmOneRowF32AVX512)
	o.gemm.half, o.gemm.lanes = gemmNarrowF32AVX2, 16
}

func avx512F64(o *Ops[float64]) {
	o.Add = addF64AVX512
	o.Sub = subF64AVX512
	o.Mul = mulF64AVX512
	o.Div = divF64AVX512
	o.Max = maxF64AVX512
	o.Min = minF64AVX512
	o.Eq = eqF64AVX512
	o.Ne = neF64AVX512
	o.Lt = ltF64AVX512
	o.Le = leF64AVX512
	o.Gt = gtF64AVX512
	o.Ge = geF64AVX512
	o.Select = chooseF64AVX512
	o.MulAdd = mulAddF64AVX512
	o.MulSub = mulSubF64AVX512
	o.NegMulAdd = negMulAddF64AVX512
	o.Neg = negF64AVX512
	o.Abs = absF64AVX512
	o.Sign = signF64AVX512
	o.Sqrt = sqrtF64AVX512
	o.Rsqrt = rsqrtF64AVX512
	o.Exp = expF64AVX512
	o.Expm1 = expm1F64AVX512
	o.Log = logF64AVX512
	o.Log1p = log1pF64AVX512
	o.Tanh = tanhF64AVX512
	o.Logistic = logisticF64AVX512
	o.Erf = erfF64AVX512
	o.Sin = bounded(sinF64AVX512, o.Sin, 8)
	o.Cos = bounded(cosF64AVX512, o.Cos, 8)
	o.SumMiddle, o.MaxMiddle = checkedMiddle(sumMiddleF64AVX512, o.SumRows), checkedMiddle(maxMiddleF64AVX512, o.MaxRows)
	o.AddMiddle = checkedAddMiddle(addMiddleF64AVX512)
	o.gemm.panels = panels(gemmNarrowF64AVX512, gemmWideF64AVX512,
		gemmThreeRowsF64AVX512, gemmTwoRowsF64AVX512, gemmOneRowF64AVX512)
	o.gemm.half, o.gemm.lanes = gemmNarrowF64AVX2, 8
}

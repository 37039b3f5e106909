package kernel

import "math"

// fmadd32 is x·y + z, rounded once, as fmaRow32 does it.
func fmadd32(x, y, z float32) float32 {
	p, w := float64(x)*float64(y), float64(z)
	if s := p + w; misleading(s) {
		return roundToOdd(p, w, s)
	} else {
		return float32(s)
	}
}

func genericTranscendentals(k *Kernels) {
	a, b := &k.F32, &k.F64
	a.Exp, b.Exp = each(expF32), each(expF64)
	a.Expm1, b.Expm1 = each(expm1F32), each(expm1F64)
	a.Log, b.Log = each(logF32), each(logF64)
	a.Log1p, b.Log1p = each(log1pF32), each(log1pF64)
	a.Tanh, b.Tanh = each(tanhF32), each(tanhF64)
	a.Logistic, b.Logistic = each(logisticF32), each(logisticF64)
	a.Erf, b.Erf = each(erfF32), each(erfF64)
	a.Sin, b.Sin = each(near(sinF32, math.Sin, farthest32)), each(near(sinF64, math.Sin, farthest64))
	a.Cos, b.Cos = each(near(cosF32, math.Cos, farthest32)), each(near(cosF64, math.Cos, farthest64))
}

// farthest32 and farthest64 are the largest arguments of sin and cos that the kernels reduce.
const (
	farthest32 = 0x1p17
	farthest64 = 0x1p30
)

// near is f up to the bound, and beyond it the function of package math, which uses as many digits of π as it needs.
func near[T Float](f func(T) T, far func(float64) float64, bound T) func(T) T {
	return func(x T) T {
		if x > bound || x < -bound {
			return T(far(float64(x)))
		}
		return f(x)
	}
}

// bounded runs a kernel that stops before a vector with an element beyond its bound; twin computes that vector.
func bounded[T Float](f func(dst, a *T, n int) (done int), twin Unary[T], lanes int) Unary[T] {
	return func(dst, a []T) {
		a = a[:len(dst)]
		for len(dst) > 0 {
			done := f(&dst[0], &a[0], len(dst))
			next := min(done+lanes, len(dst))
			twin(dst[done:next], a[done:next])
			dst, a = dst[next:], a[next:]
		}
	}
}

package param

import "math"

// Axpy adds a·x to dst: dst_i = dst_i + a·x_i, computed in float64 and rounded once.
func Axpy[T Float](dst []T, a float64, x []T) {
	same(len(dst), len(x))
	for i, v := range x {
		dst[i] = T(float64(dst[i]) + float64(a*float64(v)))
	}
}

// Lerp sets dst_i = (1−t)·a_i + t·b_i, computed in float64 and rounded once: exactly a at t = 0 and b at t = 1. dst
// may be a or b.
func Lerp[T Float](dst, a, b []T, t float64) {
	same(len(dst), len(a))
	same(len(dst), len(b))
	for i := range dst {
		dst[i] = T(float64((1-t)*float64(a[i])) + float64(t*float64(b[i])))
	}
}

// Dot is Σ a_i·b_i.
func Dot[T Float](a, b []T) float64 {
	same(len(a), len(b))
	return sum(len(a), func(i int) float64 { return float64(a[i]) * float64(b[i]) })
}

// Norm is the Euclidean norm ‖v‖₂.
func Norm[T Float](v []T) float64 { return math.Sqrt(Dot(v, v)) }

// Norm1 is ‖v‖₁ = Σ|v_i|.
func Norm1[T Float](v []T) float64 {
	return sum(len(v), func(i int) float64 { return math.Abs(float64(v[i])) })
}

// Distance is ‖a−b‖₂; differences are taken in float64.
func Distance[T Float](a, b []T) float64 {
	same(len(a), len(b))
	return math.Sqrt(sum(len(a), func(i int) float64 {
		d := float64(a[i]) - float64(b[i])
		return d * d
	}))
}

// NormalizedDistance is ‖a−b‖₂ / √(‖a‖₂·‖b‖₂): symmetric, and unchanged when both vectors are scaled alike. It is NaN
// when both are zero and +Inf when one is.
func NormalizedDistance[T Float](a, b []T) float64 {
	return Distance(a, b) / math.Sqrt(Norm(a)*Norm(b))
}

// Cosine is ⟨a,b⟩ / (‖a‖₂·‖b‖₂), within [−1, 1]. It is NaN when either vector is zero.
func Cosine[T Float](a, b []T) float64 {
	c := Dot(a, b) / (Norm(a) * Norm(b))
	return math.Max(-1, math.Min(1, c)) // NaN passes through both
}

// sum adds term(0) … term(n−1) in four interleaved chains, so that an addition need not wait for the one before it.
// The order depends on n alone.
func sum(n int, term func(i int) float64) float64 {
	var s [4]float64
	i := 0
	for ; i+4 <= n; i += 4 {
		s[0] += float64(term(i))
		s[1] += float64(term(i + 1))
		s[2] += float64(term(i + 2))
		s[3] += float64(term(i + 3))
	}
	for ; i < n; i++ {
		s[0] += float64(term(i))
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}

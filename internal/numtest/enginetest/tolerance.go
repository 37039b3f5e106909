package enginetest

import (
	"math"

	"basin/engine"
	"basin/graph"
)

// Engines may differ in the order and precision of sums, and in functions such as exp. The bound on an element
// that is a sum of k terms of about 1, in units of the dtype's rounding u = 2⁻²⁴ or 2⁻⁵³: rounding errors add up
// as a random walk, √k·u; 1e-5 is 170u, 1e-13 is 900u, which leaves room for functions and for sums of products
// that cancel.
const (
	Float32Tolerance = 1e-5
	Float64Tolerance = 1e-13
)

// Tolerance is the bound for one term.
func Tolerance(d graph.DType) float64 {
	switch d {
	case graph.Float32:
		return Float32Tolerance
	case graph.Float64:
		return Float64Tolerance
	}
	return 0
}

// Close compares with the reference's result: |got − want| ≤ tolerance·√terms·(|want| + scale). int32 must be equal.
func Close(t TB, what string, got, want engine.Array, terms int, scale float64) {
	t.Helper()
	if !got.Type.Equal(want.Type) {
		t.Errorf("%s: type %v, want %v", what, got.Type, want.Type)
		return
	}
	tol := Tolerance(got.Type.DType) * math.Sqrt(float64(max(1, terms)))
	for i := range got.Len() {
		g, w := got.At(i), want.At(i)
		if g == w || math.IsNaN(g) && math.IsNaN(w) {
			continue
		}
		if !(math.Abs(g-w) <= tol*(math.Abs(w)+scale)) || math.IsInf(w, 0) {
			t.Errorf("%s: element %d of %v is %v, the reference has %v", what, i, got.Type, g, w)
			return
		}
	}
}

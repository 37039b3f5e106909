package enginetest

import (
	"math"
	"testing"

	"basin/engine"
	"basin/engine/reference"
	"basin/graph"
)

var (
	inf = math.Inf(1)
	nan = math.NaN()
)

// The smallest normal number of each precision: an engine may flush what is smaller to zero.
const (
	smallestNormal32 = 0x1p-126
	smallestNormal64 = 0x1p-1022
)

// testSpecialValues runs elementwise primitives where they saturate, overflow, cancel or are undefined. Each list
// is long enough for vector code and its tail.
func testSpecialValues(t *testing.T, e engine.Engine) {
	points := []float64{0, 1e-30, 1e-20, 1e-10, 1e-5, 1e-3, 0.1, 0.3, 0.5, 0.7, 0.99, 1, 1.01, 1.5, 2, 3, 5, 8,
		9.5, 12, 17, 20, 30, 45, 80, 87, 100, 700, 1e4, 1e10, inf}
	var both []float64
	for _, p := range points {
		both = append(both, p, -p)
	}
	both = append(both, nan)
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, u := range []func(*graph.Value) *graph.Value{
			graph.Neg, graph.Exp, graph.Expm1, graph.Log, graph.Log1p, graph.Tanh, graph.Logistic, graph.Sqrt,
			graph.Rsqrt, graph.Abs,
			graph.Sign, graph.Erf, graph.StopGradient, graph.ReLU,
		} {
			compareSpecial(t, e, func(in []*graph.Value) *graph.Value { return u(in[0]) }, Fill(graph.T(d, len(both)), both))
		}
		// Beyond some thousand turns, angles in float32 are meaningless.
		angles := []float64{0, 1e-30, 1e-5, 0.1, 0.785, 1, 1.5, 1.6, 2, 3, 3.2, 4, 4.8, 6, 6.4, 10, 33, 100, 1000,
			5000, inf, nan}
		for _, a := range angles[1:] {
			angles = append(angles, -a)
		}
		for _, u := range []func(*graph.Value) *graph.Value{graph.Sin, graph.Cos} {
			compareSpecial(t, e, func(in []*graph.Value) *graph.Value { return u(in[0]) }, Fill(graph.T(d, len(angles)), angles))
		}
		few := []float64{0, math.Copysign(0, -1), 0.5, -0.5, 1, -1, 2, -2, 3, -3, 7.5, 1e20, -1e20, inf, -inf, nan}
		var left, right []float64
		for _, a := range few {
			for _, b := range few {
				left, right = append(left, a), append(right, b)
			}
		}
		a, b := Fill(graph.T(d, len(left)), left), Fill(graph.T(d, len(right)), right)
		for _, f := range []func(a, b *graph.Value) *graph.Value{graph.Add, graph.Sub, graph.Mul, graph.Div,
			graph.Max, graph.Min, graph.Pow,
			func(a, b *graph.Value) *graph.Value { return graph.Select(a, a, b) },
			func(a, b *graph.Value) *graph.Value { return graph.Select(a, b, a) },
		} {
			compareSpecial(t, e, func(in []*graph.Value) *graph.Value { return f(in[0], in[1]) }, a, b)
		}
		for o := graph.EQ; o <= graph.GE; o++ {
			compareSpecial(t, e, func(in []*graph.Value) *graph.Value { return graph.Compare(o, in[0], in[1]) }, a, b)
		}
	}
	// int32 wraps around, division by zero gives zero.
	whole := []float64{0, 1, -1, 2, -3, 7, 65537, -65537, math.MaxInt32, math.MinInt32}
	var left, right []float64
	for _, a := range whole {
		for _, b := range whole {
			left, right = append(left, a), append(right, b)
		}
	}
	a, b := Fill(graph.T(graph.Int32, len(left)), left), Fill(graph.T(graph.Int32, len(right)), right)
	for _, f := range []func(a, b *graph.Value) *graph.Value{graph.Add, graph.Sub, graph.Mul, graph.Div,
		graph.Max, graph.Min, graph.Pow} {
		compareSpecial(t, e, func(in []*graph.Value) *graph.Value { return f(in[0], in[1]) }, a, b)
	}
	for _, u := range []func(*graph.Value) *graph.Value{graph.Neg, graph.Abs, graph.Sign} {
		compareSpecial(t, e, func(in []*graph.Value) *graph.Value { return u(in[0]) }, a)
	}
	for _, d := range []graph.DType{graph.Float32, graph.Float64} { // conversion truncates towards zero
		x := Fill(graph.T(d, 9), []float64{0, 0.9, -0.9, 1.5, -1.5, 2.999, -2.999, 1e6, -1e6})
		compareSpecial(t, e, func(in []*graph.Value) *graph.Value { return graph.Convert(in[0], graph.Int32) }, x)
	}
	// A maximum is NaN wherever the NaN is.
	for at := range 19 {
		x := make([]float64, 19)
		x[at] = nan
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			for _, f := range []func(x *graph.Value, axis int) *graph.Value{graph.ReduceMax, graph.ArgMax} {
				compareSpecial(t, e, func(in []*graph.Value) *graph.Value { return f(in[0], 0) }, Fill(graph.T(d, 19), x))
				compareSpecial(t, e, func(in []*graph.Value) *graph.Value { return f(in[0], 0) }, Fill(graph.T(d, 19, 1), x))
			}
		}
	}
}

// compareSpecial compares relative to each element, up to numbers too small to be normal.
func compareSpecial(t *testing.T, e engine.Engine, f func(in []*graph.Value) *graph.Value, in ...engine.Array) {
	t.Helper()
	g := func(in []*graph.Value) []*graph.Value { return []*graph.Value{f(in)} }
	p := Trace(t, g, in...)
	got, want := Call(t, e, g, in...)[0], Call(t, reference.Engine{}, g, in...)[0]
	tol, floor := Tolerance(got.Type.DType), smallestNormal64
	if got.Type.DType == graph.Float32 {
		floor = smallestNormal32
	}
	for i := range want.Len() {
		g, w := got.At(i), want.At(i)
		zeros := g == 0 && w == 0 && math.Signbit(g) != math.Signbit(w)
		near := g == w || !math.IsInf(w, 0) && math.Abs(g-w) <= tol*math.Abs(w)+floor
		if near && !zeros || math.IsNaN(g) && math.IsNaN(w) {
			continue
		}
		at := make([]float64, 0, 2)
		for _, a := range in {
			if a.Len() == want.Len() {
				at = append(at, a.At(i))
			}
		}
		t.Errorf("%v at %v is %v, the reference has %v", p.Outputs[0], at, g, w)
	}
}

// testTies: the first of equal maxima is the maximum, in Max's derivative, ArgMax, and ReduceMax's derivative.
func testTies(t *testing.T, e engine.Engine) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, n := range []int{2, 5, 16, 37} {
			for first := range n {
				x := make([]float64, n)
				for i := range x {
					if x[i] = -1; i >= first && (i-first)%2 == 0 {
						x[i] = 3
					}
				}
				out := Call(t, e, func(in []*graph.Value) []*graph.Value {
					top := graph.ReduceMax(in[0], 0)
					return append(graph.Grad(top, in[0]), top, graph.ArgMax(in[0], 0))
				}, Fill(graph.T(d, n), x))
				if out[1].At(0) != 3 || out[2].At(0) != float64(first) {
					t.Errorf("%v: maximum %v at %v, want 3 at %d", x, out[1].At(0), out[2].At(0), first)
				}
				for i := range n {
					if g := out[0].At(i); g != 0 && i != first || g != 1 && i == first {
						t.Errorf("%v: derivative %v at %d; all of it belongs to %d", x, g, i, first)
					}
				}
			}
		}
	}
}

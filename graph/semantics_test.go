package graph_test

import (
	"math"
	"testing"

	"basin/engine"
	"basin/engine/reference"
	"basin/graph"
	"basin/internal/numtest/enginetest"
)

var nan = math.NaN()

func vector(x ...float64) engine.Array { return engine.Float64s(x, len(x)) }
func scalar(x float64) engine.Array    { return engine.Float64s([]float64{x}, []int{}...) }

// call runs f on the reference engine and returns the elements of each result.
func call(t *testing.T, f enginetest.Function, in ...engine.Array) [][]float64 {
	t.Helper()
	var out [][]float64
	for _, a := range enginetest.Call(t, reference.Engine{}, f, in...) {
		out = append(out, enginetest.Elements(a))
	}
	return out
}

func equal(t *testing.T, what string, got []float64, want ...float64) {
	t.Helper()
	ok := len(got) == len(want)
	for i := range want {
		ok = ok && (got[i] == want[i] || math.IsNaN(got[i]) && math.IsNaN(want[i]))
	}
	if !ok {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// gradient computes f(x) and the gradient of the sum of its elements.
func gradient(f func(x *graph.Value) *graph.Value) enginetest.Function {
	return func(in []*graph.Value) []*graph.Value {
		y := f(in[0])
		return append([]*graph.Value{y}, graph.Grad(graph.ReduceSum(y), in[0])...)
	}
}

// TestKinks: the conventions at points where a function has no derivative, and for NaN.
func TestKinks(t *testing.T) {
	for _, c := range []struct {
		name             string
		f                func(x *graph.Value) *graph.Value
		x, y, derivative []float64
	}{
		{"relu", graph.ReLU, []float64{-1, 0, 2}, []float64{0, 0, 2}, []float64{0, 0, 1}},
		{"abs", graph.Abs, []float64{-1, 0, 2}, []float64{1, 0, 2}, []float64{-1, 0, 1}},
		{"sign", graph.Sign, []float64{-1, 0, 2}, []float64{-1, 0, 1}, []float64{0, 0, 0}},
		{"maximum", func(x *graph.Value) *graph.Value {
			return graph.ReduceMax(x, 0)
		}, []float64{1, 5, 5, 2, 5}, []float64{5}, []float64{0, 1, 0, 0, 0}},
		{"max-pool", func(x *graph.Value) *graph.Value { return graph.ReduceMax(graph.Reshape(x, 3, 2), 1) },
			[]float64{3, 3, 0, 0, -1, 2}, []float64{3, 0, 2}, []float64{1, 0, 1, 0, 0, 1}},
		{"max of one value with itself", func(x *graph.Value) *graph.Value {
			return graph.Max(x, x)
		}, []float64{3}, []float64{3}, []float64{1}},
		{"stopped", func(x *graph.Value) *graph.Value {
			return graph.Mul(x, graph.StopGradient(x))
		}, []float64{3}, []float64{9}, []float64{3}},
		{"through int32", func(x *graph.Value) *graph.Value {
			return graph.Mul(x, graph.Convert(graph.Convert(x, graph.Int32), graph.Float64))
		}, []float64{2.75, -2.75}, []float64{5.5, 5.5}, []float64{2, -2}},
		{"through float32", func(x *graph.Value) *graph.Value {
			return graph.Convert(graph.Convert(x, graph.Float32), graph.Float64)
		},
			[]float64{1 + 0x1p-30}, []float64{1}, []float64{1}},
		{"selected", func(x *graph.Value) *graph.Value {
			return graph.Select(graph.Compare(graph.GT, x, graph.Full(x.Type(), 1)), graph.Square(x), graph.Scale(x, 7))
		}, []float64{1, 2}, []float64{7, 4}, []float64{7, 4}},
		{"selected by any non-zero", func(x *graph.Value) *graph.Value {
			return graph.Select(x, graph.Scale(x, 2), graph.Scale(x, 5))
		},
			[]float64{-3, 0, 0.5}, []float64{-6, 0, 1}, []float64{2, 5, 2}},
	} {
		out := call(t, gradient(c.f), vector(c.x...))
		equal(t, c.name, out[0], c.y...)
		equal(t, c.name+"'s derivative", out[1], c.derivative...)
		forward := call(t, func(in []*graph.Value) []*graph.Value {
			return graph.JVP([]*graph.Value{graph.ReduceSum(c.f(in[0]))}, in, []*graph.Value{graph.Full(in[0].Type(), 1)})
		}, vector(c.x...))
		sum := 0.0
		for _, d := range c.derivative {
			sum += d
		}
		equal(t, c.name+"'s derivative, forward", forward[0], sum)
	}

	both := func(f func(a, b *graph.Value) *graph.Value) enginetest.Function {
		return func(in []*graph.Value) []*graph.Value { return graph.Grad(graph.ReduceSum(f(in[0], in[1])), in...) }
	}
	for _, f := range []func(a, b *graph.Value) *graph.Value{graph.Max, graph.Min} {
		out := call(t, both(f), vector(4), vector(4))
		equal(t, "a tie's derivative to the first", out[0], 1)
		equal(t, "a tie's derivative to the second", out[1], 0)
	}

	for _, f := range []func(x *graph.Value) *graph.Value{
		graph.ReLU, graph.Abs, graph.Sign, graph.Neg, graph.Logistic, graph.Tanh,
		func(x *graph.Value) *graph.Value { return graph.Max(x, graph.Full(x.Type(), 1)) },
		func(x *graph.Value) *graph.Value { return graph.Min(graph.Full(x.Type(), 1), x) },
	} {
		equal(t, "NaN stays NaN", call(t, func(in []*graph.Value) []*graph.Value {
			return []*graph.Value{f(in[0])}
		}, vector(nan))[0], nan)
	}
	out := call(t, func(in []*graph.Value) []*graph.Value {
		return []*graph.Value{graph.ReduceMax(in[0], 0), graph.ArgMax(in[0], 0), graph.ReduceSum(in[0])}
	}, vector(1, nan, 7, nan))
	equal(t, "maximum with NaN", out[0], nan)
	equal(t, "its place", out[1], 1)
	equal(t, "sum with NaN", out[2], nan)
	for _, o := range []graph.Order{graph.EQ, graph.NE, graph.LT, graph.LE, graph.GT, graph.GE} {
		want := 0.0
		if o == graph.NE {
			want = 1
		}
		y := call(t, func(in []*graph.Value) []*graph.Value {
			return []*graph.Value{graph.Compare(o, in[0], in[0])}
		}, vector(nan))
		equal(t, "NaN "+o.String()+" NaN", y[0], want)
	}
}

// TestPow compares all derivatives of a^b up to the second with calculus, mixed ones in both orders, and reverse
// over reverse: a mask that avoids ∞·0 in one mode must not cause it in another.
func TestPow(t *testing.T) {
	type d struct{ a, b, aa, ab, bb float64 }
	positive := func(a, b float64) d { // a > 0
		l := math.Log(a)
		return d{b * math.Pow(a, b-1), math.Pow(a, b) * l, b * (b - 1) * math.Pow(a, b-2),
			math.Pow(a, b-1) * (1 + b*l), math.Pow(a, b) * l * l}
	}
	skip := math.Inf(1) // not defined
	for _, c := range []struct {
		a, b float64
		want d
	}{
		{2, 3, positive(2, 3)}, {2, -1.5, positive(2, -1.5)}, {0.3, 0.5, positive(0.3, 0.5)},
		{2, 0, positive(2, 0)}, {2, 1, positive(2, 1)}, {2, 2, positive(2, 2)}, {1, 0, positive(1, 0)},
		{0, 0, d{0, 0, 0, skip, 0}}, {0, 1, d{1, 0, 0, skip, 0}}, {0, 2, d{0, 0, 2, 0, 0}}, {0, 3, d{0, 0, 0, 0, 0}},
		{-2, 3, d{12, skip, -12, skip, skip}}, {-2, 2, d{-4, skip, 2, skip, skip}},
		{-2, -1, d{-0.25, skip, -0.25, skip, skip}}, {-2, 0, d{0, skip, 0, skip, skip}},
	} {
		out := call(t, func(in []*graph.Value) []*graph.Value {
			a, b := in[0], in[1]
			y := graph.Pow(a, b)
			g := graph.Grad(y, a, b)
			one := graph.Const(graph.Float64, 1)
			h := append(graph.Grad(g[0], a, b), graph.Grad(g[1], a, b)...)
			ta := graph.JVP(g, []*graph.Value{a}, []*graph.Value{one})
			tb := graph.JVP(g, []*graph.Value{b}, []*graph.Value{one})
			// The same function of a alone, for a constant exponent.
			constant := graph.Pow(a, graph.Const(graph.Float64, c.b))
			first := graph.Grad(constant, a)[0]
			return append(append(append(g, h...), append(ta, tb...)...), first, graph.Grad(first, a)[0])
		}, scalar(c.a), scalar(c.b))
		w := c.want
		want := []float64{w.a, w.b, w.aa, w.ab, w.ab, w.bb, w.aa, w.ab, w.ab, w.bb, w.a, w.aa}
		for i, w := range want {
			if got := out[i][0]; w != skip && !(math.Abs(got-w) <= exactTol*(1+math.Abs(w))) {
				t.Errorf("(%v)^(%v): derivative %d of [a b | aa ab ba bb | forward aa ab ba bb | a aa] is %v, want %v",
					c.a, c.b, i, got, w)
			}
		}
	}
}

// TestIntermediatePoints: derivatives are taken with respect to any values, not only inputs, and such a value
// hides its operands, in both modes.
func TestIntermediatePoints(t *testing.T) {
	out := call(t, func(in []*graph.Value) []*graph.Value {
		x := in[0]
		m := graph.Square(x)
		y := graph.Add(graph.Scale(m, 3), x)
		one := graph.Const(graph.Float64, 1)
		g := graph.Grad(y, x, m)
		return append(g, graph.Grad(y, m)[0], graph.Grad(y, x)[0], graph.Grad(y, y)[0], graph.Grad(x, m)[0],
			graph.JVP([]*graph.Value{y}, []*graph.Value{x, m}, []*graph.Value{one, graph.Const(graph.Float64, 0)})[0],
			graph.JVP([]*graph.Value{y}, []*graph.Value{m}, []*graph.Value{one})[0],
			graph.JVP([]*graph.Value{y}, []*graph.Value{y}, []*graph.Value{one})[0])
	}, scalar(5))
	for i, want := range []float64{1, 3, 3, 31, 1, 0, 1, 3, 1} {
		equal(t, "derivative", out[i], want)
	}
}

// TestLiterals: constants with different elements are not folded like filled ones.
func TestLiterals(t *testing.T) {
	literal := func(shape ...int) *graph.Value {
		return graph.Literal(graph.T(graph.Float64, shape...), []float64{0, 1, 2, 3})
	}
	got := call(t, func(in []*graph.Value) []*graph.Value {
		power := graph.Pow(in[0], literal(4))
		return []*graph.Value{
			graph.Reshape(literal(2, 2), 4),
			graph.Transpose(literal(2, 2), 1, 0),
			graph.Broadcast(literal(2, 2), []int{2, 2, 2}, 1, 2),
			power, graph.Grad(graph.ReduceSum(power), in[0])[0],
		}
	}, vector(2, 2, 2, 2))
	equal(t, "reshaped", got[0], 0, 1, 2, 3)
	equal(t, "transposed", got[1], 0, 2, 1, 3)
	equal(t, "broadcast", got[2], 0, 1, 2, 3, 0, 1, 2, 3)
	equal(t, "powers", got[3], 1, 2, 4, 8)
	equal(t, "their derivatives", got[4], 0, 1, 4, 12)
}

package graph_test

import (
	"math/rand/v2"
	"testing"

	"basin/engine/reference"
	"basin/graph"
	"basin/internal/numtest/enginetest"
)

// TestSimplifications: constructors that fold a primitive into its operand give what the unfolded primitives give.
// StopGradient between the two prevents folding.
func TestSimplifications(t *testing.T) {
	keep := graph.StopGradient
	x, s := graph.T(graph.Float64, 2, 3, 4), graph.T(graph.Float64)
	for _, c := range []struct {
		name     string
		in       graph.Type
		f        func(x *graph.Value, between func(*graph.Value) *graph.Value) *graph.Value
		smallest bool // the folded program has at most one primitive besides its input
	}{
		{"transpose of transpose", x, func(x *graph.Value, b func(*graph.Value) *graph.Value) *graph.Value {
			return graph.Transpose(b(graph.Transpose(x, 1, 2, 0)), 0, 2, 1)
		}, true},
		{"transpose of transpose back", x, func(x *graph.Value, b func(*graph.Value) *graph.Value) *graph.Value {
			return graph.Transpose(b(graph.Transpose(x, 1, 2, 0)), 2, 0, 1)
		}, true},
		{"broadcast of broadcast", x, func(x *graph.Value, b func(*graph.Value) *graph.Value) *graph.Value {
			return graph.Broadcast(b(graph.Broadcast(x, []int{2, 5, 3, 4}, 0, 2, 3)), []int{2, 5, 2, 3, 4}, 0, 1, 3, 4)
		}, true},
		{"reshape of reshape", x, func(x *graph.Value, b func(*graph.Value) *graph.Value) *graph.Value {
			return graph.Reshape(b(graph.Reshape(x, 6, 4)), 3, 8)
		}, true},
		{"neg of neg", x, func(x *graph.Value, b func(*graph.Value) *graph.Value) *graph.Value {
			return graph.Neg(b(graph.Neg(x)))
		}, true},
		{"x + 0", x, func(x *graph.Value, b func(*graph.Value) *graph.Value) *graph.Value {
			return graph.Shift(b(x), 0)
		}, true},
		{"x·1", x, func(x *graph.Value, b func(*graph.Value) *graph.Value) *graph.Value {
			return graph.Scale(b(x), 1)
		}, true},
		{"x·(−1)", x, func(x *graph.Value, b func(*graph.Value) *graph.Value) *graph.Value {
			return graph.Scale(b(x), -1)
		}, true},
		{"scalar + zeros", s, func(x *graph.Value, _ func(*graph.Value) *graph.Value) *graph.Value {
			return graph.Add(x, graph.Full(graph.T(graph.Float64, 3), 0))
		}, false},
		{"zeros + scalar", s, func(x *graph.Value, _ func(*graph.Value) *graph.Value) *graph.Value {
			return graph.Add(graph.Full(graph.T(graph.Float64, 3), 0), x)
		}, false},
		{"scalar − zeros", s, func(x *graph.Value, _ func(*graph.Value) *graph.Value) *graph.Value {
			return graph.Sub(x, graph.Full(graph.T(graph.Float64, 3), 0))
		}, false},
		{"ones · scalar", s, func(x *graph.Value, _ func(*graph.Value) *graph.Value) *graph.Value {
			return graph.Mul(graph.Full(graph.T(graph.Float64, 3), 1), x)
		}, false},
		{"scalar · minus ones", s, func(x *graph.Value, _ func(*graph.Value) *graph.Value) *graph.Value {
			return graph.Mul(x, graph.Full(graph.T(graph.Float64, 3), -1))
		}, false},
	} {
		in := enginetest.Fill(c.in, enginetest.Real(rand.New(rand.NewPCG(60, 61)), c.in.Size()))
		folded := func(in []*graph.Value) []*graph.Value {
			return []*graph.Value{c.f(in[0], func(v *graph.Value) *graph.Value { return v })}
		}
		out := enginetest.Call(t, reference.Engine{}, folded, in)[0]
		want := enginetest.Call(t, reference.Engine{}, func(in []*graph.Value) []*graph.Value {
			return []*graph.Value{c.f(in[0], keep)}
		}, in)[0]
		enginetest.Equal(t, c.name, out, want)
		if n := len(enginetest.Trace(t, folded, in).Values()); c.smallest && n > 2 {
			t.Errorf("%s: %d values, want it folded", c.name, n)
		}
		if !c.smallest { // of a scalar and of an array: the array's shape
			if out.Len() != 3 || out.At(2) != in.At(0) && out.At(2) != -in.At(0) {
				t.Errorf("%s: %v of %v", c.name, out, in)
			}
		}
	}
}

package cpu

import (
	"testing"

	"basin/graph"
)

// TestPairs: products with the sums that read them, and conversions with their scaling, are computed in one go, if nothing else reads
// the first of the two.
func TestPairs(t *testing.T) {
	x, y, scalar := graph.T(graph.Float32, 7), graph.T(graph.Float64, 7), graph.T(graph.Float64)
	wide := func(v *graph.Value) *graph.Value { return graph.Convert(v, graph.Float64) }
	for _, c := range []struct {
		name  string
		pairs int
		f     func(x, y, s *graph.Value) []*graph.Value
	}{
		{"a conversion and its scaling", 1, func(x, y, s *graph.Value) []*graph.Value { return []*graph.Value{graph.Mul(wide(x), s)} }},
		{"the number first", 1, func(x, y, s *graph.Value) []*graph.Value { return []*graph.Value{graph.Mul(s, wide(x))} }},
		{"a vector, no number", 0, func(x, y, s *graph.Value) []*graph.Value { return []*graph.Value{graph.Mul(wide(x), y)} }},
		{"a conversion that is an output too", 0, func(x, y, s *graph.Value) []*graph.Value {
			return []*graph.Value{graph.Mul(wide(x), s), wide(x)}
		}},
		{"a value is in one pair only", 1, func(x, y, s *graph.Value) []*graph.Value {
			return []*graph.Value{graph.Add(graph.Mul(wide(x), s), y)}
		}},
		{"a product and its sum", 1, func(x, y, s *graph.Value) []*graph.Value { return []*graph.Value{graph.Add(graph.Mul(y, s), y)} }},
		{"a square read twice", 0, func(x, y, s *graph.Value) []*graph.Value {
			q := graph.Mul(y, y)
			return []*graph.Value{graph.Add(q, graph.Tanh(q))}
		}},
	} {
		p := planOf(t, func(in []*graph.Value) []*graph.Value { return c.f(in[0], in[1], in[2]) }, x, y, scalar)
		n := 0
		for _, s := range p.steps {
			n += len(findPairs(s.group).first)
		}
		if n != c.pairs {
			t.Errorf("%s: %d pairs, want %d", c.name, n, c.pairs)
		}
	}
}

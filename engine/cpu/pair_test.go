package cpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"basin/engine"
	"basin/engine/reference"
	"basin/graph"
)

// TestPairs: products with the sums that read them, and conversions with their scaling, are computed together if
// nothing else reads the first of the two, and have the bits of two kernels.
func TestPairs(t *testing.T) {
	type values struct{ narrow, wide, other, number, perRow, integers *graph.Value }
	types := []graph.Type{graph.T(graph.Float32, 3, 7), graph.T(graph.Float64, 3, 7),
		graph.T(graph.Float64, 3, 7), graph.T(graph.Float64),
		graph.T(graph.Float64, 3), graph.T(graph.Int32, 3, 7)}
	widen := func(v *graph.Value) *graph.Value { return graph.Convert(v, graph.Float64) }
	one := func(v *graph.Value) []*graph.Value { return []*graph.Value{v} }
	for _, c := range []struct {
		name  string
		pairs int
		f     func(v values) []*graph.Value
	}{
		{"convert(x)·s", 1, func(v values) []*graph.Value { return one(graph.Mul(widen(v.narrow), v.number)) }},
		{"s·convert(x)", 1, func(v values) []*graph.Value { return one(graph.Mul(v.number, widen(v.narrow))) }},
		{"convert(x)·y", 0, func(v values) []*graph.Value { return one(graph.Mul(widen(v.narrow), v.wide)) }},
		{"convert(x)·(a number a row)", 0, func(v values) []*graph.Value {
			return one(graph.Mul(widen(v.narrow), graph.Broadcast(v.perRow, []int{3, 7}, 0)))
		}},
		{"convert(integers)·s", 0, func(v values) []*graph.Value { return one(graph.Mul(widen(v.integers), v.number)) }},
		{"convert(x)·s and convert(x)", 0, func(v values) []*graph.Value {
			return []*graph.Value{graph.Mul(widen(v.narrow), v.number), widen(v.narrow)}
		}},
		{"convert(x)·s + y", 1, func(v values) []*graph.Value {
			return one(graph.Add(graph.Mul(widen(v.narrow), v.number), v.wide))
		}},
		{"a·b + c", 1, func(v values) []*graph.Value { return one(graph.Add(graph.Mul(v.wide, v.other), v.wide)) }},
		{"c + a·b", 1, func(v values) []*graph.Value { return one(graph.Add(v.other, graph.Mul(v.wide, v.number))) }},
		{"a·b − c", 1, func(v values) []*graph.Value { return one(graph.Sub(graph.Mul(v.wide, v.number), v.other)) }},
		{"c − a·b", 1, func(v values) []*graph.Value { return one(graph.Sub(v.other, graph.Mul(v.wide, v.number))) }},
		{"a·b − c·d", 1, func(v values) []*graph.Value {
			return one(graph.Sub(graph.Mul(v.wide, v.number), graph.Mul(v.wide, v.other)))
		}},
		{"a·b + c in float32", 1, func(v values) []*graph.Value {
			return one(graph.Add(graph.Mul(v.narrow, v.narrow), v.narrow))
		}},
		{"a·b − c in float32", 1, func(v values) []*graph.Value {
			return one(graph.Sub(graph.Mul(v.narrow, v.narrow), v.narrow))
		}},
		{"c − a·b in float32", 1, func(v values) []*graph.Value {
			return one(graph.Sub(v.narrow, graph.Mul(v.narrow, v.narrow)))
		}},
		{"a² + sqrt(a²)", 0, func(v values) []*graph.Value {
			q := graph.Mul(v.wide, v.wide)
			return one(graph.Add(q, graph.Sqrt(q)))
		}},
	} {
		f := func(in []*graph.Value) []*graph.Value { return c.f(values{in[0], in[1], in[2], in[3], in[4], in[5]}) }
		n := 0
		for _, s := range planOf(t, f, types...).steps {
			n += len(findPairs(s.group).first)
		}
		if n != c.pairs {
			t.Errorf("%s: %d pairs, want %d", c.name, n, c.pairs)
		}
		comparePairs(t, c.name, f, types)
	}
}

// comparePairs compares with the reference bit by bit: the first of a pair is rounded there too.
func comparePairs(t *testing.T, name string, f func(in []*graph.Value) []*graph.Value, types []graph.Type) {
	t.Helper()
	p, err := graph.Trace(f, types...)
	if err != nil {
		t.Fatal(err)
	}
	r, in := rand.New(rand.NewPCG(1, 2)), make([]engine.Array, len(types))
	for i, typ := range types {
		in[i] = engine.NewArray(typ)
		for j := range in[i].Len() {
			in[i].Set(j, r.NormFloat64())
		}
	}
	e, err := New()
	if err != nil {
		t.Fatal(err)
	}
	got, err := engine.Evaluate(e, p, in...)
	if err != nil {
		t.Fatal(err)
	}
	want, err := engine.Evaluate(reference.Engine{}, p, in...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		for j := range want[i].Len() {
			if g, w := got[i].At(j), want[i].At(j); math.Float64bits(g) != math.Float64bits(w) {
				t.Errorf("%s: element %d is %v, want %v", name, j, g, w)
			}
		}
	}
}

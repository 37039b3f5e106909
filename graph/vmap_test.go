package graph_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"basin/engine"
	"basin/engine/reference"
	"basin/graph"
	"basin/internal/numtest/enginetest"
)

// mapped calls Vmap over the values whose bits are set in mask; the others are shared.
func mapped(f enginetest.Function, mask int, in []*graph.Value) []*graph.Value {
	var xs []*graph.Value
	for i, v := range in {
		if mask>>i&1 == 1 {
			xs = append(xs, v)
		}
	}
	return graph.Vmap(func(xs []*graph.Value) []*graph.Value {
		full, k := make([]*graph.Value, len(in)), 0
		for i, v := range in {
			if full[i] = v; mask>>i&1 == 1 {
				full[i] = xs[k]
				k++
			}
		}
		return f(full)
	}, xs...)
}

// looped computes what mapped should: f for each element alone, and the results stacked.
func looped(f func(in []engine.Array) []engine.Array, mask, n int, in []engine.Array) []engine.Array {
	var columns [][]engine.Array
	for b := range n {
		at := make([]engine.Array, len(in))
		for i, a := range in {
			if at[i] = a; mask>>i&1 == 1 {
				at[i] = enginetest.Element(a, b)
			}
		}
		for k, y := range f(at) {
			if k == len(columns) {
				columns = append(columns, nil)
			}
			columns[k] = append(columns[k], y)
		}
	}
	out := make([]engine.Array, len(columns))
	for k, c := range columns {
		out[k] = enginetest.Stack(c...)
	}
	return out
}

// spread draws operands for a case, with one more leading axis of size sizes[k] for each masks[k] that has the
// operand's bit.
func spread(rng *rand.Rand, c enginetest.Case, masks, sizes []int) []engine.Array {
	in := make([]engine.Array, len(c.Operands))
	for i, o := range c.Operands {
		typ := o.Type(graph.Float64)
		for k, mask := range masks {
			if mask>>i&1 == 1 {
				typ.Shape = append([]int{sizes[k]}, typ.Shape...)
			}
		}
		in[i] = enginetest.Fill(typ, o.Domain(rng, typ.Size()))
	}
	return in
}

func build(c enginetest.Case) enginetest.Function {
	return func(in []*graph.Value) []*graph.Value { return []*graph.Value{c.Build(in)} }
}

func onReference(t testing.TB, f enginetest.Function) func(in []engine.Array) []engine.Array {
	return func(in []engine.Array) []engine.Array { return enginetest.Call(t, reference.Engine{}, f, in...) }
}

// TestVmap compares, bit for bit, with a loop: each primitive, each choice of mapped operands, several batch sizes.
func TestVmap(t *testing.T) {
	for _, c := range enginetest.Cases() {
		for mask := 1; mask < 1<<len(c.Operands); mask++ {
			for _, n := range []int{0, 1, 3} {
				what := fmt.Sprintf("%s mapped %b of %d", c.Name, mask, n)
				f := build(c)
				in := spread(rand.New(rand.NewPCG(3, 4)), c, []int{mask}, []int{n})
				got := onReference(t, func(in []*graph.Value) []*graph.Value { return mapped(f, mask, in) })(in)
				if n == 0 {
					if got[0].Len() != 0 || got[0].Type.Shape[0] != 0 {
						t.Errorf("%s: %v", what, got[0].Type)
					}
					continue
				}
				enginetest.SameBits(t, what, got[0], looped(onReference(t, f), mask, n, in)[0])
			}
		}
	}
}

// TestNestedVmap compares Vmap of Vmap with a loop of loops: each choice of operands for each.
func TestNestedVmap(t *testing.T) {
	const outerSize, innerSize = 2, 3
	for _, c := range enginetest.Cases() {
		for outer := 1; outer < 1<<len(c.Operands); outer++ {
			for inside := 1; inside < 1<<len(c.Operands); inside++ {
				what := fmt.Sprintf("%s mapped %b of %b", c.Name, outer, inside)
				f := build(c)
				in := spread(rand.New(rand.NewPCG(5, 6)), c, []int{inside, outer}, []int{innerSize, outerSize})
				inner := func(in []*graph.Value) []*graph.Value { return mapped(f, inside, in) }
				got := onReference(t, func(in []*graph.Value) []*graph.Value { return mapped(inner, outer, in) })(in)
				want := looped(func(in []engine.Array) []engine.Array {
					return looped(onReference(t, f), inside, innerSize, in)
				}, outer, outerSize, in)
				enginetest.SameBits(t, what, got[0], want[0])
			}
		}
	}
}

// TestVmapOfDerivatives maps the Hessian-vector product of each case over a block of vectors, which share the
// primal pass, and over points.
func TestVmapOfDerivatives(t *testing.T) {
	const n = 3
	forEachCase(t, func(t *testing.T, s *subject) {
		k := len(s.in)
		hvp := func(e []*graph.Value) []*graph.Value {
			xs := pick(e[:k], s.floats)
			u := graph.VJP([]*graph.Value{s.c.Build(e[:k])}, xs, e[k:k+1])
			return append(graph.JVP(u, xs, e[k+1:]), u...)
		}
		points, vectors := 0, 0
		for _, i := range s.floats {
			points |= 1 << i
		}
		for i := range s.floats {
			vectors |= 1 << (k + 1 + i)
		}
		for _, mask := range []int{vectors, points, points | vectors, 1 << k} {
			in := spread(s.rng, s.c, []int{mask}, []int{n})
			for i, typ := range append([]graph.Type{s.out}, enginetest.TypesOf(s.vectors())...) {
				if mask>>(k+i)&1 == 1 {
					typ.Shape = append([]int{n}, typ.Shape...)
				}
				in = append(in, s.gaussian(typ))
			}
			got := onReference(t, func(in []*graph.Value) []*graph.Value { return mapped(hvp, mask, in) })(in)
			want := looped(onReference(t, hvp), mask, n, in)
			for i := range want {
				enginetest.SameBits(t, fmt.Sprintf("mask %b, result %d", mask, i), got[i], want[i])
			}
		}
	})
}

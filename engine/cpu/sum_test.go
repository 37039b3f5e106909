package cpu_test

import (
	"math/rand/v2"
	"testing"

	"basin/engine"
	"basin/engine/cpu"
	"basin/graph"
	"basin/internal/numtest/enginetest"
)

// normal is an array of normally distributed elements.
func normal(seed uint64, t graph.Type) engine.Array {
	return enginetest.Fill(t, enginetest.Real(rand.New(rand.NewPCG(seed, 1)), t.Size()))
}

// evaluate runs f on inputs.
func evaluate(t *testing.T, f enginetest.Function, in ...engine.Array) []engine.Array {
	t.Helper()
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	return enginetest.Call(t, e, f, in...)
}

// TestLongSumsIgnoreTheirGroup: a sum of rows whose length is no multiple of a tile keeps its bits when the group
// also reads runs of other lengths.
func TestLongSumsIgnoreTheirGroup(t *testing.T) {
	x, y := normal(1, graph.T(graph.Float32, 1024, 1500)), normal(2, graph.T(graph.Float32, 1500, 1030))
	sum := func(in []*graph.Value) *graph.Value { return graph.ReduceSum(graph.Square(in[0]), 1) }
	alone := evaluate(t, func(in []*graph.Value) []*graph.Value { return []*graph.Value{sum(in)} }, x, y)
	beside := evaluate(t, func(in []*graph.Value) []*graph.Value {
		return []*graph.Value{sum(in), graph.Tanh(graph.Slice(in[1], []int{0, 0}, []int{1500, 1024}, nil))}
	}, x, y)
	enginetest.SameBits(t, "sum", beside[0], alone[0])
}

// TestSharedSummandsAreDistributed: a sum that becomes a sum of products of sums also does so where Vmap's
// elements share summands.
func TestSharedSummandsAreDistributed(t *testing.T) {
	const rows, columns, batch = 2000, 16, 2
	x, y := normal(1, graph.T(graph.Float32, rows, columns)), normal(2, graph.T(graph.Float32, rows, columns))
	v := normal(3, graph.T(graph.Float32, batch, columns))
	spread := func(v *graph.Value) *graph.Value { return graph.Broadcast(v, x.Type.Shape, 1) }
	for name, summand := range map[string]func(y, v *graph.Value) *graph.Value{
		"shared factor": func(y, v *graph.Value) *graph.Value { return graph.Mul(y, spread(v)) },
		"shared product": func(y, v *graph.Value) *graph.Value {
			return graph.Mul(graph.Tanh(graph.Mul(y, spread(v))), spread(v))
		},
	} {
		f := func(x, y, v *graph.Value) *graph.Value {
			d := graph.Tanh(graph.ReduceSum(x, 0))
			return graph.ReduceSum(graph.Add(graph.Mul(x, spread(d)), summand(y, v)), 0)
		}
		mapped := evaluate(t, func(in []*graph.Value) []*graph.Value {
			return graph.Vmap(func(vs []*graph.Value) []*graph.Value { return []*graph.Value{f(in[0], in[1], vs[0])} }, in[2])
		}, x, y, v)
		for b := range batch {
			alone := evaluate(t, func(in []*graph.Value) []*graph.Value {
				return []*graph.Value{f(in[0], in[1], in[2])}
			}, x, y, enginetest.Element(v, b))
			enginetest.SameBits(t, name, enginetest.Element(mapped[0], b), alone[0])
		}
	}
}

// TestMappedLastAxis: Vmap over a transposed operand gives elements the bits that they have alone.
func TestMappedLastAxis(t *testing.T) {
	const n, batch = 60, 3
	x := normal(1, graph.T(graph.Float32, n, batch))
	f := func(xs []*graph.Value) []*graph.Value { return []*graph.Value{graph.ReduceSum(graph.Tanh(xs[0]))} }
	mapped := evaluate(t, func(in []*graph.Value) []*graph.Value { return graph.Vmap(f, graph.Transpose(in[0], 1, 0)) }, x)
	for b := range batch {
		element := engine.NewArray(graph.T(graph.Float32, n))
		for i := range n {
			element.Set(i, x.At(i*batch+b))
		}
		enginetest.SameBits(t, "element", enginetest.Element(mapped[0], b), evaluate(t, f, element)[0])
	}
}

// TestDifferencesAreSummedWhole: Σ (a−b)·d is not computed as d·Σa − d·Σb, which would lose the digits in which a
// and b differ.
func TestDifferencesAreSummedWhole(t *testing.T) {
	const rows, columns = 4096, 4
	typ := graph.T(graph.Float32, rows, columns)
	a, b := normal(1, typ), normal(2, typ)
	want := make([]float64, columns)
	for i := range a.F32 {
		a.F32[i] += 1e4
		b.F32[i] += 1e4
		want[i%columns] += float64(a.F32[i] - b.F32[i])
	}
	got := evaluate(t, func(in []*graph.Value) []*graph.Value {
		d := graph.Tanh(graph.ReduceSum(in[0], 0)) // 1, after a sum over the same elements
		return []*graph.Value{graph.ReduceSum(graph.Mul(graph.Sub(in[0], in[1]), graph.Broadcast(d, typ.Shape, 1)), 0)}
	}, a, b)
	const tolerance = 0.125 // partial sums stay below 2⁹, so each of 2¹² additions rounds by 2⁻¹⁵ at most
	for i, w := range want {
		if d := got[0].At(i) - w; !(d <= tolerance && d >= -tolerance) {
			t.Errorf("sum %d is %v, want %v", i, got[0].At(i), w)
		}
	}
}

package cpu_test

import (
	"math"
	"testing"

	"basin/engine"
	"basin/engine/cpu"
	"basin/graph"
)

// TestRepeatedOperandsKeepTheirSlots: scalars that are spread and summed in one group are laid out before its
// first tile, each in a slot that no other value uses.
func TestRepeatedOperandsKeepTheirSlots(t *testing.T) {
	defer cpu.LowerThresholds()()
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	scalar := graph.T(graph.Float64)
	p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		var sums []*graph.Value
		for _, x := range in {
			sums = append(sums, graph.ReduceSum(graph.Broadcast(graph.Tanh(x), []int{2}), 0))
		}
		return sums
	}, scalar, scalar, scalar)
	if err != nil {
		t.Fatal(err)
	}
	in := []engine.Array{engine.Float64s([]float64{0.5}), engine.Float64s([]float64{-1}), engine.Float64s([]float64{2})}
	for i := range in {
		in[i].Type = scalar
	}
	out, err := engine.Evaluate(e, p, in...)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0.9242343145200195, -1.5231883119115297, 1.9280551601516338} { // 2·tanh
		if d := out[i].At(0) - want; !(d < 1e-15 && d > -1e-15) {
			t.Errorf("sum %d is %v, want %v", i, out[i].At(0), want)
		}
	}
}

// TestOperandsLaidOutOnceStay: an operand that repeats itself is laid out once for all tiles, so no later value
// may take its slot.
func TestOperandsLaidOutOnceStay(t *testing.T) {
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	const rows, columns = 700, 7 // several tiles
	f := func(in []*graph.Value) []*graph.Value {
		spread := graph.Reshape(graph.Broadcast(in[0], []int{rows, columns}, 1), rows*columns)
		return []*graph.Value{graph.Sqrt(graph.Abs(graph.Neg(graph.Sub(graph.Mul(in[1], in[1]), spread))))}
	}
	p, err := graph.Trace(f, graph.T(graph.Float64, columns), graph.T(graph.Float64, rows*columns))
	if err != nil {
		t.Fatal(err)
	}
	in := []engine.Array{engine.NewArray(p.Inputs[0].Type()), engine.NewArray(p.Inputs[1].Type())}
	for i := range in[0].F64 {
		in[0].F64[i] = float64(i)
	}
	for i := range in[1].F64 {
		in[1].F64[i] = float64(i%13) / 4
	}
	got, err := engine.Evaluate(e, p, in...)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range in[1].F64 {
		if want := math.Sqrt(math.Abs(x*x - in[0].F64[i%columns])); got[0].F64[i] != want {
			t.Fatalf("element %d is %v, want %v", i, got[0].F64[i], want)
		}
	}
}

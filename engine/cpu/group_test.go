package cpu_test

import (
	"testing"

	"basin/engine"
	"basin/engine/cpu"
	"basin/graph"
)

// TestRepeatedOperandsKeepTheirSlots: scalars that are spread and summed in one group are laid out before its first tile, each in a slot
// that nothing else takes meanwhile.
func TestRepeatedOperandsKeepTheirSlots(t *testing.T) {
	defer cpu.TakeEveryWay()()
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

package cpu_test

import (
	"testing"

	"basin/engine"
	"basin/engine/cpu"
	"basin/engine/cpu/kernel"
	"basin/graph"
	"basin/internal/numtest/enginetest"
)

// TestSumInPlaceHasTheBitsOfASeparateSum: a convolution that is added to another in place is rounded like one that
// is added afterwards, or that Vmap computes once for all elements.
func TestSumInPlaceHasTheBitsOfASeparateSum(t *testing.T) {
	g := &graph.Geometry{Batch: 3, In: 5, Out: 11, Groups: 1, Size: []int{6, 7}, Kernel: []int{3, 3},
		Stride: []int{1, 1}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 1}}
	for _, level := range []kernel.Level{kernel.Generic, kernel.AVX2, kernel.AVX512} {
		if !kernel.Supported(level) {
			t.Logf("this CPU has no %v", level)
			continue
		}
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			for name, c := range map[string]struct {
				f    func(a, b *graph.Value, g *graph.Geometry) *graph.Value
				a, b []int
			}{
				"conv":        {graph.Conv, g.InputShape(), g.WeightShape()},
				"conv-input":  {graph.ConvInput, g.OutputShape(), g.WeightShape()},
				"conv-weight": {graph.ConvWeight, g.InputShape(), g.OutputShape()},
			} {
				a, b := graph.T(d, c.a...), graph.T(d, c.b...)
				p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
					return []*graph.Value{c.f(in[0], in[1], g), c.f(in[2], in[3], g),
						graph.Add(c.f(in[0], in[3], g), c.f(in[2], in[1], g)),
						c.f(in[0], in[3], g), c.f(in[2], in[1], g)}
				}, a, b, a, b)
				if err != nil {
					t.Fatal(err)
				}
				whole := *p
				whole.Outputs = p.Outputs[2:3]
				in := fillInputs(p)
				parts, err := engine.Evaluate(cpu.At(level), &graph.Program{Inputs: p.Inputs, Outputs: p.Outputs[3:]}, in...)
				if err != nil {
					t.Fatal(err)
				}
				sum, err := engine.Evaluate(cpu.At(level), &whole, in...)
				if err != nil {
					t.Fatal(err)
				}
				apart := engine.NewArray(sum[0].Type)
				for i := range apart.Len() {
					apart.Set(i, parts[0].At(i)+parts[1].At(i))
				}
				enginetest.SameBits(t, level.String()+" "+d.String()+" "+name, sum[0], apart)
			}
		}
	}
}

package cpu_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"basin/engine"
	"basin/engine/cpu"
	"basin/graph"
	"basin/internal/numtest/enginetest"
	"basin/model"
)

// TestConformanceOfLargePrograms runs the same suite on programs planned as if they were large, on one thread and
// on three.
func TestConformanceOfLargePrograms(t *testing.T) {
	defer cpu.LowerThresholds()()
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, threads := range []int{1, 3} {
		t.Run(fmt.Sprint(threads), func(t *testing.T) {
			enginetest.Run(t, e.WithThreads(threads), enginetest.Promises{NoAllocations: threads == 1})
		})
	}
}

// TestThreadsChangeNoBit runs whole networks on 1, 2, 3 and 4 threads.
func TestThreadsChangeNoBit(t *testing.T) {
	defer cpu.LowerThresholds()()
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		model model.Architecture
		shape []int
		n     int
	}{
		{&model.MLP{Width: 33, Depth: 2, BatchNorm: true, Activation: "relu"}, []int{50}, 70},
		{&model.ResNet20{Width: 5, Activation: "relu"}, []int{3, 12, 12}, 9},
		{&model.CNN{Width: 6, Depth: 2, BatchNorm: true, Activation: "relu"}, []int{1, 20, 20}, 11},
	} {
		m, err := model.New(c.model, c.shape, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			for _, hvp := range []bool{false, true} {
				t.Run(fmt.Sprintf("%T/%v/hvp=%v", c.model, d, hvp), func(t *testing.T) {
					p := program(t, m, c.n, d, hvp, map[bool]model.Mode{false: model.Batch, true: model.Eval}[hvp])
					in := fillInputs(p)
					alone, err := engine.Evaluate(e, p, in...)
					if err != nil {
						t.Fatal(err)
					}
					for threads := 2; threads <= 4; threads++ {
						shared, err := engine.Evaluate(e.WithThreads(threads), p, in...)
						if err != nil {
							t.Fatal(err)
						}
						for i := range alone {
							if !slices.EqualFunc(enginetest.Elements(alone[i]), enginetest.Elements(shared[i]), sameBits) {
								t.Fatalf("output %d on %d threads differs from one thread's", i, threads)
							}
						}
					}
				})
			}
		}
	}
}

func sameBits(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

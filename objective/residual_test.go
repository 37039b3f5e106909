package objective

import (
	"math"
	"math/rand/v2"
	"testing"

	"basin/dataset"
	"basin/engine/cpu"
	"basin/model"
	"basin/spec"
)

func noisySet(n int, shape ...int) *dataset.Set {
	rng := rand.New(rand.NewPCG(1, 2))
	s := &dataset.Set{Name: "noise", Shape: shape, Classes: 3}
	for range n {
		s.Y = append(s.Y, int32(rng.IntN(3)))
	}
	for range n * s.Size() {
		s.X = append(s.X, float32(rng.NormFloat64()))
	}
	return s
}

// TestKeptPrimalPass: products from a primal pass that is kept have the bits of products that each make their own, alone and in blocks of unequal sizes,
// over chunks of unequal sizes, and also after the point or the running statistics have moved.
func TestKeptPrimalPass(t *testing.T) {
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []spec.Model{
		{Kind: "mlp", Width: 7, Depth: 2, Activation: "relu"},
		{Kind: "mlp", Width: 5, Depth: 2, Activation: "tanh", BatchNorm: true},
		{Kind: "cnn", Width: 3, Depth: 2, Activation: "gelu", BatchNorm: true},
	} {
		set := noisySet(43, 2, 6, 6)
		m, err := model.New(s, set.Shape, set.Classes)
		if err != nil {
			t.Fatal(err)
		}
		pair := make([]*Objective, 2)
		for i := range pair {
			if pair[i], err = New(e, m, set, Options{Chunk: 16}); err != nil {
				t.Fatal(err)
			}
		}
		pair[1].residualBytes = 0
		pair[0].blockSize, pair[1].blockSize = 16, 5
		rng := rand.New(rand.NewPCG(3, 4))
		state := m.InitState()
		check := func(when string) {
			t.Helper()
			for _, k := range []int{1, 3, 17} {
				src := make([]float64, k*m.Params.Size())
				for i := range src {
					src[i] = rng.NormFloat64()
				}
				got, want := make([]float64, len(src)), make([]float64, len(src))
				for i, dst := range [][]float64{got, want} {
					if err := pair[i].Hessian().ApplyBlock(dst, src, k); err != nil {
						t.Fatal(err)
					}
				}
				norm := 0.0
				for i := range got {
					if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
						t.Fatalf("%s %s, %d vectors: element %d is %v, want the very bits of %v", s.Kind, when, k, i, got[i], want[i])
					}
					norm += got[i] * got[i]
				}
				if norm == 0 {
					t.Errorf("%s %s: all products are zero", s.Kind, when)
				}
			}
		}
		for _, when := range []string{"at first", "after moving"} {
			theta := m.Init(rng)
			for _, o := range pair {
				o.MoveTo(theta, state)
			}
			check(when)
		}
		for _, o := range pair {
			if err := o.RecomputeState(state); err != nil {
				t.Fatal(err)
			}
		}
		check("after the statistics moved")
		if pair[0].primals == nil || pair[1].primals != nil {
			t.Error("the bound on memory decided nothing")
		}
	}
}

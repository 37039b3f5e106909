package objective

import (
	"math"
	"math/rand/v2"
	"testing"

	"basin/dataset"
	"basin/engine"
	"basin/engine/cpu"
	"basin/model"
	"basin/task"
)

func noisySet(n int, shape ...int) *dataset.Set {
	rng := rand.New(rand.NewPCG(1, 2))
	var x []float32
	var y []int32
	size := 1
	for _, d := range shape {
		size *= d
	}
	for range n {
		y = append(y, int32(rng.IntN(3)))
	}
	for range n * size {
		x = append(x, float32(rng.NormFloat64()))
	}
	return dataset.NewSet("noise", shape, x, y, 3)
}

// on makes an objective of classification, and no other setup shares it.
func on(t *testing.T, e engine.Engine, m *model.Model, set *dataset.Set, o Options) *Objective {
	t.Helper()
	s := &Setup{Engine: e, Model: m, Task: &task.Classification{Criterion: "cross-entropy"}}
	ob, err := s.On(set, o)
	if err != nil {
		t.Fatal(err)
	}
	return ob
}

// TestKeptPrimalPass: products in blocks, from primal passes that are kept, have the bits of products alone that
// each make their own, over chunks of unequal sizes, and also after the point or the running statistics have
// moved.
func TestKeptPrimalPass(t *testing.T) {
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	for kind, a := range map[string]model.Architecture{
		"mlp":        &model.MLP{Width: 7, Depth: 2, Activation: "relu"},
		"batch norm": &model.MLP{Width: 5, Depth: 2, Activation: "tanh", BatchNorm: true},
		"cnn":        &model.CNN{Width: 3, Depth: 2, Activation: "gelu", BatchNorm: true},
	} {
		set := noisySet(43, 2, 6, 6)
		m, err := model.New(a, set.Input(), set.Classes)
		if err != nil {
			t.Fatal(err)
		}
		pair := make([]*Objective, 2)
		for i := range pair {
			pair[i] = on(t, e, m, set, Options{Chunk: 16})
		}
		pair[1].residualBytes = 0 // chunks share one place
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
				if err := pair[0].Hessian().ApplyBlock(got, src, k); err != nil {
					t.Fatal(err)
				}
				for v := range k {
					from, to := v*m.Params.Size(), (v+1)*m.Params.Size()
					if err := pair[1].Hessian().Apply(want[from:to], src[from:to]); err != nil {
						t.Fatal(err)
					}
				}
				norm := 0.0
				for i := range got {
					if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
						t.Fatalf("%s %s, %d vectors: element %d is %v, want the very bits of %v", kind, when, k, i, got[i], want[i])
					}
					norm += got[i] * got[i]
				}
				if norm == 0 {
					t.Errorf("%s %s: all products are zero", kind, when)
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
		for i, o := range pair {
			if one := o.tangents[0].values == o.tangents[1].values; one != (i == 1) {
				t.Errorf("the chunks share one place: %v", one)
			}
		}
	}
}

// TestLongVectorsAreConvertedAlike by the engine's kernels and by plain loops, on sets of one chunk and of
// several.
func TestLongVectorsAreConvertedAlike(t *testing.T) {
	defer func(old int) { longVector = old }(longVector)
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	set := noisySet(21, 5)
	m, err := model.New(&model.MLP{Width: 7, Depth: 2, Activation: "relu"}, set.Input(), set.Classes)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	theta, src := m.Init(rng), make([]float64, 2*m.Params.Size())
	for i := range src {
		src[i] = rng.NormFloat64()
	}
	for _, chunk := range []int{21, 8} {
		var products [2][]float64
		for i := range products {
			longVector = []int{1, 1 << 30}[i]
			o := on(t, e, m, set, Options{Chunk: chunk})
			o.MoveTo(theta, nil)
			products[i] = make([]float64, len(src))
			if err := o.Hessian().ApplyBlock(products[i], src, 2); err != nil {
				t.Fatal(err)
			}
			if (o.shared().conversion != nil) != (i == 0) {
				t.Error("the length decided nothing")
			}
		}
		norm := 0.0
		for i, x := range products[0] {
			if norm += x * x; math.Float64bits(x) != math.Float64bits(products[1][i]) {
				t.Fatalf("chunks of %d: element %d is %v by kernels, %v by loops", chunk, i, x, products[1][i])
			}
		}
		if norm == 0 {
			t.Error("all products are zero")
		}
	}
}

func TestConstantRows(t *testing.T) {
	for _, c := range []struct {
		name string
		x    []float64
		want bool
	}{
		{"equal", []float64{1, -2, 1, -2}, true},
		{"rounding of float32", []float64{1, -2, 1 + 1e-6, -2}, true},
		{"different", []float64{1, -2, 1.001, -2}, false},
		{"not finite", []float64{math.NaN(), 0, math.NaN(), 0}, false},
		{"zero", []float64{0, 0, 0, 0}, true},
	} {
		if got := constantRows(engine.Float64s(c.x, 2, 2)); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

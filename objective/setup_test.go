package objective_test

import (
	"runtime"
	"strings"
	"testing"

	"basin/dataset"
	"basin/engine/cpu"
	"basin/engine/reference"
	"basin/graph"
	"basin/model"
	"basin/objective"
	"basin/task"
)

func newSetup(t *testing.T, a model.Architecture, p peer) *objective.Setup {
	t.Helper()
	m, err := model.New(a, p.X.Shape[1:], 3)
	if err != nil {
		t.Fatal(err)
	}
	return &objective.Setup{Engine: reference.Engine{}, Model: m,
		Task: &task.Classification{Criterion: "cross-entropy"},
		Data: &dataset.Split{Train: p.set()}}
}

// TestSetupsShareObjectives of the same set and options, and no others.
func TestSetupsShareObjectives(t *testing.T) {
	p := read(t, "mlp_tanh.json")
	s := newSetup(t, &model.MLP{Widths: []int{6, 5}, Activation: "tanh"}, p)
	set, equal := s.Data.Train, p.set()
	seen := map[*objective.Objective]string{}
	for _, c := range []struct {
		name string
		set  *dataset.Set
		o    objective.Options
	}{
		{"plain", set, objective.Options{}}, {"another set", equal, objective.Options{}}, {"chunks", set,
			objective.Options{Chunk: 3}},
		{"dtype", set, objective.Options{DType: graph.Float64}}, {"mode", set, objective.Options{Mode: model.Batch}},
		{"task", set, objective.Options{Task: &task.Classification{Criterion: "squared-error"}}},
	} {
		first, err := s.On(c.set, c.o)
		if err != nil {
			t.Fatal(err)
		}
		if other := seen[first]; other != "" {
			t.Errorf("%s and %s are one objective", c.name, other)
		}
		seen[first] = c.name
		if again, err := s.On(c.set, c.o); again != first || err != nil {
			t.Errorf("%s: another objective the second time (%v)", c.name, err)
		}
	}
}

// TestTaskOfAnObjective is that of its options: the loss is PyTorch's of that task.
func TestTaskOfAnObjective(t *testing.T) {
	p := read(t, "mlp_tanh.json")
	s := newSetup(t, &model.MLP{Widths: []int{6, 5}, Activation: "tanh"}, p)
	o, err := s.On(s.Data.Train, objective.Options{DType: graph.Float64,
		Task: &task.Classification{Criterion: "squared-error"}})
	if err != nil {
		t.Fatal(err)
	}
	o.MoveTo(p.Plain.Theta, nil)
	e, err := o.Evaluate()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "loss", []float64{e.Loss}, []float64{p.Plain.Eval.SquaredError.Loss})
}

// TestSetupsRefuse sets that their network cannot do.
func TestSetupsRefuse(t *testing.T) {
	p := read(t, "mlp_tanh.json")
	s := newSetup(t, &model.MLP{Widths: []int{6, 5}, Activation: "tanh"}, p)
	wide := p.set()
	wide.Classes = 4
	none := p.set()
	none.Parts[0].X = dataset.Array{Shape: []int{0, 8}}
	for want, c := range map[string]struct {
		set *dataset.Set
		o   objective.Options
	}{
		"needs a network of 4 outputs": {wide, objective.Options{}},
		"no samples":                   {none, objective.Options{}},
		"is empty":                     {&dataset.Set{Name: "nothing", Classes: 3}, objective.Options{}},
		`"hinge" is unknown`:           {p.set(), objective.Options{Task: &task.Classification{Criterion: "hinge"}}},
	} {
		if _, err := s.On(c.set, c.o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %s", err, want)
		}
	}
}

// TestBytesAreTheMemory that setups hold, within a share, so that a bound by them bounds it.
func TestBytesAreTheMemory(t *testing.T) {
	const share = 0.35
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	heap := func() int {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	for _, a := range []model.Architecture{
		&model.MLP{Width: 8, Depth: 2, Activation: "relu"}, &model.MLP{Width: 128, Depth: 3, Activation: "tanh"},
		&model.CNN{Width: 3, Depth: 2, Activation: "relu", BatchNorm: true}, &model.ResNet20{Width: 1,
			Activation: "relu"},
	} {
		shape := []int{1, 14, 14}
		m, err := model.New(a, shape, 10)
		if err != nil {
			t.Fatal(err)
		}
		const n = 300
		set := dataset.NewSet("zeros", shape, make([]float32, n*14*14), make([]int32, n), 10)
		theta, state, g := make([]float64, m.Params.Size()), m.InitState(), make([]float64, m.Params.Size())
		before := heap()
		s := &objective.Setup{Engine: e, Model: m, Task: &task.Classification{Criterion: "cross-entropy"}}
		o, err := s.On(set, objective.Options{})
		if err != nil {
			t.Fatal(err)
		}
		o.MoveTo(theta, state)
		if _, err := o.Evaluate(); err != nil {
			t.Fatal(err)
		}
		if err := o.Gradient(g); err != nil {
			t.Fatal(err)
		}
		if err := o.Hessian().Apply(g, theta); err != nil {
			t.Fatal(err)
		}
		held := heap() - before
		if r := float64(s.Bytes()) / float64(held); r < 1-share || r > 1+share {
			t.Errorf("%T: %d bytes, of %d that are held", a, s.Bytes(), held)
		}
		runtime.KeepAlive([]any{s, set, theta, g})
	}
}

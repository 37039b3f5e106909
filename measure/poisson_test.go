package measure_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"basin/dataset"
	"basin/engine"
	"basin/engine/cpu"
	"basin/engine/reference"
	"basin/graph"
	"basin/measure"
	"basin/model"
	"basin/network"
	"basin/objective"
	"basin/param"
	"basin/random"
	"basin/record"
	"basin/task"
	"basin/train"
)

// ritz is the deep Ritz method (E and Yu 2018) for −Δu = f on the unit square with u = g on its boundary: the mean
// of ½|∇u|² − fu over the interior, and a penalty on the boundary. Interior targets are f and the exact u,
// boundary targets g.
type ritz struct{ penalty float64 }

func (ritz) Width(*dataset.Set) (int, error) { return 1, nil }

// Outputs are u, and in the interior ∇u by forward mode: one tangent for all samples, as they do not depend on
// each other.
func (ritz) Outputs(net task.Net, part int, x, _ *graph.Value) *graph.Value {
	u := net(x)
	if part == 1 {
		return u
	}
	f := []*graph.Value{u}
	for axis := range x.Shape()[1] {
		direction := graph.Convert(graph.Compare(graph.EQ, graph.Iota(graph.T(graph.Int32, x.Shape()...), 1),
			graph.Full(graph.T(graph.Int32, x.Shape()...), float64(axis))), x.DType())
		f = append(f, graph.JVP([]*graph.Value{u}, []*graph.Value{x}, []*graph.Value{direction})...)
	}
	return graph.Concatenate(1, f...)
}

func (r ritz) Loss(part int, f, y *graph.Value) *graph.Value {
	column := func(v *graph.Value, i int) *graph.Value {
		return graph.Reshape(graph.Slice(v, []int{0, i}, []int{v.Shape()[0], i + 1}, []int{1, 1}), v.Shape()[0])
	}
	if part == 1 {
		return graph.Scale(graph.Square(graph.Sub(column(f, 0), column(y, 0))), r.penalty)
	}
	energy := graph.Neg(graph.Mul(column(y, 0), column(f, 0)))
	for i := 1; i < f.Shape()[1]; i++ {
		energy = graph.Add(energy, graph.Scale(graph.Square(column(f, i)), 0.5))
	}
	return energy
}

func (ritz) Metrics() []record.Quantity {
	return []record.Quantity{{Name: "relative_l2", Title: "Relative error", Symbol: "rel", Better: record.Lower,
		Scale: record.Log}}
}

func (ritz) Evaluate(part int, u, y dataset.Array) []float64 {
	if part == 1 {
		return nil
	}
	d, norm := 0.0, 0.0
	for i := range u.Len() {
		exact := y.F64[2*i+1]
		d += (u.F64[i] - exact) * (u.F64[i] - exact)
		norm += exact * exact
	}
	return []float64{math.Sqrt(d / norm)}
}

// Predict leaves out ∇u.
func (ritz) Predict(net task.Net, _ int, x, _ *graph.Value) *graph.Value { return net(x) }

// poisson has u = sin(πx₁)·sin(πx₂), f = 2π²u, at points that are drawn.
func poisson(seed uint64, interior, boundary int) *dataset.Set {
	rng := rand.New(rand.NewPCG(seed, 0))
	exact := func(x []float64) float64 { return math.Sin(math.Pi*x[0]) * math.Sin(math.Pi*x[1]) }
	parts := []dataset.Part{
		{Name: "interior", X: dataset.Array{Shape: []int{interior, 2}}, Y: dataset.Array{Shape: []int{interior, 2}}},
		{Name: "boundary", X: dataset.Array{Shape: []int{boundary, 2}}, Y: dataset.Array{Shape: []int{boundary, 1}}},
	}
	for range interior {
		x := []float64{rng.Float64(), rng.Float64()}
		parts[0].X.F64 = append(parts[0].X.F64, x...)
		parts[0].Y.F64 = append(parts[0].Y.F64, 2*math.Pi*math.Pi*exact(x), exact(x))
	}
	for i := range boundary {
		x := []float64{rng.Float64(), rng.Float64()}
		x[i%2] = float64(i / 2 % 2)
		parts[1].X.F64 = append(parts[1].X.F64, x...)
		parts[1].Y.F64 = append(parts[1].Y.F64, exact(x))
	}
	return &dataset.Set{Name: "poisson", Parts: parts}
}

func ritzSetup(t *testing.T, e engine.Engine, set *dataset.Set, width int, batchNorm bool) *objective.Setup {
	t.Helper()
	m, err := model.New(&model.MLP{Width: width, Depth: 1, Activation: "swish", BatchNorm: batchNorm}, []int{2}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return &objective.Setup{Engine: e, Model: m, Task: ritz{penalty: 20}, Data: &dataset.Split{Train: set, Test: set},
		Seed:  1,
		DType: graph.Float64}
}

// plainRitz is the loss of a network of one hidden layer, by its formulas.
func plainRitz(theta []float64, width int, set *dataset.Set, penalty float64) float64 {
	w1, b1, w2, b2 := theta[:2*width], theta[2*width:3*width], theta[3*width:4*width], theta[4*width]
	network := func(x []float64) (u float64, gradient [2]float64) {
		u = b2
		for j := range width {
			z := w1[2*j]*x[0] + w1[2*j+1]*x[1] + b1[j]
			s := 1 / (1 + math.Exp(-z))
			u += w2[j] * z * s
			for k := range 2 {
				gradient[k] += w2[j] * (s + z*s*(1-s)) * w1[2*j+k]
			}
		}
		return u, gradient
	}
	total := 0.0
	for part, p := range set.Parts {
		sum, weights := 0.0, 0.0
		for i := range p.X.Len() {
			u, g := network(p.X.F64[2*i : 2*i+2])
			loss := (g[0]*g[0]+g[1]*g[1])/2 - p.Y.F64[p.Y.Size()*i]*u
			if part == 1 {
				loss = penalty * (u - p.Y.F64[i]) * (u - p.Y.F64[i])
			}
			w := 1.0
			if p.Weight != nil {
				w = p.Weight[i]
			}
			sum, weights = sum+w*loss, weights+w
		}
		total += sum / weights
	}
	return total
}

// TestPartsOfASet: loss, gradient and Hessian of a task with derivatives of the network in its outputs, over parts
// of different sizes and kinds, weighted or not, and in whatever chunks.
func TestPartsOfASet(t *testing.T) {
	const width, interior, boundary = 4, 11, 6
	fast, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, weighted := range []bool{false, true} {
		set := poisson(1, interior, boundary)
		if weighted {
			for i := range interior {
				set.Parts[0].Weight = append(set.Parts[0].Weight, 0.5+float64(i%3))
			}
		}
		for _, chunk := range []int{0, 4} {
			for _, e := range []engine.Engine{reference.Engine{}, fast} {
				s := ritzSetup(t, e, set, width, false)
				o, err := s.On(set, objective.Options{DType: graph.Float64, Chunk: chunk})
				if err != nil {
					t.Fatal(err)
				}
				theta := s.Model.Init(rand.New(rand.NewPCG(3, 4)))
				checkRitz(t, o, theta, func(theta []float64) float64 { return plainRitz(theta, width, set, 20) })
			}
		}
	}
}

// centred weighs interior samples by their distance from the left side.
type centred struct{ ritz }

func (centred) Weights(p dataset.Part) (w []float64) {
	if p.Name == "boundary" {
		return nil
	}
	for i := range p.X.Len() {
		w = append(w, p.X.F64[2*i])
	}
	return w
}

// TestTasksMayWeighSamples as if the data did.
func TestTasksMayWeighSamples(t *testing.T) {
	const width = 3
	set := poisson(1, 9, 5)
	s := ritzSetup(t, reference.Engine{}, set, width, false)
	s.Task = centred{ritz{penalty: 20}}
	o, err := s.On(set, objective.Options{DType: graph.Float64})
	if err != nil {
		t.Fatal(err)
	}
	theta := s.Model.Init(rand.New(rand.NewPCG(3, 4)))
	o.MoveTo(theta, nil)
	e, err := o.Evaluate()
	if err != nil {
		t.Fatal(err)
	}
	set.Parts[0].Weight = centred{}.Weights(set.Parts[0])
	if want := plainRitz(theta, width, set, 20); math.Abs(e.Loss-want) > 1e-12*math.Abs(want) {
		t.Errorf("loss %v, want %v", e.Loss, want)
	}
}

// checkRitz compares an objective at a point with its loss as a function, by central differences of it and of the
// gradient.
func checkRitz(t *testing.T, o *objective.Objective, theta []float64, loss func([]float64) float64) {
	t.Helper()
	const rounding, h = 1e-11, 1e-5
	gradient := func(theta []float64) []float64 {
		o.MoveTo(theta, nil)
		g := make([]float64, len(theta))
		if err := o.Gradient(g); err != nil {
			t.Fatal(err)
		}
		return g
	}
	moved := func(i int, by float64) []float64 {
		p := slices.Clone(theta)
		p[i] += by
		return p
	}
	g := gradient(theta)
	e, err := o.Evaluate()
	if err != nil {
		t.Fatal(err)
	}
	if want := loss(theta); math.Abs(e.Loss-want) > rounding*(1+math.Abs(want)) || e.N != 17 || e.Constant {
		t.Errorf("%+v, want loss %v of 17 samples", e, want)
	}
	unit, column := make([]float64, len(theta)), make([]float64, len(theta))
	for i := range theta {
		if want := (loss(moved(i, h)) - loss(moved(i, -h))) / (2 * h); math.Abs(g[i]-want) > 1e-7*(1+math.Abs(want)) {
			t.Errorf("∂L/∂θ_%d = %v, difference %v", i, g[i], want)
		}
		up, down := gradient(moved(i, h)), gradient(moved(i, -h))
		o.MoveTo(theta, nil)
		clear(unit)
		unit[i] = 1
		if err := o.Hessian().Apply(column, unit); err != nil {
			t.Fatal(err)
		}
		for j := range up {
			up[j] = (up[j] - down[j]) / (2 * h)
		}
		if d := param.Distance(column, up); !(d < 1e-7*(1+param.Norm(up))) {
			t.Errorf("column %d of the Hessian is %v, difference %v", i, column, up)
		}
	}
}

// TestRitzLearns: training lowers the loss and the error; replicas have the bits together that they have alone;
// all measures run, and those of per cent of error are of the loss alone.
func TestRitzLearns(t *testing.T) {
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	set := poisson(1, 200, 80)
	s := ritzSetup(t, e, set, 16, false)
	tr, err := train.New(s, train.Recipe{Optimizer: &train.Adam{LR: 0.01, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8},
		Batch: 50, Epochs: 100})
	if err != nil {
		t.Fatal(err)
	}
	both, err := tr.Run(context.Background(), train.Member{}, train.Member{Replica: 1})
	if err != nil {
		t.Fatal(err)
	}
	alone, err := tr.Run(context.Background(), train.Member{Replica: 1})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(both[1].Theta, alone[0].Theta) {
		t.Error("a replica has other bits alone")
	}
	var nets []network.Network
	for i, r := range both {
		nets = append(nets, network.Network{Point: record.Point{Replica: i}, Theta: r.Theta, State: r.State,
			Status: r.Status})
	}
	before := network.Network{Theta: s.Model.Init(rand.New(rand.NewPCG(5, 6))), Status: record.OK}
	first, last := run(t, s, &measure.Performance{}, before), run(t, s, &measure.Performance{}, nets[0])
	const accurate = 0.45 // of the norm of u
	const relative = "train_relative_l2"
	if was, is := find(t, first, relative).Value, find(t, last, relative).Value; !(is < accurate && was > 2*is) {
		t.Errorf("the relative error went from %v to %v", was, is)
	}
	if was, is := find(t, first, "test_loss").Value, find(t, last, "test_loss").Value; !(is < was) {
		t.Errorf("the loss went from %v to %v", was, is)
	}
	for name, want := range map[string][]string{
		"performance":  {"train_loss", "train_relative_l2", "test_loss", "test_relative_l2"},
		"connectivity": {"mc_line_loss", "curve_line", "mc_loss", "curve_bezier"},
		"similarity":   {"cka_logits"},
		"distance":     {"l2", "l2_normalised", "cosine"},
		"hessian":      {"eigenvalue_max", "eigenvalue_2", "eigenvalue_3", "eigenvalue_min", "trace", "density"},
	} {
		settings := allSettings()[name]
		switch m := settings.(type) {
		case *measure.Similarity:
			m.Inputs = "plain"
		case *measure.Hessian:
			m.Samples, m.DType = -1, graph.Float64
		}
		var got []string
		for _, r := range run(t, s, settings, groupOf(name, nets)...) {
			got = append(got, r.Quantity)
			if !r.Status.Usable() || math.IsNaN(r.Value) {
				t.Errorf("%s: %s = %v with status %s (%s)", name, r.Quantity, r.Value, r.Status, r.Reason)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: records of %v, want %v", name, got, want)
		}
	}
}

// first keeps the loss and gradient of the first step.
type first struct {
	loss     float64
	gradient []float64
}

func (*first) Wants(step int) bool                     { return step == 1 }
func (f *first) Step(s train.Step) error               { f.loss, f.gradient = s.Loss, s.Gradient(); return nil }
func (*first) State() (map[string][]float64, []string) { return nil, nil }
func (*first) Restore(map[string][]float64) error      { return nil }

// TestStepsSeeAllParts: a step on the whole first part has the loss and the gradient of the objective, weights and
// all.
func TestStepsSeeAllParts(t *testing.T) {
	const interior, rounding = 11, 1e-12
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, weighted := range []bool{false, true} {
		set := poisson(1, interior, 6)
		if weighted {
			for i := range interior {
				set.Parts[0].Weight = append(set.Parts[0].Weight, 0.5+float64(i%3))
			}
		}
		s := ritzSetup(t, e, set, 4, false)
		tr, err := train.New(s, train.Recipe{Optimizer: &train.SGD{LR: 0.01}, Batch: interior, Epochs: 1})
		if err != nil {
			t.Fatal(err)
		}
		var seen first
		if _, err := tr.Run(context.Background(),
			train.Member{Observers: map[string]train.Observer{"f": &seen}}); err != nil {
			t.Fatal(err)
		}
		o, err := s.On(set, objective.Options{DType: graph.Float64})
		if err != nil {
			t.Fatal(err)
		}
		o.MoveTo(s.Model.Init(random.Stream(s.Seed, "init", 0)), nil)
		want, err := o.Evaluate()
		if err != nil {
			t.Fatal(err)
		}
		g := make([]float64, o.Dim())
		if err := o.Gradient(g); err != nil {
			t.Fatal(err)
		}
		if math.Abs(seen.loss-want.Loss) > rounding*math.Abs(want.Loss) {
			t.Errorf("weighted %v: loss %v, want %v", weighted, seen.loss, want.Loss)
		}
		if d := param.Distance(seen.gradient, g); d > rounding*param.Norm(g) {
			t.Errorf("weighted %v: the gradient is off by %v of %v", weighted, d, param.Norm(g))
		}
	}
}

// TestBatchNormOfSeveralParts is refused wherever it would be used, and so is dropout.
func TestBatchNormOfSeveralParts(t *testing.T) {
	set := poisson(1, 8, 4)
	s := ritzSetup(t, reference.Engine{}, set, 3, true)
	_, onErr := s.On(set, objective.Options{})
	s.Model.HasNoise = true // were it one with dropout
	if _, err := s.On(set, objective.Options{}); err == nil || !strings.Contains(err.Error(),
		"dropout needs a set of one part") {
		t.Errorf("dropout: error %v", err)
	}
	s.Model.HasNoise = false
	recipe := train.Recipe{Optimizer: &train.SGD{LR: 0.1}, Batch: 4, Epochs: 1}
	tr, trainErr := train.New(s, recipe)
	if trainErr == nil {
		_, trainErr = tr.Run(context.Background(), train.Member{})
	}
	for what, err := range map[string]error{"an objective": onErr, "training": trainErr} {
		if err == nil || !strings.Contains(err.Error(), "batch norm needs a set of one part") {
			t.Errorf("%s: error %v", what, err)
		}
	}
}

package objective_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"basin/dataset"
	"basin/engine"
	"basin/engine/cpu"
	"basin/engine/reference"
	"basin/graph"
	"basin/internal/numtest"
	"basin/model"
	"basin/objective"
	"basin/param"
	"basin/task"
)

// agreement is how far two float64 computations of the same number may differ, relative to the largest number at
// hand: rounding in sums of a few hundred terms, through a dozen layers.
const agreement = 1e-10

// peer is what PyTorch found, bench/fixtures/objective.py.
type peer struct {
	Activation string
	X          struct {
		Shape []int
		Data  []float64
	}
	Y         []int32
	Plain     variant
	BatchNorm variant `json:"batch_norm"`
}

type variant struct {
	BatchNorm bool `json:"batch_norm"`
	Layout    []struct {
		Name  string
		Shape []int
	}
	Theta   []float64
	Buffers map[string][]float64
	Vector  []float64
	Eval    mode
	Train   *mode
}

type mode struct {
	CrossEntropy finding              `json:"cross-entropy"`
	SquaredError finding              `json:"squared-error"`
	Logits       [][]float64          `json:"logits"`
	After        map[string][]float64 `json:"buffers_after"`
}

type finding struct {
	Loss, Trace                float64
	Gradient, HVP, Eigenvalues []float64
}

func read(t *testing.T, name string) (p peer) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p peer) set() *dataset.Set {
	x := make([]float32, len(p.X.Data))
	for i, v := range p.X.Data {
		x[i] = float32(v)
	}
	return dataset.NewSet("fixture", p.X.Shape[1:], x, p.Y, 3)
}

// on makes an objective of classification.
func on(t *testing.T, e engine.Engine, m *model.Model, criterion string, set *dataset.Set,
	o objective.Options) *objective.Objective {
	t.Helper()
	s := &objective.Setup{Engine: e, Model: m, Task: &task.Classification{Criterion: criterion}}
	ob, err := s.On(set, o)
	if err != nil {
		t.Fatal(err)
	}
	return ob
}

// state gathers running statistics in the order of the model's layout: PyTorch numbers them upwards.
func (v variant) state(b map[string][]float64) []float64 {
	var out []float64
	for _, layer := range []string{"1", "4"} {
		out = append(append(out, b[layer+".running_mean"]...), b[layer+".running_var"]...)
	}
	return out
}

func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	scale := 0.0
	for _, w := range want {
		scale = max(scale, math.Abs(w))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= agreement*max(1, scale)) {
			t.Fatalf("%s: element %d is %v, PyTorch has %v", what, i, got[i], want[i])
		}
	}
}

// TestAgainstPyTorch compares logits, losses, gradients, Hessian products, and whole spectra of fully connected
// nets with each activation and of a convolutional net, with and without batch norm, in both of its modes.
func TestAgainstPyTorch(t *testing.T) {
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	mlp := func(a model.Activation) func(bool) model.Architecture {
		return func(batchNorm bool) model.Architecture {
			return &model.MLP{Widths: []int{6, 5}, Activation: a, BatchNorm: batchNorm}
		}
	}
	for file, architecture := range map[string]func(batchNorm bool) model.Architecture{
		"mlp_relu.json": mlp("relu"), "mlp_tanh.json": mlp("tanh"), "mlp_sigmoid.json": mlp("sigmoid"),
		"mlp_gelu.json": mlp("gelu"), "mlp_swish.json": mlp("swish"),
		"cnn.json": func(batchNorm bool) model.Architecture {
			return &model.CNN{Width: 3, Depth: 2, Activation: "relu", BatchNorm: batchNorm}
		},
	} {
		p := read(t, file)
		for _, v := range []variant{p.Plain, p.BatchNorm} {
			t.Run(fmt.Sprintf("%s/%v", file, v.BatchNorm), func(t *testing.T) {
				compare(t, e, p, architecture(v.BatchNorm), v)
			})
		}
	}
}

func compare(t *testing.T, e engine.Engine, p peer, a model.Architecture, v variant) {
	m, err := model.New(a, p.X.Shape[1:], 3)
	if err != nil {
		t.Fatal(err)
	}
	for i, seg := range m.Params.Segments {
		if !slices.Equal(seg.Shape, v.Layout[i].Shape) {
			t.Fatalf("segment %s %v is not PyTorch's %s %v", seg.Name, seg.Shape, v.Layout[i].Name, v.Layout[i].Shape)
		}
	}
	modes := map[model.Mode]*mode{model.Eval: &v.Eval, model.Batch: v.Train}
	for which, want := range modes {
		if want == nil {
			continue
		}
		for loss, f := range map[string]finding{"cross-entropy": want.CrossEntropy, "squared-error": want.SquaredError} {
			o := on(t, e, m, loss, p.set(), objective.Options{Mode: which, DType: graph.Float64})
			state := m.InitState()
			if v.BatchNorm {
				state = v.state(v.Buffers)
			}
			o.MoveTo(v.Theta, state)
			got, err := o.Evaluate()
			if err != nil {
				t.Fatal(err)
			}
			near(t, loss, []float64{got.Loss}, []float64{f.Loss})
			logits, err := o.Predictions()
			if err != nil {
				t.Fatal(err)
			}
			near(t, "logits", objective.Load(logits), slices.Concat(want.Logits...))
			g, h := make([]float64, o.Dim()), make([]float64, o.Dim())
			if err := o.Gradient(g); err != nil {
				t.Fatal(err)
			}
			near(t, loss+" gradient", g, f.Gradient)
			if err := o.Hessian().Apply(h, v.Vector); err != nil {
				t.Fatal(err)
			}
			near(t, loss+" Hessian product", h, f.HVP)
			values, trace := spectrum(t, o)
			near(t, loss+" eigenvalues", values, f.Eigenvalues)
			near(t, loss+" trace", []float64{trace}, []float64{f.Trace})
			numtest.Operator(t, o.Hessian(), 1e-10)
		}
	}
}

// spectrum forms the whole Hessian from its products with unit vectors.
func spectrum(t *testing.T, o *objective.Objective) (values []float64, trace float64) {
	t.Helper()
	n := o.Dim()
	unit, columns := make([]float64, n*n), make([]float64, n*n)
	for i := range n {
		unit[i*n+i] = 1
	}
	if err := o.Hessian().ApplyBlock(columns, unit, n); err != nil {
		t.Fatal(err)
	}
	h := mat.NewSymDense(n, nil)
	for i := range n {
		trace += columns[i*n+i]
		for j := range i + 1 {
			h.SetSym(i, j, (columns[i*n+j]+columns[j*n+i])/2)
		}
	}
	var e mat.EigenSym
	if !e.Factorize(h, false) {
		t.Fatal("the eigenvalues were not found")
	}
	return e.Values(nil), trace
}

// TestSplitChangesNothing: how a set is cut into chunks is no part of the result (a trap of some tools).
func TestSplitChangesNothing(t *testing.T) {
	const rounding = 1e-12 // of float64 sums of twenty terms in another order, relative
	p := read(t, "mlp_tanh.json")
	m, err := model.New(&model.MLP{Widths: []int{6, 5}, Activation: "tanh"}, []int{8}, 3)
	if err != nil {
		t.Fatal(err)
	}
	fast, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []engine.Engine{reference.Engine{}, fast} {
		var whole [3][]float64
		for _, chunk := range []int{20, 1, 3, 7, 19} {
			o := on(t, e, m, "cross-entropy", p.set(), objective.Options{DType: graph.Float64, Chunk: chunk})
			o.MoveTo(p.Plain.Theta, nil)
			g, h := make([]float64, o.Dim()), make([]float64, o.Dim())
			if err := o.Gradient(g); err != nil {
				t.Fatal(err)
			}
			if err := o.Hessian().Apply(h, p.Plain.Vector); err != nil {
				t.Fatal(err)
			}
			loss, err := o.Evaluate()
			if err != nil {
				t.Fatal(err)
			}
			found := [3][]float64{g, h, {loss.Loss, loss.Metrics[0]}}
			if whole[0] == nil {
				whole = found
			}
			for i, what := range []string{"gradient", "Hessian product", "loss and accuracy"} {
				if d := param.Distance(found[i], whole[i]); !(d <= rounding*param.Norm(whole[i])) {
					t.Errorf("%s, chunks of %d: the %s moves by %v", e.Level(), chunk, what, d)
				}
			}
		}
	}
}

// TestDeadAndDivergedNetworksAreTold from living ones: ReLUs that never fire give constant outputs; a network
// whose loss is not finite has no accuracy.
func TestDeadAndDivergedNetworksAreTold(t *testing.T) {
	p := read(t, "mlp_relu.json")
	m, err := model.New(&model.MLP{Widths: []int{6, 5}, Activation: "relu"}, []int{8}, 3)
	if err != nil {
		t.Fatal(err)
	}
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	evaluate := func(theta []float64) objective.Evaluation {
		o := on(t, e, m, "cross-entropy", p.set(), objective.Options{})
		o.MoveTo(theta, nil)
		found, err := o.Evaluate()
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	alive := evaluate(p.Plain.Theta)
	right := 0
	for i, z := range p.Plain.Eval.Logits {
		if z[p.Y[i]] == slices.Max(z) {
			right++
		}
	}
	if want := 100 * float64(right) / float64(len(p.Y)); alive.Constant || alive.Metrics[0] != want {
		t.Errorf("a living network: %+v, want accuracy %v", alive, want)
	}
	theta := slices.Clone(p.Plain.Theta)
	bias, _ := m.Params.Find("fc2.bias")
	for i := range bias.Size {
		theta[bias.Offset+i] = -1e3
	}
	if found := evaluate(theta); !found.Constant || math.IsNaN(found.Loss) {
		t.Errorf("a dead network: %+v", found)
	}
	theta[0] = math.NaN()
	theta[bias.Offset] = math.NaN()
	if found := evaluate(theta); found.Constant || !math.IsNaN(found.Metrics[0]) || !math.IsNaN(found.Loss) {
		t.Errorf("a network of NaNs: %+v, want neither a loss nor an accuracy", found)
	}
}

// TestBlocksHaveTheBitsOfSingles in the precision that measures use.
func TestBlocksHaveTheBitsOfSingles(t *testing.T) {
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	p := read(t, "mlp_relu.json")
	m, err := model.New(&model.MLP{Widths: []int{6, 5}, BatchNorm: true, Activation: "relu"}, []int{8}, 3)
	if err != nil {
		t.Fatal(err)
	}
	o := on(t, e, m, "cross-entropy", p.set(), objective.Options{Chunk: 7})
	o.MoveTo(p.BatchNorm.Theta, p.BatchNorm.state(p.BatchNorm.Buffers))
	const k = 13 // more than one block, and a rest
	src := make([]float64, k*o.Dim())
	for i := range src {
		src[i] = math.Sin(float64(i))
	}
	block, one := make([]float64, len(src)), make([]float64, o.Dim())
	if err := o.Hessian().ApplyBlock(block, src, k); err != nil {
		t.Fatal(err)
	}
	for i := range k {
		at := i * o.Dim()
		if err := o.Hessian().Apply(one, src[at:at+o.Dim()]); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(one, block[at:at+o.Dim()]) {
			t.Fatalf("product %d of a block differs from the same product alone", i)
		}
	}
}

// TestRecomputedStatisticsAreExact: chunk by chunk and layer by layer they are the moments of one pass over the
// whole set.
func TestRecomputedStatisticsAreExact(t *testing.T) {
	p := read(t, "mlp_relu.json")
	m, err := model.New(&model.MLP{Widths: []int{6, 5}, BatchNorm: true, Activation: "relu"}, []int{8}, 3)
	if err != nil {
		t.Fatal(err)
	}
	recompute := func(chunk int) []float64 {
		o := on(t, reference.Engine{}, m, "cross-entropy", p.set(),
			objective.Options{DType: graph.Float64, Chunk: chunk})
		state := m.InitState()
		o.MoveTo(p.BatchNorm.Theta, state)
		if err := o.RecomputeState(state); err != nil {
			t.Fatal(err)
		}
		return state
	}
	// PyTorch's statistics after one pass in training mode are 0.9 of those before and 0.1 of the set's own.
	before, after := p.BatchNorm.state(p.BatchNorm.Buffers), p.BatchNorm.state(p.BatchNorm.Train.After)
	want := make([]float64, len(before))
	for i := range want {
		want[i] = (after[i] - 0.9*before[i]) / 0.1
	}
	near(t, "statistics, one chunk", recompute(20), want)
	near(t, "statistics, chunks of 7", recompute(7), want)
}

package model_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"basin/engine"
	"basin/engine/reference"
	"basin/graph"
	"basin/model"
	"basin/param"
	"basin/random"
)

// settings are those of each kind that a test can use.
func settings() map[string]model.Architecture {
	return map[string]model.Architecture{
		"mlp":      &model.MLP{Width: 3, Depth: 1, Activation: "relu"},
		"cnn":      &model.CNN{Width: 3, Depth: 2, Activation: "tanh"},
		"resnet18": &model.ResNet18{Width: 1, Activation: "gelu"},
		"resnet20": &model.ResNet20{Width: 1, Activation: "swish"},
	}
}

// TestKinds: each builds a network for images with the outputs that are asked for, and none with its zero
// settings.
func TestKinds(t *testing.T) {
	for _, k := range model.Kinds {
		a, known := settings()[k.Name]
		if !known {
			t.Errorf("%s: no settings to test it with", k.Name)
			continue
		}
		m, err := model.New(a, []int{3, 8, 8}, 7)
		if err != nil {
			t.Fatal(err)
		}
		if y := outputs(t, m, m.Init(random.Stream(1, "init", 0)), 2, model.Eval); len(y) != 2*7 {
			t.Errorf("%s: %d outputs of two samples, want 14", k.Name, len(y))
		}
		if _, err := model.New(k.New(), []int{3, 8, 8}, 7); err == nil {
			t.Errorf("%s: settings that are all zero were taken", k.Name)
		}
	}
}

func TestUnknownActivationsAreErrors(t *testing.T) {
	for _, a := range []model.Architecture{
		&model.MLP{Width: 3, Depth: 1, Activation: "rellu"}, &model.CNN{Width: 3, Depth: 1, Activation: "rellu"},
		&model.ResNet18{Width: 1, Activation: "rellu"}, &model.ResNet20{Width: 1},
	} {
		if _, err := model.New(a, []int{3, 8, 8}, 7); err == nil ||
			!strings.Contains(err.Error(), "relu, tanh, sigmoid, gelu, swish") {
			t.Errorf("%T: error %v, want one that lists the activations", a, err)
		}
	}
}

func TestImagesAreAskedFor(t *testing.T) {
	for _, kind := range []string{"cnn", "resnet18", "resnet20"} {
		if _, err := model.New(settings()[kind], []int{64}, 7); err == nil ||
			!strings.Contains(err.Error(), kind+" needs images") {
			t.Errorf("%s for 64 features: error %v", kind, err)
		}
	}
}

// TestProducts counts a fully connected net's by hand, and a convolution's, padding included.
func TestProducts(t *testing.T) {
	for _, c := range []struct {
		a     model.Architecture
		input []int
		want  int
	}{
		{&model.MLP{Widths: []int{5, 4}, Activation: "relu"}, []int{6}, 6*5 + 5*4 + 4*3},
		{&model.CNN{Width: 2, Depth: 2, Activation: "relu"}, []int{1, 4, 4}, 9*2*16 + 9*2*4*4 + 4*3},
	} {
		m, err := model.New(c.a, c.input, 3)
		if err != nil {
			t.Fatal(err)
		}
		if m.Products != c.want {
			t.Errorf("%T: %d multiplications, want %d", c.a, m.Products, c.want)
		}
	}
}

// dropping is a network of two dropouts and a counter of passes.
type dropping struct{ probability float64 }

func (dropping) Fits([]int) error { return nil }

func (d dropping) Build(b *model.Builder, x *graph.Value, outputs int) *graph.Value {
	passes := b.Running("passes", 3, 1)
	b.Update(passes, graph.Shift(passes, 1))
	gain := b.Parameter("gain", model.Constant(0.5), outputs)
	x = b.Dropout(b.Dropout(x, d.probability), 0)
	return graph.Mul(x, graph.Broadcast(gain, x.Shape(), 1))
}

func literal(x []float64, shape []int) *graph.Value {
	return graph.Literal(graph.T(graph.Float64, shape...), x)
}

// outputs evaluates a model on n samples, all ones, with noise if there is some.
func outputs(t *testing.T, m *model.Model, theta []float64, n int, mode model.Mode, noise ...float64) []float64 {
	t.Helper()
	y, _ := pass(t, m, theta, n, mode, noise)
	return y
}

func pass(t *testing.T, m *model.Model, theta []float64, n int, mode model.Mode,
	noise []float64) (y, state []float64) {
	t.Helper()
	p, err := graph.Trace(func([]*graph.Value) []*graph.Value {
		var values []*graph.Value
		for _, s := range m.Params.Segments {
			values = append(values, literal(param.View(theta, s), s.Shape))
		}
		var before []*graph.Value
		for _, s := range m.State.Segments {
			before = append(before, literal(param.View(m.InitState(), s), s.Shape))
		}
		shapes, err := m.Noise(n)
		if err != nil {
			t.Fatal(err)
		}
		var drawn []*graph.Value
		for _, shape := range shapes {
			if noise != nil {
				drawn = append(drawn, literal(noise, shape))
			}
		}
		x := graph.Full(graph.T(graph.Float64, append([]int{n}, m.Input...)...), 1)
		result := m.Apply(values, before, x, mode, drawn...)
		return append([]*graph.Value{result.Outputs}, result.State...)
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := engine.Evaluate(reference.Engine{}, p)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range out[1:] {
		state = append(state, a.F64...)
	}
	return out[0].F64, state
}

// TestDropout drops what the noise says, in training alone, and keeps the mean.
func TestDropout(t *testing.T) {
	m, err := model.New(dropping{0.25}, []int{4}, 4)
	if err != nil {
		t.Fatal(err)
	}
	shapes, err := m.Noise(1)
	if err != nil || len(shapes) != 2 || !slices.Equal(shapes[0], []int{1, 4}) {
		t.Fatalf("noise of shapes %v (%v), want two of [1 4]", shapes, err)
	}
	theta, noise := m.Init(random.Stream(1, "init", 0)), []float64{0.2, 0.3, 0, 0.25}
	near := func(what string, got, want []float64) {
		t.Helper()
		if len(got) != len(want) {
			t.Fatalf("%s: %v, want %v", what, got, want)
		}
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-15 {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
	}
	near("training", outputs(t, m, theta, 1, model.Batch, noise...), []float64{0, 0.5 / 0.75, 0, 0.5 / 0.75})
	near("training without noise", outputs(t, m, theta, 1, model.Batch), []float64{0.5, 0.5, 0.5, 0.5})
	near("evaluation", outputs(t, m, theta, 1, model.Eval, noise...), []float64{0.5, 0.5, 0.5, 0.5})
}

// TestRunning statistics start where they are said to, move in training and stay in evaluation.
func TestRunning(t *testing.T) {
	m, err := model.New(dropping{0.5}, []int{4}, 4)
	if err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[model.Mode]float64{model.Batch: 4, model.Eval: 3} {
		_, state := pass(t, m, m.Init(random.Stream(1, "init", 0)), 1, mode, nil)
		if !slices.Equal(state, []float64{want}) {
			t.Errorf("mode %v: the counter is %v, want %v", mode, state, want)
		}
	}
}

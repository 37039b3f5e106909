package train

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"basin/engine"
	"basin/engine/cpu"
	"basin/graph"
	"basin/spec"
)

// agreement of two float64 computations of some hundred steps, relative: rounding alone.
const agreement = 1e-12

func near(got, want float64) bool { return math.Abs(got-want) <= agreement*max(1, math.Abs(want)) }

func fixture(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func testEngine(t *testing.T) engine.Engine {
	t.Helper()
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// stepper compiles a rule by itself, to update theta in place.
func stepper(t *testing.T, s spec.Optimizer, theta, grad engine.Array) func(lr float64, step int) {
	t.Helper()
	rule, err := NewRule(s)
	if err != nil {
		t.Fatal(err)
	}
	changing, donate := []engine.Array{theta}, []int{1}
	var rates []engine.Array
	types := []graph.Type{theta.Type}
	for i := range rule.Moments {
		changing, donate, types = append(changing, engine.NewArray(theta.Type)), append(donate, i+2), append(types, theta.Type)
	}
	types = append(types, grad.Type)
	for range rule.Rates {
		rates = append(rates, engine.NewArray(graph.T(theta.Type.DType)))
		types = append(types, rates[0].Type)
	}
	p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		n := len(changing)
		next, moments := rule.Update(in[0], in[n], in[1:n], in[n+1:])
		return append([]*graph.Value{next}, moments...)
	}, types...)
	if err != nil {
		t.Fatal(err)
	}
	x, err := testEngine(t).Compile(p, engine.Options{Donate: donate})
	if err != nil {
		t.Fatal(err)
	}
	run, err := x.Bind(slices.Concat(changing, []engine.Array{grad}, rates), changing)
	if err != nil {
		t.Fatal(err)
	}
	return func(lr float64, step int) {
		rule.SetRates(rates, lr, step)
		if err := run(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOptimizersArePyTorchs follows torch.optim for 100 steps, with a drop of the rate on the way.
func TestOptimizersArePyTorchs(t *testing.T) {
	var f struct {
		Start     []float64
		Gradients [][]float64
		Cases     []struct {
			Kind    string
			Options struct {
				LR, Momentum, Eps float64
				WeightDecay       float64 `json:"weight_decay"`
				Nesterov          bool
				Betas             []float64
			}
			DropAt   *int `json:"drop_at"`
			Iterates [][]float64
		}
	}
	fixture(t, "optimizers.json", &f)
	for _, c := range f.Cases {
		s := spec.Optimizer{Kind: c.Kind, LR: c.Options.LR, Momentum: c.Options.Momentum, Nesterov: c.Options.Nesterov,
			WeightDecay: c.Options.WeightDecay, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8}
		if c.Options.Betas != nil {
			copy(s.Betas[:], c.Options.Betas)
		}
		if c.Options.Eps != 0 {
			s.Eps = c.Options.Eps
		}
		theta, grad := engine.Float64s(append([]float64(nil), f.Start...)), engine.Float64s(make([]float64, len(f.Start)))
		step := stepper(t, s, theta, grad)
		for i, g := range f.Gradients {
			if c.DropAt != nil && i == *c.DropAt {
				s.LR *= 0.1
			}
			copy(grad.F64, g)
			step(s.LR, i+1)
			for j, want := range c.Iterates[i] {
				if !near(theta.F64[j], want) {
					t.Fatalf("%s %+v: element %d after step %d is %v, PyTorch has %v", c.Kind, c.Options, j, i+1, theta.F64[j], want)
				}
			}
		}
	}
}

// TestSchedulesArePyTorchs: the rate during each of 60 epochs; warm-up over 5 epochs of one step each.
func TestSchedulesArePyTorchs(t *testing.T) {
	var f map[string]json.RawMessage
	fixture(t, "schedules.json", &f)
	for name, s := range map[string]spec.Schedule{
		"step_45":               {Kind: "step", At: []int{45}, Factor: 0.1},
		"step_20_40_factor_0.2": {Kind: "step", At: []int{20, 40}, Factor: 0.2},
		"cosine":                {Kind: "cosine"},
		"warmup_5_step_45":      {Kind: "step", At: []int{45}, Factor: 0.1, Warmup: 5},
		"warmup_5_constant":     {Kind: "constant", Warmup: 5},
	} {
		var want []float64
		if err := json.Unmarshal(f[name], &want); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for epoch, w := range want {
			got := LearningRate(0.05, s, len(want), epoch, 0, 1)
			if s.Warmup > 0 && epoch < s.Warmup {
				w = 0.05 * float64(epoch+1) / float64(s.Warmup) // ours reaches the full rate within the warm-up
			}
			if !near(got, w) {
				t.Errorf("%s: epoch %d has rate %v, want %v", name, epoch, got, w)
			}
		}
	}
}

// TestWarmUpRisesStepByStep to the schedule's rate, which it multiplies.
func TestWarmUpRisesStepByStep(t *testing.T) {
	const lr, warm, batches, epochs = 0.2, 2, 3, 4
	for _, kind := range []string{"constant", "cosine"} {
		for epoch := range epochs {
			base := LearningRate(lr, spec.Schedule{Kind: kind}, epochs, epoch, 0, batches)
			for batch := range batches {
				want := base * min(1, float64(epoch*batches+batch+1)/(warm*batches))
				got := LearningRate(lr, spec.Schedule{Kind: kind, Warmup: warm}, epochs, epoch, batch, batches)
				if !near(got, want) {
					t.Errorf("%s: epoch %d batch %d has rate %v, want %v", kind, epoch, batch, got, want)
				}
			}
		}
	}
}

func TestRuleB(t *testing.T) {
	flat := func(n int) []float64 {
		l := make([]float64, n)
		for i := range l {
			l[i] = 1
		}
		return l
	}
	moving := flat(40)
	moving[36] = 1.001
	slow := make([]float64, 40)
	for i := range slow {
		slow[i] = 1 - 0.99e-4*float64(i)
	}
	for _, c := range []struct {
		name   string
		losses []float64
		want   bool
	}{{"29 epochs", flat(29), false}, {"30 epochs", flat(30), true}, {"a change among the last five", moving, false}, {"small changes", slow, true}} {
		if got := RuleB(c.losses); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

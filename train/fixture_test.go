package train

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"basin/engine"
	"basin/engine/cpu"
	"basin/graph"
	"basin/objective"
	"basin/param"
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

// compiled is a rule alone, which updates theta in place.
func compiled(t *testing.T, r Rule, theta, grad engine.Array) func(lr float64, step int) {
	t.Helper()
	var l param.Layout
	l.Add("theta", theta.Len())
	f := &objective.Frame{}
	at, g := f.Vector(l, theta), f.Shared(grad)
	d := NewDescent(f, r, at, l, graph.Float64)
	p, err := f.Compile(testEngine(t), func(b *objective.Body) { d.Update(b, b.Get(g)) })
	if err != nil {
		t.Fatal(err)
	}
	run, err := p.Bind(f)
	if err != nil {
		t.Fatal(err)
	}
	return func(lr float64, step int) {
		d.SetRates(lr, step)
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
		var rule Rule
		switch o := c.Options; c.Kind {
		case "sgd":
			rule = &SGD{LR: o.LR, Momentum: o.Momentum, Nesterov: o.Nesterov, WeightDecay: o.WeightDecay}
		case "adam":
			a := Adam{LR: o.LR, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8, WeightDecay: o.WeightDecay}
			if o.Betas != nil {
				copy(a.Betas[:], o.Betas)
			}
			if o.Eps != 0 {
				a.Eps = o.Eps
			}
			rule = &a
		}
		theta, grad := engine.Float64s(append([]float64(nil), f.Start...)), engine.Float64s(make([]float64,
			len(f.Start)))
		step, lr := compiled(t, rule, theta, grad), rule.LearningRate()
		for i, g := range f.Gradients {
			if c.DropAt != nil && i == *c.DropAt {
				lr *= 0.1
			}
			copy(grad.F64, g)
			step(lr, i+1)
			for j, want := range c.Iterates[i] {
				if !near(theta.F64[j], want) {
					t.Fatalf("%s %+v: element %d after step %d is %v, PyTorch has %v", c.Kind, c.Options, j, i+1, theta.F64[j],
						want)
				}
			}
		}
	}
}

// TestSchedulesArePyTorchs: the rate during each of 60 epochs; warm-up over 5 epochs of one step each.
func TestSchedulesArePyTorchs(t *testing.T) {
	var f map[string]json.RawMessage
	fixture(t, "schedules.json", &f)
	for name, r := range map[string]Recipe{
		"step_45":               {Schedule: &Steps{At: []int{45}, Factor: 0.1}},
		"step_20_40_factor_0.2": {Schedule: &Steps{At: []int{40, 20}, Factor: 0.2}},
		"cosine":                {Schedule: &Cosine{}},
		"warmup_5_step_45":      {Schedule: &Steps{At: []int{45}, Factor: 0.1}, Warmup: 5},
		"warmup_5_constant":     {Warmup: 5},
	} {
		var want []float64
		if err := json.Unmarshal(f[name], &want); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r.Optimizer, r.Epochs = &SGD{LR: 0.05}, len(want)
		for epoch, w := range want {
			got := r.rate(epoch, 1)
			if r.Warmup > 0 && epoch < r.Warmup {
				w = 0.05 * float64(epoch+1) / float64(r.Warmup) // ours reaches the full rate within the warm-up
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
	for _, s := range []Schedule{&Constant{}, &Cosine{}} {
		r := Recipe{Optimizer: &SGD{LR: lr}, Schedule: s, Warmup: warm, Epochs: epochs}
		for step := range epochs * batches {
			want := s.Rate(lr, step/batches, epochs) * min(1, float64(step+1)/(warm*batches))
			if got := r.rate(step, batches); !near(got, want) {
				t.Errorf("%T: step %d has rate %v, want %v", s, step, got, want)
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
	}{{"29 epochs", flat(29), false}, {"30 epochs", flat(30), true}, {"a change among the last five", moving,
		false}, {"small changes", slow, true}} {
		if got := (RuleB{}).Stops(c.losses); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

package train_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"basin/dataset"
	"basin/engine/cpu"
	"basin/graph"
	"basin/model"
	"basin/objective"
	"basin/param"
	"basin/random"
	"basin/record"
	"basin/spec"
	"basin/train"
)

func digits(t *testing.T) *dataset.Set {
	t.Helper()
	s, err := dataset.Load(spec.Data{Set: "digits", Train: 1437, Fraction: 0.07, Normalize: "channel"}, dataset.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return s.Train
}

func newTrainer(t *testing.T, recipe spec.Train, batchNorm bool) *train.Trainer {
	t.Helper()
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	set := digits(t)
	m, err := model.New(spec.Model{Kind: "mlp", Width: 5, Depth: 2, BatchNorm: batchNorm}, set.Input(), set.Classes)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.New(e, m, set, recipe)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func sgd() spec.Train {
	return spec.Train{Batch: 16, Epochs: 6, Optimizer: spec.Optimizer{Kind: "sgd", LR: 0.05, Momentum: 0.9, WeightDecay: 5e-4}}
}

func run(t *testing.T, tr *train.Trainer, replica int, o train.Options) *train.Result {
	t.Helper()
	r, err := tr.Run(context.Background(), 1, replica, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func same(t *testing.T, what string, a, b *train.Result) {
	t.Helper()
	equal := func(x, y []float64) bool {
		return slices.EqualFunc(x, y, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) })
	}
	if !equal(a.Theta, b.Theta) || !equal(a.State, b.State) || !equal(a.Losses, b.Losses) || a.Epoch != b.Epoch || a.Steps != b.Steps {
		t.Errorf("%s: other bits", what)
	}
}

// TestTrainingRepeats: training learns, and gives the same bits whatever was trained before, and other ones for another replica.
func TestTrainingRepeats(t *testing.T) {
	tr := newTrainer(t, sgd(), true)
	first, other, again := run(t, tr, 0, train.Options{}), run(t, tr, 1, train.Options{}), run(t, tr, 0, train.Options{})
	same(t, "again after another replica", first, again)
	if slices.Equal(first.Theta, other.Theta) {
		t.Error("two replicas are one")
	}
	if last := first.Losses[len(first.Losses)-1]; last > 0.7*first.Losses[0] {
		t.Errorf("the loss went from %v to %v only", first.Losses[0], last)
	}
	if want := 6 * 7; first.Steps != want { // 100 samples are six batches of 16 and one of 4
		t.Errorf("%d steps, want %d", first.Steps, want)
	}
	recipe := sgd()
	recipe.DropLast = true
	if r := run(t, newTrainer(t, recipe, true), 0, train.Options{}); r.Steps != 6*6 {
		t.Errorf("%d steps without short batches, want %d", r.Steps, 6*6)
	}
}

// TestTrainingResumes from every epoch to the same bits.
func TestTrainingResumes(t *testing.T) {
	adam := sgd()
	adam.Optimizer = spec.Optimizer{Kind: "adam", LR: 0.01, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8}
	best := sgd()
	best.Keep, best.Optimizer.LR = "best", 1 // the best epoch is an early one, as TestKeepBest makes sure: later ones must remember it
	for name, recipe := range map[string]spec.Train{"sgd": sgd(), "adam": adam, "keep best": best} {
		tr := newTrainer(t, recipe, true)
		var kept []train.Snapshot
		whole := run(t, tr, 0, train.Options{Save: func(s func() train.Snapshot) error { kept = append(kept, s()); return nil }})
		for _, s := range kept {
			same(t, name, whole, run(t, tr, 0, train.Options{From: &s}))
		}
		if len(kept) == 0 {
			t.Errorf("%s: no snapshot was offered", name)
		}
	}
}

// TestKeepBest keeps the parameters of the epoch of lowest loss: those of a training that ends there.
func TestKeepBest(t *testing.T) {
	recipe := sgd()
	recipe.Keep, recipe.Optimizer.LR = "best", 1
	r := run(t, newTrainer(t, recipe, true), 0, train.Options{})
	best := 0
	for i, l := range r.Losses {
		if l < r.Losses[best] {
			best = i
		}
	}
	if best == len(r.Losses)-1 {
		t.Fatalf("the last epoch is the best, which shows nothing: %v", r.Losses)
	}
	if r.Epoch != best+1 {
		t.Errorf("kept epoch %d, lowest loss in epoch %d", r.Epoch, best+1)
	}
	recipe.Keep, recipe.Epochs = "last", best+1
	short := run(t, newTrainer(t, recipe, true), 0, train.Options{})
	if !slices.Equal(r.Theta, short.Theta) || !slices.Equal(r.State, short.State) {
		t.Errorf("what was kept is not what epoch %d ended with", best+1)
	}
}

// TestRuleBStops a training that does not move at the first epoch that may end it.
func TestRuleBStops(t *testing.T) {
	recipe := sgd()
	recipe.Batch, recipe.Epochs, recipe.Optimizer.LR, recipe.Stop.RuleB = 100, 40, 1e-12, true
	if r := run(t, newTrainer(t, recipe, false), 0, train.Options{}); r.Stopped != "rule B" || len(r.Losses) != 30 || r.Status != record.OK {
		t.Errorf("stopped by %q after %d epochs with status %q", r.Stopped, len(r.Losses), r.Status)
	}
}

func TestDivergenceIsAStatus(t *testing.T) {
	recipe := sgd()
	recipe.Optimizer.LR = 1e6
	r := run(t, newTrainer(t, recipe, false), 0, train.Options{})
	if r.Status != record.Diverged || r.Stopped != "diverged" || r.Reason == "" {
		t.Errorf("status %q, stopped by %q, because %q", r.Status, r.Stopped, r.Reason)
	}
}

func TestTargetLossStops(t *testing.T) {
	recipe := sgd()
	recipe.Stop.TargetLoss = 10
	if r := run(t, newTrainer(t, recipe, false), 0, train.Options{}); r.Stopped != "target loss" || len(r.Losses) != 1 {
		t.Errorf("stopped by %q after %d epochs", r.Stopped, len(r.Losses))
	}
}

// TestObserverSeesEachStep, in order, with the parameters after it: plain SGD moves them by the rate times the gradient.
func TestObserverSeesEachStep(t *testing.T) {
	recipe := sgd()
	recipe.Optimizer, recipe.Epochs, recipe.DType = spec.Optimizer{Kind: "sgd", LR: 0.1}, 2, "float64"
	var before []float64
	steps := 0
	r := run(t, newTrainer(t, recipe, false), 0, train.Options{Observer: func(s train.Step) error {
		if s.Epoch != steps/7 || s.Batch != steps%7 {
			t.Fatalf("step %d is said to be batch %d of epoch %d", steps, s.Batch, s.Epoch)
		}
		for i, x := range before {
			const rounding = 1e-15
			if d := s.Theta.F64[i] - (x - s.LR*s.Gradient.F64[i]); d > rounding || d < -rounding {
				t.Fatalf("step %d moved parameter %d by %v, not by the rate times its gradient %v", steps, i, s.Theta.F64[i]-x, s.Gradient.F64[i])
			}
		}
		before = slices.Clone(s.Theta.F64)
		steps++
		return nil
	}})
	if steps != 14 || !slices.Equal(before, r.Theta) {
		t.Errorf("%d steps were seen, want 14 that end at the result", steps)
	}
}

func TestCancelledTrainingStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := newTrainer(t, sgd(), false).Run(ctx, 1, 0, train.Options{}); err != context.Canceled {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestBatchLargerThanTheSetIsAnError(t *testing.T) {
	set := digits(t)
	m, err := model.New(spec.Model{Kind: "mlp", Width: 2, Depth: 1}, set.Input(), set.Classes)
	if err != nil {
		t.Fatal(err)
	}
	recipe := sgd()
	recipe.Batch = 101
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := train.New(e, m, set, recipe); err == nil {
		t.Error("a batch of 101 of 100 samples was taken")
	}
}

// TestObserverSeesTheBatch: its loss and gradient, those of an objective on the same samples; and to look on changes no bit.
func TestObserverSeesTheBatch(t *testing.T) {
	const agreement = 1e-12 // float64, relative: the same sums in two programs
	recipe := sgd()
	recipe.Epochs, recipe.DType = 1, "float64"
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	set := digits(t)
	m, err := model.New(spec.Model{Kind: "mlp", Width: 5, Depth: 2, BatchNorm: true}, set.Input(), set.Classes)
	if err != nil {
		t.Fatal(err)
	}
	batches, err := dataset.NewBatches(set.Len(), recipe.Batch, false, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	batches.Start(0)
	theta, seen := m.Init(random.Stream(1, "init", 0)), 0.0
	watched := run(t, newTrainer(t, recipe, true), 0, train.Options{Observer: func(s train.Step) error {
		o, err := objective.New(e, m, set.Select(batches.At(s.Batch)), objective.Options{Mode: model.Batch, DType: graph.Float64})
		if err != nil {
			return err
		}
		o.MoveTo(theta, m.InitState())
		want, err := o.Evaluate()
		if err != nil {
			return err
		}
		g := make([]float64, o.Dim())
		if err := o.Gradient(g); err != nil {
			return err
		}
		if math.Abs(s.Loss-want.Loss) > agreement*want.Loss {
			t.Errorf("batch %d: loss %v, want %v", s.Batch, s.Loss, want.Loss)
		}
		if d := param.Distance(g, s.Gradient.F64); d > agreement*param.Norm(g) {
			t.Errorf("batch %d: the gradient is off by %v of %v", s.Batch, d, param.Norm(g))
		}
		theta, seen = slices.Clone(s.Theta.F64), seen+want.Loss*float64(want.N)
		return nil
	}})
	if want := seen / float64(set.Len()); math.Abs(watched.Losses[0]-want) > agreement*want {
		t.Errorf("loss of the epoch %v, want %v: the mean over samples, a short batch by its size", watched.Losses[0], want)
	}
	same(t, "watched", watched, run(t, newTrainer(t, recipe, true), 0, train.Options{}))
}

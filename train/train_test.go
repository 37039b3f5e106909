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
	"basin/record"
	"basin/spec"
	"basin/task"
	"basin/train"
)

func digits(t *testing.T) *dataset.Set {
	t.Helper()
	d := spec.Data{Set: "digits", Train: 1437, Fraction: 0.07, Normalize: "channel"}
	s, err := dataset.Load(d, dataset.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return s.Train
}

// setup is a small network on a hundred digits.
func setup(t *testing.T, batchNorm bool, d graph.DType) *objective.Setup {
	t.Helper()
	return on(t, digits(t), &model.MLP{Width: 5, Depth: 2, Activation: "relu", BatchNorm: batchNorm},
		classification(), d)
}

func classification() task.Task { return &task.Classification{Criterion: "cross-entropy"} }

// on is a setup of an architecture and a task on a set.
func on(t *testing.T, set *dataset.Set, a model.Architecture, k task.Task, d graph.DType) *objective.Setup {
	t.Helper()
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	width, err := k.Width(set)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.New(a, set.Input(), width)
	if err != nil {
		t.Fatal(err)
	}
	return &objective.Setup{Engine: e, Model: m, Task: k, Data: &dataset.Split{Train: set}, Seed: 1, DType: d}
}

func newTrainer(t *testing.T, recipe train.Recipe, batchNorm bool) *train.Trainer {
	t.Helper()
	return trainer(t, setup(t, batchNorm, graph.Float32), recipe)
}

func trainer(t *testing.T, s *objective.Setup, recipe train.Recipe) *train.Trainer {
	t.Helper()
	tr, err := train.New(s, recipe)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func sgd() train.Recipe {
	return train.Recipe{Batch: 16, Epochs: 6, Optimizer: &train.SGD{LR: 0.05, Momentum: 0.9, WeightDecay: 5e-4}}
}

// fast is sgd at another rate.
func fast(lr float64) train.Recipe {
	r := sgd()
	r.Optimizer = &train.SGD{LR: lr, Momentum: 0.9, WeightDecay: 5e-4}
	return r
}

func run(t *testing.T, tr *train.Trainer, m train.Member) *train.Result {
	t.Helper()
	r, err := tr.Run(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	return r[0]
}

// keep appends a snapshot of each step.
func keep(kept *[]*train.Snapshot) func(func() *train.Snapshot) error {
	return func(take func() *train.Snapshot) error {
		*kept = append(*kept, take())
		return nil
	}
}

func same(t *testing.T, what string, a, b *train.Result) {
	t.Helper()
	equal := func(x, y []float64) bool {
		return slices.EqualFunc(x, y, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) })
	}
	if !equal(a.Theta, b.Theta) || !equal(a.State, b.State) || !equal(a.Losses, b.Losses) || a.Epoch != b.Epoch ||
		a.Steps != b.Steps {
		t.Errorf("%s: other bits", what)
	}
}

// TestTrainingRepeats: training learns, and gives the same bits whatever was trained before, and other ones for
// another replica.
func TestTrainingRepeats(t *testing.T) {
	tr := newTrainer(t, sgd(), true)
	first, other, again := run(t, tr, train.Member{}), run(t, tr, train.Member{Replica: 1}), run(t, tr,
		train.Member{})
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
	if r := run(t, newTrainer(t, recipe, true), train.Member{}); r.Steps != 6*6 {
		t.Errorf("%d steps without short batches, want %d", r.Steps, 6*6)
	}
}

// TestTrainingResumes from every step to the same bits.
func TestTrainingResumes(t *testing.T) {
	adam := sgd()
	adam.Optimizer = &train.Adam{LR: 0.01, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8}
	best := fast(1) // the best epoch is an early one, as TestKeepBest makes sure: later ones must remember it
	best.Best = true
	for name, recipe := range map[string]train.Recipe{"sgd": sgd(), "adam": adam, "keep best": best} {
		tr := newTrainer(t, recipe, true)
		var kept []*train.Snapshot
		whole := run(t, tr, train.Member{Save: keep(&kept)})
		for _, s := range kept {
			same(t, name, whole, run(t, tr, train.Member{From: s}))
		}
		if len(kept) != whole.Steps-1 { // the last step ends the training
			t.Errorf("%s: %d snapshots were offered in %d steps", name, len(kept), whole.Steps)
		}
	}
}

// TestKeepBest keeps the parameters of the epoch of lowest loss: those of a training that ends there.
func TestKeepBest(t *testing.T) {
	recipe := fast(1)
	recipe.Best = true
	r := run(t, newTrainer(t, recipe, true), train.Member{})
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
	recipe.Best, recipe.Epochs = false, best+1
	short := run(t, newTrainer(t, recipe, true), train.Member{})
	if !slices.Equal(r.Theta, short.Theta) || !slices.Equal(r.State, short.State) {
		t.Errorf("what was kept is not what epoch %d ended with", best+1)
	}
}

// TestRuleBStops a training that does not move at the first epoch that may end it.
func TestRuleBStops(t *testing.T) {
	recipe := fast(1e-12)
	recipe.Batch, recipe.Epochs, recipe.Stop = 100, 40, []train.Stop{train.RuleB{}}
	r := run(t, newTrainer(t, recipe, false), train.Member{})
	if r.Stopped != "rule B" || len(r.Losses) != 30 || r.Status != record.OK {
		t.Errorf("stopped by %q after %d epochs with status %q", r.Stopped, len(r.Losses), r.Status)
	}
}

func TestDivergenceIsAStatus(t *testing.T) {
	r := run(t, newTrainer(t, fast(1e6), false), train.Member{})
	if r.Status != record.Diverged || r.Stopped != "diverged" || r.Reason == "" {
		t.Errorf("status %q, stopped by %q, because %q", r.Status, r.Stopped, r.Reason)
	}
}

func TestTargetLossStops(t *testing.T) {
	recipe := sgd()
	recipe.Stop = []train.Stop{train.TargetLoss(10)}
	if r := run(t, newTrainer(t, recipe, false), train.Member{}); r.Stopped != "target loss" || len(r.Losses) != 1 {
		t.Errorf("stopped by %q after %d epochs", r.Stopped, len(r.Losses))
	}
}

func TestCancelledTrainingStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := newTrainer(t, sgd(), false).Run(ctx, train.Member{}); err != context.Canceled {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestBatchLargerThanTheSetIsAnError(t *testing.T) {
	recipe := sgd()
	recipe.Batch = 101
	if _, err := train.New(setup(t, false, graph.Float32), recipe); err == nil {
		t.Error("a batch of 101 of 100 samples was taken")
	}
}

package train_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"basin/dataset"
	"basin/graph"
	"basin/model"
	"basin/objective"
	"basin/param"
	"basin/random"
	"basin/train"
)

// watcher adds up what it sees at every so many steps; at every 0, nothing.
type watcher struct {
	every int
	seen  []float64 // steps, losses, norms of gradients and of parameters, summed
}

func (w *watcher) Wants(step int) bool { return w.every > 0 && step%w.every == 0 }

func (w *watcher) Step(s train.Step) error {
	if w.seen == nil {
		w.seen = make([]float64, 4)
	}
	for i, x := range []float64{float64(s.Step), s.Loss, param.Norm(s.Gradient()), param.Norm(s.Theta())} {
		w.seen[i] += x
	}
	return nil
}

func (w *watcher) State() (map[string][]float64, []string) {
	return map[string][]float64{"seen": slices.Clone(w.seen)}, []string{"a file"}
}

func (w *watcher) Restore(values map[string][]float64) error {
	w.seen = slices.Clone(values["seen"])
	return nil
}

func (w *watcher) equal(o *watcher) bool {
	return slices.EqualFunc(w.seen, o.seen,
		func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })
}

// TestWatchedTrainingResumes from any step to the bits of an undisturbed one: the network and what the observer
// has seen.
func TestWatchedTrainingResumes(t *testing.T) {
	tr := newTrainer(t, sgd(), true)
	var kept []*train.Snapshot
	whole := &watcher{every: 3}
	want := run(t, tr, train.Member{Observers: map[string]train.Observer{"w": whole}, Save: keep(&kept)})
	for i := 0; i < len(kept); i += 5 {
		w := &watcher{every: 3}
		same(t, "resumed", run(t, tr, train.Member{From: kept[i], Observers: map[string]train.Observer{"w": w}}), want)
		if !w.equal(whole) {
			t.Fatalf("resumed after step %d, the observer ends with %v, want %v", kept[i].Steps, w.seen, whole.seen)
		}
	}
	if o := kept[4].Observers["w"]; !slices.Equal(o.Files, []string{"a file"}) || len(o.Values["seen"]) != 4 {
		t.Errorf("a snapshot has %+v of the observer", o)
	}
}

// TestSnapshotWithoutAnObserverStartsAnew: what an observer did not see before cannot be made up for later.
func TestSnapshotWithoutAnObserverStartsAnew(t *testing.T) {
	tr := newTrainer(t, sgd(), false)
	var kept []*train.Snapshot
	want := run(t, tr, train.Member{Save: keep(&kept)})
	w, fresh := &watcher{every: 1}, &watcher{every: 1}
	same(t, "anew", run(t, tr, train.Member{From: kept[20], Observers: map[string]train.Observer{"w": w}}), want)
	run(t, tr, train.Member{Observers: map[string]train.Observer{"w": fresh}})
	if !w.equal(fresh) || w.seen[0] != float64(want.Steps*(want.Steps+1)/2) {
		t.Errorf("the observer saw %v, want %v: all steps", w.seen, fresh.seen)
	}
}

// stepper is an observer by a function.
type stepper func(train.Step) error

func (stepper) Wants(int) bool                          { return true }
func (f stepper) Step(s train.Step) error               { return f(s) }
func (stepper) State() (map[string][]float64, []string) { return nil, nil }
func (stepper) Restore(map[string][]float64) error      { return nil }
func watched(f func(train.Step) error) (m train.Member) { return with(m, f) }
func with(m train.Member, f func(train.Step) error) train.Member {
	m.Observers = map[string]train.Observer{"f": stepper(f)}
	return m
}

// TestObserverSeesEachStep, in order, with the parameters after it: plain SGD moves them by the rate times the
// gradient.
func TestObserverSeesEachStep(t *testing.T) {
	recipe := sgd()
	recipe.Optimizer, recipe.Epochs = &train.SGD{LR: 0.1}, 2
	var before []float64
	steps := 0
	r := run(t, trainer(t, setup(t, false, graph.Float64), recipe), watched(func(s train.Step) error {
		if s.Epoch != steps/7 || s.Batch != steps%7 || s.Step != steps+1 {
			t.Fatalf("step %d is said to be step %d, batch %d of epoch %d", steps+1, s.Step, s.Batch, s.Epoch)
		}
		theta, gradient := s.Theta(), s.Gradient()
		for i, x := range before {
			const rounding = 1e-15
			if d := theta[i] - (x - s.LR*gradient[i]); d > rounding || d < -rounding {
				t.Fatalf("step %d moved parameter %d by %v, not by the rate times its gradient %v", steps, i, theta[i]-x,
					gradient[i])
			}
		}
		before = theta
		steps++
		return nil
	}))
	if steps != 14 || !slices.Equal(before, r.Theta) {
		t.Errorf("%d steps were seen, want 14 that end at the result", steps)
	}
}

// TestObserverSeesTheBatch: its loss and gradient are those of an objective on the same samples.
func TestObserverSeesTheBatch(t *testing.T) {
	const agreement = 1e-12 // float64, relative: the same sums in two programs
	recipe := sgd()
	recipe.Epochs = 1
	s := setup(t, true, graph.Float64)
	set, m, tr := s.Data.Train, s.Model, trainer(t, s, recipe)
	batches, err := dataset.NewBatches(set.Len(), recipe.Batch, false, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	batches.Start(0)
	theta, seen := m.Init(random.Stream(1, "init", 0)), 0.0
	result := run(t, tr, watched(func(step train.Step) error {
		o, err := s.On(set.Select(batches.At(step.Batch)), objective.Options{Mode: model.Batch, DType: graph.Float64})
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
		if math.Abs(step.Loss-want.Loss) > agreement*want.Loss {
			t.Errorf("batch %d: loss %v, want %v", step.Batch, step.Loss, want.Loss)
		}
		if d := param.Distance(g, step.Gradient()); d > agreement*param.Norm(g) {
			t.Errorf("batch %d: the gradient is off by %v of %v", step.Batch, d, param.Norm(g))
		}
		theta, seen = step.Theta(), seen+want.Loss*float64(want.N)
		return nil
	}))
	if want := seen / float64(set.Len()); math.Abs(result.Losses[0]-want) > agreement*want {
		t.Errorf("loss of the epoch %v, want %v: the mean over samples, a short batch by its size", result.Losses[0],
			want)
	}
	same(t, "watched", result, run(t, tr, train.Member{}))
}

// TestObserverEndsTheTraining by an error.
func TestObserverEndsTheTraining(t *testing.T) {
	enough := errors.New("enough")
	steps := 0
	_, err := newTrainer(t, sgd(), false).Run(context.Background(), watched(func(train.Step) error {
		if steps++; steps == 3 {
			return enough
		}
		return nil
	}))
	if !errors.Is(err, enough) || steps != 3 {
		t.Errorf("error %v after %d steps", err, steps)
	}
}

// TestCancelledTrainingSaves the last step that was made, in the middle of an epoch, from which it resumes to the
// same bits.
func TestCancelledTrainingSaves(t *testing.T) {
	tr := newTrainer(t, sgd(), true)
	want := run(t, tr, train.Member{})
	for _, last := range []int{1, 7, 10, 41} {
		ctx, cancel := context.WithCancel(context.Background())
		var saved *train.Snapshot
		m := train.Member{Save: func(take func() *train.Snapshot) error {
			if ctx.Err() != nil {
				saved = take()
			}
			return nil
		}}
		_, err := tr.Run(ctx, with(m, func(s train.Step) error {
			if s.Step == last {
				cancel()
			}
			return nil
		}))
		if err != context.Canceled || saved == nil || saved.Steps != last {
			t.Fatalf("cancelled during step %d: error %v, snapshot %+v", last, err, saved)
		}
		same(t, "resumed", run(t, tr, train.Member{From: saved}), want)
	}
}

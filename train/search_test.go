package train_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"basin/dataset"
	"basin/graph"
	"basin/param"
	"basin/record"
	"basin/train"
)

// steepest is descent along the gradient of the whole set, with momentum. It evaluates the loss a second time, to
// be an odd Search.
type steepest struct{ lr, momentum float64 }

func (s steepest) LearningRate() float64 { return s.lr }
func (s steepest) Memory() int           { return 1 }

func (s steepest) Step(f train.Func, theta []float64, memory [][]float64, lr float64) error {
	grad := make([]float64, len(theta))
	if _, err := f(theta, grad); err != nil {
		return err
	}
	for i, g := range grad {
		memory[0][i] = s.momentum*memory[0][i] + g
		theta[i] -= lr * memory[0][i]
	}
	_, err := f(theta, nil)
	return err
}

// searching is sgd's recipe with a Search.
func searching() train.Recipe {
	r := sgd()
	r.Optimizer = steepest{0.05, 0.9}
	return r
}

// TestSearchIsDescentOnTheWholeSet: steps, losses, gradients and parameters are those of SGD whose batch is the
// whole set, with a penalty and without, in schedules.
func TestSearchIsDescentOnTheWholeSet(t *testing.T) {
	const rounding = 1e-11
	for _, penalty := range []train.Penalty{nil, ridge{weights: []float64{0.5, 0.1}}} {
		descent, search := sgd(), searching()
		descent.Optimizer, descent.Batch = &train.SGD{LR: 0.05, Momentum: 0.9}, 100
		for _, r := range []*train.Recipe{&descent, &search} {
			r.Penalty, r.Schedule, r.Epochs = penalty, &train.Cosine{}, 12
		}
		want, got := watcher{every: 1}, watcher{every: 1}
		a := run(t, trainer(t, setup(t, false, graph.Float64), descent),
			train.Member{Observers: map[string]train.Observer{"w": &want}})
		b := run(t, trainer(t, setup(t, false, graph.Float64), search),
			train.Member{Observers: map[string]train.Observer{"w": &got}})
		if d := param.Distance(a.Theta, b.Theta); d > rounding*param.Norm(a.Theta) || b.Steps != 12 ||
			b.Stopped != "epochs" {
			t.Errorf("%v from SGD's, of %v, after %d steps", d, param.Norm(a.Theta), b.Steps)
		}
		for i := range want.seen {
			if math.Abs(got.seen[i]-want.seen[i]) > rounding*want.seen[i] {
				t.Errorf("steps, losses, gradients and parameters add to %v, SGD's to %v", got.seen, want.seen)
			}
		}
		for i, l := range a.Losses {
			if math.Abs(b.Losses[i]-l) > rounding*l {
				t.Errorf("epoch %d has loss %v, SGD's %v", i+1, b.Losses[i], l)
			}
		}
	}
}

// TestSearchResumes from any step, with its memory, to the same bits; also beside another replica, in either
// precision.
func TestSearchResumes(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		tr := trainer(t, setup(t, false, d), searching())
		var kept []*train.Snapshot
		want := run(t, tr, train.Member{Save: keep(&kept)})
		for _, s := range kept {
			both, err := tr.Run(context.Background(), train.Member{Replica: 1}, train.Member{From: s})
			if err != nil {
				t.Fatal(err)
			}
			same(t, "resumed", both[1], want)
		}
		if len(kept) != 5 || len(kept[0].Memory) != 1 {
			t.Errorf("%d snapshots with %d vectors of memory", len(kept), len(kept[0].Memory))
		}
		round := func(v float64) bool { return v != float64(float32(v)) }
		if d == graph.Float32 && slices.ContainsFunc(want.Theta, round) {
			t.Error("parameters are not those that a checkpoint keeps")
		}
	}
}

func TestSearchDivergesAsAStatus(t *testing.T) {
	r := searching()
	r.Optimizer = steepest{1e30, 0}
	got := run(t, trainer(t, setup(t, false, graph.Float32), r), train.Member{})
	if got.Status != record.Diverged {
		t.Errorf("status %q", got.Status)
	}
}

// TestSearchRefuses networks and samples whose loss is another at each step.
func TestSearchRefuses(t *testing.T) {
	fresh := setup(t, false, graph.Float32)
	fresh.Data.Fresh = func(uint64, int, int) *dataset.Set { return fresh.Data.Train }
	if _, err := train.New(setup(t, true, graph.Float32), searching()); err == nil ||
		!strings.Contains(err.Error(), "batch norm") {
		t.Errorf("batch norm: error %v", err)
	}
	if _, err := train.New(fresh, searching()); err == nil || !strings.Contains(err.Error(), "afresh") {
		t.Errorf("fresh samples: error %v", err)
	}
	if _, err := train.New(on(t, digits(t), noisy{}, classification(), graph.Float32), searching()); err == nil ||
		!strings.Contains(err.Error(), "dropout") {
		t.Errorf("dropout: error %v", err)
	}
}

package train

import (
	"fmt"
	"math"

	"basin/dataset"
	"basin/random"
	"basin/record"
)

// run is one training under way.
type run struct {
	Member
	observers []Observer // in the order of their names
	asking    []Observer // of them those that want the update at hand
	trainer   *Trainer
	batches   *dataset.Batches
	at        Snapshot // where it stands; a stepper has its vectors while it is in one
	best      int      // epoch of the best, counted from 1
	stopped   string
	reason    string
	take      func() *Snapshot

	stepper stepper // nil between steps with others, and once it is broken
	place   int     // in the stepper
	broken  bool    // its loss is not finite
}

func (t *Trainer) start(m Member) (*run, error) {
	r := &run{Member: m, trainer: t}
	r.take = r.snapshot
	for _, name := range m.names() {
		r.observers = append(r.observers, m.Observers[name])
	}
	var err error
	r.batches, err = dataset.NewBatches(t.samples, t.recipe.Batch, t.recipe.DropLast, t.setup.Seed, m.Replica)
	if err != nil {
		return nil, err
	}
	if t.fits(m.From, &m, r.batches.Len()) {
		err = r.resume(m.From)
	} else {
		r.at.Theta, r.at.State = r.initial(), t.setup.Model.InitState()
	}
	if r.at.Steps >= t.recipe.Epochs*r.batches.Len() {
		r.stopped = "epochs"
	}
	return r, err
}

// initial draws the initialisation.
func (r *run) initial() []float64 {
	s := r.trainer.setup
	return s.Model.Init(random.Stream(s.Seed, "init", r.Replica))
}

// release takes a run's vectors back from its stepper.
func (r *run) release() {
	if r.stepper != nil {
		r.at.Theta, r.at.State = r.stepper.theta(r.place), r.stepper.state(r.place)
		r.at.Memory = r.stepper.memory(r.place)
		r.stepper = nil
	}
}

// endEpoch decides after an epoch whether training ends, and keeps the best.
func (r *run) endEpoch(epoch int) (stops bool) {
	recipe := &r.trainer.recipe
	loss := r.at.Sum / float64(r.at.Count)
	r.at.Losses, r.at.Sum, r.at.Count = append(r.at.Losses, loss), 0, 0
	if r.broken || !r.stepper.finite(r.place) || math.IsNaN(loss) || math.IsInf(loss, 0) {
		r.stopped = "diverged"
		r.reason = fmt.Sprintf("the loss or a parameter left the finite numbers in epoch %d", epoch+1)
		return true
	}
	if recipe.Best && (r.best == 0 || loss < r.at.Losses[r.best-1]) {
		r.best, r.at.BestTheta, r.at.BestState = epoch+1, r.stepper.theta(r.place), r.stepper.state(r.place)
	}
	for _, s := range recipe.Stop {
		if s.Stops(r.at.Losses) {
			r.stopped = s.Name()
			return true
		}
	}
	if epoch+1 == recipe.Epochs {
		r.stopped = "epochs"
	}
	return r.stopped != ""
}

func (r *run) result() *Result {
	out := &Result{Theta: r.at.Theta, State: r.at.State, Losses: r.at.Losses, Epoch: len(r.at.Losses),
		Steps: r.at.Steps, Stopped: r.stopped, Status: record.OK}
	if r.at.BestTheta != nil {
		out.Theta, out.State, out.Epoch = r.at.BestTheta, r.at.BestState, r.best
	}
	if r.stopped == "diverged" {
		out.Status, out.Reason = record.Diverged, r.reason
	}
	return out
}

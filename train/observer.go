package train

import (
	"maps"
	"slices"
)

// Observer watches the training of one replica. It changes nothing: a watched training has the bits of any other.
type Observer interface {
	// Wants is asked before each update whether Step is to be called after it. Updates are counted from 1.
	Wants(step int) bool
	// Step sees an update that it wanted. An error ends the training.
	Step(Step) error
	// State is all that it needs to resume, and the files that it wrote so far; both go into snapshots.
	State() (values map[string][]float64, files []string)
	// Restore sets what State gave.
	Restore(values map[string][]float64) error
}

// Step is an update that was made.
type Step struct {
	Step         int // counted from 1
	Epoch, Batch int // counted from 0; Batch within the epoch
	LR, Loss     float64

	stepper stepper
	place   int
}

// Theta copies the parameters after the update.
func (s Step) Theta() []float64 { return s.stepper.theta(s.place) }

// State copies the running statistics after the update.
func (s Step) State() []float64 { return s.stepper.state(s.place) }

// Gradient copies the gradient of the batch's loss, without weight decay or penalty, before the update.
func (s Step) Gradient() []float64 { return s.stepper.gradient(s.place) }

// Observed is what an observer has in a snapshot.
type Observed struct {
	Values map[string][]float64
	Files  []string // paths
}

// names lists a member's observers, sorted.
func (m *Member) names() []string { return slices.Sorted(maps.Keys(m.Observers)) }

// asks finds the observers that want an update, and reports whether there are any.
func (r *run) asks(step int) bool {
	r.asking = r.asking[:0]
	for _, o := range r.observers {
		if o.Wants(step) {
			r.asking = append(r.asking, o)
		}
	}
	return len(r.asking) > 0
}

// show shows an update to the observers that want it.
func (r *run) show(s Step) error {
	for _, o := range r.asking {
		if err := o.Step(s); err != nil {
			return err
		}
	}
	return nil
}

// observed is the state of all observers.
func (r *run) observed() map[string]Observed {
	if len(r.Observers) == 0 {
		return nil
	}
	out := map[string]Observed{}
	for name, o := range r.Observers {
		values, files := o.State()
		out[name] = Observed{values, files}
	}
	return out
}

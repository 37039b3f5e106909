package train

import (
	"maps"
	"slices"
)

// Snapshot is all that a training needs to resume after any of its updates. Vectors are flat.
type Snapshot struct {
	Steps     int       // updates made
	Sum       float64   // of the losses of the samples seen in the epoch under way
	Count     int       // those samples
	Losses    []float64 // of each epoch that is done
	Theta     []float64
	State     []float64
	Memory    [][]float64 // the optimizer's
	BestTheta []float64   // nil unless the recipe keeps the best epoch
	BestState []float64
	Observers map[string]Observed
}

// fits reports whether a member can resume from a snapshot.
func (t *Trainer) fits(s *Snapshot, m *Member, batches int) bool {
	p := t.setup.Model.Params.Size()
	if s == nil || len(s.Theta) != p || len(s.State) != t.setup.Model.State.Size() ||
		len(s.Losses) != s.Steps/batches {
		return false
	}
	for _, v := range s.Memory {
		if len(v) != p {
			return false
		}
	}
	if len(s.Memory) != t.recipe.Optimizer.Memory() {
		return false
	}
	for name := range m.Observers {
		if _, known := s.Observers[name]; !known {
			return false
		}
	}
	return true
}

// snapshot copies a run as it stands.
func (r *run) snapshot() *Snapshot {
	s := r.at
	s.Losses = slices.Clone(s.Losses)
	if r.stepper != nil {
		s.Theta, s.State, s.Memory = r.stepper.theta(r.place), r.stepper.state(r.place), r.stepper.memory(r.place)
	}
	s.Observers = r.observed()
	return &s
}

// resume sets a run to a snapshot.
func (r *run) resume(from *Snapshot) error {
	r.at = *from
	r.at.Losses, r.at.Observers = slices.Clone(from.Losses), nil
	for i, l := range r.at.Losses {
		if r.best == 0 || l < r.at.Losses[r.best-1] {
			r.best = i + 1
		}
	}
	for name, o := range r.Observers {
		if err := o.Restore(maps.Clone(from.Observers[name].Values)); err != nil {
			return err
		}
	}
	return nil
}

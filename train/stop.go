package train

import "math"

// Stop ends a training before its epochs are over.
type Stop interface {
	Name() string // "target loss"
	// Stops decides after each epoch, given the training loss of each epoch so far.
	Stops(losses []float64) bool
}

// TargetLoss ends a training at the first epoch whose training loss is at or below it.
type TargetLoss float64

// Name implements Stop.
func (TargetLoss) Name() string { return "target loss" }

// Stops implements Stop.
func (t TargetLoss) Stops(losses []float64) bool { return losses[len(losses)-1] <= float64(t) }

// RuleB is the schedule B of Yang et al. 2021: at least 30 epochs, and the last five epoch-to-epoch changes of the
// loss are all at most 1e-4.
type RuleB struct{}

// Name implements Stop.
func (RuleB) Name() string { return "rule B" }

// Stops implements Stop.
func (RuleB) Stops(losses []float64) bool {
	const epochs, changes, small = 30, 5, 1e-4
	n := len(losses)
	if n < epochs {
		return false
	}
	for i := n - changes; i < n; i++ {
		if math.Abs(losses[i]-losses[i-1]) > small {
			return false
		}
	}
	return true
}

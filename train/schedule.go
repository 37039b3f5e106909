package train

import (
	"math"
	"slices"
)

// Schedule moves the learning rate from epoch to epoch, as PyTorch's schedulers do when stepped once an epoch.
type Schedule interface {
	// Rate is the rate of an epoch, counted from 0, of a training of so many epochs with a base rate lr.
	Rate(lr float64, epoch, epochs int) float64
}

// Schedules lists the schedules by the names that a user gives them. New makes their settings, all zero.
var Schedules = []struct {
	Name string
	New  func() Schedule
}{
	{"constant", func() Schedule { return &Constant{} }},
	{"step", func() Schedule { return &Steps{} }},
	{"cosine", func() Schedule { return &Cosine{} }},
}

// Constant leaves the rate as it is.
type Constant struct{}

// Rate implements Schedule.
func (*Constant) Rate(lr float64, _, _ int) float64 { return lr }

// Steps multiplies the rate by a factor at the start of each of some epochs: lr · factor^(milestones reached),
// PyTorch's MultiStepLR.
type Steps struct {
	At     []int // epochs
	Factor float64
}

// Rate implements Schedule.
func (s *Steps) Rate(lr float64, epoch, _ int) float64 {
	for _, at := range slices.Sorted(slices.Values(s.At)) {
		if epoch >= at {
			lr *= s.Factor
		}
	}
	return lr
}

// Cosine lowers the rate to zero: lr · (1 + cos(π·epoch/epochs)) / 2, PyTorch's CosineAnnealingLR (Loshchilov and
// Hutter 2017).
type Cosine struct{}

// Rate implements Schedule.
func (*Cosine) Rate(lr float64, epoch, epochs int) float64 {
	return lr * ((1 + math.Cos(math.Pi*float64(epoch)/float64(epochs))) / 2)
}

// rate is that of a step, which lies in a batch of an epoch: the schedule's, and over the steps of the epochs of
// warm-up a share of it that rises linearly, × (steps done + 1) / (steps of the warm-up).
func (r *Recipe) rate(steps, batches int) float64 {
	lr := r.Optimizer.LearningRate()
	if r.Schedule != nil {
		lr = r.Schedule.Rate(lr, steps/batches, r.Epochs)
	}
	if warm := r.Warmup * batches; steps < warm {
		lr *= float64(steps+1) / float64(warm)
	}
	return lr
}

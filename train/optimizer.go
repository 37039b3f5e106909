package train

import (
	"basin/graph"
)

// Optimizer says how parameters follow the gradient. It is a Rule.
type Optimizer interface {
	LearningRate() float64 // the base rate, which schedules move
	Memory() int           // vectors like θ that it carries from step to step, zero at first
}

// Rule is an optimizer whose update is part of the step's program. Rates, which change from step to step, enter as
// inputs.
type Rule interface {
	Optimizer
	// Rates appends the scalars of an update to dst, always as many. Steps are counted from 1.
	Rates(dst []float64, lr float64, step int) []float64
	// Update gives the next θ and memory from the gradient, each of θ's shape, for one segment of θ. Decay of weights
	// is its own affair.
	Update(theta, grad *graph.Value, memory, rates []*graph.Value) (next *graph.Value, nextMemory []*graph.Value)
}

// decayed adds a share of θ to the gradient: L2 regularisation as PyTorch's weight_decay has it.
func decayed(grad, theta *graph.Value, decay float64) *graph.Value {
	if decay == 0 {
		return grad
	}
	return graph.Add(grad, graph.Scale(theta, decay))
}

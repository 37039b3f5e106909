package train

import (
	"basin/graph"
)

// Optimizer says how parameters follow the gradient. It is a Rule or a Search. An optimizer is one file, and a
// line in Kinds.
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
	// Update gives the next θ and memory from the gradient, each of θ's shape, for one segment of θ. A decay of
	// weights is part of it.
	Update(theta, grad *graph.Value, memory, rates []*graph.Value) (next *graph.Value, nextMemory []*graph.Value)
}

// Search is an optimizer that evaluates the loss of the whole training set as often as it likes in each step.
type Search interface {
	Optimizer
	// Step moves theta, and changes memory. Its first call of f is at theta: that value is the step's loss, and that
	// gradient is what observers see.
	Step(f Func, theta []float64, memory [][]float64, lr float64) error
}

// Func is the loss, with the penalty, at parameters theta. It sets grad to its gradient, unless grad is nil.
type Func func(theta, grad []float64) (float64, error)

// Kind is an optimizer by the name that a user gives it. New makes its settings, all zero.
type Kind struct {
	Name string
	New  func() Optimizer
}

// Kinds lists the optimizers.
var Kinds = []Kind{
	{"sgd", func() Optimizer { return &SGD{} }},
	{"adam", func() Optimizer { return &Adam{} }},
}

// decayed adds a share of θ to the gradient: L2 regularisation as PyTorch's weight_decay has it.
func decayed(grad, theta *graph.Value, decay float64) *graph.Value {
	if decay == 0 {
		return grad
	}
	return graph.Add(grad, graph.Scale(theta, decay))
}

// Package task says what a network is trained for: what its outputs are compared with, and how good they are.
//
// A task gives two functions of a batch. F, of shape [n, k], is what depends on the parameters: logits, a
// residual, or u and ∇u. The loss ℓ, of shape [n], is convex in F. The two stand apart because the landscape's
// geometry needs both: the Gauss–Newton matrix is Jᵀℓ″J and the tangent kernel JJᵀ, J = ∂F/∂θ. The loss of a set
// is the sum over its parts of Σwℓ/Σw.
package task

import (
	"basin/dataset"
	"basin/graph"
	"basin/record"
)

// Net applies a network to inputs [n, input…] and gives outputs [n, width].
type Net func(x *graph.Value) *graph.Value

// Task is a kind of task with its settings. A task is one file, and a line in Kinds.
type Task interface {
	// Width is the number of outputs that a network needs for a set. The error says what is wrong with the set or the
	// settings.
	Width(*dataset.Set) (int, error)
	// Outputs is F on samples of a part of the set. It calls net once. y is as in Loss.
	Outputs(net Net, part int, x, y *graph.Value) *graph.Value
	// Loss is ℓ. y holds the part's targets; those of classes come as int32 [n] or as one-hot rows [n, classes].
	Loss(part int, f, y *graph.Value) *graph.Value
	// Metrics are what Evaluate gives, beside the loss. Performance names them with the set: train_accuracy.
	Metrics() []record.Quantity
	// Evaluate measures predictions on a whole part: Predict's, or F. It is nil where the part has no metrics.
	Evaluate(part int, f, y dataset.Array) []float64
}

// Predictor is a task whose F is no prediction, such as a residual.
type Predictor interface {
	// Predict is what Evaluate, and comparisons of networks, see in place of F.
	Predict(net Net, part int, x, y *graph.Value) *graph.Value
}

// Weighter is a task that weighs samples otherwise than the data does: classes, tokens.
type Weighter interface {
	Weights(dataset.Part) []float64 // nil: all alike
}

// Distributor is a task whose predictions stand for probabilities.
type Distributor interface {
	// Probabilities of predictions [n, width], row by row.
	Probabilities(z []float64, width int) []float64
}

// Kind is a task by the name that a user gives it. New makes its settings, all zero.
type Kind struct {
	Name string
	New  func() Task
}

// Kinds lists the tasks.
var Kinds = []Kind{
	{"classification", func() Task { return &Classification{} }},
}

// Error is the share of predictions that are wrong, in per cent, where one of the task's metrics says so.
func Error(t Task, metrics []float64) (percent float64, known bool) {
	for i, q := range t.Metrics() {
		switch {
		case q.Unit != "%":
		case q.Better == record.Higher:
			return 100 - metrics[i], true
		case q.Better == record.Lower:
			return metrics[i], true
		}
	}
	return 0, false
}

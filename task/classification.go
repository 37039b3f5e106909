package task

import (
	"fmt"
	"math"
	"strings"

	"basin/dataset"
	"basin/graph"
	"basin/record"
)

// Classification is the choice of one of several classes: F are logits, one for each class.
type Classification struct {
	Criterion string // the loss: "cross-entropy", "squared-error"
}

// criteria lists the losses that there are, for logits and one-hot targets of the same shape [n, classes].
var criteria = []struct {
	name string
	loss func(logits, target *graph.Value) *graph.Value
}{
	{"cross-entropy", crossEntropy},
	{"squared-error", squaredError},
}

// Width implements Task: an output for each class.
func (c *Classification) Width(set *dataset.Set) (int, error) {
	if _, err := c.loss(); err != nil {
		return 0, err
	}
	if set.Classes < 2 {
		return 0, fmt.Errorf("task: classification: the set %q has %d classes; it needs labels of at least two",
			set.Name, set.Classes)
	}
	return set.Classes, nil
}

func (c *Classification) loss() (func(logits, target *graph.Value) *graph.Value, error) {
	var names []string
	for _, k := range criteria {
		if k.name == c.Criterion {
			return k.loss, nil
		}
		names = append(names, k.name)
	}
	return nil, fmt.Errorf("task: classification: loss: %q is unknown; choose one of %s", c.Criterion,
		strings.Join(names, ", "))
}

// Outputs implements Task.
func (c *Classification) Outputs(net Net, _ int, x, _ *graph.Value) *graph.Value { return net(x) }

// Loss implements Task.
func (c *Classification) Loss(_ int, logits, labels *graph.Value) *graph.Value {
	loss, err := c.loss()
	if err != nil {
		panic(err) // Width has refused it
	}
	target := labels
	if labels.DType() == graph.Int32 {
		shape := logits.Shape()
		classes := graph.Iota(graph.T(graph.Int32, shape...), 1)
		target = graph.Convert(graph.Compare(graph.EQ, classes, graph.Broadcast(labels, shape, 0)), logits.DType())
	}
	return loss(logits, target)
}

// crossEntropy is the negative log likelihood of the softmax, log Σ exp z − z_label. z is shifted by the largest
// logit, which changes nothing but the rounding.
func crossEntropy(logits, target *graph.Value) *graph.Value {
	top := graph.StopGradient(graph.ReduceMax(logits, 1))
	z := graph.Sub(logits, graph.Broadcast(top, logits.Shape(), 0))
	logSum := graph.Log(graph.ReduceSum(graph.Exp(z), 1))
	return graph.Sub(logSum, graph.ReduceSum(graph.Mul(z, target), 1))
}

// squaredError is the mean over classes of the squared distance to the one-hot label: PyTorch's mse_loss, so that
// the mean over samples is its mean over all elements.
func squaredError(logits, target *graph.Value) *graph.Value {
	return graph.Scale(graph.ReduceSum(graph.Square(graph.Sub(logits, target)), 1), 1/float64(logits.Shape()[1]))
}

// Metrics implements Task.
func (c *Classification) Metrics() []record.Quantity {
	return []record.Quantity{{Name: "accuracy", Title: "Accuracy", Symbol: "acc", Unit: "%", Format: "%.1f",
		Better: record.Higher,
		Doc:    "per cent of the samples whose largest output is the label's"}}
}

// Evaluate implements Task.
func (c *Classification) Evaluate(_ int, logits, labels dataset.Array) []float64 {
	right := countRight(logits.F32, labels.I32) + countRight(logits.F64, labels.I32)
	return []float64{100 * float64(right) / float64(len(labels.I32))}
}

// countRight counts the rows whose largest element, the first of several, is the label's.
func countRight[T float32 | float64](rows []T, labels []int32) (right int) {
	width := len(rows) / max(1, len(labels))
	for i, label := range labels {
		if width == 0 {
			return 0 // of the other dtype
		}
		row, best := rows[i*width:(i+1)*width], 0
		for j, v := range row {
			if v > row[best] {
				best = j
			}
		}
		if best == int(label) {
			right++
		}
	}
	return right
}

// Probabilities implements Distributor: the softmax.
func (c *Classification) Probabilities(z []float64, width int) []float64 {
	p := make([]float64, len(z))
	for i := 0; i < len(z); i += width {
		top, sum := math.Inf(-1), 0.0
		for _, x := range z[i : i+width] {
			top = max(top, x)
		}
		for j, x := range z[i : i+width] {
			p[i+j] = math.Exp(x - top)
			sum += p[i+j]
		}
		for j := range width {
			p[i+j] /= sum
		}
	}
	return p
}

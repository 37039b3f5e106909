package objective

import (
	"basin/graph"
)

// PerExample is the loss of each example, [n], for logits [n, classes] and int32 labels [n] or the labels' one-hot
// rows [n, classes]. kind is "cross-entropy", the negative log likelihood of the softmax, or "squared-error", the
// mean over classes of the squared distance to the one-hot label: PyTorch's mse_loss, so that the mean over
// examples is its mean over all elements.
func PerExample(kind string, logits, labels *graph.Value) *graph.Value {
	shape, d := logits.Shape(), logits.DType()
	target := labels
	if labels.DType() == graph.Int32 {
		index := graph.T(graph.Int32, shape...)
		target = graph.Convert(graph.Compare(graph.EQ, graph.Iota(index, 1), graph.Broadcast(labels, shape, 0)), d)
	}
	if kind == "squared-error" {
		return graph.Scale(graph.ReduceSum(graph.Square(graph.Sub(logits, target)), 1), 1/float64(shape[1]))
	}
	// log Σ exp z − z_label, shifted by the largest logit, which changes nothing but the rounding.
	top := graph.StopGradient(graph.ReduceMax(logits, 1))
	z := graph.Sub(logits, graph.Broadcast(top, shape, 0))
	logSum := graph.Log(graph.ReduceSum(graph.Exp(z), 1))
	return graph.Sub(logSum, graph.ReduceSum(graph.Mul(z, target), 1))
}

// Mean is the mean of a vector.
func Mean(v *graph.Value) *graph.Value {
	return graph.Scale(graph.ReduceSum(v), 1/float64(v.Type().Size()))
}

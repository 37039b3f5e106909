package enginetest

import (
	"math/rand/v2"

	"basin/engine"
	"basin/graph"
)

// Network is a small loss: a scalar function of parameters and of data.
type Network struct {
	Name   string
	Params []Operand
	Data   []Operand
	Loss   func(params, data []*graph.Value) *graph.Value
}

// Arrays draws parameters and data.
func (n Network) Arrays(rng *rand.Rand, d graph.DType) (params, data []engine.Array) {
	params = Case{Operands: n.Params}.Arrays(rng, d)
	data = Case{Operands: n.Data}.Arrays(rng, d)
	return params, data
}

const (
	batch   = 5
	classes = 3
)

// MLP is 4-7-6-3 with biases and softmax cross-entropy over 5 samples.
func MLP(activation func(*graph.Value) *graph.Value) Network {
	widths := []int{4, 7, 6, classes}
	n := Network{Name: "mlp", Data: []Operand{operand(Real, batch, widths[0]), integers(Below(classes), batch)}}
	for i := range len(widths) - 1 {
		n.Params = append(n.Params, operand(Real, widths[i+1], widths[i]), operand(Real, widths[i+1]))
	}
	n.Loss = func(params, data []*graph.Value) *graph.Value {
		h := data[0]
		for i := 0; i < len(params); i += 2 {
			if i > 0 {
				h = activation(h)
			}
			h = graph.Linear(h, params[i])
			h = graph.Add(h, graph.Broadcast(params[i+1], h.Shape(), 1))
		}
		return CrossEntropy(h, data[1])
	}
	return n
}

// ConvNet is two 3×3 convolutions (the second strided and grouped), each with batch norm and an activation, a
// maximum over pairs of columns, a mean over pixels and a linear layer. With batch statistics, the normalisation
// depends on the whole batch; without, it uses running statistics, which are data.
func ConvNet(activation func(*graph.Value) *graph.Value, batchStatistics bool) Network {
	first := &graph.Geometry{Batch: batch, In: 2, Out: 4, Groups: 1, Size: []int{6, 4}, Kernel: []int{3, 3},
		Stride: []int{1, 1}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 1}}
	second := &graph.Geometry{Batch: batch, In: 4, Out: 4, Groups: 2, Size: []int{6, 4}, Kernel: []int{3, 3},
		Stride: []int{2, 1}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 1}}
	n := Network{Name: "convnet-eval"}
	if batchStatistics {
		n.Name = "convnet-train"
	}
	n.Data = []Operand{operand(Real, first.InputShape()...), integers(Below(classes), batch)}
	for _, g := range []*graph.Geometry{first, second} {
		n.Params = append(n.Params, operand(Real, g.WeightShape()...), operand(Positive, g.Out), operand(Real, g.Out))
		n.Data = append(n.Data, operand(Real, g.Out), operand(Positive, g.Out)) // running mean and variance
	}
	n.Params = append(n.Params, operand(Real, classes, second.Out), operand(Real, classes))
	n.Loss = func(params, data []*graph.Value) *graph.Value {
		h := data[0]
		for i, g := range []*graph.Geometry{first, second} {
			h = graph.Conv(h, params[3*i], g)
			mean, variance := data[2+2*i], data[3+2*i]
			if batchStatistics {
				mean, variance = statistics(h)
			}
			h = activation(normalize(h, mean, variance, params[3*i+1], params[3*i+2]))
		}
		s := h.Shape()
		h = graph.ReduceMax(graph.Reshape(h, s[0], s[1], s[2], s[3]/2, 2), 4)
		h = graph.Scale(graph.ReduceSum(h, 2, 3), 2/float64(s[2]*s[3]))
		h = graph.Linear(h, params[6])
		h = graph.Add(h, graph.Broadcast(params[7], h.Shape(), 1))
		return CrossEntropy(h, data[1])
	}
	return n
}

// statistics are the mean and the biased variance of each channel of x [n,c,h,w].
func statistics(x *graph.Value) (mean, variance *graph.Value) {
	count := float64(x.Type().Size() / x.Shape()[1])
	mean = graph.Scale(graph.ReduceSum(x, 0, 2, 3), 1/count)
	centred := graph.Sub(x, graph.Broadcast(mean, x.Shape(), 1))
	return mean, graph.Scale(graph.ReduceSum(graph.Square(centred), 0, 2, 3), 1/count)
}

// normalize is (x − mean)·gain/√(variance + ε) + shift for each channel.
func normalize(x, mean, variance, gain, shift *graph.Value) *graph.Value {
	spread := func(v *graph.Value) *graph.Value { return graph.Broadcast(v, x.Shape(), 1) }
	scale := graph.Mul(gain, graph.Rsqrt(graph.Shift(variance, 1e-5)))
	return graph.Add(graph.Mul(graph.Sub(x, spread(mean)), spread(scale)), spread(shift))
}

// CrossEntropy is the mean of −log softmax(z)[label] over the rows of z [n,c].
func CrossEntropy(z, labels *graph.Value) *graph.Value {
	s := z.Shape()
	top := graph.Broadcast(graph.StopGradient(graph.ReduceMax(z, 1)), s, 0)
	z = graph.Sub(z, top)
	normalizer := graph.Log(graph.ReduceSum(graph.Exp(z), 1))
	index := graph.T(graph.Int32, s...)
	chosen := graph.Convert(graph.Compare(graph.EQ, graph.Iota(index, 1), graph.Broadcast(labels, s, 0)), z.DType())
	loss := graph.Sub(normalizer, graph.ReduceSum(graph.Mul(z, chosen), 1))
	return graph.Scale(graph.ReduceSum(loss), 1/float64(s[0]))
}

package model

import (
	"basin/graph"
)

// linear is x·Wᵀ + b for x [n, in].
func (b *builder) linear(name string, x *graph.Value, out int) *graph.Value {
	in := x.Shape()[1]
	w := b.parameter(name+".weight", x.DType(), uniformBound(in), out, in)
	bias := b.parameter(name+".bias", x.DType(), uniformBound(in), out)
	y := graph.Linear(x, w)
	return graph.Add(y, graph.Broadcast(bias, y.Shape(), 1))
}

// conv is a square convolution of x [n, c, h, w], padded by half its kernel.
func (b *builder) conv(name string, x *graph.Value, out, kernel, stride int, bias bool) *graph.Value {
	s := x.Shape()
	half := kernel / 2
	g := &graph.Geometry{
		Batch: s[0], In: s[1], Out: out, Groups: 1, Size: s[2:], Kernel: []int{kernel, kernel},
		Stride: []int{stride, stride}, Low: []int{half, half}, High: []int{half, half}, Dilation: []int{1, 1},
	}
	fanIn := s[1] * kernel * kernel
	w := b.parameter(name+".weight", x.DType(), uniformBound(fanIn), out, s[1], kernel, kernel)
	y := graph.Conv(x, w, g)
	if bias {
		y = graph.Add(y, graph.Broadcast(b.parameter(name+".bias", x.DType(), uniformBound(fanIn), out), y.Shape(), 1))
	}
	return y
}

const (
	normEps      = 1e-5 // PyTorch's defaults
	normMomentum = 0.1
)

// batchNorm normalises each channel, axis 1, over all other axes, then scales and shifts it (Ioffe and Szegedy 2015). It normalises by
// the biased variance; the running variance is the unbiased one, as in PyTorch.
func (b *builder) batchNorm(name string, x *graph.Value) *graph.Value {
	shape, d := x.Shape(), x.DType()
	c := shape[1]
	scale := b.parameter(name+".weight", d, -1, c)
	shift := b.parameter(name+".bias", d, 0, c)
	if b.declare {
		b.model.NormPlaces = append(b.model.NormPlaces, x.Type().Size()/max(1, shape[0]*c))
	}
	runningMean := b.running(name+".running_mean", d, c)
	runningVar := b.running(name+".running_var", d, c)

	axes := []int{0}
	for a := 2; a < len(shape); a++ {
		axes = append(axes, a)
	}
	n := float64(x.Type().Size()) / float64(max(1, c))
	spread := func(v *graph.Value) *graph.Value { return graph.Broadcast(v, shape, 1) }
	mean := graph.Scale(graph.ReduceSum(x, axes...), 1/n)
	centred := graph.Sub(x, spread(mean))
	variance := graph.Scale(graph.ReduceSum(graph.Square(centred), axes...), 1/n)
	b.moments = append(b.moments, mean, variance)

	if b.mode == Batch {
		follow := func(running, batch *graph.Value) *graph.Value {
			return graph.Add(graph.Scale(running, 1-normMomentum), graph.Scale(batch, normMomentum))
		}
		b.next = append(b.next, follow(runningMean, mean), follow(runningVar, graph.Scale(variance, n/max(1, n-1))))
	} else {
		mean, variance = runningMean, runningVar
		centred = graph.Sub(x, spread(mean))
		b.next = append(b.next, runningMean, runningVar)
	}
	factor := graph.Mul(scale, graph.Rsqrt(graph.Shift(variance, normEps)))
	return graph.Add(graph.Mul(centred, spread(factor)), spread(shift))
}

// activate applies the activation that the spec names.
func (b *builder) activate(x *graph.Value) *graph.Value {
	switch b.model.Spec.Activation {
	case "tanh":
		return graph.Tanh(x)
	case "sigmoid":
		return graph.Logistic(x)
	case "gelu": // x·Φ(x), exact (Hendrycks and Gimpel 2016)
		return graph.Mul(graph.Scale(x, 0.5), graph.Shift(graph.Erf(graph.Scale(x, 0.7071067811865476)), 1))
	case "swish": // x·σ(x), PyTorch's SiLU
		return graph.Mul(x, graph.Logistic(x))
	}
	return graph.ReLU(x)
}

// averagePool is the mean over all places of each channel: [n, c, h, w] → [n, c].
func averagePool(x *graph.Value) *graph.Value {
	s := x.Shape()
	return graph.Scale(graph.ReduceSum(x, 2, 3), 1/float64(s[2]*s[3]))
}

func flatten(x *graph.Value) *graph.Value {
	n := x.Shape()[0]
	size := 1
	for _, d := range x.Shape()[1:] {
		size *= d
	}
	return graph.Reshape(x, n, size)
}

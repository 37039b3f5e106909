package model

import (
	"basin/graph"
)

// Linear is x·Wᵀ + b for x [n, in].
func (b *Builder) Linear(name string, x *graph.Value, out int) *graph.Value {
	in := x.Shape()[1]
	w := b.Parameter(name+".weight", FanIn(in), out, in)
	bias := b.Parameter(name+".bias", FanIn(in), out)
	b.count(x.Shape()[0] * in * out)
	y := graph.Linear(x, w)
	return graph.Add(y, graph.Broadcast(bias, y.Shape(), 1))
}

// Conv is a square convolution of x [n, c, h, w], padded by half its kernel.
func (b *Builder) Conv(name string, x *graph.Value, out, kernel, stride int, bias bool) *graph.Value {
	s := x.Shape()
	half := kernel / 2
	g := &graph.Geometry{
		Batch: s[0], In: s[1], Out: out, Groups: 1, Size: s[2:], Kernel: []int{kernel, kernel},
		Stride: []int{stride, stride}, Low: []int{half, half}, High: []int{half, half}, Dilation: []int{1, 1},
	}
	fanIn := s[1] * kernel * kernel
	w := b.Parameter(name+".weight", FanIn(fanIn), out, s[1], kernel, kernel)
	y := graph.Conv(x, w, g)
	b.count(y.Type().Size() * fanIn)
	if bias {
		y = graph.Add(y, graph.Broadcast(b.Parameter(name+".bias", FanIn(fanIn), out), y.Shape(), 1))
	}
	return y
}

const (
	normEps      = 1e-5 // PyTorch's defaults
	normMomentum = 0.1
)

// BatchNorm normalises each channel, axis 1, over all other axes, then scales and shifts it (Ioffe and Szegedy
// 2015). It normalises by the biased variance; the running variance is the unbiased one, as in PyTorch.
func (b *Builder) BatchNorm(name string, x *graph.Value) *graph.Value {
	shape := x.Shape()
	c := shape[1]
	scale := b.Parameter(name+".weight", Constant(1), c)
	shift := b.Parameter(name+".bias", Constant(0), c)
	runningMean := b.Running(name+".running_mean", 0, c)
	runningVar := b.Running(name+".running_var", 1, c)
	meanAt, varAt := b.segment(runningMean), b.segment(runningVar)
	if b.model != nil {
		b.model.Norms = append(b.model.Norms, Norm{meanAt, varAt, x.Type().Size() / max(1, shape[0]*c)})
	}

	axes := []int{0}
	for a := 2; a < len(shape); a++ {
		axes = append(axes, a)
	}
	n := float64(x.Type().Size()) / float64(max(1, c))
	spread := func(v *graph.Value) *graph.Value { return graph.Broadcast(v, shape, 1) }
	mean := graph.Scale(graph.ReduceSum(x, axes...), 1/n)
	centred := graph.Sub(x, spread(mean))
	variance := graph.Scale(graph.ReduceSum(graph.Square(centred), axes...), 1/n)
	b.moments[meanAt], b.moments[varAt] = mean, variance

	if b.mode == Batch {
		follow := func(running, batch *graph.Value) {
			b.Update(running, graph.Add(graph.Scale(running, 1-normMomentum), graph.Scale(batch, normMomentum)))
		}
		follow(runningMean, mean)
		follow(runningVar, graph.Scale(variance, n/max(1, n-1)))
	} else {
		mean, variance = runningMean, runningVar
		centred = graph.Sub(x, spread(mean))
	}
	factor := graph.Mul(scale, graph.Rsqrt(graph.Shift(variance, normEps)))
	return graph.Add(graph.Mul(centred, spread(factor)), spread(shift))
}

// Dropout sets each element to zero with a probability, in training, and scales the others to keep the mean
// (Srivastava et al. 2014).
func (b *Builder) Dropout(x *graph.Value, probability float64) *graph.Value {
	noise := b.Noise(x.Shape()...)
	if noise == nil {
		return x
	}
	kept := graph.Compare(graph.GE, noise, graph.Full(noise.Type(), probability))
	return graph.Mul(x, graph.Scale(kept, 1/(1-probability)))
}

// averagePool is the mean over all positions of each channel: [n, c, h, w] → [n, c].
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

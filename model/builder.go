package model

import (
	"math"
	"math/rand/v2"

	"basin/graph"
)

// Builder gives an architecture its parameters in order. On the first build it lays them out instead.
type Builder struct {
	model *Model // that is laid out; nil once it is
	mode  Mode
	dtype graph.DType

	theta, state, noise    []*graph.Value // still to be taken
	running, next, moments []*graph.Value // by segment of State
	shapes                 [][]int        // of noise
}

// Initial draws an element of a parameter's initial value.
type Initial func(rng *rand.Rand) float64

// Constant draws nothing.
func Constant(c float64) Initial { return func(*rand.Rand) float64 { return c } }

// Uniform draws within ±bound.
func Uniform(bound float64) Initial {
	return func(rng *rand.Rand) float64 { return (2*rng.Float64() - 1) * bound }
}

// FanIn draws uniformly within ±1/√n, n the number of inputs: PyTorch's default, kaiming_uniform with a = √5, for
// the weights and biases of linear and convolutional layers.
func FanIn(n int) Initial { return Uniform(1 / math.Sqrt(float64(max(1, n)))) }

// Parameter is the next segment of θ.
func (b *Builder) Parameter(name string, initial Initial, shape ...int) *graph.Value {
	if m := b.model; m != nil {
		m.initial = append(m.initial, initial)
		m.Tensors = append(m.Tensors, Tensor{m.Params.Add(name, shape...), false})
		return b.placeholder(shape)
	}
	return take(&b.theta)
}

// Running is the next running statistic: state that training updates by Update, not by a gradient.
func (b *Builder) Running(name string, initial float64, shape ...int) *graph.Value {
	var v *graph.Value
	if m := b.model; m != nil {
		m.initialState = append(m.initialState, initial)
		m.Tensors = append(m.Tensors, Tensor{m.State.Add(name, shape...), true})
		v = b.placeholder(shape)
	} else {
		v = take(&b.state)
	}
	b.running, b.next, b.moments = append(b.running, v), append(b.next, v), append(b.moments, v)
	return v
}

// Update says what a running statistic is after the pass. In mode Eval it stays.
func (b *Builder) Update(running, next *graph.Value) {
	if b.mode == Batch {
		b.next[b.segment(running)] = next
	}
}

// segment is which segment of State a running statistic is.
func (b *Builder) segment(running *graph.Value) int {
	for i, v := range b.running {
		if v == running {
			return i
		}
	}
	panic("model: not a running statistic of this network")
}

// Noise is an array of random numbers, uniform within [0, 1), new at each step of training; nil in evaluation, and
// where a pass is made without noise.
func (b *Builder) Noise(shape ...int) *graph.Value {
	switch {
	case b.mode == Eval:
		return nil
	case b.model != nil:
		b.shapes = append(b.shapes, shape)
		return nil
	case len(b.noise) == 0:
		return nil
	}
	return take(&b.noise)
}

// count adds multiplications of a pass.
func (b *Builder) count(products int) {
	if b.model != nil {
		b.model.Products += products
	}
}

func (b *Builder) placeholder(shape []int) *graph.Value {
	return graph.Full(graph.T(b.dtype, shape...), 0)
}

func take(from *[]*graph.Value) *graph.Value {
	v := (*from)[0]
	*from = (*from)[1:]
	return v
}

// Package model makes differentiable programs, parameter layouts and initial values out of architectures.
//
// A model's trainable parameters θ and its running statistics are two flat vectors with named segments. Names and
// layouts are those of a PyTorch state_dict of the same architecture, so that checkpoints travel both ways:
//
//	mlp       fc1.weight [out,in], fc1.bias, bn1.weight, bn1.bias, …, the last fc has no bn
//	cnn       conv1.weight [out,in,3,3], conv1.bias (without batch norm) or bn1.*, …, fc.weight, fc.bias
//	resnet18  conv1, bn1, layer1.0.conv1, .bn1, .conv2, .bn2, .shortcut.0 (convolution), .shortcut.1 (batch norm),
//	          …, linear
//	resnet20  the same names, three stages
//
// Running statistics are bn1.running_mean and bn1.running_var, and so on.
package model

import (
	"fmt"
	"math/rand/v2"

	"basin/graph"
	"basin/param"
)

// Architecture is a kind of network with its settings. An architecture is one file, and a line in Kinds.
type Architecture interface {
	// Fits says why the network cannot be built for inputs of a shape, or with its settings.
	Fits(input []int) error
	// Build makes the network's outputs [n, outputs] of a batch x [n, input…], in the same way each time.
	Build(b *Builder, x *graph.Value, outputs int) *graph.Value
}

// Kind is an architecture by the name that a user gives it. New makes its settings, all zero.
type Kind struct {
	Name string
	New  func() Architecture
}

// Kinds lists the architectures.
var Kinds = []Kind{
	{"mlp", func() Architecture { return &MLP{} }},
	{"cnn", func() Architecture { return &CNN{} }},
	{"resnet18", func() Architecture { return &ResNet18{} }},
	{"resnet20", func() Architecture { return &ResNet20{} }},
}

// Mode says which statistics batch norm normalises with.
type Mode int

const (
	Eval  Mode = iota // the running statistics
	Batch             // those of the batch at hand, as in training
)

// Model is an architecture for inputs of one shape. It is immutable and holds no parameters.
type Model struct {
	Architecture Architecture
	Input        []int // shape of one input: [features] or [channels, height, width]
	Outputs      int
	Params       param.Layout // θ
	State        param.Layout // running statistics
	Tensors      []Tensor     // both, in the order of a state_dict
	Norms        []Norm       // batch norms, in the order in which they normalise
	HasNoise     bool         // it takes random numbers in training
	Products     int          // multiplications of a pass over one sample, roughly

	initial      []Initial // of each segment of Params
	initialState []float64 // of each segment of State
}

// Tensor is a segment of Params, or of State.
type Tensor struct {
	param.Segment
	Running bool
}

// Norm is a batch norm: the segments of State with its running mean and variance, and how many values a sample
// gives to each channel.
type Norm struct{ Mean, Var, Positions int }

// Pass is the computation of a model for one batch.
type Pass struct {
	Outputs *graph.Value   // [n, outputs]
	State   []*graph.Value // each running statistic's next value; in mode Eval, the value given
	Moments []*graph.Value // by segment of State: of a batch norm, its input's mean and biased variance; else as given
}

// New makes the model of an architecture for inputs of a shape. An error says what does not fit.
func New(a Architecture, input []int, outputs int) (*Model, error) {
	if err := a.Fits(input); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	m := &Model{Architecture: a, Input: input, Outputs: outputs}
	const n = 2 // samples of a dry run, which lays out the parameters
	b := &Builder{model: m, mode: Batch}
	if _, err := m.declare(b, n); err != nil {
		return nil, fmt.Errorf("model: the network does not fit inputs of shape %v: %w", input, err)
	}
	m.Products /= n
	m.HasNoise = len(b.shapes) > 0
	return m, nil
}

// declare builds the network for a batch of n without values.
func (m *Model) declare(b *Builder, n int) (*graph.Program, error) {
	return graph.Trace(func(in []*graph.Value) []*graph.Value {
		b.dtype = in[0].DType()
		return []*graph.Value{m.Architecture.Build(b, in[0], m.Outputs)}
	}, graph.T(graph.Float32, append([]int{n}, m.Input...)...))
}

// Noise gives the shapes of the random numbers, uniform within [0, 1), that a pass over n samples in training
// takes.
func (m *Model) Noise(n int) ([][]int, error) {
	b := &Builder{model: &Model{}, mode: Batch}
	_, err := m.declare(b, n)
	return b.shapes, err
}

// Apply builds the model's computation for a batch x [n, input…], given a value for each segment of Params and
// State. In mode Batch it may be given noise, of the shapes that Noise says; without, nothing is dropped. Shape
// bugs panic as in package graph.
func (m *Model) Apply(theta, state []*graph.Value, x *graph.Value, mode Mode, noise ...*graph.Value) Pass {
	b := &Builder{mode: mode, dtype: x.DType(), theta: theta, state: state, noise: noise}
	outputs := m.Architecture.Build(b, x, m.Outputs)
	return Pass{Outputs: outputs, State: b.next, Moments: b.moments}
}

// Init draws θ, segment by segment.
func (m *Model) Init(rng *rand.Rand) []float64 {
	theta := make([]float64, m.Params.Size())
	for i, s := range m.Params.Segments {
		v := param.View(theta, s)
		for j := range v {
			v[j] = float64(float32(m.initial[i](rng))) // rounded, so that every precision starts at the same point
		}
	}
	return theta
}

// InitState is the running statistics before training: of a batch norm, means 0 and variances 1.
func (m *Model) InitState() []float64 {
	state := make([]float64, m.State.Size())
	for i, s := range m.State.Segments {
		for j := range param.View(state, s) {
			state[s.Offset+j] = m.initialState[i]
		}
	}
	return state
}

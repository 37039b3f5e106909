// Package model makes differentiable programs, parameter layouts and initial values out of architectures.
//
// A model's trainable parameters θ and its batch-norm state (running means and variances) are two flat vectors with named segments.
// Names and layouts are those of a PyTorch state_dict of the same architecture, so that checkpoints travel both ways:
//
//	mlp       fc1.weight [out,in], fc1.bias, bn1.weight, bn1.bias, …, the last fc has no bn
//	cnn       conv1.weight [out,in,3,3], conv1.bias (without batch norm) or bn1.*, …, fc.weight, fc.bias
//	resnet18  conv1, bn1, layer1.0.conv1, .bn1, .conv2, .bn2, .shortcut.0 (convolution), .shortcut.1 (batch norm), …, linear
//	resnet20  the same names, three stages
//
// State segments are bn1.running_mean and bn1.running_var, and so on.
package model

import (
	"fmt"
	"math"
	"math/rand/v2"

	"basin/graph"
	"basin/param"
	"basin/spec"
)

// Mode says which statistics batch norm normalises with.
type Mode int

const (
	Eval  Mode = iota // the running statistics
	Batch             // those of the batch at hand, as in training
)

// Model is an architecture for inputs of one shape. It is immutable and holds no parameters.
type Model struct {
	Spec    spec.Model
	Input   []int // shape of one input: [features] or [channels, height, width]
	Outputs int
	Params  param.Layout // θ
	State   param.Layout // running statistics: for each batch norm its mean, then its variance

	NormPlaces []int // for each batch norm, how many values a sample gives to each of its channels

	network func(b *builder, x *graph.Value) *graph.Value
	initial []float64 // for each segment of θ: the bound of a uniform distribution, or its constant, see builder
}

// Pass is what a model makes of one batch.
type Pass struct {
	Logits  *graph.Value   // [n, outputs]
	State   []*graph.Value // mode Batch: each state segment's next value; mode Eval: the values given
	Moments []*graph.Value // each batch norm's input over this batch: mean, then biased variance, in the order of State
}

// New makes the model of a spec for inputs of a shape. An error says what does not fit.
func New(s spec.Model, input []int, outputs int) (*Model, error) {
	m := &Model{Spec: s, Input: input, Outputs: outputs}
	switch s.Kind {
	case "mlp":
		m.network = m.mlp
	case "cnn", "resnet18", "resnet20":
		if len(input) != 3 {
			return nil, fmt.Errorf("model: kind: %s needs images [channels, height, width], the data has inputs of shape %v; use mlp", s.Kind, input)
		}
		m.network = map[string]func(*builder, *graph.Value) *graph.Value{"cnn": m.cnn, "resnet18": m.resnet18, "resnet20": m.resnet20}[s.Kind]
	default:
		return nil, fmt.Errorf("model: kind: %q is unknown; choose mlp, cnn, resnet18 or resnet20", s.Kind)
	}
	// A dry run lays out the parameters.
	_, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		return []*graph.Value{m.network(&builder{model: m, declare: true}, in[0])}
	}, graph.T(graph.Float32, append([]int{2}, input...)...))
	if err != nil {
		return nil, fmt.Errorf("model: %s does not fit inputs of shape %v: %w", s.Kind, input, err)
	}
	return m, nil
}

// Types gives the types of the segments of a layout, for a program's inputs.
func Types(l param.Layout, d graph.DType) []graph.Type {
	ts := make([]graph.Type, len(l.Segments))
	for i, s := range l.Segments {
		ts[i] = graph.T(d, s.Shape...)
	}
	return ts
}

// Apply builds the model's computation for a batch x [n, input…], given a value for each segment of Params and State. Shape bugs panic
// as in package graph.
func (m *Model) Apply(theta, state []*graph.Value, x *graph.Value, mode Mode) Pass {
	b := &builder{model: m, theta: theta, state: state, mode: mode}
	logits := m.network(b, x)
	return Pass{Logits: logits, State: b.next, Moments: b.moments}
}

// Init draws θ as PyTorch does by default: weights and biases of linear and convolutional layers uniform within ±1/√fan_in
// (kaiming_uniform with a = √5), batch norm's scale 1 and shift 0.
func (m *Model) Init(rng *rand.Rand) []float64 {
	theta := make([]float64, m.Params.Size())
	for i, s := range m.Params.Segments {
		v := param.View(theta, s)
		for j := range v {
			if bound := m.initial[i]; bound > 0 {
				// Rounded to float32, so that every precision starts at the same point.
				v[j] = float64(float32((2*rng.Float64() - 1) * bound))
			} else {
				v[j] = -bound
			}
		}
	}
	return theta
}

// InitState is the running statistics before training: means 0, variances 1.
func (m *Model) InitState() []float64 {
	state := make([]float64, m.State.Size())
	for i, s := range m.State.Segments {
		if i%2 == 1 {
			for j := range param.View(state, s) {
				state[s.Offset+j] = 1
			}
		}
	}
	return state
}

// builder hands out a network's parameters in order. When it declares, it makes up the layout instead.
type builder struct {
	model   *Model
	declare bool
	mode    Mode

	theta, state  []*graph.Value
	next, moments []*graph.Value
}

// parameter is the next segment of θ. initial is the bound of its uniform initial distribution if positive, else minus its constant.
func (b *builder) parameter(name string, d graph.DType, initial float64, shape ...int) *graph.Value {
	if b.declare {
		b.model.Params.Add(name, shape...)
		b.model.initial = append(b.model.initial, initial)
		return graph.Full(graph.T(d, shape...), 0)
	}
	v := b.theta[0]
	b.theta = b.theta[1:]
	return v
}

func (b *builder) running(name string, d graph.DType, channels int) *graph.Value {
	if b.declare {
		b.model.State.Add(name, channels)
		return graph.Full(graph.T(d, channels), 0)
	}
	v := b.state[0]
	b.state = b.state[1:]
	return v
}

func uniformBound(fanIn int) float64 { return 1 / math.Sqrt(float64(max(1, fanIn))) }

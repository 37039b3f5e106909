package model

import (
	"fmt"
	"strings"

	"basin/graph"
)

// Activation is what follows a hidden layer, by name.
type Activation string

// activations lists what there is to choose from.
var activations = []struct {
	name  Activation
	apply func(x *graph.Value) *graph.Value
}{
	{"relu", graph.ReLU},
	{"tanh", graph.Tanh},
	{"sigmoid", graph.Logistic},
	{"gelu", func(x *graph.Value) *graph.Value { // x·Φ(x), exact (Hendrycks and Gimpel 2016)
		return graph.Mul(graph.Scale(x, 0.5), graph.Shift(graph.Erf(graph.Scale(x, 0.7071067811865476)), 1))
	}},
	{"swish", func(x *graph.Value) *graph.Value { return graph.Mul(x, graph.Logistic(x)) }}, // x·σ(x), PyTorch's SiLU
}

// check reports a name that there is not.
func (a Activation) check() error {
	var names []string
	for _, known := range activations {
		if known.name == a {
			return nil
		}
		names = append(names, string(known.name))
	}
	return fmt.Errorf("activation: %q is unknown; choose one of %s", string(a), strings.Join(names, ", "))
}

// apply is the activation of x. The name was checked.
func (a Activation) apply(x *graph.Value) *graph.Value {
	for _, known := range activations {
		if known.name == a {
			return known.apply(x)
		}
	}
	panic("model: " + a.check().Error())
}

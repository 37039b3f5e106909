package model

import (
	"errors"
	"fmt"

	"basin/graph"
)

// MLP is a fully connected network: hidden layers, then a linear layer.
type MLP struct {
	Width, Depth int   // units a hidden layer, hidden layers
	Widths       []int // each hidden layer's units, instead
	Activation   Activation
	BatchNorm    bool // before each activation
}

// Fits implements Architecture.
func (a *MLP) Fits([]int) error {
	if len(a.Widths) == 0 && (a.Width < 1 || a.Depth < 1) {
		return errors.New("mlp: give width and depth, or widths")
	}
	return a.Activation.check()
}

// Build implements Architecture.
func (a *MLP) Build(b *Builder, x *graph.Value, outputs int) *graph.Value {
	x = flatten(x)
	widths := a.Widths
	if len(widths) == 0 {
		for range a.Depth {
			widths = append(widths, a.Width)
		}
	}
	for i, w := range widths {
		x = b.Linear(fmt.Sprintf("fc%d", i+1), x, w)
		if a.BatchNorm {
			x = b.BatchNorm(fmt.Sprintf("bn%d", i+1), x)
		}
		x = a.Activation.apply(x)
	}
	return b.Linear(fmt.Sprintf("fc%d", len(widths)+1), x, outputs)
}

package model

import (
	"errors"
	"fmt"

	"basin/graph"
)

// CNN is a plain convolutional network: 3×3 convolutions, the first at stride 1, each further one at stride 2 with
// twice the channels; then the mean over all positions and a linear layer.
type CNN struct {
	Width      int // channels of the first convolution
	Depth      int // convolutions
	Activation Activation
	BatchNorm  bool // before each activation
}

// Fits implements Architecture.
func (a *CNN) Fits(input []int) error {
	if a.Width < 1 || a.Depth < 1 {
		return errors.New("cnn: give width and depth")
	}
	if err := images("cnn", input); err != nil {
		return err
	}
	return a.Activation.check()
}

// images reports inputs that are none.
func images(kind string, input []int) error {
	if len(input) != 3 {
		return fmt.Errorf("kind: %s needs images [channels, height, width], the data has inputs of shape %v; use mlp",
			kind, input)
	}
	return nil
}

// Build implements Architecture.
func (a *CNN) Build(b *Builder, x *graph.Value, outputs int) *graph.Value {
	channels := a.Width
	for i := range a.Depth {
		stride := 1
		if i > 0 {
			stride, channels = 2, 2*channels
		}
		x = b.Conv(fmt.Sprintf("conv%d", i+1), x, channels, 3, stride, !a.BatchNorm)
		if a.BatchNorm {
			x = b.BatchNorm(fmt.Sprintf("bn%d", i+1), x)
		}
		x = a.Activation.apply(x)
	}
	return b.Linear("fc", averagePool(x), outputs)
}

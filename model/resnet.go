package model

import (
	"errors"
	"fmt"

	"basin/graph"
)

// ResNet18 is ResNet-18 for 32×32 images with base width k: four stages of two basic blocks with k, 2k, 4k and 8k
// channels (He et al. 2016; Yang et al. 2021 have 11,173,962 parameters at k = 64).
type ResNet18 struct {
	Width      int // k
	Activation Activation
}

// Fits implements Architecture.
func (a *ResNet18) Fits(input []int) error {
	return fitsResidual("resnet18", a.Width, a.Activation, input)
}

// Build implements Architecture.
func (a *ResNet18) Build(b *Builder, x *graph.Value, outputs int) *graph.Value {
	return residual(b, x, outputs, a.Width, a.Activation, []int{2, 2, 2, 2})
}

// ResNet20 is the CIFAR network of He et al. 2016: three stages of three basic blocks with k, 2k and 4k channels,
// k = 16 in the paper (272,474 parameters), with projections as shortcuts (option B).
type ResNet20 struct {
	Width      int // k
	Activation Activation
}

// Fits implements Architecture.
func (a *ResNet20) Fits(input []int) error {
	return fitsResidual("resnet20", a.Width, a.Activation, input)
}

// Build implements Architecture.
func (a *ResNet20) Build(b *Builder, x *graph.Value, outputs int) *graph.Value {
	return residual(b, x, outputs, a.Width, a.Activation, []int{3, 3, 3})
}

func fitsResidual(kind string, width int, act Activation, input []int) error {
	if width < 1 {
		return errors.New(kind + ": give width")
	}
	if err := images(kind, input); err != nil {
		return err
	}
	return act.check()
}

// residual is a convolution and stages of basic blocks, then the mean over all positions and a linear layer.
func residual(b *Builder, x *graph.Value, outputs, channels int, act Activation, stages []int) *graph.Value {
	x = act.apply(b.BatchNorm("bn1", b.Conv("conv1", x, channels, 3, 1, false)))
	for s, blocks := range stages {
		for i := range blocks {
			stride := 1
			if s > 0 && i == 0 {
				stride, channels = 2, 2*channels
			}
			x = basicBlock(b, fmt.Sprintf("layer%d.%d", s+1, i), x, channels, stride, act)
		}
	}
	return b.Linear("linear", averagePool(x), outputs)
}

// basicBlock is two 3×3 convolutions beside a shortcut.
func basicBlock(b *Builder, name string, x *graph.Value, channels, stride int, act Activation) *graph.Value {
	y := act.apply(b.BatchNorm(name+".bn1", b.Conv(name+".conv1", x, channels, 3, stride, false)))
	y = b.BatchNorm(name+".bn2", b.Conv(name+".conv2", y, channels, 3, 1, false))
	short := x
	if stride != 1 || x.Shape()[1] != channels {
		short = b.BatchNorm(name+".shortcut.1", b.Conv(name+".shortcut.0", x, channels, 1, stride, false))
	}
	return act.apply(graph.Add(y, short))
}

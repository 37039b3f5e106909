package model

import (
	"fmt"

	"basin/graph"
)

// mlp is a fully connected network: hidden layers of the given widths, then a linear layer.
func (m *Model) mlp(b *builder, x *graph.Value) *graph.Value {
	x = flatten(x)
	widths := m.Spec.Widths
	if len(widths) == 0 {
		for range m.Spec.Depth {
			widths = append(widths, m.Spec.Width)
		}
	}
	for i, w := range widths {
		x = b.linear(fmt.Sprintf("fc%d", i+1), x, w)
		if m.Spec.BatchNorm {
			x = b.batchNorm(fmt.Sprintf("bn%d", i+1), x)
		}
		x = b.activate(x)
	}
	return b.linear(fmt.Sprintf("fc%d", len(widths)+1), x, m.Outputs)
}

// cnn is a plain convolutional network: depth 3×3 convolutions, the first at stride 1 with width channels, each further one at stride 2
// with twice the channels; then the mean over all places and a linear layer.
func (m *Model) cnn(b *builder, x *graph.Value) *graph.Value {
	channels := m.Spec.Width
	for i := range m.Spec.Depth {
		stride := 1
		if i > 0 {
			stride, channels = 2, 2*channels
		}
		x = b.conv(fmt.Sprintf("conv%d", i+1), x, channels, 3, stride, !m.Spec.BatchNorm)
		if m.Spec.BatchNorm {
			x = b.batchNorm(fmt.Sprintf("bn%d", i+1), x)
		}
		x = b.activate(x)
	}
	return b.linear("fc", averagePool(x), m.Outputs)
}

// resnet18 is ResNet-18 for 32×32 images with base width k: four stages of two basic blocks with k, 2k, 4k and 8k channels
// (He et al. 2016; the taxonomy's network, 11,173,962 parameters at k = 64).
func (m *Model) resnet18(b *builder, x *graph.Value) *graph.Value {
	return m.resnet(b, x, []int{2, 2, 2, 2})
}

// resnet20 is the CIFAR network of He et al. 2016: three stages of three basic blocks with k, 2k and 4k channels, 16 by default
// (272,474 parameters), with projections as shortcuts (option B).
func (m *Model) resnet20(b *builder, x *graph.Value) *graph.Value {
	return m.resnet(b, x, []int{3, 3, 3})
}

func (m *Model) resnet(b *builder, x *graph.Value, stages []int) *graph.Value {
	channels := m.Spec.Width
	x = b.conv("conv1", x, channels, 3, 1, false)
	x = b.activate(b.batchNorm("bn1", x))
	for s, blocks := range stages {
		for i := range blocks {
			stride := 1
			if s > 0 && i == 0 {
				stride, channels = 2, 2*channels
			}
			x = b.basicBlock(fmt.Sprintf("layer%d.%d", s+1, i), x, channels, stride)
		}
	}
	return b.linear("linear", averagePool(x), m.Outputs)
}

// basicBlock is two 3×3 convolutions beside a shortcut.
func (b *builder) basicBlock(name string, x *graph.Value, channels, stride int) *graph.Value {
	y := b.activate(b.batchNorm(name+".bn1", b.conv(name+".conv1", x, channels, 3, stride, false)))
	y = b.batchNorm(name+".bn2", b.conv(name+".conv2", y, channels, 3, 1, false))
	short := x
	if stride != 1 || x.Shape()[1] != channels {
		short = b.batchNorm(name+".shortcut.1", b.conv(name+".shortcut.0", x, channels, 1, stride, false))
	}
	return b.activate(graph.Add(y, short))
}

package model

import (
	"fmt"

	"basin/spec"
)

// FromSpec reads an architecture from a spec.
func FromSpec(s spec.Model) (Architecture, error) {
	act := Activation(s.Activation)
	switch s.Kind {
	case "mlp":
		return &MLP{Width: s.Width, Depth: s.Depth, Widths: s.Widths, Activation: act, BatchNorm: s.BatchNorm}, nil
	case "cnn":
		return &CNN{Width: s.Width, Depth: s.Depth, Activation: act, BatchNorm: s.BatchNorm}, nil
	case "resnet18":
		return &ResNet18{Width: s.Width, Activation: act}, nil
	case "resnet20":
		return &ResNet20{Width: s.Width, Activation: act}, nil
	}
	return nil, fmt.Errorf("model: kind: %q is unknown; choose mlp, cnn, resnet18 or resnet20", s.Kind)
}

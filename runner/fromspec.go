package runner

import (
	"fmt"

	"basin/graph"
	"basin/measure"
	"basin/model"
	"basin/spec"
	"basin/task"
	"basin/train"
)

// A spec's sections are plain data; what follows makes of them the settings that other packages take.

// DType reads a precision.
func DType(name string) graph.DType {
	if name == "float64" {
		return graph.Float64
	}
	return graph.Float32
}

// Task reads what a network is trained for.
func Task(s spec.Train) task.Task { return &task.Classification{Criterion: s.Loss} }

// Architecture reads what the network is.
func Architecture(s spec.Model) (model.Architecture, error) {
	act := model.Activation(s.Activation)
	switch s.Kind {
	case "mlp":
		return &model.MLP{Width: s.Width, Depth: s.Depth, Widths: s.Widths, Activation: act, BatchNorm: s.BatchNorm}, nil
	case "cnn":
		return &model.CNN{Width: s.Width, Depth: s.Depth, Activation: act, BatchNorm: s.BatchNorm}, nil
	case "resnet18":
		return &model.ResNet18{Width: s.Width, Activation: act}, nil
	case "resnet20":
		return &model.ResNet20{Width: s.Width, Activation: act}, nil
	}
	return nil, fmt.Errorf("model: kind: %q is unknown", s.Kind)
}

// recipe reads how it is trained.
func recipe(s spec.Train) (r train.Recipe, err error) {
	r = train.Recipe{Warmup: s.Schedule.Warmup, Batch: s.Batch, DropLast: s.DropLast, Epochs: s.Epochs,
		Best: s.Keep == "best"}
	switch o := s.Optimizer; o.Kind {
	case "sgd":
		r.Optimizer = &train.SGD{LR: o.LR, Momentum: o.Momentum, Nesterov: o.Nesterov, WeightDecay: o.WeightDecay}
	case "adam":
		r.Optimizer = &train.Adam{LR: o.LR, Betas: o.Betas, Eps: o.Eps, WeightDecay: o.WeightDecay}
	default:
		return r, fmt.Errorf("train: optimizer: kind: %q is unknown", o.Kind)
	}
	switch k := s.Schedule; k.Kind {
	case "constant":
		r.Schedule = &train.Constant{}
	case "step":
		r.Schedule = &train.Steps{At: k.At, Factor: k.Factor}
	case "cosine":
		r.Schedule = &train.Cosine{}
	default:
		return r, fmt.Errorf("train: schedule: kind: %q is unknown", k.Kind)
	}
	if s.Stop.TargetLoss > 0 {
		r.Stop = append(r.Stop, train.TargetLoss(s.Stop.TargetLoss))
	}
	if s.Stop.RuleB {
		r.Stop = append(r.Stop, train.RuleB{})
	}
	return r, nil
}

// Hessian reads the settings of that measure.
func Hessian(s *spec.Hessian) *measure.Hessian {
	return &measure.Hessian{Samples: s.Samples, Mode: s.Mode, Eigenvalues: s.Eigenvalues, Tolerance: s.Tolerance,
		Steps: s.Steps,
		Trace: measure.Trace(s.Trace), Density: measure.Density(s.Density), DType: DType(s.DType)}
}

// Measure reads the settings of a measure.
func Measure(settings any) (measure.After, error) {
	switch s := settings.(type) {
	case *spec.Performance:
		return &measure.Performance{}, nil
	case *spec.Hessian:
		return Hessian(s), nil
	case *spec.Connectivity:
		return &measure.Connectivity{Pairs: s.Pairs, Curve: s.Curve, Epochs: s.Epochs, LR: s.LR, Momentum: s.Momentum,
			WeightDecay: s.WeightDecay, Batch: s.Batch, Start: s.Start, Points: s.Points, Compatible: s.Compatible}, nil
	case *spec.Similarity:
		return &measure.Similarity{Pairs: s.Pairs, Samples: s.Samples, Inputs: s.Inputs, Set: s.Set}, nil
	case *spec.Distance:
		return &measure.Distance{Pairs: s.Pairs}, nil
	}
	return nil, fmt.Errorf("measure: no measure has settings of type %T", settings)
}

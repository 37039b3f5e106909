package train

import (
	"fmt"

	"basin/graph"
	"basin/spec"
)

// FromSpec reads a recipe from a spec.
func FromSpec(s spec.Train) (r Recipe, err error) {
	r = Recipe{Loss: s.Loss, Warmup: s.Schedule.Warmup, Batch: s.Batch, DropLast: s.DropLast, Epochs: s.Epochs,
		Best: s.Keep == "best"}
	if s.DType == "float64" {
		r.DType = graph.Float64
	}
	switch o := s.Optimizer; o.Kind {
	case "sgd":
		r.Optimizer = SGD{LR: o.LR, Momentum: o.Momentum, Nesterov: o.Nesterov, WeightDecay: o.WeightDecay}
	case "adam":
		r.Optimizer = Adam{LR: o.LR, Betas: o.Betas, Eps: o.Eps, WeightDecay: o.WeightDecay}
	default:
		return r, fmt.Errorf("train: optimizer: kind: %q is unknown; choose sgd or adam", o.Kind)
	}
	switch k := s.Schedule; k.Kind {
	case "constant":
		r.Schedule = Constant{}
	case "step":
		r.Schedule = Steps{At: k.At, Factor: k.Factor}
	case "cosine":
		r.Schedule = Cosine{}
	default:
		return r, fmt.Errorf("train: schedule: kind: %q is unknown; choose constant, step or cosine", k.Kind)
	}
	if s.Stop.TargetLoss > 0 {
		r.Stop = append(r.Stop, TargetLoss(s.Stop.TargetLoss))
	}
	if s.Stop.RuleB {
		r.Stop = append(r.Stop, RuleB{})
	}
	return r, nil
}

package spec

import "slices"

// idle says when a field has no effect on what is trained, and why. It serves twice: such a field is refused when a user gives it a
// value, and it is left out of a cell's identity, so that equal networks have equal IDs.
type idle struct {
	path string
	why  func(*Spec) string // empty: the field has its effect
	mild bool               // given without effect is no mistake: the switch that turns it off is likely to be flipped or swept
}

var idles = []idle{
	{path: "data.train", why: func(s *Spec) string {
		return because(slices.Contains(splitSets, s.Data.Set), "the set "+s.Data.Set+" has its own split; use data.fraction")
	}},
	{path: "data.label_noise_kind", mild: true, why: func(s *Spec) string { return because(s.Data.LabelNoise == 0, "data.label_noise is 0") }},

	{path: "model.widths", why: func(s *Spec) string { return because(s.Model.Kind != "mlp", "only an mlp has it; use model.width") }},
	{path: "model.width", why: func(s *Spec) string { return because(s.layered(), "model.widths is given") }},
	{path: "model.depth", why: func(s *Spec) string {
		if s.layered() {
			return "model.widths is given"
		}
		return because(s.resnet(), "a "+s.Model.Kind+" has its own depth")
	}},
	{path: "model.batch_norm", why: func(s *Spec) string { return because(s.resnet(), "a "+s.Model.Kind+" always has batch norm") }},

	{path: "train.optimizer.momentum", why: only("sgd")},
	{path: "train.optimizer.nesterov", why: only("sgd")},
	{path: "train.optimizer.betas", why: only("adam")},
	{path: "train.optimizer.eps", why: only("adam")},
	{path: "train.schedule.at", why: onlyStep},
	{path: "train.schedule.factor", why: onlyStep},
}

// splitSets come with training and test sets of their own.
var splitSets = []string{"mnist", "fashion-mnist", "cifar10", "cifar100"}

func because(idle bool, why string) string { return pick(idle, why, "") }

func only(optimizer string) func(*Spec) string {
	return func(s *Spec) string {
		return because(s.Train.Optimizer.Kind != optimizer, "it belongs to "+optimizer+", not to "+s.Train.Optimizer.Kind)
	}
}

func onlyStep(s *Spec) string {
	return because(s.Train.Schedule.Kind != "step", "it belongs to the step schedule, not to "+s.Train.Schedule.Kind)
}

func (s *Spec) layered() bool { return s.Model.Kind == "mlp" && len(s.Model.Widths) > 0 }

func (s *Spec) resnet() bool { return s.Model.Kind == "resnet18" || s.Model.Kind == "resnet20" }

// idleEverywhere returns why a field has no effect in any cell; empty when it has one in some.
func (s *Spec) idleEverywhere(i idle) string {
	why := ""
	for c := range s.combinations() {
		if why = i.why(&c.spec); why == "" {
			return ""
		}
	}
	return why
}

package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// validate checks what a field alone cannot show. Fields themselves were checked where they were decoded.
func (d *decoder) validate(s *Spec, origin place) {
	v := &validator{decoder: d, spec: s, origin: origin}
	v.name()
	v.replicas()
	v.hessian()
	if v.grid() && len(d.problems) == 0 {
		v.cells()
		v.idle()
	}
	if len(d.problems) == 0 {
		v.distinct()
	}
}

type validator struct {
	*decoder
	spec   *Spec
	origin place
}

// at is where a path was written, or the nearest section around it, or the file.
func (v *validator) at(path string) place {
	for {
		if p, ok := v.given[path]; ok {
			return p
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return v.origin
		}
		path = path[:i]
	}
}

func (v *validator) report(path, format string, args ...any) {
	v.fail(v.at(path), path, format, args...)
}

func (v *validator) name() {
	wrongType := slices.ContainsFunc(v.problems, func(p problem) bool { return p.path == "name" })
	if !wrongType && !plainName.MatchString(v.spec.Name) {
		v.report("name", "%q cannot name a run folder: use letters, digits, space, _ . + -, at most 100", clip(v.spec.Name))
	}
}

// replicas checks that there are as many as the measures on pairs need.
func (v *validator) replicas() {
	n := v.spec.Replicas
	all := n * (n - 1) / 2
	for _, w := range v.spec.Measure.List() {
		path := "measure." + w.Name
		switch {
		case !w.OnPairs || n < 1:
		case n == 1:
			v.report(path, "it compares pairs of replicas, and replicas is 1: set replicas to 2 or more, or leave %s out", w.Name)
		case w.Pairs > all:
			v.report(path+".pairs", "%d replicas have %d pairs, not %d: set replicas higher, or pairs to -1 for all", n, all, w.Pairs)
		}
	}
}

func (v *validator) hessian() {
	if h := v.spec.Measure.Hessian; h != nil && h.Eigenvalues > h.Steps {
		v.report("measure.hessian.eigenvalues", "%d eigenvalues need at least as many Lanczos steps, and measure.hessian.steps is %d",
			h.Eigenvalues, h.Steps)
	}
}

// grid checks the axes against each other, against the overrides, and their size; ok is false where cells cannot be resolved.
func (v *validator) grid() (ok bool) {
	s := v.spec
	load, temperature := s.Grid.Load, s.Grid.Temperature
	if load.Path != "" && load.Path == temperature.Path {
		v.report("grid.temperature", "it sweeps %s, as grid.load does: the axes must differ", load.Path)
		return false
	}
	if n := s.cells(); n > MaxCells {
		v.report("grid", "%d × %d = %.0f cells; at most %d are allowed: give fewer values", len(load.Values), len(temperature.Values), n, MaxCells)
		return false
	}
	for _, a := range s.axes() {
		if p := v.given[a.Path]; p.override != "" {
			v.report(a.Path, "it has no effect, because %s sweeps it: use --set '%s={%s: [...]}', or drop the axis with --set %s=null",
				a.at, a.at, a.Path, a.at)
		}
	}
	return true
}

// cells checks every cell's combination of values; a problem is reported once, with the first cell that has it.
func (v *validator) cells() {
	seen := map[string]bool{}
	for c := range v.spec.combinations() {
		for _, rule := range cellRules {
			path, text := rule(&c.spec)
			if text == "" || seen[path+text] {
				continue
			}
			seen[path+text] = true
			if c.load != nil || c.temperature != nil {
				text += " (in the cell " + c.label() + ")"
			}
			v.report(path, "%s", text)
		}
	}
}

// cellRules relate the fields of one cell. Each returns the path and what is wrong, empty when nothing is.
var cellRules = []func(*Spec) (path, text string){
	func(s *Spec) (string, string) {
		return "model.width", because(s.Model.Width == 0 && !s.layered(), "it is missing: give the "+
			pick(s.Model.Kind == "mlp", "units of a hidden layer", "base channels")+", or sweep it in the grid")
	},
	func(s *Spec) (string, string) {
		o := s.Train.Optimizer
		return "train.optimizer.nesterov", because(o.Kind == "sgd" && o.Nesterov && o.Momentum == 0,
			"it needs train.optimizer.momentum above 0")
	},
	func(s *Spec) (string, string) {
		c := s.Train.Schedule
		return "train.schedule.at", because(c.Kind == "step" && len(c.At) == 0,
			"the step schedule needs the epochs at which the rate changes, such as [75]")
	},
	func(s *Spec) (string, string) {
		at := s.Train.Schedule.At
		for i := 1; i < len(at); i++ {
			if at[i] <= at[i-1] {
				return "train.schedule.at", fmt.Sprintf("epochs must increase, and %d follows %d", at[i], at[i-1])
			}
		}
		return "", ""
	},
	func(s *Spec) (string, string) {
		w, e := s.Train.Schedule.Warmup, s.Train.Epochs
		if w == 0 || w < e {
			return "", ""
		}
		return "train.schedule.warmup", fmt.Sprintf("%d epochs of warm-up leave nothing of %d epochs", w, e)
	},
}

// idle refuses values that a user gave to fields that have no effect in any cell.
func (v *validator) idle() {
	for _, i := range idles {
		f := table().byPath[i.path]
		axis := v.spec.swept(i.path)
		_, given := v.given[i.path]
		if axis == "" && (i.mild || !given) {
			continue
		}
		why := v.spec.idleEverywhere(i)
		switch {
		case why == "":
		case axis != "":
			v.report(axis, "sweeping %s has no effect: %s", i.path, why)
		case f.Path == "model.batch_norm":
			if !v.spec.Model.BatchNorm {
				v.report(f.Path, "false is not possible: %s; remove it", why)
			}
		case !f.isDefault(v.spec):
			v.report(f.Path, "it has no effect: %s; remove it%s", why, because(f.Default != "", ", or set it to "+f.Default))
		}
	}
}

// isDefault reports whether the field has its documented default, or none and is zero.
func (f Field) isDefault(s *Spec) bool {
	v, ok := f.in(s)
	if !ok {
		return true
	}
	w := reflect.New(f.typ).Elem()
	if f.standard != nil {
		f.setDefault(w)
	}
	return reflect.DeepEqual(v.Interface(), w.Interface())
}

// distinct refuses grids in which two cells would train the same networks. That can be so only where a swept field is idle in some
// cells: the depth, say, where the kind of model is swept too.
func (v *validator) distinct() {
	if !slices.ContainsFunc(idles, func(i idle) bool { return v.spec.swept(i.path) != "" }) {
		return
	}
	first := map[string]string{}
	for c := range v.spec.combinations() {
		id, label := cellID(&c.spec), c.label()
		if other, ok := first[id]; ok {
			v.report("grid", "the cells %s and %s are the same networks: remove one's value", other, label)
			return
		}
		first[id] = label
	}
}

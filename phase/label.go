package phase

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"basin/record"
	"basin/spec"
)

// Label is a cell's phase.
type Label string

const (
	I         Label = "I"         // locally sharp, globally poorly connected
	II        Label = "II"        // locally sharp, globally well connected
	III       Label = "III"       // locally smooth, globally poorly connected
	IVA       Label = "IV-A"      // smooth, well connected, models dissimilar
	IVB       Label = "IV-B"      // smooth, well connected, models similar
	Dead      Label = "dead"      // most seeds ended with constant outputs
	Undefined Label = "undefined" // a number that decides is missing, or most seeds diverged
)

// Labels are all labels, in the order in which legends and summaries show them.
var Labels = []Label{I, II, III, IVA, IVB, Dead, Undefined}

// Describe says what a label means, in a few words.
func (l Label) Describe() string {
	switch l {
	case I:
		return "sharp, poorly connected"
	case II:
		return "sharp, well connected"
	case III:
		return "smooth, poorly connected"
	case IVA:
		return "smooth, well connected, dissimilar"
	case IVB:
		return "smooth, well connected, similar"
	case Dead:
		return "constant outputs"
	}
	return "no label"
}

// IsPhase reports whether the label is one of the five phases.
func (l Label) IsPhase() bool { return l != Dead && l != Undefined }

// Threshold is one number that decides.
type Threshold struct {
	Quantity string
	Value    float64
}

// Rule says what is sharp (every quantity above its threshold), poorly connected (every quantity below) and similar (every quantity at
// or above). The authors draw their boundaries by hand; the defaults are those of REFERENCE §1, where the training loss stands in for
// the Hessian: sharp if the training loss exceeds 0.05, poor if mc < −1 % of error, similar if CKA ≥ 0.7.
type Rule struct {
	Sharp, Poor, Similar []Threshold
}

// NewRule reads a spec's thresholds; an empty group takes its default.
func NewRule(p spec.Phases) Rule {
	group := func(m map[string]float64, quantity string, value float64) []Threshold {
		if len(m) == 0 {
			return []Threshold{{quantity, value}}
		}
		var out []Threshold
		for _, q := range slices.Sorted(maps.Keys(m)) {
			out = append(out, Threshold{q, m[q]})
		}
		return out
	}
	return Rule{
		Sharp:   group(p.Sharp, record.TrainLoss, 0.05),
		Poor:    group(p.Poor, record.MC, -1),
		Similar: group(p.Similar, record.CKA, 0.7),
	}
}

// String says the rule in words: "sharp: train_loss > 0.05; poor: mc < -1; similar: cka >= 0.7".
func (r Rule) String() string {
	s := ""
	for _, g := range []struct {
		name, op string
		group    []Threshold
	}{{"sharp: ", " > ", r.Sharp}, {"; poor: ", " < ", r.Poor}, {"; similar: ", " ≥ ", r.Similar}} {
		s += g.name
		for i, t := range g.group {
			if i > 0 {
				s += " and "
			}
			s += t.Quantity + g.op + fmt.Sprint(t.Value)
		}
	}
	return s
}

// quantities lists what the rule looks at, each once.
func (r Rule) quantities() []string {
	var out []string
	for _, t := range slices.Concat(r.Sharp, r.Poor, r.Similar) {
		if !slices.Contains(out, t.Quantity) {
			out = append(out, t.Quantity)
		}
	}
	return out
}

// evidence is what a label is decided from: numbers of seeds (weighted, in a resample) and the mean of each quantity, NaN if missing.
type evidence struct {
	seeds, dead, diverged float64
	mean                  func(quantity string) float64
}

// label decides. A quantity that is not needed may be missing: a sharp cell's CKA decides nothing.
func (r Rule) label(e evidence) Label {
	if 2*e.dead > e.seeds {
		return Dead
	}
	if e.seeds == 0 || 2*(e.dead+e.diverged) > e.seeds {
		return Undefined
	}
	sharp, ok1 := every(r.Sharp, e.mean, func(x, t float64) bool { return x > t })
	poor, ok2 := every(r.Poor, e.mean, func(x, t float64) bool { return x < t })
	if !ok1 || !ok2 {
		return Undefined
	}
	switch {
	case sharp && poor:
		return I
	case sharp:
		return II
	case poor:
		return III
	}
	switch similar, ok := every(r.Similar, e.mean, func(x, t float64) bool { return x >= t }); {
	case !ok:
		return Undefined
	case similar:
		return IVB
	}
	return IVA
}

// every reports whether all thresholds hold, and whether all means are there.
func every(ts []Threshold, mean func(string) float64, holds func(x, t float64) bool) (all, ok bool) {
	all = true
	for _, t := range ts {
		x := mean(t.Quantity)
		if math.IsNaN(x) {
			return false, false
		}
		all = all && holds(x, t.Value)
	}
	return all, true
}

// why says why a cell has no phase, in words for the user; empty where it has one.
func (r Rule) why(l Label, e evidence) string {
	switch {
	case l == Dead:
		return fmt.Sprintf("%.0f of %.0f seeds are dead: their outputs do not depend on their inputs", e.dead, e.seeds)
	case l != Undefined:
		return ""
	case e.seeds == 0:
		return "nothing measured yet"
	case 2*(e.dead+e.diverged) > e.seeds:
		return fmt.Sprintf("%.0f of %.0f seeds diverged, %.0f are dead", e.diverged, e.seeds, e.dead)
	}
	for _, q := range r.quantities() {
		if math.IsNaN(e.mean(q)) {
			return "no usable value of " + q
		}
	}
	return ""
}

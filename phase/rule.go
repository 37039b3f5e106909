package phase

import (
	"fmt"
	"math"
	"slices"

	"basin/results"
)

// rule is a results.Rule whose columns are numbered.
type rule struct {
	columns              []string // those that it looks at, each once
	sharp, poor, similar []test
}

type test struct {
	column int
	value  float64
}

func compile(r results.Rule) rule {
	var out rule
	group := func(ts []results.Threshold) []test {
		var tests []test
		for _, t := range ts {
			k := slices.Index(out.columns, t.Quantity)
			if k < 0 {
				k = len(out.columns)
				out.columns = append(out.columns, t.Quantity)
			}
			tests = append(tests, test{k, t.Value})
		}
		return tests
	}
	out.sharp, out.poor, out.similar = group(r.Sharp), group(r.Poor), group(r.Similar)
	return out
}

// evidence is what a label is decided from: numbers of seeds (weighted, in a resample), and the mean of each of
// the rule's columns, NaN if it is missing.
type evidence struct {
	seeds, dead, diverged float64
	means                 []float64
}

func (r rule) evidence(c *results.Cell) evidence {
	e := evidence{float64(len(c.Seeds)), float64(c.Dead), float64(c.Diverged), make([]float64, len(r.columns))}
	for k, q := range r.columns {
		e.means[k] = c.Mean(q)
	}
	return e
}

// label decides. A quantity that is not needed may be missing: a sharp cell's CKA decides nothing.
func (r rule) label(e evidence) Label {
	if 2*e.dead > e.seeds {
		return Dead
	}
	if e.seeds == 0 || 2*(e.dead+e.diverged) > e.seeds {
		return Undefined
	}
	sharp, ok := every(r.sharp, e.means, func(x, t float64) bool { return x > t })
	if !ok {
		return Undefined
	}
	poor, ok := every(r.poor, e.means, func(x, t float64) bool { return x < t })
	if !ok {
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
	switch similar, ok := every(r.similar, e.means, func(x, t float64) bool { return x >= t }); {
	case !ok:
		return Undefined
	case similar:
		return IVB
	}
	return IVA
}

// every reports whether all thresholds hold, and whether there are any and all means are there.
func every(tests []test, means []float64, holds func(x, t float64) bool) (all, ok bool) {
	all = true
	for _, t := range tests {
		x := means[t.column]
		if math.IsNaN(x) {
			return false, false
		}
		all = all && holds(x, t.value)
	}
	return all, len(tests) > 0
}

// why says why a cell has no phase, in words for the user; empty where it has one.
func (r rule) why(l Label, e evidence) string {
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
	for k, q := range r.columns {
		if math.IsNaN(e.means[k]) {
			return "no usable value of " + q
		}
	}
	return "the run has no thresholds"
}

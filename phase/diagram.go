// Package phase labels the cells of a run with the phases of Yang et al. (2021, "Taxonomizing local versus global
// structure in neural network loss landscapes"), and says how sure a label is (bootstrap over seeds), where the
// boundaries run, and how much they depend on the thresholds. It sees tables of results alone: no network, no
// folder.
package phase

import (
	"math"

	"basin/results"
)

// Diagram is a run's phases.
type Diagram struct {
	Run   *results.Run
	Cells []Cell // as Run.Cells

	rule       rule
	bootstrap  bootstrap
	confidence []float64 // of each cell, once asked for
	known      []bool
}

// Cell is the label of one cell.
type Cell struct {
	Label  Label
	Reason string   // why there is no phase
	Single []string // deciding columns that rest on one replica or pair, whose spread is unknown
}

// New labels all cells.
func New(run *results.Run) *Diagram {
	n := len(run.Cells)
	b := bootstrap{run.Seed, map[int][]resample{}}
	d := &Diagram{Run: run, Cells: make([]Cell, n), rule: compile(run.Rule), bootstrap: b,
		confidence: make([]float64, n), known: make([]bool, n)}
	for i := range run.Cells {
		c := &run.Cells[i]
		e := d.rule.evidence(c)
		out := &d.Cells[i]
		out.Label = d.rule.label(e)
		out.Reason = d.rule.why(out.Label, e)
		if out.Label.IsPhase() && len(c.Seeds) > 1 {
			for _, q := range d.rule.columns {
				if c.Values[q].N == 1 {
					out.Single = append(out.Single, q)
				}
			}
		}
	}
	return d
}

// Labelled reports whether any cell has one of the five phases.
func (d *Diagram) Labelled() bool {
	for i := range d.Cells {
		if d.Cells[i].Label.IsPhase() {
			return true
		}
	}
	return false
}

// Confidence is the share of bootstrap resamples over seeds that keep a cell's label; NaN where nothing can vary.
// It is computed when first asked for.
func (d *Diagram) Confidence(cell int) float64 {
	if !d.known[cell] {
		d.known[cell] = true
		d.confidence[cell] = d.bootstrap.confidence(d.rule, d.Cells[cell].Label, &d.Run.Cells[cell])
	}
	return d.confidence[cell]
}

// Summary counts the cells of one label.
type Summary struct {
	Label Label
	Cells int
	Merit float64 // mean over cells of the run's figure of merit; NaN where unknown
}

// Summary lists the labels that occur.
func (d *Diagram) Summary() []Summary {
	merit, _ := d.Run.Merit()
	var out []Summary
	for _, l := range Labels {
		s, n := Summary{Label: l}, 0
		for i := range d.Cells {
			if d.Cells[i].Label != l {
				continue
			}
			s.Cells++
			if v := d.Run.Cells[i].Mean(merit.Name); !math.IsNaN(v) {
				s.Merit += v
				n++
			}
		}
		if s.Cells > 0 {
			s.Merit /= float64(n) // 0/0 is NaN: unknown
			out = append(out, s)
		}
	}
	return out
}

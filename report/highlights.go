package report

import (
	"cmp"
	"math"
	"slices"

	"basin/phase"
	"basin/record"
	"basin/results"
)

// highlight is a cell that a reader should see first, and why.
type highlight struct {
	Cell int      `json:"cell"` // index into the run's cells
	Why  []string `json:"why"`
}

// highlights chooses the best and the worst cell by each main quantity of which more or less is better, the
// highest and the lowest by each that has two signs, and for each phase the surest cell (of several the one
// nearest the phase's mean figure of merit). A cell chosen twice stands once, with all reasons. Dead cells have
// nothing to show.
func highlights(d *phase.Diagram) []highlight {
	out := []highlight{}
	add := func(i int, why string) {
		if i < 0 {
			return
		}
		for k := range out {
			if out[k].Cell == i {
				out[k].Why = append(out[k].Why, why)
				return
			}
		}
		out = append(out, highlight{i, []string{why}})
	}
	for _, q := range d.Run.Main() {
		title := plain(q.Title) + ": "
		switch {
		case q.Better == record.Higher:
			add(extreme(d, q.Name, 1), title+"best")
			add(extreme(d, q.Name, -1), title+"worst")
		case q.Better == record.Lower:
			add(extreme(d, q.Name, -1), title+"best")
			add(extreme(d, q.Name, 1), title+"worst")
		case q.Scale == record.Diverging:
			add(extreme(d, q.Name, 1), title+"highest")
			add(extreme(d, q.Name, -1), title+"lowest")
		}
	}
	for _, s := range d.Summary() {
		if s.Label.IsPhase() {
			add(typical(d, s), "Phase "+string(s.Label)+": typical")
		}
	}
	return out
}

// extreme finds the cell with the largest sign·quantity; −1 if there is none.
func extreme(d *phase.Diagram, column string, sign float64) int {
	best, value := -1, math.Inf(-1)
	for i := range d.Cells {
		if v := sign * d.Run.Cells[i].Mean(column); v > value && d.Cells[i].Label != phase.Dead {
			best, value = i, v
		}
	}
	return best
}

func typical(d *phase.Diagram, s phase.Summary) int {
	merit, _ := d.Run.Merit()
	best, sure, far := -1, math.Inf(-1), math.Inf(1)
	for i := range d.Cells {
		if d.Cells[i].Label != s.Label {
			continue
		}
		confidence := d.Confidence(i)
		if math.IsNaN(confidence) {
			confidence = -1
		}
		gap := math.Abs(d.Run.Cells[i].Mean(merit.Name) - s.Merit)
		if math.IsNaN(gap) {
			gap = math.MaxFloat64
		}
		if confidence > sure || confidence == sure && gap < far {
			best, sure, far = i, confidence, gap
		}
	}
	return best
}

// ranked lists the cells that have a value of the quantity, the best first.
func ranked(run *results.Run, q record.Quantity) []int {
	var out []int
	for i := range run.Cells {
		if !math.IsNaN(run.Cells[i].Mean(q.Name)) {
			out = append(out, i)
		}
	}
	sign := 1.0 // of a fall from one cell to the next
	if q.Better == record.Lower {
		sign = -1
	}
	slices.SortStableFunc(out, func(i, j int) int {
		return cmp.Compare(sign*run.Cells[j].Mean(q.Name), sign*run.Cells[i].Mean(q.Name))
	})
	return out
}

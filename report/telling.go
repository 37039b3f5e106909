package report

import (
	"fmt"
	"math"

	"basin/phase"
	"basin/record"
)

// telling is a cell that a reader should see first, and why.
type telling struct {
	Cell int      `json:"cell"` // index into the table's cells
	Why  []string `json:"why"`
}

// tellingCells chooses the best test accuracy, the sharpest, the most poorly connected, and for each phase the surest cell (of several
// the one nearest the phase's mean test accuracy). A cell chosen twice stands once, with both reasons. Dead cells have nothing to show.
func tellingCells(t *phase.Table) []telling {
	out := []telling{}
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
		out = append(out, telling{i, []string{why}})
	}
	add(largest(t, record.TestAccuracy, 1), "best test accuracy")
	add(largest(t, record.EigenvalueMax, 1), "sharpest")
	add(largest(t, record.MC, -1), "most poorly connected")
	for _, s := range t.Summary {
		if s.Label.IsPhase() {
			add(typical(t, s), fmt.Sprintf("typical of phase %s", s.Label))
		}
	}
	return out
}

// largest finds the cell with the largest sign·quantity; −1 if there is none.
func largest(t *phase.Table, quantity string, sign float64) int {
	best, value := -1, math.Inf(-1)
	for i := range t.Cells {
		if v := sign * t.Cells[i].Mean(quantity); v > value && t.Cells[i].Label != phase.Dead {
			best, value = i, v
		}
	}
	return best
}

func typical(t *phase.Table, s phase.Summary) int {
	best, sure, far := -1, math.Inf(-1), math.Inf(1)
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.Label != s.Label {
			continue
		}
		confidence := c.Confidence
		if math.IsNaN(confidence) {
			confidence = -1
		}
		d := math.Abs(c.Mean(record.TestAccuracy) - s.TestAccuracy)
		if math.IsNaN(d) {
			d = math.MaxFloat64
		}
		if confidence > sure || confidence == sure && d < far {
			best, sure, far = i, confidence, d
		}
	}
	return best
}

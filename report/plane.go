package report

import (
	"basin/phase"
	"basin/results"
)

// plane is one map of a run: the cells that differ along the first two axes alone. Cells are counted row by row,
// the lowest row first.
type plane struct {
	d          *phase.Diagram
	sheet      int
	rows, cols int
}

func newPlane(d *phase.Diagram, sheet int) plane { return plane{d, sheet, d.Run.Rows(), d.Run.Cols()} }

func planes(d *phase.Diagram) []plane {
	out := make([]plane, d.Run.Sheets())
	for k := range out {
		out[k] = newPlane(d, k)
	}
	return out
}

func (p plane) len() int { return p.rows * p.cols }

// index of a cell among all cells of the run.
func (p plane) index(i int) int { return p.sheet*p.len() + i }

func (p plane) cell(i int) *results.Cell { return &p.d.Run.Cells[p.index(i)] }

func (p plane) label(i int) phase.Label { return p.d.Cells[p.index(i)].Label }

func (p plane) confidence(i int) float64 { return p.d.Confidence(p.index(i)) }

// axis returns the run's first or second axis, if it has one.
func (p plane) axis(k int) (results.Axis, bool) {
	if k >= len(p.d.Run.Axes) {
		return results.Axis{}, false
	}
	return p.d.Run.Axes[k], true
}

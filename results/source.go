package results

import (
	"fmt"
	"slices"

	"basin/record"
)

// Source is what a run folder holds, before anything is averaged.
type Source struct {
	Name       string
	Seed       uint64 // of the sweep
	Axes       []Axis // their values in the order of the spec; Spacing is found by New
	Rule       Rule
	Quantities []record.Quantity // as measures declare them, in the order to be shown
	Kinds      map[string]string // of the measures' entries whose kind is not their name
	Replicas   int               // of cells that are not in Cells
	Cells      []SourceCell
	Costs      []Cost

	Arrays arrayReader  // nil: Cells hold them
	Close  func() error // of the folder
}

// arrayReader calls f with each record that has an array, cell by cell, with the cell's ID: of one cell, or of all
// ("").
type arrayReader func(cell string, f func(cell string, rec record.Record) error) error

// SourceCell is all that is known of one cell.
type SourceCell struct {
	ID       string
	At       []int // index into the values of each axis
	State    State
	Replicas int                   // planned
	Training map[int]record.Status // of each trained replica
	Failures []Failure
	Records  []record.Record
}

// New tabulates a run. It fails only where a cell does not fit the grid. The order of cells and records does not
// matter; New sorts the records in place.
func New(s Source) (*Run, error) {
	r := &Run{Name: s.Name, Seed: s.Seed, Rule: s.Rule, Costs: s.Costs, arrays: s.Arrays, close: s.Close}
	position := make([][]int, len(s.Axes))
	for i, a := range s.Axes {
		if len(a.Values) == 0 {
			return nil, fmt.Errorf("results: axis %q has no values", a.Name)
		}
		a, position[i] = a.arranged(i == 1)
		r.Axes = append(r.Axes, a)
	}
	r.Cells = emptyGrid(r.Axes, s.Replicas)
	seen := map[source]bool{}
	for _, c := range s.Cells {
		for i := range c.Records {
			seen[source{c.Records[i].Measure, c.Records[i].Quantity, points(c.Records[i].Of)}] = true
		}
	}
	r.columns = newColumns(seen, s.Quantities, s.Kinds)
	r.Quantities = r.columns.list
	taken := map[int]string{}
	for _, c := range s.Cells {
		at, err := r.place(c, position)
		if err != nil {
			return nil, err
		}
		if other, ok := taken[at]; ok {
			return nil, fmt.Errorf("results: cells %q and %q are both at %v", other, c.ID, c.At)
		}
		taken[at] = c.ID
		cell := &r.Cells[at]
		cell.ID, cell.Replicas, cell.Failed = c.ID, c.Replicas, len(c.Failures)
		if c.State != "" {
			cell.State = c.State
		}
		cell.Records = c.Records
		sortRecords(cell.Records)
		cell.findSeeds(c.Training, s.Kinds)
		cell.tabulate(r.columns)
		for _, f := range c.Failures {
			r.Failures = append(r.Failures, Failure{at, f.Work, f.Reason})
		}
	}
	slices.SortStableFunc(r.Failures, func(a, b Failure) int { return a.Cell - b.Cell })
	return r, nil
}

// emptyGrid makes a grid's cells, the first axis running fastest.
func emptyGrid(axes []Axis, replicas int) []Cell {
	n := 1
	for i := range axes {
		n *= len(axes[i].Values)
	}
	cells := make([]Cell, n)
	for i := range cells {
		at, rest := make([]int, len(axes)), i
		for k := range axes {
			at[k] = rest % len(axes[k].Values)
			rest /= len(axes[k].Values)
		}
		cells[i] = Cell{At: at, State: Pending, Replicas: replicas, Label: label(axes, at)}
		if len(axes) == 0 {
			cells[i].Label = "the only cell"
		}
	}
	return cells
}

// place is a cell's index in the grid.
func (r *Run) place(c SourceCell, position [][]int) (int, error) {
	if len(c.At) != len(r.Axes) {
		return 0, fmt.Errorf("results: cell %q has %d places in a grid of %d axes", c.ID, len(c.At), len(r.Axes))
	}
	index, stride := 0, 1
	for k, v := range c.At {
		if v < 0 || v >= len(r.Axes[k].Values) {
			return 0, fmt.Errorf("results: cell %q is at %v, outside the grid: axis %q has %d values", c.ID, c.At,
				r.Axes[k].Name, len(r.Axes[k].Values))
		}
		index += stride * position[k][v]
		stride *= len(r.Axes[k].Values)
	}
	return index, nil
}

// Package results reads a run folder into tables: for each cell of a grid, the mean of every quantity with its
// uncertainty, and what became of the cell's seeds. It knows no quantity by name: a run says what its numbers are.
// Open reads a folder, New tabulates what a folder holds; phase labels a Run and report draws it.
package results

import (
	"errors"
	"math"
	"slices"
	"strings"

	"basin/record"
)

// Run is a run folder as tables.
type Run struct {
	Name       string
	Seed       uint64
	Axes       []Axis            // x, y, then those of the small multiples; none where nothing is swept
	Quantities []record.Quantity // those that records hold, in the order to be shown; Name is the column's
	Rule       Rule
	Cells      []Cell // the whole grid; the first axis runs fastest
	Failures   []Failure
	Costs      []Cost

	columns columns
	arrays  arrayReader
	close   func() error
}

// Cell is one combination of the grid.
type Cell struct {
	ID    string // empty where the folder does not know the cell yet
	Label string // "width 16, batch size 32", for people
	At    []int  // index into the values of each axis
	State State

	Replicas int    // planned
	Seeds    []Seed // those that have been trained or measured, by replica
	Trained  int    // planned replicas whose training has ended, diverged ones too
	Dead     int    // seeds whose outputs do not depend on their inputs
	Diverged int    // seeds whose training left the finite numbers
	Failed   int    // pieces of work that ended in an error

	Values  map[string]Value // by column
	Records []record.Record  // by quantity and replica; those of an opened folder come without arrays
}

// State says how far a cell is.
type State string

const (
	Pending State = "pending"
	Done    State = "done"
	Failed  State = "failed"
)

// Failure is a piece of work that ended in an error.
type Failure struct {
	Cell   int    // index into Run.Cells
	Work   string // "train", or a measure's name
	Reason string
}

// Cost is what workers spent on one kind of work: wall-clock seconds of single workers. With two workers a run
// lasts about half of the sum.
type Cost struct {
	Measure string // a measure's name, or "train"
	Seconds float64
}

// Mean returns a column's mean, NaN if there is none.
func (c *Cell) Mean(column string) float64 {
	if v, ok := c.Values[column]; ok {
		return v.Mean
	}
	return math.NaN()
}

// Cols is the length of the first axis.
func (r *Run) Cols() int { return r.length(0) }

// Rows is the length of the second axis.
func (r *Run) Rows() int { return r.length(1) }

func (r *Run) length(axis int) int {
	if axis >= len(r.Axes) {
		return 1
	}
	return len(r.Axes[axis].Values)
}

// Sheets is the number of maps that the cells fill: one for each combination of the axes beyond the second.
func (r *Run) Sheets() int { return len(r.Cells) / (r.Cols() * r.Rows()) }

// Sheet returns the cells of one map, row by row.
func (r *Run) Sheet(k int) []Cell {
	n := r.Cols() * r.Rows()
	return r.Cells[k*n : (k+1)*n]
}

// SheetLabel says which values the axes beyond the second have on a map: "batch norm true, optimizer adam".
func (r *Run) SheetLabel(k int) string {
	if len(r.Axes) <= 2 {
		return ""
	}
	return label(r.Axes[2:], r.Sheet(k)[0].At[2:])
}

func label(axes []Axis, at []int) string {
	parts := make([]string, len(axes))
	for i := range axes {
		parts[i] = axes[i].Label + " " + axes[i].Values[at[i]]
	}
	return strings.Join(parts, ", ")
}

// Quantity says what a column holds; of an unknown one, its name alone.
func (r *Run) Quantity(column string) record.Quantity {
	for _, q := range r.Quantities {
		if q.Name == column {
			return q
		}
	}
	return named(column)
}

// Of says what a record of the run holds.
func (r *Run) Of(rec *record.Record) record.Quantity {
	if i, ok := r.columns.of[source{rec.Measure, rec.Quantity, points(rec.Of)}]; ok {
		return r.columns.list[i]
	}
	return named(rec.Quantity)
}

func named(column string) record.Quantity {
	return record.Quantity{Name: column, Title: column, Symbol: column}
}

// Has reports whether any cell has a usable value in the column.
func (r *Run) Has(column string) bool {
	return slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Values[column].N > 0 })
}

// Columns are the quantities that have values, as opposed to arrays alone.
func (r *Run) Columns() []record.Quantity {
	return slices.DeleteFunc(slices.Clone(r.Quantities), func(q record.Quantity) bool { return q.Array })
}

// Main are the columns that have a picture and a place on the terminal, and a usable value somewhere.
func (r *Run) Main() []record.Quantity {
	return slices.DeleteFunc(r.Columns(), func(q record.Quantity) bool { return !q.Main || !r.Has(q.Name) })
}

// Merit is the quantity by which cells are compared: the first main one of which more or less is better.
func (r *Run) Merit() (q record.Quantity, ok bool) {
	for _, q := range r.Main() {
		if q.Better != record.Neither {
			return q, true
		}
	}
	return record.Quantity{}, false
}

// Arrays returns those records of a cell that hold a curve, a spectrum or a surface, with it, by quantity and
// replica. They are read when asked for: a big run has far more of them than fit into memory.
func (r *Run) Arrays(cell int) ([]record.Record, error) {
	if r.arrays == nil {
		return withArrays(r.Cells[cell].Records), nil
	}
	if r.Cells[cell].ID == "" {
		return nil, nil
	}
	var found []record.Record
	err := r.arrays(r.Cells[cell].ID, func(_ string, rec record.Record) error {
		found = append(found, rec)
		return nil
	})
	sortRecords(found)
	return found, err
}

// EachArrays calls f with the arrays of each cell that has any, as Arrays returns them, in the order of the
// folder. It is quicker than to ask for each cell. f may not use Arrays.
func (r *Run) EachArrays(f func(cell int, records []record.Record) error) error {
	if r.arrays == nil {
		for i := range r.Cells {
			if found := withArrays(r.Cells[i].Records); len(found) > 0 {
				if err := f(i, found); err != nil {
					return err
				}
			}
		}
		return nil
	}
	index := map[string]int{}
	for i := range r.Cells {
		index[r.Cells[i].ID] = i
	}
	cell, found := "", []record.Record(nil)
	flush := func() error {
		i, ok := index[cell]
		if !ok || len(found) == 0 {
			return nil
		}
		sortRecords(found)
		return f(i, found)
	}
	err := r.arrays("", func(id string, rec record.Record) error {
		if id != cell {
			if err := flush(); err != nil {
				return err
			}
			cell, found = id, nil
		}
		found = append(found, rec)
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

func withArrays(records []record.Record) []record.Record {
	return slices.DeleteFunc(slices.Clone(records), func(rec record.Record) bool { return rec.Array == nil })
}

// Close closes the folder.
func (r *Run) Close() error {
	if r.close == nil {
		return nil
	}
	err := r.close()
	r.arrays, r.close = closed, nil
	return err
}

func closed(string, func(string, record.Record) error) error {
	return errors.New("results: the run is closed")
}

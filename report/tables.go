package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"basin/phase"
	"basin/record"
	"basin/results"
)

// cellTable is in wide form: each quantity has its mean, its standard error over seeds (_se) and its number of
// usable values (_n). The places of a cell on the axes, in drawing order, are the columns _index.
var cellTable = Export{
	Name: "cells",
	Doc:  "a line a cell, with the mean of each quantity",
	write: func(run *results.Run, open func([]column) (sink, error)) error {
		columns := slices.Concat(columnsOf(text, "cell"), axisColumns(run))
		for _, a := range run.Axes {
			columns = append(columns, column{a.Name + "_index", integer})
		}
		columns = slices.Concat(columns, columnsOf(text, "state", "phase"), columnsOf(float, "confidence"),
			columnsOf(integer, "replicas", "trained", "dead", "diverged", "failed"), columnsOf(text, "reason"))
		quantities := run.Columns()
		for _, q := range quantities {
			columns = append(columns, column{q.Name, float}, column{q.Name + "_se", float}, column{q.Name + "_n", integer})
		}
		s, err := open(columns)
		if err != nil {
			return err
		}
		d := phase.New(run)
		for i := range run.Cells {
			c := &run.Cells[i]
			row := append([]any{c.ID}, cellPlace(run, c)...)
			for _, at := range c.At {
				row = append(row, at)
			}
			l := d.Cells[i]
			row = append(row, string(c.State), string(l.Label), d.Confidence(i))
			row = append(row, c.Replicas, c.Trained, c.Dead, c.Diverged, c.Failed, l.Reason)
			for _, q := range quantities {
				v, ok := c.Values[q.Name]
				if !ok {
					v.Mean, v.StdErr = math.NaN(), math.NaN()
				}
				row = append(row, v.Mean, v.StdErr, v.N)
			}
			if err := s.row(row...); err != nil {
				return err
			}
		}
		return s.close()
	},
}

// findingColumns are those that say what a record is of.
func findingColumns(run *results.Run) []column {
	return slices.Concat(columnsOf(text, "cell"), axisColumns(run), columnsOf(text, "measure", "quantity"),
		[]column{{"replica", integer}, {"at", text}, {"replica_b", integer}, {"at_b", text}})
}

func finding(run *results.Run, c *results.Cell, r *record.Record) []any {
	row := append([]any{c.ID}, cellPlace(run, c)...)
	row = append(row, r.Measure, r.Quantity)
	points := [4]any{}
	for i, p := range r.Of[:min(2, len(r.Of))] {
		points[2*i], points[2*i+1] = p.Replica, p.At
	}
	return append(row, points[:]...)
}

// recordTable is in long form. Arrays are another table.
var recordTable = Export{
	Name: "records",
	Doc:  "a line a finding",
	write: func(run *results.Run, open func([]column) (sink, error)) error {
		s, err := open(slices.Concat(findingColumns(run), columnsOf(float, "value", "stderr"), columnsOf(integer, "n"),
			columnsOf(text, "status", "reason", "estimator", "dtype", "set", "cpu", "version"), columnsOf(float, "seconds")))
		if err != nil {
			return err
		}
		for i := range run.Cells {
			c := &run.Cells[i]
			for k := range c.Records {
				r := &c.Records[k]
				p := r.Provenance
				row := append(finding(run, c, r), r.Value, r.StdErr, r.N, string(r.Status), r.Reason)
				if err := s.row(append(row, p.Estimator, p.DType, p.Set, p.CPU, p.Version, r.Seconds)...); err != nil {
					return err
				}
			}
		}
		return s.close()
	},
}

// arrayTable has a line a number: the place on each axis, the array's column and the value there. Axes of one name
// share a column of the table, whichever measure they come from.
var arrayTable = Export{
	Name: "arrays",
	Doc:  "a line a number of every curve, spectrum and surface",
	write: func(run *results.Run, open func([]column) (sink, error)) error {
		axes, err := arrayAxes(run)
		if err != nil {
			return err
		}
		s, err := open(slices.Concat(findingColumns(run), axes, []column{{"column", text}, {"value", float}}))
		if err != nil {
			return err
		}
		err = eachArray(run, func(c *results.Cell, r *record.Record) error {
			return writeArray(s, finding(run, c, r), axes, r.Array)
		})
		if err != nil {
			return err
		}
		return s.close()
	},
}

func eachArray(run *results.Run, f func(*results.Cell, *record.Record) error) error {
	return run.EachArrays(func(i int, found []record.Record) error {
		for k := range found {
			if err := found[k].Array.Check(); err != nil {
				return fmt.Errorf("cell %s: %s: %w", run.Cells[i].ID, found[k].Quantity, err)
			}
			if err := f(&run.Cells[i], &found[k]); err != nil {
				return err
			}
		}
		return nil
	})
}

// arrayAxes are the names of all arrays' axes as they come; those that have names for places anywhere are text.
func arrayAxes(run *results.Run) ([]column, error) {
	var axes []column
	err := eachArray(run, func(_ *results.Cell, r *record.Record) error {
		for i := range r.Array.Axes {
			a := &r.Array.Axes[i]
			k := columnOf(axes, r.Array, i)
			if k < 0 {
				k = len(axes)
				axes = append(axes, column{axisName(r.Array, i), float})
			}
			if len(a.Names) > 0 {
				axes[k].kind = text
			}
		}
		return nil
	})
	return axes, err
}

func writeArray(s sink, head []any, axes []column, a *record.Array) error {
	at := make([]int, len(a.Axes))
	for i := range a.Size() {
		rest := i
		for k := len(a.Axes) - 1; k >= 0; k-- { // the last axis runs fastest
			at[k] = rest % a.Axes[k].Len()
			rest /= a.Axes[k].Len()
		}
		place := make([]any, len(axes))
		for k := range a.Axes {
			column := columnOf(axes, a, k)
			place[column] = axisPlace(&a.Axes[k], at[k], axes[column].kind)
		}
		for _, column := range a.Columns {
			if err := s.row(slices.Concat(head, place, []any{column.Name, column.Data[i]})...); err != nil {
				return err
			}
		}
	}
	return nil
}

// axisName is the name of an array's axis; of two axes with one name, as layers by layers have, the second is
// numbered.
func axisName(a *record.Array, axis int) string {
	n := 1
	for _, before := range a.Axes[:axis] {
		if before.Name == a.Axes[axis].Name {
			n++
		}
	}
	if n > 1 {
		return a.Axes[axis].Name + "_" + strconv.Itoa(n)
	}
	return a.Axes[axis].Name
}

func columnOf(axes []column, a *record.Array, axis int) int {
	return slices.IndexFunc(axes, func(c column) bool { return c.name == axisName(a, axis) })
}

func axisPlace(a *record.Axis, i int, kind columnType) any {
	switch {
	case len(a.Names) > 0:
		return a.Names[i]
	case kind == text:
		return fmt.Sprint(a.At[i])
	}
	return a.At[i]
}

var costTable = Export{
	Name: "costs",
	Doc:  "the seconds that workers spent on each measure and on training",
	write: func(run *results.Run, open func([]column) (sink, error)) error {
		s, err := open([]column{{"measure", text}, {"seconds", float}})
		if err != nil {
			return err
		}
		for _, c := range run.Costs {
			if err := s.row(c.Measure, c.Seconds); err != nil {
				return err
			}
		}
		return s.close()
	},
}

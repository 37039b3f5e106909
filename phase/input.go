// Package phase turns records into a phase diagram: for each cell of a grid the mean of every quantity with its spread over seeds, one
// of the five phases of Yang et al. (2021, "Taxonomizing local versus global structure in neural network loss landscapes"), how sure
// that label is (bootstrap over seeds), where the boundaries run, and how much they depend on the thresholds.
//
// It sees records alone: no network, no store. What it returns is a plain Table that report draws.
package phase

import (
	"basin/record"
	"basin/spec"
)

// Input is a grid and what was found in it.
type Input struct {
	Name        string      // the sweep's name, for titles
	Seed        uint64      // of the bootstrap, where it is random
	Load        spec.Axis   // drawn along x
	Temperature spec.Axis   // drawn along y
	Rule        spec.Phases // thresholds; an absent one takes REFERENCE's
	Cells       []CellRecords
}

// CellRecords is all that is known of one cell.
type CellRecords struct {
	ID       string
	Row, Col int // index into Temperature.Values and Load.Values (0 where the axis has no values)
	Records  []record.Record
	Replicas int // seeds planned
	Diverged int // seeds whose training left the finite numbers
	Failed   int // replicas or measurements that ended in an error
}

// Options of Build. The zero value is the documented default.
type Options struct {
	Resamples int // of the bootstrap over more than seven seeds (with fewer it is exact); default 1000; -1: no bootstrap
}

func (o Options) withDefaults() Options {
	if o.Resamples == 0 {
		o.Resamples = 1000
	}
	return o
}

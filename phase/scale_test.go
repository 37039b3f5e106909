package phase_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"basin/phase"
	"basin/phase/phasetest"
)

// tenThousandCells is how long labelling a grid of 100×100 may take, bootstrap included.
const tenThousandCells = 2 * time.Second

func TestTenThousandCells(t *testing.T) {
	in := phasetest.Synthetic(phasetest.Size{Rows: 100, Cols: 100, Replicas: 3})
	start := time.Now()
	table, err := phase.Build(in, phase.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d := time.Since(start); d > tenThousandCells {
		t.Errorf("took %v", d)
	}
	if len(table.Summary) < 5 || len(table.Boundaries) == 0 {
		t.Errorf("summary %+v, %d boundaries", table.Summary, len(table.Boundaries))
	}
}

// The order in which cells and records arrive changes nothing.
func TestOrderOfArrivalChangesNothing(t *testing.T) {
	build := func(reverse bool) *phase.Table {
		in := phasetest.Synthetic(phasetest.Size{Rows: 5, Cols: 6, Replicas: 4, Pairs: true, Holes: true})
		if reverse {
			slices.Reverse(in.Cells)
			for _, c := range in.Cells {
				slices.Reverse(c.Records)
			}
		}
		table, err := phase.Build(in, phase.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
	a, b := build(false), build(true)
	for i := range a.Cells {
		x, y := a.Cells[i], b.Cells[i]
		for q, v := range x.Values { // bit for bit, NaN included
			w := y.Values[q]
			if !same(v.Mean, w.Mean) || !same(v.StdErr, w.StdErr) || v.N != w.N {
				t.Fatalf("cell %s, %s: %+v and %+v", x.ID, q, v, w)
			}
		}
		if x.Label != y.Label || !same(x.Confidence, y.Confidence) {
			t.Fatalf("cell %s: %s %v and %s %v", x.ID, x.Label, x.Confidence, y.Label, y.Confidence)
		}
	}
	if !reflect.DeepEqual(a.Boundaries, b.Boundaries) {
		t.Error("boundaries differ")
	}
}

func same(a, b float64) bool { return a == b || a != a && b != b }

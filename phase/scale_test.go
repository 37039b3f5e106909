package phase_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"basin/phase"
	"basin/phase/phasetest"
)

// tenThousandCells is how long tabulating and labelling a grid of 100×100 may take, bootstrap included.
const tenThousandCells = 2 * time.Second

func TestTenThousandCells(t *testing.T) {
	source := phasetest.Synthetic(phasetest.Size{Rows: 100, Cols: 100, Replicas: 3})
	start := time.Now()
	d := label(t, source)
	for i := range d.Cells {
		d.Confidence(i)
	}
	summary, boundaries := d.Summary(), d.Boundaries(0)
	if took := time.Since(start); took > tenThousandCells {
		t.Errorf("took %v", took)
	}
	if len(summary) < 5 || len(boundaries) == 0 {
		t.Errorf("summary %+v, %d boundaries", summary, len(boundaries))
	}
}

// The order in which cells and records arrive changes nothing.
func TestOrderOfArrivalChangesNothing(t *testing.T) {
	build := func(reverse bool) *phase.Diagram {
		s := phasetest.Synthetic(phasetest.Size{Rows: 5, Cols: 6, Replicas: 4, Pairs: true, Holes: true})
		if reverse {
			slices.Reverse(s.Cells)
			for _, c := range s.Cells {
				slices.Reverse(c.Records)
			}
		}
		return label(t, s)
	}
	a, b := build(false), build(true)
	for i := range a.Cells {
		x, y := a.Run.Cells[i], b.Run.Cells[i]
		for q, v := range x.Values { // bit for bit, NaN included
			w := y.Values[q]
			if !same(v.Mean, w.Mean) || !same(v.StdErr, w.StdErr) || v.N != w.N {
				t.Fatalf("cell %s, %s: %+v and %+v", x.ID, q, v, w)
			}
		}
		if a.Cells[i].Label != b.Cells[i].Label || !same(a.Confidence(i), b.Confidence(i)) {
			t.Fatalf("cell %s: %s %v and %s %v", x.ID, a.Cells[i].Label, a.Confidence(i), b.Cells[i].Label, b.Confidence(i))
		}
	}
	if !reflect.DeepEqual(a.Boundaries(0), b.Boundaries(0)) {
		t.Error("boundaries differ")
	}
}

func same(a, b float64) bool { return a == b || a != a && b != b }

func BenchmarkConfidence(b *testing.B) {
	source := phasetest.Synthetic(phasetest.Size{Rows: 100, Cols: 100, Replicas: 5, Pairs: true})
	run := label(b, source).Run
	for b.Loop() {
		d := phase.New(run)
		for i := range d.Cells {
			d.Confidence(i)
		}
	}
}

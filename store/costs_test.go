package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"basin/record"
	"basin/sweep"
)

// TestCosts uses binary fractions, whose sums are exact.
func TestCosts(t *testing.T) {
	s := open(t, t.TempDir())
	must(s.Declare(plan()))(t)
	for _, c := range plan() {
		for i := range c.Replicas {
			must(s.SaveTrained(c.ID, sweep.Trained{Replica: i, Status: record.OK, Checksum: "sum", Seconds: 1.5}))(t)
		}
		check(t, s.SaveMeasured(c.ID, sweep.Measured{Measure: "distance", Key: "k", Replicas: []int{0, 1}, Seconds: 0.25}))
	}
	want := map[string]float64{sweep.TrainMeasure: 6, "distance": 0.5}
	if d := cmp.Diff(want, must(s.Costs())(t)); d != "" {
		t.Errorf("costs of two cells (-want +got):\n%s", d)
	}
	must(s.Declare(plan()[:1]))(t) // cell b is no longer of the run
	want = map[string]float64{sweep.TrainMeasure: 3, "distance": 0.25}
	if d := cmp.Diff(want, must(s.Costs())(t)); d != "" {
		t.Errorf("costs of one cell (-want +got):\n%s", d)
	}
}

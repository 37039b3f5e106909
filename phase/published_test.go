package phase_test

import (
	"math"
	"testing"

	"basin/phase"
	"basin/phase/phasetest"
	"basin/record"
	"basin/results"
)

func label(t testing.TB, s results.Source) *phase.Diagram {
	t.Helper()
	run, err := results.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return phase.New(run)
}

// The phases of the grid that Yang et al. (2021) published: counts exactly, mean test accuracies to two decimals.
func TestPublishedGridPhases(t *testing.T) {
	d := label(t, phasetest.Published(true))
	want := []phase.Summary{
		{Label: phase.I, Cells: 42, Merit: 74.03},
		{Label: phase.II, Cells: 25, Merit: 81.09},
		{Label: phase.III, Cells: 34, Merit: 80.65},
		{Label: phase.IVA, Cells: 42, Merit: 85.28},
		{Label: phase.IVB, Cells: 26, Merit: 88.30},
	}
	got := d.Summary()
	if len(got) != len(want) {
		t.Fatalf("labels: got %+v", got)
	}
	for i, w := range want {
		g := got[i]
		if g.Label != w.Label || g.Cells != w.Cells || math.Round(g.Merit*100) != math.Round(w.Merit*100) {
			t.Errorf("phase %s: got %d cells with mean test accuracy %.3f, want %d with %.2f", w.Label, g.Cells, g.Merit,
				w.Cells, w.Merit)
		}
	}
}

// Spearman's correlations with the test accuracy, to three decimals.
func TestPublishedGridCorrelations(t *testing.T) {
	d := label(t, phasetest.Published(true))
	got := map[string]phase.Correlation{}
	for _, c := range d.Correlations() {
		got[c.Quantity] = c
	}
	for q, want := range map[string]float64{record.CKA: .886, record.EigenvalueMax: -.875, record.Trace: -.870,
		record.TrainLoss: -.783, record.MC: .609, record.L2: .418} {
		if c := got[q]; c.N != 169 || math.Round(c.Rho*1000) != math.Round(want*1000) {
			t.Errorf("%s: got ρ = %.4f over %d cells, want %.3f over 169", q, c.Rho, c.N, want)
		}
	}
}

// The best published cell: batch 44, width 128, 89.908 %. And the axes: batch size runs downwards, both are
// logarithmic.
func TestPublishedGridAxes(t *testing.T) {
	run := label(t, phasetest.Published(false)).Run
	load, temperature := run.Axes[0], run.Axes[1]
	best := &run.Cells[0]
	for i := range run.Cells {
		if a := run.Cells[i].Mean(record.TestAccuracy); a > best.Mean(record.TestAccuracy) ||
			math.IsNaN(best.Mean(record.TestAccuracy)) {
			best = &run.Cells[i]
		}
	}
	if best.Label != "width 128, batch size 44" || best.Mean(record.TestAccuracy) != 89.908 {
		t.Errorf("best cell: %s, %.3f %%", best.Label, best.Mean(record.TestAccuracy))
	}
	if run.Rows() != 15 || run.Cols() != 14 {
		t.Errorf("grid of %d×%d, want 15×14", run.Rows(), run.Cols())
	}
	if load.Spacing != results.Log || temperature.Spacing != results.Log || temperature.Values[0] != "1024" ||
		temperature.Values[14] != "16" {
		t.Errorf("axes: %+v, %+v", load, temperature)
	}
}

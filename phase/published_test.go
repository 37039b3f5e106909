package phase_test

import (
	"math"
	"testing"

	"basin/phase"
	"basin/phase/phasetest"
	"basin/record"
)

// The labels of the published grid, as REFERENCE §1 gives them: counts exactly, means to the two decimals printed there.
func TestPublishedGridPhases(t *testing.T) {
	table, err := phase.Build(phasetest.Published(true), phase.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []phase.Summary{
		{Label: phase.I, Cells: 42, TestAccuracy: 74.03},
		{Label: phase.II, Cells: 25, TestAccuracy: 81.09},
		{Label: phase.III, Cells: 34, TestAccuracy: 80.65},
		{Label: phase.IVA, Cells: 42, TestAccuracy: 85.28},
		{Label: phase.IVB, Cells: 26, TestAccuracy: 88.30},
	}
	if len(table.Summary) != len(want) {
		t.Fatalf("labels: got %+v", table.Summary)
	}
	for i, w := range want {
		g := table.Summary[i]
		if g.Label != w.Label || g.Cells != w.Cells || math.Round(g.TestAccuracy*100) != math.Round(w.TestAccuracy*100) {
			t.Errorf("phase %s: got %d cells with mean test accuracy %.3f, want %d with %.2f", w.Label, g.Cells, g.TestAccuracy, w.Cells, w.TestAccuracy)
		}
	}
}

// Spearman's correlations with the test accuracy, to the three decimals of REFERENCE §1.
func TestPublishedGridCorrelations(t *testing.T) {
	table, err := phase.Build(phasetest.Published(true), phase.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]phase.Correlation{}
	for _, c := range table.Correlations {
		got[c.Quantity] = c
	}
	for q, want := range map[string]float64{record.CKA: .886, record.EigenvalueMax: -.875, record.Trace: -.870,
		record.TrainLoss: -.783, record.MC: .609, record.L2: .418} {
		if c := got[q]; c.N != 169 || math.Round(c.Rho*1000) != math.Round(want*1000) {
			t.Errorf("%s: got ρ = %.4f over %d cells, want %.3f over 169", q, c.Rho, c.N, want)
		}
	}
}

// The best published cell: batch 44, width 128, 89.908 %. And the axes: batch size runs downwards, both are logarithmic.
func TestPublishedGridAxes(t *testing.T) {
	table, err := phase.Build(phasetest.Published(false), phase.Options{})
	if err != nil {
		t.Fatal(err)
	}
	best := &table.Cells[0]
	for i := range table.Cells {
		if a := table.Cells[i].Mean(record.TestAccuracy); a > best.Mean(record.TestAccuracy) || math.IsNaN(best.Mean(record.TestAccuracy)) {
			best = &table.Cells[i]
		}
	}
	if best.Load != "128" || best.Temp != "44" || best.Mean(record.TestAccuracy) != 89.908 {
		t.Errorf("best cell: width %s, batch %s, %.3f %%", best.Load, best.Temp, best.Mean(record.TestAccuracy))
	}
	if table.Rows() != 15 || table.Cols() != 14 {
		t.Errorf("grid of %d×%d, want 15×14", table.Rows(), table.Cols())
	}
	if table.Load.Scale != phase.Log || table.Temperature.Scale != phase.Log || table.Temperature.Values[0] != "1024" || table.Temperature.Values[14] != "16" {
		t.Errorf("axes: %+v, %+v", table.Load, table.Temperature)
	}
}

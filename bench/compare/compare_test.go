package main

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"basin/spec"
)

// TestRatioIsOfPairs: the median of ratios, not the ratio of medians, which would be 4/2 here.
func TestRatioIsOfPairs(t *testing.T) {
	var tab table
	for _, p := range [][2]float64{{1, 4}, {2, 12}, {4, 4}} {
		tab.add("train", p[0], p[1])
	}
	if got := median(tab.Rows[0].ratios()); got != 4 {
		t.Errorf("median ratio %v, want 4", got)
	}
	if got := median([]float64{4, 1, 3, 2}); got != 2.5 {
		t.Errorf("median of four %v, want 2.5", got)
	}
	var text strings.Builder
	if err := tab.print(&text); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	if got := strings.Fields(lines[len(lines)-1]); !slices.Equal(got,
		[]string{"train", "2.00", "4.00", "4.00", "1.00", "6.00"}) {
		t.Errorf("row %v", got)
	}
}

// TestSpecHasThePeersGrid: Basin must run the cells that the peer runs, and otherwise the unchanged example.
func TestSpecHasThePeersGrid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "digits.yaml")
	g := grid{Widths: []int{2, 16}, Batches: []int{8, 64, 512}, Replicas: 3, Epochs: 20}
	if err := writeSpec(path, g, nil); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := spec.Parse(path, text)
	if err != nil {
		t.Fatal(err)
	}
	if n := s.Networks(); n != 2*3*3 {
		t.Errorf("%d networks, want 18", n)
	}
	for i, c := range s.Cells() {
		w, b := g.Widths[i%2], g.Batches[i/2]
		has := func(c spec.Cell) bool { return c.Model.Width == w && c.Train.Batch == b }
		if !slices.ContainsFunc(s.Cells(), has) {
			t.Errorf("no cell of width %d and batch %d", w, b)
		}
		if c.Train.Epochs != 20 || c.Train.Optimizer.LR != 0.05 {
			t.Errorf("cell %d trains %d epochs at %v", i, c.Train.Epochs, c.Train.Optimizer.LR)
		}
	}
	if s.Measure.Hessian == nil || s.Measure.Connectivity == nil || s.Measure.Similarity == nil {
		t.Error("measures were lost")
	}
}

// TestMeansSkipWhatIsNotFinite: diverged networks do not count in the findings of either side.
func TestMeansSkipWhatIsNotFinite(t *testing.T) {
	var m means
	for _, v := range []float64{1, math.NaN(), 3} {
		m.add("l2", v)
	}
	if got := m.values()["l2"]; got != 2 {
		t.Errorf("mean %v, want 2", got)
	}
}

func TestCommandIsQuotedWithoutPaths(t *testing.T) {
	args := []string{"engine", "--json", "/tmp/rows.json", "--rows=gemm/", "--python=/opt/python",
		"--merge", "/home/me/old.json", "--write"}
	if got, want := command(args), "go run ./bench/compare engine --rows=gemm/ --merge old.json --write"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

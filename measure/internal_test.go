package measure

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

func TestBarrier(t *testing.T) {
	for _, c := range []struct {
		name string
		e    []float64
		ends bool
		want float64
	}{
		{"a bump", []float64{1, 4, 9, 2, 3}, false, -7},
		{"a valley", []float64{10, 4, 2, 4, 10}, false, 8},
		{"flat", []float64{5, 5, 5}, false, 0},
		{"the larger of both signs", []float64{2, 1, 2, 6, 2}, false, -4},
		{"a tie goes to the first", []float64{2, 0, 2, 4, 2}, false, 2},
		{"unequal ends are no deviation", []float64{0, 5, 10}, false, 0},
		{"unequal ends are one in the authors' way", []float64{0, 5, 10}, true, 5},
		{"not finite", []float64{0, math.NaN(), 0}, false, math.NaN()},
	} {
		if got := barrier(c.e, c.ends); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestCKA against numpy's, by centred Gram matrices, bench/fixtures/similarity.py.
func TestCKA(t *testing.T) {
	text, err := os.ReadFile("testdata/cka.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Cases []struct {
			Name string
			X, Y [][]float64
			CKA  *float64
		}
	}
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, c := range f.Cases {
		if len(c.X[0]) != len(c.Y[0]) {
			continue // networks of one cell have equal outputs
		}
		x, y := Centred(slices.Concat(c.X...), len(c.X[0])), Centred(slices.Concat(c.Y...), len(c.Y[0]))
		if c.CKA == nil {
			if x != nil && y != nil {
				t.Errorf("%s: constant outputs were not noticed", c.Name)
			}
			continue
		}
		compared++
		if got := CKA(x, y, len(c.X[0])); math.Abs(got-*c.CKA) > 1e-12 {
			t.Errorf("%s: %v, want %v", c.Name, got, *c.CKA)
		}
	}
	if compared == 0 {
		t.Fatal("nothing was compared")
	}
}

func TestConstantOutputsAreNoticed(t *testing.T) {
	for _, x := range [][]float64{{1, 2, 1, 2, 1, 2}, {1, 2, 1 + 1e-7, 2, 1, 2 - 1e-7}, {0, 0, 0, 0, 0, 0}} {
		if Centred(x, 2) != nil {
			t.Errorf("%v counts as varying", x)
		}
	}
	if Centred([]float64{1, 2, 1.01, 2, 1, 2}, 2) == nil {
		t.Error("a variation of 1 % counts as constant")
	}
}

package phase

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"basin/record"
)

// thresholdShift is how far sensitivity moves each threshold, up and down.
const thresholdShift = 0.2

// Sensitivity tells how many labels hang on one threshold.
type Sensitivity struct {
	Role      string // sharp, poor, similar
	Quantity  string
	Threshold float64
	Lower     float64 // share of the cells with a phase whose label changes when the threshold's size is 20 % smaller
	Raise     float64 // … 20 % larger
}

func sensitivity(r Rule, cells []Cell) []Sensitivity {
	var out []Sensitivity
	for _, g := range []struct {
		role string
		of   func(*Rule) *[]Threshold
	}{
		{"sharp", func(r *Rule) *[]Threshold { return &r.Sharp }},
		{"poor", func(r *Rule) *[]Threshold { return &r.Poor }},
		{"similar", func(r *Rule) *[]Threshold { return &r.Similar }},
	} {
		for i, t := range *g.of(&r) {
			changed := func(factor float64) float64 {
				moved := r
				group := g.of(&moved)
				*group = slices.Clone(*group)
				(*group)[i].Value = t.Value * factor
				n, of := 0, 0
				for k := range cells {
					if c := &cells[k]; c.Label.IsPhase() {
						of++
						if moved.label(c.evidence()) != c.Label {
							n++
						}
					}
				}
				if of == 0 {
					return math.NaN()
				}
				return float64(n) / float64(of)
			}
			out = append(out, Sensitivity{g.role, t.Quantity, t.Value, changed(1 - thresholdShift), changed(1 + thresholdShift)})
		}
	}
	return out
}

// Correlation is Spearman's rank correlation of a quantity with the test accuracy, over the N cells that have both.
type Correlation struct {
	Quantity string
	Rho      float64
	N        int
}

// fewestForRank is the smallest number of cells of which a rank correlation says anything at all.
const fewestForRank = 3

func correlations(quantities []string, cells []Cell) []Correlation {
	var out []Correlation
	for _, q := range quantities {
		if q == record.TestAccuracy {
			continue
		}
		var x, y []float64
		for i := range cells {
			c := &cells[i]
			if a, b := c.Mean(q), c.Mean(record.TestAccuracy); !math.IsNaN(a) && !math.IsNaN(b) {
				x, y = append(x, a), append(y, b)
			}
		}
		if len(x) >= fewestForRank {
			out = append(out, Correlation{q, spearman(x, y), len(x)})
		}
	}
	return out
}

// spearman is Pearson's correlation of the ranks.
func spearman(x, y []float64) float64 { return stat.Correlation(ranks(x), ranks(y), nil) }

// ranks counts from 1; ties share their mean rank.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case x[i] < x[j]:
			return -1
		case x[i] > x[j]:
			return 1
		}
		return 0
	})
	out := make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			out[k] = float64(i+j+1) / 2
		}
		i = j
	}
	return out
}

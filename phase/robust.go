package phase

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"basin/results"
)

// thresholdShift is how far sensitivity moves each threshold, up and down.
const thresholdShift = 0.2

// Sensitivity says how many labels depend on one threshold.
type Sensitivity struct {
	Role      string // sharp, poor, similar
	Quantity  string
	Threshold float64
	Lower     float64 // share of the cells with a phase whose label changes when the threshold's size is 20 % smaller
	Raise     float64 // … 20 % larger
}

// Sensitivity of the labels to each threshold.
func (d *Diagram) Sensitivity() []Sensitivity {
	var out []Sensitivity
	for _, g := range []struct {
		role  string
		rule  []results.Threshold
		tests func(*rule) *[]test
	}{
		{"sharp", d.Run.Rule.Sharp, func(r *rule) *[]test { return &r.sharp }},
		{"poor", d.Run.Rule.Poor, func(r *rule) *[]test { return &r.poor }},
		{"similar", d.Run.Rule.Similar, func(r *rule) *[]test { return &r.similar }},
	} {
		for i, t := range g.rule {
			changed := func(factor float64) float64 {
				moved := d.rule
				tests := g.tests(&moved)
				*tests = slices.Clone(*tests)
				(*tests)[i].value = t.Value * factor
				return d.changed(moved)
			}
			out = append(out, Sensitivity{g.role, t.Quantity, t.Value, changed(1 - thresholdShift),
				changed(1 + thresholdShift)})
		}
	}
	return out
}

// changed is the share of the cells with a phase that another rule labels differently.
func (d *Diagram) changed(r rule) float64 {
	n, of := 0, 0
	for k := range d.Cells {
		if l := d.Cells[k].Label; l.IsPhase() {
			of++
			if r.label(r.evidence(&d.Run.Cells[k])) != l {
				n++
			}
		}
	}
	if of == 0 {
		return math.NaN()
	}
	return float64(n) / float64(of)
}

// Correlation is Spearman's rank correlation of a column with the run's figure of merit, over the N cells that
// have both.
type Correlation struct {
	Quantity string
	Rho      float64
	N        int
}

// fewestForRank is the smallest number of cells of which a rank correlation says anything at all.
const fewestForRank = 3

// Correlations with the run's figure of merit; none if it has none.
func (d *Diagram) Correlations() []Correlation {
	merit, ok := d.Run.Merit()
	if !ok {
		return nil
	}
	var out []Correlation
	for _, q := range d.Run.Columns() {
		if q.Name == merit.Name {
			continue
		}
		var x, y []float64
		for i := range d.Run.Cells {
			c := &d.Run.Cells[i]
			if a, b := c.Mean(q.Name), c.Mean(merit.Name); !math.IsNaN(a) && !math.IsNaN(b) {
				x, y = append(x, a), append(y, b)
			}
		}
		if len(x) >= fewestForRank {
			out = append(out, Correlation{q.Name, spearman(x, y), len(x)})
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

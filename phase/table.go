package phase

import (
	"fmt"
	"math"
	"slices"

	"basin/record"
)

// Table is a phase diagram: a full grid of cells, measured or not, and what can be said of it as a whole.
type Table struct {
	Name        string
	Load        Axis // columns
	Temperature Axis // rows; row 0 is the coldest, drawn lowest
	Quantities  []string
	Cells       []Cell // row by row, len = Rows·Cols
	Rule        Rule

	Boundaries   []Boundary
	Summary      []Summary // the labels that occur
	Sensitivity  []Sensitivity
	Correlations []Correlation
}

// Cell is one combination of load and temperature.
type Cell struct {
	ID       string // empty where the grid has no such cell
	Row, Col int
	Load     string
	Temp     string
	Values   map[string]Value
	Arrays   []record.Record // curves and spectra

	Replicas, Seen         int // seeds planned, seeds with anything to show
	Dead, Diverged, Failed int

	Label      Label
	Confidence float64  // share of bootstrap resamples with the same label; NaN where nothing can vary
	Reason     string   // why there is no phase
	Single     []string // deciding quantities that rest on one replica or pair, whose spread nobody knows
}

// Summary counts the cells of one label.
type Summary struct {
	Label        Label
	Cells        int
	TestAccuracy float64 // mean over cells; NaN where unknown
}

// Mean returns a quantity's mean, NaN if it was not measured.
func (c *Cell) Mean(quantity string) float64 {
	if v, ok := c.Values[quantity]; ok {
		return v.Mean
	}
	return math.NaN()
}

func (c *Cell) evidence() evidence {
	return evidence{float64(c.Seen), float64(c.Dead), float64(c.Diverged), c.Mean}
}

// Rows is the number of temperatures.
func (t *Table) Rows() int { return len(t.Temperature.Values) }

// Cols is the number of loads.
func (t *Table) Cols() int { return len(t.Load.Values) }

// At returns the cell in a row and a column.
func (t *Table) At(row, col int) *Cell { return &t.Cells[row*t.Cols()+col] }

// Has reports whether any cell has a usable value of the quantity.
func (t *Table) Has(quantity string) bool {
	return slices.ContainsFunc(t.Cells, func(c Cell) bool { return c.Values[quantity].N > 0 })
}

// Build makes the table. It fails only where a cell does not fit the grid.
func Build(in Input, opts Options) (*Table, error) {
	opts = opts.withDefaults()
	t := &Table{Name: in.Name, Rule: NewRule(in.Rule)}
	var rows, cols []int
	t.Temperature, rows = newAxis(in.Temperature, true)
	t.Load, cols = newAxis(in.Load, false)
	t.Cells = make([]Cell, t.Rows()*t.Cols())
	for i := range t.Cells {
		r, c := i/t.Cols(), i%t.Cols()
		t.Cells[i] = Cell{Row: r, Col: c, Load: t.Load.Values[c], Temp: t.Temperature.Values[r],
			Label: Undefined, Confidence: math.NaN(), Reason: "nothing measured yet"}
	}
	boot := &bootstrap{in.Seed, opts.Resamples, map[int][]resample{}}
	taken := make([]bool, len(t.Cells))
	seen := map[string]bool{}
	for _, c := range in.Cells {
		if c.Row < 0 || c.Row >= t.Rows() || c.Col < 0 || c.Col >= t.Cols() {
			return nil, fmt.Errorf("phase: cell %q is at row %d, column %d of a grid of %d×%d", c.ID, c.Row, c.Col, t.Rows(), t.Cols())
		}
		row, col := rows[c.Row], cols[c.Col]
		if i := row*t.Cols() + col; taken[i] {
			return nil, fmt.Errorf("phase: cells %q and %q are both at row %d, column %d", t.Cells[i].ID, c.ID, c.Row, c.Col)
		} else {
			taken[i] = true
		}
		fill(t.At(row, col), c, t.Rule, boot)
		for q := range t.At(row, col).Values {
			seen[q] = true
		}
	}
	t.Quantities = inOrder(seen)
	t.Boundaries = boundaries(t)
	t.Summary = summarise(t.Cells)
	t.Sensitivity = sensitivity(t.Rule, t.Cells)
	t.Correlations = correlations(t.Quantities, t.Cells)
	return t, nil
}

// fill puts a cell's records into its place.
func fill(out *Cell, c CellRecords, r Rule, boot *bootstrap) {
	g, samples, values := gather(c)
	out.ID, out.Replicas, out.Failed, out.Values = c.ID, c.Replicas, c.Failed, values
	out.Seen, out.Dead, out.Diverged = len(g.replicas), int(count(g.dead, nil)), int(count(g.diverged, nil))
	for _, rec := range c.Records {
		if rec.Array != nil {
			out.Arrays = append(out.Arrays, rec)
		}
	}
	slices.SortStableFunc(out.Arrays, func(a, b record.Record) int { return slices.CompareFunc(a.Of, b.Of, byReplica) })
	out.Label = r.label(out.evidence())
	out.Reason = r.why(out.Label, out.evidence())
	out.Confidence = boot.confidence(r, out.Label, g, samples)
	if out.Label.IsPhase() && out.Seen > 1 {
		for _, q := range r.quantities() {
			if len(samples[q]) == 1 {
				out.Single = append(out.Single, q)
			}
		}
	}
}

func summarise(cells []Cell) []Summary {
	var out []Summary
	for _, l := range Labels {
		s, n := Summary{Label: l}, 0
		for i := range cells {
			c := &cells[i]
			if c.Label != l {
				continue
			}
			s.Cells++
			if a := c.Mean(record.TestAccuracy); !math.IsNaN(a) {
				s.TestAccuracy += a
				n++
			}
		}
		if s.Cells > 0 {
			s.TestAccuracy /= float64(n) // 0/0 is NaN: unknown
			out = append(out, s)
		}
	}
	return out
}

// inOrder sorts quantities as the vocabulary lists them, then those it does not know by name.
func inOrder(seen map[string]bool) []string {
	known := []string{record.TestAccuracy, record.TestLoss, record.TrainAccuracy, record.TrainLoss, record.Gap, record.EigenvalueMax,
		record.EigenvalueMin, record.Trace, record.MC, record.MCLoss, record.MCLine, record.MCLineLoss, record.CKA, record.CKALogits,
		record.L2, record.L2Normalised, record.Cosine}
	var out, rest []string
	for _, q := range known {
		if seen[q] {
			out = append(out, q)
		}
	}
	for q := range seen {
		if !slices.Contains(known, q) {
			rest = append(rest, q)
		}
	}
	slices.Sort(rest)
	return append(out, rest...)
}

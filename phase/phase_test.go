package phase

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"basin/record"
	"basin/results"
)

// exact is the tolerance for closed forms of a handful of float64 operations.
const exact = 1e-12

func rec(quantity string, value float64, replicas ...int) record.Record {
	measure := record.Performance
	if len(replicas) == 2 {
		measure = record.Connectivity
	}
	return record.Record{Measure: measure, Quantity: quantity, Of: record.Points(replicas...), Value: value,
		StdErr: math.NaN(), Status: record.OK}
}

// of labels a run.
func of(t *testing.T, s results.Source) *Diagram {
	t.Helper()
	run, err := results.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return New(run)
}

// defaults are the thresholds of Yang et al. (2021).
func defaults() results.Rule {
	return results.Rule{Sharp: above("train_loss", 0.05), Poor: above("mc", -1), Similar: above("cka", 0.7)}
}

func above(quantity string, value float64) []results.Threshold {
	return []results.Threshold{{Quantity: quantity, Value: value}}
}

// one labels a run of a single cell.
func one(t *testing.T, r results.Rule, lost int, records ...record.Record) *Diagram {
	t.Helper()
	c := results.SourceCell{Records: records, Replicas: 5, Training: map[int]record.Status{}}
	for i := range lost {
		c.Training[10+i] = record.Diverged
	}
	return of(t, results.Source{Rule: r, Cells: []results.SourceCell{c}})
}

func TestSpearman(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5}
	for _, c := range []struct {
		name string
		y    []float64
		want float64
	}{
		{"monotone", []float64{1, 10, 100, 1000, 1e9}, 1},
		{"reversed", []float64{5, 4, 3, 2, 1}, -1},
		{"1 − 6Σd²/n(n²−1)", []float64{2, 1, 3, 5, 4}, 1 - 6*4/(5*24.0)},
		{"ties share ranks", []float64{1, 1, 2, 2, 3}, 9 / math.Sqrt(10*9)}, // Pearson of 1..5 and 1.5 1.5 3.5 3.5 5
	} {
		if got := spearman(x, c.y); math.Abs(got-c.want) > exact {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestLabels(t *testing.T) {
	dead := func(i int) record.Record {
		r := rec(record.TrainLoss, 2.3, i)
		r.Status = record.Constant
		return r
	}
	loss := func(v float64, seed int) record.Record { return rec("train_loss", v, seed) }
	mc := func(v float64) record.Record { return rec("mc", v, 0, 1) }
	cka := func(v float64) record.Record { return rec("cka", v, 0, 1) }
	byTrace, byBoth := defaults(), defaults()
	byTrace.Sharp = above("trace", 500)
	byBoth.Sharp = append(above("trace", 500), byBoth.Sharp...)
	cases := []struct {
		name    string
		records []record.Record
		lost    int
		rule    results.Rule
		want    Label
	}{
		{"I", []record.Record{loss(1, 0), mc(-2)}, 0, defaults(), I},
		{"II", []record.Record{loss(1, 0), mc(2)}, 0, defaults(), II},
		{"III", []record.Record{loss(.01, 0), mc(-2), cka(.9)}, 0, defaults(), III},
		{"IV-A", []record.Record{loss(.01, 0), mc(0), cka(.69)}, 0, defaults(), IVA},
		{"IV-B", []record.Record{loss(.01, 0), mc(0), cka(.7)}, 0, defaults(), IVB},
		{"at the thresholds: smooth, connected", []record.Record{loss(.05, 0), mc(-1), cka(.7)}, 0, defaults(), IVB},
		{"a NaN decides nothing", []record.Record{loss(.01, 0), mc(math.NaN())}, 0, defaults(), Undefined},
		{"no CKA where it decides", []record.Record{loss(.01, 0), mc(0)}, 0, defaults(), Undefined},
		{"two of three dead", []record.Record{dead(0), dead(1), loss(1, 2)}, 0, defaults(), Dead},
		{"two of four dead, the rest decides", []record.Record{dead(0), dead(1), loss(1, 2), loss(1, 3),
			rec("mc", 2, 2, 3)}, 0, defaults(), II},
		{"most diverged", []record.Record{loss(1, 0), mc(2)}, 3, defaults(), Undefined},
		{"nothing", nil, 0, defaults(), Undefined},
		{"sharp by trace", []record.Record{rec("trace", 600, 0), mc(2)}, 0, byTrace, II},
		{"sharp needs all its entries", []record.Record{rec("trace", 600, 0), loss(0, 0), mc(-2)}, 0, byBoth, III},
		{"no thresholds", []record.Record{loss(1, 0), mc(-2)}, 0, results.Rule{}, Undefined},
	}
	for _, c := range cases {
		cell := one(t, c.rule, c.lost, c.records...).Cells[0]
		if cell.Label != c.want {
			t.Errorf("%s: got %s, want %s", c.name, cell.Label, c.want)
		}
		if (cell.Reason == "") != c.want.IsPhase() {
			t.Errorf("%s: reason %q with label %s", c.name, cell.Reason, cell.Label)
		}
	}
}

// With two seeds of loss 0 and 1 and a threshold of 0.4, a resample is smooth only if it draws the low seed twice:
// sharp in 3 of 4.
func TestConfidenceClosedForm(t *testing.T) {
	rule := defaults()
	rule.Sharp = above("train_loss", 0.4)
	d := one(t, rule, 0, rec("train_loss", 0, 0), rec("train_loss", 1, 1), rec("mc", 2, 0, 1))
	if d.Cells[0].Label != II || math.Abs(d.Confidence(0)-0.75) > exact {
		t.Errorf("got %s with confidence %v, want II with 0.75", d.Cells[0].Label, d.Confidence(0))
	}
	if !reflect.DeepEqual(d.Cells[0].Single, []string{"mc"}) {
		t.Errorf("deciding quantities with one sample: %v", d.Cells[0].Single)
	}
}

// Pairs follow their seeds: with pair values +3, −3, −3 for (0,1), (0,2), (1,2) and threshold −0.5 the mean −1 is
// poor. Of the 27 equally likely draws of three seeds, the 3 that draw one seed thrice have no pair and are passed
// over. Draws of all three (6) have mean −1: poor. Draws of two seeds only see their own pair: 6 draws of {0,1} at
// +3, 12 at −3. So 18 of 24 are poor.
func TestConfidenceOfPairs(t *testing.T) {
	rule := defaults()
	rule.Poor = above("mc", -0.5)
	d := one(t, rule, 0, rec("train_loss", 0, 0), rec("mc", 3, 0, 1), rec("mc", -3, 0, 2), rec("mc", -3, 1, 2))
	// In the other 6 draws CKA is missing: the label is undefined, not III, all the same.
	if d.Cells[0].Label != III || math.Abs(d.Confidence(0)-0.75) > exact {
		t.Errorf("got %s with confidence %v, want III with 0.75", d.Cells[0].Label, d.Confidence(0))
	}
}

// Enumerated and drawn resamples estimate the same share.
func TestExactAndRandomResamplesAgree(t *testing.T) {
	share := func(rs []resample) float64 { // of resamples that leave out seed 0: (1 − 1/n)ⁿ
		out, total := 0.0, 0.0
		for _, r := range rs {
			total += r.probability
			if r.weights[0] == 0 {
				out += r.probability
			}
		}
		return out / total
	}
	for n := 2; n <= exactSeeds; n++ {
		want := math.Pow(1-1/float64(n), float64(n))
		if got := share(enumerate(n)); math.Abs(got-want) > exact {
			t.Errorf("%d seeds, enumerated: %v, want %v", n, got, want)
		}
		fourSigma := 4 * math.Sqrt(want*(1-want)/10000)
		if got := share(monteCarlo(1, n, 10000)); math.Abs(got-want) > fourSigma {
			t.Errorf("%d seeds, drawn: %v, want %v ± %v", n, got, want, fourSigma)
		}
	}
}

func TestConfidenceIsUnknownWithOneSeed(t *testing.T) {
	if c := one(t, defaults(), 0, rec("train_loss", 1, 0), rec("mc", 2, 0, 1)).Confidence(0); !math.IsNaN(c) {
		t.Errorf("got %v where nothing can vary", c)
	}
}

// grid has labels given by digits: 1 I, 2 II, 0 undefined; the first line is the coldest row.
func grid(t *testing.T, lines ...string) *Diagram {
	t.Helper()
	s := results.Source{Rule: defaults(), Axes: []results.Axis{numbers(len(lines[0])), numbers(len(lines))}}
	for r, line := range lines {
		for c, l := range line {
			if l != '0' {
				s.Cells = append(s.Cells, results.SourceCell{At: []int{c, r}, Records: []record.Record{
					rec("train_loss", 1, 0), rec("mc", map[rune]float64{'1': -5, '2': 5}[l], 0, 1)}})
			}
		}
	}
	return of(t, s)
}

// numbers is an axis of n values.
func numbers(n int) results.Axis {
	var a results.Axis
	for i := range n {
		a.Values, a.Numbers = append(a.Values, fmt.Sprint(i)), append(a.Numbers, float64(i))
	}
	return a
}

func TestBoundaries(t *testing.T) {
	for _, c := range []struct {
		name string
		grid []string
		want [][][2]float64
	}{
		{"none", []string{"11", "11"}, nil},
		{"straight", []string{"12", "12"}, [][][2]float64{{{.5, -.5}, {.5, 1.5}}}},
		{"corner", []string{"12", "11"}, [][][2]float64{{{.5, -.5}, {.5, .5}, {1.5, .5}}}},
		{"next to unknown cells", []string{"102", "102"}, nil},
		{"island: a loop", []string{"111", "121", "111"}, [][][2]float64{{{.5, .5}, {1.5, .5}, {1.5, 1.5}, {.5, 1.5},
			{.5, .5}}}},
	} {
		var got [][][2]float64
		for _, b := range grid(t, c.grid...).Boundaries(0) {
			if b.A != I || b.B != II {
				t.Errorf("%s: boundary between %s and %s", c.name, b.A, b.B)
			}
			got = append(got, b.Points)
		}
		if length(got) != length(c.want) || len(got) != len(c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		} else if c.name != "island: a loop" && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// length of all polylines together: the number of unlike neighbours.
func length(lines [][][2]float64) float64 {
	sum := 0.0
	for _, l := range lines {
		for i := 1; i < len(l); i++ {
			sum += math.Hypot(l[i][0]-l[i-1][0], l[i][1]-l[i-1][1])
		}
	}
	return sum
}

// Whatever the pattern, the boundaries are as long as there are unlike neighbours: nothing is lost or drawn twice.
func TestBoundariesCoverEachEdgeOnce(t *testing.T) {
	lines := []string{"1212112", "2122111", "1112221", "2111122"}
	want := 0.0
	for r := range lines {
		for c := range lines[r] {
			if c > 0 && lines[r][c] != lines[r][c-1] {
				want++
			}
			if r > 0 && lines[r][c] != lines[r-1][c] {
				want++
			}
		}
	}
	var got [][][2]float64
	for _, b := range grid(t, lines...).Boundaries(0) {
		got = append(got, b.Points)
	}
	if length(got) != want {
		t.Errorf("length %v, want %v", length(got), want)
	}
}

// Losses 0.041, 0.05, 0.059, 0.07 against a threshold of 0.05 ± 20 %: 0.04 makes the first two sharp, 0.06 makes
// the third smooth.
func TestSensitivity(t *testing.T) {
	s := results.Source{Rule: defaults(), Axes: []results.Axis{numbers(4)}}
	for i, loss := range []float64{0.041, 0.05, 0.059, 0.07} {
		records := []record.Record{rec("train_loss", loss, 0), rec("mc", 0, 0, 1), rec("cka", 1, 0, 1)}
		s.Cells = append(s.Cells, results.SourceCell{At: []int{i}, Records: records})
	}
	want := []Sensitivity{{"sharp", "train_loss", 0.05, 0.5, 0.25}, {"poor", "mc", -1, 0, 0},
		{"similar", "cka", 0.7, 0, 0}}
	if got := of(t, s).Sensitivity(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

// The shortcut for cells whose samples are all on one side of each threshold changes nothing: resamples give the
// same share.
func TestOneSidedCellsNeedNoResamples(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		level := rapid.SampledFrom([]float64{-2, -1, -0.5, 0, 0.05, 0.06, 0.7, 0.9, 3})
		n := rapid.IntRange(2, 5).Draw(t, "seeds")
		var records []record.Record
		for a := range n {
			if rapid.IntRange(0, 9).Draw(t, "measured") > 0 {
				records = append(records, rec("train_loss", level.Draw(t, "loss"), a))
			}
			for b := range a {
				if rapid.IntRange(0, 9).Draw(t, "measured") > 0 {
					records = append(records, rec("mc", level.Draw(t, "mc"), b, a), rec("cka", level.Draw(t, "cka"), b, a))
				}
			}
		}
		run, err := results.New(results.Source{Rule: defaults(), Cells: []results.SourceCell{{Records: records}}})
		if err != nil {
			t.Fatal(err)
		}
		d := New(run)
		got, c := d.Confidence(0), &run.Cells[0]
		if math.IsNaN(got) {
			return
		}
		same, total := 0.0, 0.0
		for _, draw := range enumerate(len(c.Seeds)) {
			e, skip := evidence{seeds: float64(len(c.Seeds))}, false
			for _, q := range d.rule.columns {
				m := c.Mean(q)
				if s := c.Values[q].Samples; len(s) > 1 {
					m = results.Mean(s, draw.weights)
					skip = skip || math.IsNaN(m)
				}
				e.means = append(e.means, m)
			}
			if skip {
				continue
			}
			total += draw.probability
			if d.rule.label(e) == d.Cells[0].Label {
				same += draw.probability
			}
		}
		if want := min(1, same/total); got != want {
			t.Fatalf("confidence %v, by resamples %v", got, want)
		}
	})
}

// The maps of a run with three axes have boundaries apart.
func TestBoundariesOfEachMap(t *testing.T) {
	s := results.Source{Rule: defaults(), Axes: []results.Axis{numbers(2), numbers(1), numbers(2)}}
	for i, mc := range []float64{-5, -5, -5, 5} { // the second map alone has two phases
		s.Cells = append(s.Cells, results.SourceCell{At: []int{i % 2, 0, i / 2},
			Records: []record.Record{rec("train_loss", 1, 0), rec("mc", mc, 0, 1)}})
	}
	d := of(t, s)
	if first, second := d.Boundaries(0), d.Boundaries(1); len(first) != 0 || len(second) != 1 {
		t.Errorf("%v and %v", first, second)
	}
}

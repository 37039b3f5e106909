package phase

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/stat"

	"basin/record"
	"basin/spec"
)

// exact is the tolerance for closed forms of a handful of float64 operations.
const exact = 1e-12

func rec(quantity string, value float64, replicas ...int) record.Record {
	measure := record.Performance
	if len(replicas) == 2 {
		measure = record.Connectivity
	}
	return record.Record{Measure: measure, Quantity: quantity, Of: record.Points(replicas...), Value: value, StdErr: math.NaN(), Status: record.OK}
}

// one builds a table of a single cell and returns the cell.
func one(t *testing.T, c CellRecords, r spec.Phases) *Cell {
	t.Helper()
	table, err := Build(Input{Rule: r, Cells: []CellRecords{c}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &table.Cells[0]
}

// For a mean over replicas the jackknife is s/√n.
func TestStdErrOfReplicas(t *testing.T) {
	x := []float64{1, 2, 4, 8.5, -3}
	var s []sample
	for i, v := range x {
		s = append(s, sample{i, i, v})
	}
	if got, want := stdErr(s), stat.StdDev(x, nil)/math.Sqrt(5); math.Abs(got-want) > exact {
		t.Errorf("got %v, want s/√n = %v", got, want)
	}
}

// Over all pairs of seeds with a value f_i + f_j, the mean is 2·mean(f), so its standard error is 2·s/√n, not the one of ten
// independent numbers.
func TestStdErrOfPairs(t *testing.T) {
	f := []float64{1, 2, 4, 8.5, -3}
	var s []sample
	for i := range f {
		for j := range i {
			s = append(s, sample{j, i, f[i] + f[j]})
		}
	}
	if got, want := stdErr(s), 2*stat.StdDev(f, nil)/math.Sqrt(5); math.Abs(got-want) > exact {
		t.Errorf("got %v, want 2s/√n = %v", got, want)
	}
	if got := stdErr(s[:1]); !math.IsNaN(got) {
		t.Errorf("one pair has no spread, got %v", got)
	}
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
	cases := []struct {
		name    string
		records []record.Record
		lost    int
		rule    spec.Phases
		want    Label
	}{
		{"I", []record.Record{rec("train_loss", 1, 0), rec("mc", -2, 0, 1)}, 0, spec.Phases{}, I},
		{"II", []record.Record{rec("train_loss", 1, 0), rec("mc", 2, 0, 1)}, 0, spec.Phases{}, II},
		{"III", []record.Record{rec("train_loss", .01, 0), rec("mc", -2, 0, 1), rec("cka", .9, 0, 1)}, 0, spec.Phases{}, III},
		{"IV-A", []record.Record{rec("train_loss", .01, 0), rec("mc", 0, 0, 1), rec("cka", .69, 0, 1)}, 0, spec.Phases{}, IVA},
		{"IV-B", []record.Record{rec("train_loss", .01, 0), rec("mc", 0, 0, 1), rec("cka", .7, 0, 1)}, 0, spec.Phases{}, IVB},
		{"at the thresholds: smooth, connected", []record.Record{rec("train_loss", .05, 0), rec("mc", -1, 0, 1), rec("cka", .7, 0, 1)}, 0, spec.Phases{}, IVB},
		{"a NaN decides nothing", []record.Record{rec("train_loss", .01, 0), rec("mc", math.NaN(), 0, 1)}, 0, spec.Phases{}, Undefined},
		{"no CKA where it decides", []record.Record{rec("train_loss", .01, 0), rec("mc", 0, 0, 1)}, 0, spec.Phases{}, Undefined},
		{"two of three dead", []record.Record{dead(0), dead(1), rec("train_loss", 1, 2)}, 0, spec.Phases{}, Dead},
		{"two of four dead, the rest decides", []record.Record{dead(0), dead(1), rec("train_loss", 1, 2), rec("train_loss", 1, 3), rec("mc", 2, 2, 3)}, 0, spec.Phases{}, II},
		{"most diverged", []record.Record{rec("train_loss", 1, 0), rec("mc", 2, 0, 1)}, 3, spec.Phases{}, Undefined},
		{"nothing", nil, 0, spec.Phases{}, Undefined},
		{"sharp by trace", []record.Record{rec("trace", 600, 0), rec("mc", 2, 0, 1)}, 0, spec.Phases{Sharp: map[string]float64{"trace": 500}}, II},
		{"sharp needs all its entries", []record.Record{rec("trace", 600, 0), rec("train_loss", 0, 0), rec("mc", -2, 0, 1)}, 0,
			spec.Phases{Sharp: map[string]float64{"trace": 500, "train_loss": 0.05}}, III},
	}
	for _, c := range cases {
		cell := one(t, CellRecords{Records: c.records, Replicas: 5, Diverged: c.lost}, c.rule)
		if cell.Label != c.want {
			t.Errorf("%s: got %s, want %s", c.name, cell.Label, c.want)
		}
		if (cell.Reason == "") != c.want.IsPhase() {
			t.Errorf("%s: reason %q with label %s", c.name, cell.Reason, cell.Label)
		}
	}
}

// Diverged seeds are counted once, whether only the cell's count, only records or both tell of them.
func TestDivergedSeedsAreCountedOnce(t *testing.T) {
	lost := func(quantity string, i int) record.Record {
		r := rec(quantity, math.NaN(), i)
		r.Status = record.Diverged
		return r
	}
	alive := []record.Record{rec("train_loss", 1, 0), rec("train_loss", 1, 1), rec("mc", 2, 0, 1)}
	for _, c := range []struct {
		name    string
		records []record.Record
		count   int
		want    int
		label   Label
	}{
		{"count alone", nil, 2, 2, II},
		{"records alone", []record.Record{lost("train_loss", 2), lost("epoch_loss", 2)}, 0, 1, II},
		{"both", []record.Record{lost("epoch_loss", 2), lost("epoch_loss", 3)}, 2, 2, II},
		{"most", []record.Record{lost("epoch_loss", 2), lost("epoch_loss", 3)}, 3, 3, Undefined},
		{"a test loss alone", []record.Record{lost("test_loss", 1)}, 0, 0, II},
	} {
		cell := one(t, CellRecords{Records: append(alive[:3:3], c.records...), Replicas: 5, Diverged: c.count}, spec.Phases{})
		if cell.Diverged != c.want || cell.Label != c.label {
			t.Errorf("%s: %d diverged, label %s, want %d, %s", c.name, cell.Diverged, cell.Label, c.want, c.label)
		}
	}
}

// Values whose status is not usable stay out of means and are counted.
func TestStatusesStayOutOfMeans(t *testing.T) {
	bad := rec("train_loss", 1e9, 2)
	bad.Status = record.Diverged
	late := rec("train_loss", 3, 1)
	late.Status = record.NotConverged
	v := one(t, CellRecords{Records: []record.Record{rec("train_loss", 1, 0), late, bad}}, spec.Phases{}).Values["train_loss"]
	if v.Mean != 2 || v.N != 2 || v.Total != 3 || v.Status[record.Diverged] != 1 || v.StdErr != 1 {
		t.Errorf("got %+v", v)
	}
}

// With two seeds of loss 0 and 1 and a threshold of 0.4, a resample is smooth only if it draws the low seed twice: sharp in 3 of 4.
func TestConfidenceClosedForm(t *testing.T) {
	c := CellRecords{Records: []record.Record{rec("train_loss", 0, 0), rec("train_loss", 1, 1), rec("mc", 2, 0, 1)}}
	cell := one(t, c, spec.Phases{Sharp: map[string]float64{"train_loss": 0.4}})
	if cell.Label != II || math.Abs(cell.Confidence-0.75) > exact {
		t.Errorf("got %s with confidence %v, want II with 0.75", cell.Label, cell.Confidence)
	}
	if !reflect.DeepEqual(cell.Single, []string{"mc"}) {
		t.Errorf("deciding quantities with one sample: %v", cell.Single)
	}
}

// Pairs follow their seeds: with pair values +3, −3, −3 for (0,1), (0,2), (1,2) and threshold −0.5 the mean −1 is poor. Of the 27
// equally likely draws of three seeds, the 3 that draw one seed thrice have no pair and are passed over. Draws of all three (6) have
// mean −1: poor. Draws of two seeds only see their own pair: 6 draws of {0,1} at +3, 12 at −3. So 18 of 24 are poor.
func TestConfidenceOfPairs(t *testing.T) {
	c := CellRecords{Records: []record.Record{rec("train_loss", 0, 0), rec("mc", 3, 0, 1), rec("mc", -3, 0, 2), rec("mc", -3, 1, 2)}}
	cell := one(t, c, spec.Phases{Poor: map[string]float64{"mc": -0.5}})
	// In the other 6 draws CKA is missing: the label is undefined, not III, all the same.
	if cell.Label != III || math.Abs(cell.Confidence-0.75) > exact {
		t.Errorf("got %s with confidence %v, want III with 0.75", cell.Label, cell.Confidence)
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
	cell := one(t, CellRecords{Records: []record.Record{rec("train_loss", 1, 0), rec("mc", 2, 0, 1)}}, spec.Phases{})
	if !math.IsNaN(cell.Confidence) {
		t.Errorf("got %v where nothing can vary", cell.Confidence)
	}
}

// grid builds a table whose labels are given by digits: 1 I, 2 II, 0 undefined; the first line is the coldest row.
func grid(t *testing.T, lines ...string) *Table {
	t.Helper()
	in := Input{}
	for i := range lines[0] {
		in.Load.Values = append(in.Load.Values, i)
	}
	for i := range lines {
		in.Temperature.Values = append(in.Temperature.Values, i)
	}
	for r, line := range lines {
		for c, l := range line {
			if l != '0' {
				in.Cells = append(in.Cells, CellRecords{ID: fmt.Sprint(r, c), Row: r, Col: c, Records: []record.Record{
					rec("train_loss", 1, 0), rec("mc", map[rune]float64{'1': -5, '2': 5}[l], 0, 1)}})
			}
		}
	}
	table, err := Build(in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return table
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
		{"island: a loop", []string{"111", "121", "111"}, [][][2]float64{{{.5, .5}, {1.5, .5}, {1.5, 1.5}, {.5, 1.5}, {.5, .5}}}},
	} {
		var got [][][2]float64
		for _, b := range grid(t, c.grid...).Boundaries {
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
	for _, b := range grid(t, lines...).Boundaries {
		got = append(got, b.Points)
	}
	if length(got) != want {
		t.Errorf("length %v, want %v", length(got), want)
	}
}

// Losses 0.041, 0.05, 0.059, 0.07 against a threshold of 0.05 ± 20 %: 0.04 makes the first two sharp, 0.06 makes the third smooth.
func TestSensitivity(t *testing.T) {
	in := Input{}
	for i, loss := range []float64{0.041, 0.05, 0.059, 0.07} {
		in.Load.Values = append(in.Load.Values, i)
		in.Cells = append(in.Cells, CellRecords{Col: i, Records: []record.Record{rec("train_loss", loss, 0), rec("mc", 0, 0, 1), rec("cka", 1, 0, 1)}})
	}
	table, err := Build(in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Sensitivity{{"sharp", "train_loss", 0.05, 0.5, 0.25}, {"poor", "mc", -1, 0, 0}, {"similar", "cka", 0.7, 0, 0}}
	if !reflect.DeepEqual(table.Sensitivity, want) {
		t.Errorf("got %+v", table.Sensitivity)
	}
}

func TestAxes(t *testing.T) {
	for _, c := range []struct {
		path   string
		values []any
		scale  Scale
		first  string
	}{
		{"model.width", []any{64, 1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45}, Log, "1"},
		{"train.batch", []any{8, 16, 32}, Log, "32"}, // hot is small
		{"train.optimizer.lr", []any{0.1, 0.05, 0.025}, Log, "0.025"},
		{"data.fraction", []any{0.1, 0.2, 0.3, 0.35, 1.0}, Ordinal, "0.1"},
		{"data.fraction", []any{uint64(1), 2, 3, 4}, Linear, "1"},
		{"data.label_noise", []any{0.0, .025, .05, .075, .1, .2}, Ordinal, "0"},
		{"model.activation", []any{"relu", "tanh", "gelu"}, Ordinal, "relu"},
		{"", nil, Ordinal, ""},
	} {
		a, order := newAxis(spec.Axis{Path: c.path, Values: c.values}, true)
		if a.Scale != c.scale || a.Values[0] != c.first {
			t.Errorf("%s %v: scale %d, first %q, want %d, %q", c.path, c.values, a.Scale, a.Values[0], c.scale, c.first)
		}
		for i, v := range c.values {
			if a.Values[order[i]] != fmt.Sprint(v) {
				t.Errorf("%s: value %v went to %q", c.path, v, a.Values[order[i]])
			}
		}
	}
}

func TestCellsThatDoNotFitAreErrors(t *testing.T) {
	for _, in := range []Input{
		{Cells: []CellRecords{{ID: "a", Row: 1}}},
		{Cells: []CellRecords{{ID: "a", Col: -1}}},
		{Cells: []CellRecords{{ID: "a"}, {ID: "b"}}},
	} {
		if _, err := Build(in, Options{}); err == nil {
			t.Errorf("%+v: no error", in.Cells)
		}
	}
}

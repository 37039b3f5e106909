package results

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/stat"

	"basin/record"
)

// exact is the tolerance for closed forms of a handful of float64 operations.
const exact = 1e-12

func rec(measure, quantity string, value float64, replicas ...int) record.Record {
	return record.Record{Measure: measure, Quantity: quantity, Of: record.Points(replicas...), Value: value,
		StdErr: math.NaN(), Status: record.OK}
}

// one tabulates a run of a single cell and returns the cell.
func one(t *testing.T, c SourceCell) *Cell {
	t.Helper()
	r, err := New(Source{Quantities: record.Quantities, Cells: []SourceCell{c}})
	if err != nil {
		t.Fatal(err)
	}
	return &r.Cells[0]
}

// For a mean over replicas the jackknife is s/√n.
func TestStdErrOfReplicas(t *testing.T) {
	x := []float64{1, 2, 4, 8.5, -3}
	var s []Sample
	for i, v := range x {
		s = append(s, Sample{i, i, v})
	}
	if got, want := stdErr(s), stat.StdDev(x, nil)/math.Sqrt(5); math.Abs(got-want) > exact {
		t.Errorf("got %v, want s/√n = %v", got, want)
	}
}

// Over all pairs of seeds with a value f_i + f_j, the mean is 2·mean(f), so its standard error is 2·s/√n, not the
// one of ten independent numbers.
func TestStdErrOfPairs(t *testing.T) {
	f := []float64{1, 2, 4, 8.5, -3}
	var s []Sample
	for i := range f {
		for j := range i {
			s = append(s, Sample{j, i, f[i] + f[j]})
		}
	}
	if got, want := stdErr(s), 2*stat.StdDev(f, nil)/math.Sqrt(5); math.Abs(got-want) > exact {
		t.Errorf("got %v, want 2s/√n = %v", got, want)
	}
	if got := stdErr(s[:1]); !math.IsNaN(got) {
		t.Errorf("one pair has no spread, got %v", got)
	}
}

// Values whose status is not usable stay out of means and are counted.
func TestStatusesStayOutOfMeans(t *testing.T) {
	bad := rec("performance", "train_loss", 1e9, 2)
	bad.Status = record.Diverged
	late := rec("performance", "train_loss", 3, 1)
	late.Status = record.NotConverged
	v := one(t, SourceCell{Records: []record.Record{rec("performance", "train_loss", 1, 0), late,
		bad}}).Values["train_loss"]
	if v.Mean != 2 || v.N != 2 || v.Total != 3 || v.Status[record.Diverged] != 1 || v.StdErr != 1 {
		t.Errorf("got %+v", v)
	}
}

// A seed is dead or diverged by its training and by performance at the end of training. What other measures find,
// or performance at other points, is not about the seed.
func TestDeadAndDivergedSeeds(t *testing.T) {
	with := func(r record.Record, s record.Status) record.Record {
		r.Status = s
		return r
	}
	early := with(rec("performance", "train_loss", 2.3, 1), record.Constant)
	early.Of = []record.Point{{Replica: 1, At: "initial"}}
	healthy := []record.Record{rec("performance", "train_loss", 1, 0), rec("performance", "test_loss", 1, 0),
		rec("performance", "train_loss", 1, 1), rec("performance", "test_loss", 1, 1), rec("connectivity", "mc", 2, 0, 1)}
	lost := func(i int) []record.Record {
		return []record.Record{with(rec("performance", "train_loss", math.NaN(), i), record.Diverged),
			with(rec("performance", "test_loss", math.NaN(), i), record.Diverged)}
	}
	for _, c := range []struct {
		name                  string
		training              map[int]record.Status
		records               []record.Record
		seeds, dead, diverged int
	}{
		{"healthy", nil, nil, 2, 0, 0},
		{"training alone", map[int]record.Status{0: record.OK, 2: record.Diverged, 3: record.Diverged}, nil, 4, 0, 2},
		{"performance alone", nil, lost(2), 3, 0, 1},
		{"both", map[int]record.Status{2: record.Diverged}, lost(2), 3, 0, 1},
		{"an infinite test loss alone", nil, []record.Record{rec("performance", "train_loss", 1, 2),
			with(rec("performance", "test_loss", math.NaN(), 2), record.Diverged)}, 3, 0, 0},
		{"another measure diverged", nil, []record.Record{with(rec("hessian", "trace", math.NaN(), 1),
			record.Diverged)}, 2, 0, 0},
		{"dead", nil, []record.Record{with(rec("performance", "train_loss", 2.3, 2), record.Constant)}, 3, 1, 0},
		{"another measure constant", nil, []record.Record{with(rec("hessian", "trace", 0, 1), record.Constant)}, 2, 0, 0},
		{"a pair constant", nil, []record.Record{with(rec("similarity", "cka", math.NaN(), 0, 1), record.Constant)}, 2,
			0, 0},
		{"constant before training", nil, []record.Record{early}, 2, 0, 0},
	} {
		got := one(t, SourceCell{Replicas: 5, Training: c.training, Records: append(healthy[:5:5], c.records...)})
		if len(got.Seeds) != c.seeds || got.Dead != c.dead || got.Diverged != c.diverged {
			t.Errorf("%s: %d seeds, %d dead, %d diverged, want %d, %d, %d", c.name, len(got.Seeds), got.Dead,
				got.Diverged, c.seeds, c.dead, c.diverged)
		}
	}
}

// Whether a quantity enters the table is for the quantity to say: not for its records, which may have been read
// without their arrays.
func TestTableDoesNotDependOnArrays(t *testing.T) {
	curve := record.Curve("t", []float64{0, 1}, record.Column{Name: "error", Data: []float64{3, 4}})
	number, array := rec("train", "epoch_loss", 0.5, 0), rec("connectivity", "curve_bezier", 9, 0, 1)
	number.Array, array.Array = curve, curve
	build := func(arrays bool) *Cell {
		records := []record.Record{number, array}
		if !arrays {
			records[0].Array, records[1].Array = nil, nil
		}
		return one(t, SourceCell{Records: records})
	}
	with, without := build(true), build(false)
	if d := cmp.Diff(with.Values, without.Values, cmpopts.EquateNaNs()); d != "" {
		t.Errorf("the table depends on arrays:\n%s", d)
	}
	if _, ok := with.Values["curve_bezier"]; ok || with.Values["epoch_loss"].Mean != 0.5 {
		t.Errorf("values: %v", with.Values)
	}
}

func TestColumnNames(t *testing.T) {
	at := func(points ...string) (out []record.Point) {
		for i, p := range points {
			out = append(out, record.Point{Replica: i, At: p})
		}
		return out
	}
	for _, c := range []struct {
		entry, kind, quantity string
		of                    []record.Point
		want                  string
	}{
		{"connectivity", "connectivity", "mc", at("train", "train"), "mc"},
		{"control", "interpolation", "min_delta", at("train"), "control.min_delta"},
		{"performance", "performance", "train_loss", at("code"), "train_loss@code"},
		{"performance", "performance", "train_loss", at("epoch 40"), "train_loss@epoch 40"},
		{"control", "interpolation", "min_delta", at("initial"), "control.min_delta@initial"},
		{"connectivity", "connectivity", "mc", []record.Point{{Replica: 0, At: "train"}, {Replica: 0, At: "code"}},
			"mc@train..code"},
	} {
		if got := columnName(c.entry, c.kind, c.quantity, points(c.of)); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// Columns come as the quantities are declared; of one quantity, the entry named as its kind and trained networks
// come first.
func TestColumnsAreOrdered(t *testing.T) {
	of := func(measure, quantity, at string) record.Record {
		return record.Record{Measure: measure, Quantity: quantity, Of: []record.Point{{Replica: 0, At: at}}, Value: 1,
			Status: record.OK}
	}
	source := Source{
		Quantities: []record.Quantity{{Name: "b", Title: "B", Symbol: "b"}, {Name: "a", Title: "A", Symbol: "a_{0}"}},
		Kinds:      map[string]string{"control": "line"},
		Cells: []SourceCell{{Records: []record.Record{of("x", "unknown", "train"), of("line", "a", "code"),
			of("line", "a", "epoch 10"),
			of("line", "a", "epoch 9"), of("control", "a", "train"), of("line", "a", "initial"), of("line", "a", "train"),
			of("line", "b", "train")}}},
	}
	r, err := New(source)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, q := range r.Quantities {
		got = append(got, q.Name)
	}
	want := []string{"b", "a", "a@initial", "a@epoch 9", "a@epoch 10", "a@code", "control.a", "unknown"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if q := r.Quantity("control.a"); q.Title != "A (control)" || q.Symbol != "control a_{0}" {
		t.Errorf("the entry is said as %q, %q", q.Title, q.Symbol)
	}
	if q := r.Quantity("a@code"); q.Title != "A at code" || q.Symbol != "a_{0}@code" {
		t.Errorf("the point is said as %q, %q", q.Title, q.Symbol)
	}
}

func TestAxes(t *testing.T) {
	for _, c := range []struct {
		name    string
		colder  bool
		numbers []float64
		values  []string
		spacing Spacing
		first   string
	}{
		{"load", false, []float64{64, 1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45}, nil, Log, "1"},
		{Temperature, true, []float64{8, 16, 32}, nil, Log, "32"}, // hot is small
		{"batch", true, []float64{8, 16, 32}, nil, Log, "8"},
		{Temperature, false, []float64{0.1, 0.05, 0.025}, nil, Log, "0.025"},
		{"load", false, []float64{0.1, 0.2, 0.3, 0.35, 1.0}, nil, Ordinal, "0.1"},
		{"load", false, []float64{1, 2, 3, 4}, nil, Linear, "1"},
		{"load", false, []float64{0, .025, .05, .075, .1, .2}, nil, Ordinal, "0"},
		{"load", false, nil, []string{"relu", "tanh", "gelu"}, Ordinal, "relu"},
	} {
		for _, x := range c.numbers {
			c.values = append(c.values, fmt.Sprint(x))
		}
		a, order := Axis{Name: c.name, Colder: c.colder, Values: c.values, Numbers: c.numbers}.arranged(true)
		if a.Spacing != c.spacing || a.Values[0] != c.first {
			t.Errorf("%s %v: spacing %d, first %q, want %d, %q", c.name, c.values, a.Spacing, a.Values[0], c.spacing,
				c.first)
		}
		for i, v := range c.values {
			if a.Values[order[i]] != v {
				t.Errorf("%s: value %v went to %q", c.name, v, a.Values[order[i]])
			}
		}
	}
	if a, _ := (Axis{Name: Temperature, Colder: true, Values: []string{"8", "16"},
		Numbers: []float64{8, 16}}).arranged(false); a.Values[0] != "8" {
		t.Error("along x numbers ascend to the right, whatever they mean")
	}
}

// Cells lie in the grid with the first axis fastest, whatever the order of values and cells; further axes make
// maps.
func TestGridOfThreeAxes(t *testing.T) {
	s := Source{Quantities: record.Quantities, Replicas: 7, Axes: []Axis{
		{Name: "x", Label: "x", Values: []string{"2", "1"}, Numbers: []float64{2, 1}},
		{Name: "y", Label: "y", Values: []string{"a", "b", "c"}},
		{Name: "z", Label: "z", Values: []string{"false", "true"}},
	}}
	value := func(at []int) float64 { return float64(100*at[2] + 10*at[1] + at[0]) }
	for x := range 2 {
		for y := range 3 {
			for z := range 2 {
				if at := []int{x, y, z}; x+y+z > 0 { // one cell is missing
					s.Cells = append(s.Cells, SourceCell{ID: fmt.Sprint(at), At: at,
						Records: []record.Record{rec("m", "q", value(at), 0)}})
				}
			}
		}
	}
	r, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	if r.Cols() != 2 || r.Rows() != 3 || r.Sheets() != 2 || len(r.Cells) != 12 {
		t.Fatalf("%d × %d cells, %d maps", r.Cols(), r.Rows(), r.Sheets())
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		x, y, z := i%2, i/2%3, i/6
		if d := cmp.Diff([]int{x, y, z}, c.At); d != "" {
			t.Error(d)
		}
		want := value([]int{1 - x, y, z})
		if want == 0 {
			want = math.NaN()
			if c.ID != "" || c.State != Pending || c.Replicas != 7 {
				t.Errorf("the missing cell: %+v", c)
			}
		}
		if got := c.Mean("q"); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("cell %d: %v, want %v", i, got, want)
		}
	}
	if got := r.Cells[11].Label; got != "x 2, y c, z true" || r.SheetLabel(1) != "z true" ||
		&r.Sheet(1)[5] != &r.Cells[11] {
		t.Errorf("the last cell is %q on the map %q", got, r.SheetLabel(1))
	}
}

func TestCellsThatDoNotFitAreErrors(t *testing.T) {
	axes := []Axis{{Name: "x", Values: []string{"1", "2"}}}
	for _, s := range []Source{
		{Axes: axes, Cells: []SourceCell{{ID: "a", At: []int{2}}}},
		{Axes: axes, Cells: []SourceCell{{ID: "a", At: []int{-1}}}},
		{Axes: axes, Cells: []SourceCell{{ID: "a"}}},
		{Axes: axes, Cells: []SourceCell{{ID: "a", At: []int{0}}, {ID: "b", At: []int{0}}}},
		{Axes: []Axis{{Name: "x"}}},
	} {
		if _, err := New(s); err == nil {
			t.Errorf("%+v: no error", s.Cells)
		}
	}
}

// The figure of merit is the first main quantity with a direction that has a value.
func TestMerit(t *testing.T) {
	q := []record.Quantity{{Name: "spread", Main: true}, {Name: "aside", Better: record.Higher},
		{Name: "empty", Main: true, Better: record.Lower},
		{Name: "error", Main: true, Better: record.Lower}}
	bad := rec("m", "empty", math.NaN(), 0)
	bad.Status = record.Undefined
	r, err := New(Source{Quantities: q, Cells: []SourceCell{{Records: []record.Record{rec("m", "spread", 1, 0),
		rec("m", "aside", 1, 0), bad,
		rec("m", "error", 1, 0)}}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := r.Merit(); !ok || got.Name != "error" {
		t.Errorf("got %q", got.Name)
	}
	if r, _ := New(Source{}); r.Has("x") || len(r.Main()) > 0 || len(r.Cells) != 1 ||
		r.Cells[0].Label != "the only cell" {
		t.Errorf("an empty run: %+v", r)
	}
}

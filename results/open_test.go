package results

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"basin/record"
	"basin/spec"
	"basin/store"
	"basin/sweep"
)

const small = `
name: small
replicas: 2
model: {kind: mlp}
grid: {load: {model.width: [4, 2]}, temperature: {train.batch: [32, 64, 128]}}
measure: {performance: {}}
`

// folder makes a run folder: of each cell, replica 0 is trained and measured, replica 1 diverged; the last cell
// failed.
func folder(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	sp, err := spec.Parse("spec.yaml", []byte(text))
	check(t, err)
	st, err := store.Open(dir)
	check(t, err)
	defer st.Close()
	check(t, st.FreezeSpec(spec.Marshal(sp)))
	var cells []sweep.Cell
	for i, c := range sp.Cells() {
		cells = append(cells, sweep.Cell{Index: i, ID: c.ID, Label: c.Label, Replicas: sp.Replicas,
			Measures: []sweep.Measure{{Name: "performance", Key: "k", Groups: [][]int{{0}, {1}}}}})
	}
	_, err = st.Declare(cells)
	check(t, err)
	for i, c := range sp.Cells() {
		loss := rec("train", "epoch_loss", 0.5, 0)
		loss.Array = record.Curve("epoch", []float64{1, 2}, record.Column{Name: "loss", Data: []float64{1, 0.5}})
		for r, status := range []record.Status{record.OK, record.Diverged} {
			_, err := st.SaveTrained(c.ID, sweep.Trained{Replica: r, Status: status, Seconds: 2,
				Records: []record.Record{loss}[:1-r]})
			check(t, err)
		}
		accuracy := rec("performance", "test_accuracy", 1000*float64(c.Model.Width)+float64(c.Train.Batch), 0)
		unknown := rec("performance", "eigenvalue_7", 7, 0)
		check(t, st.SaveMeasured(c.ID, sweep.Measured{Measure: "performance", Key: "k", Replicas: []int{0}, Seconds: 1,
			Records: []record.Record{accuracy, unknown}}))
		if i == len(cells)-1 {
			check(t, st.SaveFailure(c.ID, "performance", "no memory"))
		} else {
			check(t, st.SaveDone(c.ID))
		}
	}
	return dir
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpen(t *testing.T) {
	dir := folder(t, small)
	r, err := Open(dir)
	check(t, err)
	defer r.Close()
	if r.Name != "small" || r.Cols() != 2 || r.Rows() != 3 {
		t.Fatalf("%s: %d × %d", r.Name, r.Cols(), r.Rows())
	}
	want := []Axis{
		{Name: "load", Path: "model.width", Label: "width", Values: []string{"2", "4"}, Numbers: []float64{2, 4}},
		{Name: "temperature", Path: "train.batch", Label: "batch size", Values: []string{"128", "64", "32"},
			Numbers: []float64{128, 64, 32},
			Spacing: Log, Colder: true},
	}
	if d := cmp.Diff(want, r.Axes); d != "" {
		t.Error(d)
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		width, batch := r.Axes[0].Numbers[c.At[0]], r.Axes[1].Numbers[c.At[1]]
		if got := c.Mean("test_accuracy"); got != 1000*width+batch {
			t.Errorf("width %v, batch %v: %v", width, batch, got)
		}
		if c.Trained != 2 || c.Diverged != 1 || len(c.Seeds) != 2 || c.Replicas != 2 ||
			c.Label != fmt.Sprintf("width %v, batch size %v", width, batch) {
			t.Errorf("cell %d: %+v", i, c)
		}
		for _, rec := range c.Records {
			if rec.Array != nil {
				t.Error("an array was read without need")
			}
		}
		arrays, err := r.Arrays(i)
		check(t, err)
		if len(arrays) != 1 || arrays[0].Quantity != "epoch_loss" || arrays[0].Array.Column("loss")[1] != 0.5 {
			t.Errorf("arrays of cell %d: %v", i, arrays)
		}
	}
	seen := map[int]int{}
	check(t, r.EachArrays(func(cell int, records []record.Record) error {
		seen[cell] += len(records)
		return nil
	}))
	if len(seen) != 6 || seen[0] != 1 || seen[5] != 1 {
		t.Errorf("arrays of each cell: %v", seen)
	}
	if err := r.EachArrays(func(int, []record.Record) error { return io.EOF }); err != io.EOF {
		t.Errorf("an error of f comes back as %v", err)
	}
	last := r.Cols() - 1 // the failed cell: width 2, batch 128
	if c := r.Cells[0]; c.State != Failed || c.Failed != 1 || r.Cells[last].State != Done {
		t.Errorf("states: %v, %v", c.State, r.Cells[last].State)
	}
	if d := cmp.Diff([]Failure{{0, "performance", "no memory"}}, r.Failures); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]Cost{{"performance", 6}, {"train", 24}}, r.Costs); d != "" {
		t.Error(d)
	}
	if q := r.Quantity("eigenvalue_7"); !strings.Contains(q.Title, "λ_{7}") {
		t.Errorf("an undeclared quantity is %q", q.Title)
	}
	if d := cmp.Diff(Rule{[]Threshold{{"train_loss", 0.05}}, []Threshold{{"mc", -1}}, []Threshold{{"cka", 0.7}}},
		r.Rule); d != "" {
		t.Error(d)
	}
}

// A spec that has grown before its run has begun shows the new cells empty, and the old ones in their places.
func TestOpenBetweenSpecAndRun(t *testing.T) {
	dir := folder(t, small)
	grown, err := spec.Parse("spec.yaml", []byte(strings.Replace(small, "[4, 2]", "[8, 4, 2]", 1)))
	check(t, err)
	st, err := store.Open(dir)
	check(t, err)
	check(t, st.FreezeSpec(spec.Marshal(grown)))
	check(t, st.Close())
	r, err := Open(dir)
	check(t, err)
	defer r.Close()
	for i := range r.Cells {
		c := &r.Cells[i]
		width, batch := r.Axes[0].Numbers[c.At[0]], r.Axes[1].Numbers[c.At[1]]
		want := 1000*width + batch
		if width == 8 {
			want = math.NaN()
		}
		if got := c.Mean("test_accuracy"); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("width %v, batch %v: %v, want %v", width, batch, got, want)
		}
	}
}

// A run without a grid is one cell, one with one axis a row.
func TestOpenSmallGrids(t *testing.T) {
	for grid, cells := range map[string]int{"grid: {}": 1, "grid: {temperature: {train.batch: [32, 64]}}": 2} {
		text := "name: one\nreplicas: 2\nmodel: {kind: mlp, width: 3}\nmeasure: {performance: {}}\n" + grid
		r, err := Open(folder(t, text))
		check(t, err)
		if len(r.Cells) != cells || r.Cols() != cells || r.Rows() != 1 || !r.Has("test_accuracy") ||
			r.Cells[cells-1].ID == "" {
			t.Errorf("%s: %d cells, %d × %d", grid, len(r.Cells), r.Cols(), r.Rows())
		}
		r.Close()
		if _, err := r.Arrays(0); err == nil {
			t.Error("a closed run gives arrays")
		}
	}
}

func TestOpenNothing(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), dir) ||
		!strings.Contains(err.Error(), "not a run folder") {
		t.Errorf("an empty folder: %v", err)
	}
}

// quick is how long opening a run of 2,500 cells with a handful of records each may take: a second is for 10,000
// of them, but tests share the machine. The best of three counts.
const quick = time.Second

func TestOpeningManyCells(t *testing.T) {
	const side = 50
	var widths, rates []string
	for i := range side {
		widths, rates = append(widths, strconv.Itoa(i+1)), append(rates, fmt.Sprint(0.001*math.Pow(1.06, float64(i))))
	}
	text := fmt.Sprintf("name: big\nreplicas: 1\nmodel: {kind: mlp}\nmeasure: {performance: {}}\n"+
		"grid: {load: {model.width: [%s]}, temperature: {train.optimizer.lr: [%s]}}\n", strings.Join(widths, ", "),
		strings.Join(rates, ", "))
	dir := t.TempDir()
	sp, err := spec.Parse("spec.yaml", []byte(text))
	check(t, err)
	st, err := store.Open(dir)
	check(t, err)
	check(t, st.FreezeSpec(spec.Marshal(sp)))
	var cells []sweep.Cell
	for i, c := range sp.Cells() {
		cells = append(cells, sweep.Cell{Index: i, ID: c.ID, Label: c.Label, Replicas: 1})
	}
	_, err = st.Declare(cells)
	check(t, err)
	records := []record.Record{rec("train", "epoch_loss", 1, 0), rec("train", "a", 1, 0), rec("train", "b", 1, 0),
		rec("train", "c", 1, 0),
		rec("train", "d", 1, 0)}
	for _, c := range cells {
		_, err := st.SaveTrained(c.ID, sweep.Trained{Status: record.OK, Records: records})
		check(t, err)
	}
	check(t, st.Close())
	best := time.Hour
	for range 3 {
		start := time.Now()
		r, err := Open(dir)
		check(t, err)
		best = min(best, time.Since(start))
		if len(r.Cells) != side*side || r.Cells[side*side-1].Mean("d") != 1 {
			t.Fatalf("%d cells", len(r.Cells))
		}
		check(t, r.Close())
	}
	if best > quick {
		t.Errorf("took %v", best)
	}
}

package store

import (
	"errors"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"basin/record"
	"basin/sweep"
)

// open opens a run folder that is closed with the test.
func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// must makes a method's result and error into its result.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// plan is a small run: cells a and b, two replicas, a measure of replicas and one of pairs.
func plan() []sweep.Cell {
	measures := []sweep.Measure{{Name: "loss", Key: "k", Groups: sweep.Each(2)}, {Name: "distance", Key: "k", Groups: sweep.Pairs(2, -1)}}
	return []sweep.Cell{
		{Index: 0, ID: "a", Label: "width=1", Replicas: 2, Measures: measures},
		{Index: 1, ID: "b", Label: "width=2", Replicas: 2, Measures: measures},
	}
}

var someProvenance = record.Provenance{Estimator: "exact", DType: "float64", Set: "train[200]", CPU: "avx2", Version: "1"}

// fill commits everything of plan().
func fill(t testing.TB, s *Store) {
	t.Helper()
	must(s.Declare(plan()))(t)
	for _, c := range plan() {
		for r := range c.Replicas {
			must(s.SaveTrained(c.ID, sweep.Trained{Replica: r, Status: record.OK, Checksum: "sum", Records: []record.Record{
				{Measure: "train", Quantity: "epochs", Of: record.Points(r), Value: 60, StdErr: math.NaN(), Status: record.OK, Provenance: someProvenance},
			}}))(t)
		}
		for _, m := range c.Measures {
			for _, g := range m.Groups {
				check(t, s.SaveMeasured(c.ID, sweep.Measured{Measure: m.Name, Key: m.Key, Replicas: g, Records: []record.Record{
					{Measure: m.Name, Quantity: "value", Of: record.Points(g...), Value: float64(len(g)), StdErr: math.NaN(), Status: record.OK, Provenance: someProvenance},
				}}))
			}
		}
		check(t, s.SaveDone(c.ID))
	}
}

func records(t testing.TB, r *Reader, q Query) []record.Record {
	t.Helper()
	var out []record.Record
	check(t, r.Records(q, func(_ Cell, rec record.Record) error {
		out = append(out, rec)
		return nil
	}))
	return out
}

// What is saved is read back to the last bit, by another process's reader too.
func TestRecordsReadBackExactly(t *testing.T) {
	s := open(t, t.TempDir())
	cells := plan()[:1]
	must(s.Declare(cells))(t)
	other := someProvenance
	other.Estimator = "Hutchinson, Rademacher"
	want := []record.Record{
		{Measure: "loss", Quantity: "plain", Of: record.Points(0), Value: 0.1, Seconds: 1e-9, StdErr: math.SmallestNonzeroFloat64, N: 200, Status: record.OK, Provenance: someProvenance},
		{Measure: "loss", Quantity: "whole", Of: record.Points(0), Value: 1 << 60, StdErr: 3, N: 1, Status: record.NotConverged, Reason: "100 probes: 7 % > 5 %", Provenance: other},
		{Measure: "loss", Quantity: "nan", Of: record.Points(0), Value: math.NaN(), StdErr: math.NaN(), Status: record.Diverged, Reason: "epoch 3", Provenance: other},
		{Measure: "loss", Quantity: "infinite", Of: record.Points(0, 1), Value: math.Inf(1), StdErr: math.Inf(-1), Status: record.OK, Provenance: someProvenance},
		{Measure: "loss", Quantity: "spectrum", Of: record.Points(0), Value: math.MaxFloat64, StdErr: math.NaN(), Status: record.OK, Provenance: someProvenance,
			Array: record.Curve("λ", []float64{-1, math.Copysign(0, -1), 1}, record.Column{Name: "density", Data: []float64{0.1, math.NaN(), math.Inf(1)}})},
		{Measure: "loss", Quantity: "surface", Of: record.Points(0), Value: 1, StdErr: math.NaN(), Status: record.OK, Provenance: someProvenance,
			Array: &record.Array{Axes: []record.Axis{{Name: "x", Unit: "m", Scale: record.Log, At: []float64{1, 2}}, {Name: "layer", Names: []string{"fc1", "fc2", "fc3"}}},
				Columns: []record.Column{{Name: "loss", Data: []float64{1, 2, 3, 4, math.NaN(), math.Inf(-1)}}}}},
	}
	check(t, s.SaveMeasured("a", sweep.Measured{Measure: "loss", Key: "k", Replicas: []int{0}, Records: want}))

	reader := must(OpenReader(string(s.Folder)))(t)
	defer reader.Close()
	got := records(t, reader, Query{Arrays: true})
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
		t.Error(diff)
	}
	if got, want := math.Float64bits(got[4].Array.Axes[0].At[1]), math.Float64bits(math.Copysign(0, -1)); got != want {
		t.Errorf("−0 in an array reads back as %016x", got)
	}
	if got := records(t, reader, Query{}); got[4].Array != nil {
		t.Error("arrays were read, but not asked for")
	}
	if got := records(t, reader, Query{Measure: "distance"}); len(got) != 0 {
		t.Errorf("asked for measure distance, got %v", got)
	}
}

// A commit is whole or absent: a unit whose third record cannot be stored leaves no trace.
func TestCommitIsAtomic(t *testing.T) {
	s := open(t, t.TempDir())
	must(s.Declare(plan()))(t)
	good := record.Record{Measure: "loss", Quantity: "a", Of: record.Points(0), Provenance: someProvenance}
	bad := good
	bad.Array = record.Curve("x", []float64{1, 2}, record.Column{Name: "y", Data: []float64{3}})
	if err := s.SaveMeasured("a", sweep.Measured{Measure: "loss", Key: "k", Replicas: []int{0}, Records: []record.Record{good, good, bad}}); err == nil {
		t.Fatal("a ragged array was stored")
	}
	if kept := must(s.Load("a"))(t); len(kept.Measured) != 0 {
		t.Errorf("the failed commit left %v", kept.Measured)
	}
	if n := len(records(t, &s.Reader, Query{})); n != 0 {
		t.Errorf("the failed commit left %d records", n)
	}
	if err := s.SaveMeasured("nowhere", sweep.Measured{}); err == nil {
		t.Error("a cell that was not declared took a measure")
	}
}

func TestDeclareExtendsAndReportsStanding(t *testing.T) {
	s := open(t, t.TempDir())
	fill(t, s)
	check(t, s.SaveFailure("b", "loss", "no luck"))
	full := len(records(t, &s.Reader, Query{}))

	more := plan()
	more[0].Replicas = 3
	rekeyed := plan()
	rekeyed[0].Measures = []sweep.Measure{{Name: "loss", Key: "other settings", Groups: sweep.Each(2)}}
	for _, c := range []struct {
		name    string
		cells   []sweep.Cell
		want    []sweep.Standing
		records int
	}{
		{"same plan", plan(), []sweep.Standing{{State: sweep.Done, Trained: 2}, {State: sweep.Failed, Trained: 2}}, full},
		{"another cell", append(plan(), sweep.Cell{Index: 2, ID: "c"}), []sweep.Standing{{State: sweep.Done, Trained: 2}, {State: sweep.Failed, Trained: 2}, {State: sweep.Pending}}, full},
		{"fewer cells", plan()[1:], []sweep.Standing{{State: sweep.Failed, Trained: 2}}, full / 2},
		{"more replicas", more, []sweep.Standing{{State: sweep.Pending, Trained: 2}, {State: sweep.Failed, Trained: 2}}, full},
		{"other settings", rekeyed, []sweep.Standing{{State: sweep.Pending, Trained: 2}, {State: sweep.Failed, Trained: 2}}, full - 3},
	} {
		got := must(s.Declare(c.cells))(t)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: standing %v, want %v", c.name, got, c.want)
		}
		if n := len(records(t, &s.Reader, Query{})); n != c.records {
			t.Errorf("%s: %d records are of the plan, want %d", c.name, n, c.records)
		}
	}
}

func TestStatusFailuresRetry(t *testing.T) {
	s := open(t, t.TempDir())
	fill(t, s)
	more := append(plan(), sweep.Cell{Index: 2, ID: "c", Label: "width=3", Replicas: 2})
	must(s.Declare(more))(t)
	must(s.SaveTrained("c", sweep.Trained{Replica: 0, Status: record.Diverged, Reason: "epoch 1"}))(t)
	check(t, s.SaveFailure("c", "train", "out of luck"))
	check(t, s.SaveFailure("c", "train", "still out of luck")) // the latest reason stands

	if got, want := must(s.Status())(t), (Status{Cells: 3, Done: 2, Failed: 1, Networks: 6, Trained: 5, Diverged: 1}); got != want {
		t.Errorf("status %+v, want %+v", got, want)
	}
	want := []Failure{{Index: 2, ID: "c", Label: "width=3", Work: "train", Reason: "still out of luck"}}
	if got := must(s.Failures())(t); !reflect.DeepEqual(got, want) {
		t.Errorf("failures %+v, want %+v", got, want)
	}
	if n := must(s.Retry())(t); n != 1 {
		t.Errorf("%d cells retried, want 1", n)
	}
	if got, want := must(s.Status())(t), (Status{Cells: 3, Done: 2, Pending: 1, Networks: 6, Trained: 5, Diverged: 1}); got != want {
		t.Errorf("status after retry %+v, want %+v", got, want)
	}
	if got := must(s.Failures())(t); len(got) != 0 {
		t.Errorf("failures after retry: %v", got)
	}
}

// Training again to the same bits keeps what was measured; to other bits drops what was measured with that replica, and no more.
func TestTrainingAgain(t *testing.T) {
	s := open(t, t.TempDir())
	fill(t, s)
	if dropped := must(s.SaveTrained("a", sweep.Trained{Replica: 0, Status: record.OK, Checksum: "sum"}))(t); dropped {
		t.Error("the same checksum dropped measures")
	}
	if n := len(must(s.Load("a"))(t).Measured); n != 3 {
		t.Errorf("%d units after the same checksum, want 3", n)
	}
	if dropped := must(s.SaveTrained("a", sweep.Trained{Replica: 0, Status: record.OK, Checksum: "other"}))(t); !dropped {
		t.Error("another checksum dropped nothing")
	}
	want := map[sweep.Unit]bool{{Measure: "loss", Key: "k", Replicas: "1"}: true}
	if got := must(s.Load("a"))(t).Measured; !reflect.DeepEqual(got, want) {
		t.Errorf("units after another checksum: %v, want %v", got, want)
	}
	if n := len(must(s.Load("b"))(t).Measured); n != 3 {
		t.Errorf("the other cell has %d units, want 3", n)
	}
}

func TestFingerprintSeesContentsOnly(t *testing.T) {
	one, two, three := open(t, t.TempDir()), open(t, t.TempDir()), open(t, t.TempDir())
	fill(t, one)
	fill(t, three)
	// Two has the same contents, committed in another order and at other speed.
	must(two.Declare(plan()))(t)
	const slow = 99
	for _, id := range []string{"b", "a"} {
		for _, r := range []int{1, 0} {
			must(two.SaveTrained(id, sweep.Trained{Replica: r, Status: record.OK, Checksum: "sum", Seconds: 7, Records: []record.Record{
				{Measure: "train", Quantity: "epochs", Of: record.Points(r), Value: 60, StdErr: math.NaN(), Status: record.OK, Seconds: slow, Provenance: someProvenance},
			}}))(t)
		}
		for _, g := range [][]int{{0, 1}, {1}, {0}} {
			name := []string{"loss", "distance"}[len(g)-1]
			check(t, two.SaveMeasured(id, sweep.Measured{Measure: name, Key: "k", Replicas: g, Seconds: 3, Records: []record.Record{
				{Measure: name, Quantity: "value", Of: record.Points(g...), Value: float64(len(g)), StdErr: math.NaN(), Status: record.OK, Seconds: slow, Provenance: someProvenance},
			}}))
		}
		check(t, two.SaveDone(id))
	}
	want := must(one.Fingerprint())(t)
	if got := must(two.Fingerprint())(t); got != want {
		t.Error("order and time of commits show in the fingerprint")
	}
	// Three differs in the last bit of one number.
	if _, err := three.db.Exec(`UPDATE records SET value = ? WHERE unit = (SELECT max(id) FROM units)`, math.Nextafter(2, 3)); err != nil {
		t.Fatal(err)
	}
	if got := must(three.Fingerprint())(t); got == want {
		t.Error("a changed bit does not show in the fingerprint")
	}
}

func TestLockKeepsSecondWriterOut(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	fill(t, s)
	_, err := Open(dir)
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "pid ") {
		t.Errorf("a second Open says %q, want ErrLocked with the folder and the holder", err)
	}
	reader := must(OpenReader(dir))(t)
	if got := must(reader.Status())(t).Done; got != 2 {
		t.Errorf("a reader beside the writer sees %d cells done, want 2", got)
	}
	check(t, s.SaveFailure("a", "loss", "later")) // commits while the reader is open
	if got := must(reader.Status())(t).Failed; got != 1 {
		t.Errorf("the reader sees %d failed cells after the commit, want 1", got)
	}
	reader.Close()
	check(t, s.Close())
	again := must(Open(dir))(t)
	check(t, again.Close())
	if _, err := os.Stat(again.Folder.Database() + "-wal"); err == nil {
		t.Error("closing left a WAL file")
	}
}

func TestFreezeSpec(t *testing.T) {
	s := open(t, t.TempDir())
	if text := must(s.Folder.ReadSpec())(t); text != nil {
		t.Errorf("a new folder has the spec %q", text)
	}
	check(t, s.FreezeSpec([]byte("name: a\n")))
	check(t, s.FreezeSpec([]byte("name: b\n")))
	if text := must(s.Folder.ReadSpec())(t); string(text) != "name: b\n" {
		t.Errorf("the spec reads back as %q", text)
	}
	entries := must(os.ReadDir(string(s.Folder)))(t)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".tmp") {
			t.Errorf("%s was left behind", e.Name())
		}
	}
}

package runner

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"basin/engine/cpu"
	"basin/record"
	"basin/spec"
	"basin/sweep"
)

// manyWidths is a spec of small networks of which each needs separate programs.
func manyWidths(t *testing.T) *Plan {
	t.Helper()
	s, err := spec.Parse("widths.yaml", []byte(`
name: widths
replicas: 2
data: {set: digits, fraction: 0.1}
model: {kind: mlp, depth: 2}
train: {batch: 32, epochs: 1}
grid: {load: {model.width: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]}}
measure: {performance: {}, hessian: {samples: 50, trace: {probes: 2}, density: {probes: 1, steps: 5}},
	connectivity: {epochs: 1}, similarity: {}}
`))
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(s, "")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// doCell trains and measures one.
func doCell(t *testing.T, r *Runner, c sweep.Cell, dir string) {
	t.Helper()
	job, err := r.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer job.Close()
	var done []sweep.Replica
	var todo []sweep.Replica
	for i := range c.Replicas {
		todo = append(todo, sweep.Replica{Index: i, Checkpoint: filepath.Join(dir,
			fmt.Sprintf("%d-%d.safetensors", c.Index, i))})
	}
	err = job.Train(context.Background(), todo, func(r sweep.Replica,
		_ []record.Record) error {
		done = append(done, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range c.Measures {
		var groups [][]sweep.Replica
		for _, g := range m.Groups {
			var group []sweep.Replica
			for _, i := range g {
				group = append(group, done[i])
			}
			groups = append(groups, group)
		}
		if err := job.Measure(context.Background(), m, groups, func([]sweep.Replica,
			[]record.Record) error {
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWhatAWorkerKeepsIsBounded in bytes, whatever the number of cells, and it keeps what it used last.
func TestWhatAWorkerKeepsIsBounded(t *testing.T) {
	const bound = 8 << 20
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	heap := func() int {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	p, dir := manyWidths(t), t.TempDir()
	r := New(p, e)
	r.kept.bound = bound
	before, largest := heap(), 0
	for _, c := range p.Sweep() {
		doCell(t, r, c, dir)
		last := r.kept.kept[len(r.kept.kept)-1]
		largest = max(largest, last.setup.Bytes())
		if grown, most := heap()-before, bound+2*largest; grown > most {
			t.Errorf("after %s: %d bytes are alive, more than %d", c.Label, grown, most)
		}
		if kept := r.kept.bytes(); kept > bound+2*largest {
			t.Errorf("after %s: %d bytes are kept", c.Label, kept)
		}
	}
	n := len(r.kept.kept)
	if all := len(p.Sweep()); n < 2 || n == all {
		t.Fatalf("%d of %d setups are kept, which shows little", n, all)
	}
	first := r.kept.kept[0]
	doCell(t, r, p.Sweep()[len(p.Sweep())-n], dir) // the one that was used longest ago
	if got := r.kept.kept[len(r.kept.kept)-1]; got != first {
		t.Error("a setup that was kept was made anew")
	}
}

// TestDataIsBounded in bytes: of the sets, those that were used last are kept.
func TestDataIsBounded(t *testing.T) {
	d := NewData("", 1)
	load := func(fraction float64) any {
		t.Helper()
		split, err := d.Load(spec.Data{Set: "digits", Fraction: fraction, Normalize: "channel",
			LabelNoiseKind: "authors"})
		if err != nil {
			t.Fatal(err)
		}
		return split
	}
	first := load(1)
	d.bound = 3 * d.bytes()
	second := load(0.99)
	if load(1) != first || load(0.99) != second {
		t.Error("sets within the bound were read again")
	}
	for i := range 6 {
		load(0.9 - 0.01*float64(i))
		if load(1) != first {
			t.Error("the set that was used last but one was dropped")
		}
		if n := d.bytes(); n > d.bound {
			t.Errorf("%d bytes are kept, the bound is %d", n, d.bound)
		}
	}
	if load(0.99) == second {
		t.Error("a set that was not used for long was kept")
	}
	d.bound = 1
	load(0.5)
	if len(d.kept) != 1 {
		t.Errorf("%d sets are kept beyond the bound, want the one in use", len(d.kept))
	}
}

package runner

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"basin/engine/cpu"
	"basin/record"
	"basin/spec"
	"basin/sweep"
	"basin/train"
)

const epochs, batches = 10, 5 // of the training that longRun describes

// longRun is a training whose resuming would show whatever is forgotten: momentum or moments, running statistics,
// the best so far.
func longRun(t *testing.T, sets ...string) *Plan {
	t.Helper()
	s, err := spec.Parse("long.yaml", []byte(`
name: long
replicas: 2
data: {set: digits, fraction: 0.1}
model: {kind: mlp, width: 3, depth: 1, batch_norm: true}
train: {optimizer: {lr: 0.5, momentum: 0.9}, batch: 32, epochs: 10, keep: best}
measure: {performance: {}}
`), sets...)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(s, "")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// countdown is a context that is cancelled when it has been looked at so many times: at one point of a training,
// whatever the machine.
type countdown struct {
	context.Context
	looks, left int
}

func (c *countdown) Err() error {
	c.looks++
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// trainTo trains replica 1 by a fresh Runner into a file; looks is how often it looked at its context.
func trainTo(t *testing.T, p *Plan, path string, saveEvery time.Duration, allowed int) (looks int,
	recs []record.Record, err error) {
	t.Helper()
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	r := New(p, e)
	r.saveEvery = saveEvery
	job, err := r.Open(t.Context(), sweep.Cell{})
	if err != nil {
		t.Fatal(err)
	}
	defer job.Close()
	ctx := &countdown{Context: context.Background(), left: allowed}
	err = job.Train(ctx, []sweep.Replica{{Index: 1, Checkpoint: path}},
		func(_ sweep.Replica, r []record.Record) error { recs = r; return nil })
	return ctx.looks, recs, err
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestLongTrainingsResume after the last step that was kept, to the same checkpoint and losses, and leave nothing
// behind.
func TestLongTrainingsResume(t *testing.T) {
	const forever = 1 << 30
	for _, c := range []struct {
		name      string
		set       string
		saveEvery time.Duration
		stopAt    int // looks at the context until it is cancelled: one a step, and one more where no save is due
		kept      int // steps
	}{
		{"killed with a snapshot of an epoch's end", "train.optimizer.kind=sgd", time.Nanosecond, 30, 30},
		{"killed within an epoch", "train.optimizer.kind=sgd", time.Nanosecond, 33, 33},
		{"interrupted long before the next snapshot", "train.optimizer.kind=sgd", time.Hour, 44, 22},
		{"adam", "train.optimizer={kind: adam, lr: 0.1}", time.Nanosecond, 26, 26},
		{"float64", "train.dtype=float64", time.Nanosecond, 14, 14},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, dir := longRun(t, c.set), t.TempDir()
			whole, halved := filepath.Join(dir, "whole.safetensors"), filepath.Join(dir, "halved.safetensors")
			_, want, err := trainTo(t, p, whole, time.Hour, forever)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := trainTo(t, p, halved, c.saveEvery, c.stopAt); !errors.Is(err, context.Canceled) {
				t.Fatalf("error %v, want a cancelled context's", err)
			}
			if s := train.ReadSnapshot(partial(halved), p.Cells[0].ID); s == nil || s.Steps != c.kept {
				t.Fatalf("kept %+v, want step %d", s, c.kept)
			}
			looks, got, err := trainTo(t, p, halved, time.Nanosecond, forever)
			if err != nil {
				t.Fatal(err)
			}
			if done := epochs*batches - looks; done != c.kept {
				t.Errorf("%d steps were made again, want those after step %d", looks, c.kept)
			}
			if !bytes.Equal(contents(t, whole), contents(t, halved)) {
				t.Error("other bits than an undisturbed training's")
			}
			if len(got) != 1 || !equalArrays(got[0].Array, want[0].Array) {
				t.Errorf("losses %v, want %v", got, want)
			}
			if _, err := os.Stat(partial(halved)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the snapshot was left behind (%v)", err)
			}
		})
	}
}

// TestDamagedSnapshotsAreLeft: a training with a snapshot that is not whole starts anew.
func TestDamagedSnapshotsAreLeft(t *testing.T) {
	const forever = 1 << 30
	p, dir := longRun(t), t.TempDir()
	whole, damaged := filepath.Join(dir, "whole.safetensors"), filepath.Join(dir, "damaged.safetensors")
	if _, _, err := trainTo(t, p, whole, time.Hour, forever); err != nil {
		t.Fatal(err)
	}
	if _, _, err := trainTo(t, p, damaged, time.Nanosecond, 6); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	b := contents(t, partial(damaged))
	b[len(b)-1] ^= 1
	if err := os.WriteFile(partial(damaged), b, 0o644); err != nil {
		t.Fatal(err)
	}
	if looks, _, err := trainTo(t, p, damaged, time.Nanosecond, forever); err != nil || looks != epochs*batches {
		t.Errorf("%d steps were made (%v), want all %d", looks, err, epochs*batches)
	}
	if !bytes.Equal(contents(t, whole), contents(t, damaged)) {
		t.Error("other bits than an undisturbed training's")
	}
}

func equalArrays(a, b *record.Array) bool {
	return a != nil && b != nil && reflect.DeepEqual(a, b)
}

package sweep_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"basin/store"
	"basin/sweep"
)

func TestWorkersDoNotShow(t *testing.T) {
	cells := grid(12, 3)
	want := undisturbed(t, cells)
	for _, workers := range []int{2, 4, 16} {
		s := open(t, t.TempDir())
		f := &fake{pause: time.Millisecond}
		p := run(t, s, sweep.Options{Workers: workers}, cells, f)
		if got := fingerprint(t, s); got != want {
			t.Errorf("%d workers give other contents than one", workers)
		}
		if p.CellsDone != 12 || p.Trained != 36 || p.CellsFailed != 0 || p.Remaining != 0 {
			t.Errorf("%d workers end with %+v", workers, p)
		}
		if f.runners != min(workers, 12) {
			t.Errorf("%d workers made %d runners", workers, f.runners)
		}
	}
}

func TestMostExpensiveFirst(t *testing.T) {
	cells := grid(6, 1)
	f := &fake{}
	run(t, open(t, t.TempDir()), sweep.Options{Workers: 1}, cells, f)
	want := []string{"cell02/0", "cell05/0", "cell01/0", "cell04/0", "cell00/0", "cell03/0"} // costs 3 3 2 2 1 1, ties in grid order
	if !slices.Equal(f.trained, want) {
		t.Errorf("trained in the order %v, want %v", f.trained, want)
	}
}

// More cells, replicas and measures add work and redo none; the end is the same as if all had been asked for at once.
func TestExtending(t *testing.T) {
	s := open(t, t.TempDir())
	small := grid(3, 2)
	for i := range small {
		small[i].Measures = small[i].Measures[:1]
	}
	first := &fake{}
	run(t, s, sweep.Options{}, small, first)

	again := &fake{}
	run(t, s, sweep.Options{}, small, again)
	if len(again.trained)+len(again.measured) > 0 || again.runners > 0 {
		t.Errorf("the same plan again trained %v and measured %v with %d runners", again.trained, again.measured, again.runners)
	}

	second := &fake{}
	run(t, s, sweep.Options{}, grid(5, 3), second)
	all := append(slices.Clone(first.trained), second.trained...)
	slices.Sort(all)
	if n := len(slices.Compact(all)); n != 15 || len(first.trained)+len(second.trained) != 15 {
		t.Errorf("%d trainings of %d networks, want 15 of 15", len(first.trained)+len(second.trained), n)
	}
	if got, want := len(first.measured)+len(second.measured), 5*3+5*3; got != want {
		t.Errorf("%d measurements, want %d", got, want)
	}
	if fingerprint(t, s) != undisturbed(t, grid(5, 3)) {
		t.Error("a run that was extended differs from one that was not")
	}
}

func TestFailuresAndRetry(t *testing.T) {
	cells := grid(6, 2)
	at := func(id string) func(sweep.Cell) error {
		return func(c sweep.Cell) error {
			if c.ID == id {
				return errBroken
			}
			return nil
		}
	}
	for _, c := range []struct {
		name     string
		fake     *fake
		work     string
		reason   string
		measured int // units that cell02 has before the retry, of 3
	}{
		{"open", &fake{opened: at("cell02")}, "open", "broken on purpose", 0},
		{"train", &fake{train: func(c sweep.Cell, r int) error {
			if r == 1 {
				return at("cell02")(c)
			}
			return nil
		}}, "train", "broken on purpose", 0},
		{"measure", &fake{measure: func(c sweep.Cell, name string, g []int) error {
			if name == "loss" && g[0] == 1 {
				return at("cell02")(c)
			}
			return nil
		}}, "loss", "broken on purpose", 2},
		{"panic", &fake{train: func(c sweep.Cell, r int) error {
			if c.ID == "cell02" {
				var m map[string]int
				//lint:ignore SA5000 the panic is what is tested
				m["x"] = 1
			}
			return nil
		}}, "train", "panic: assignment to entry in nil map", 0},
		{"panic while measuring", &fake{measure: func(c sweep.Cell, name string, g []int) error {
			if c.ID == "cell02" && name == "loss" {
				panic("boom")
			}
			return nil
		}}, "loss", "panic: boom", 0},
		{"close", &fake{closed: at("cell02")}, "close", "broken on purpose", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, t.TempDir())
			var shown []string
			p := run(t, s, sweep.Options{Workers: 2, PanicLog: s.Folder.PanicLog(), Observe: func(e sweep.Event) {
				if e.Kind == sweep.CellFailed {
					shown = append(shown, e.Cell.ID+" "+e.Text)
				}
			}}, cells, c.fake)
			if p.CellsFailed != 1 || p.CellsDone != 5 {
				t.Errorf("ends with %+v, want 1 failed and 5 done", p)
			}
			if len(shown) != 1 || !strings.HasPrefix(shown[0], "cell02 "+c.work+": "+c.reason) {
				t.Errorf("shown at once: %q", shown)
			}
			failures, err := s.Failures()
			if err != nil || len(failures) != 1 || failures[0].ID != "cell02" || failures[0].Work != c.work || !strings.Contains(failures[0].Reason, c.reason) {
				t.Errorf("recorded: %+v (%v)", failures, err)
			}
			if kept, err := s.Load("cell02"); err != nil || len(kept.Measured) != c.measured {
				t.Errorf("the failed cell keeps %d units (%v), want %d", len(kept.Measured), err, c.measured)
			}
			if stack, _ := os.ReadFile(s.Folder.PanicLog()); strings.HasPrefix(c.reason, "panic") != strings.Contains(string(stack), "fake_test.go") {
				t.Errorf("panic log: %q", stack)
			}

			idle := &fake{}
			if p := run(t, s, sweep.Options{}, cells, idle); p.CellsFailed != 1 || len(idle.trained) > 0 {
				t.Errorf("without a retry: %+v, trained %v", p, idle.trained)
			}
			if n, err := s.Retry(); n != 1 || err != nil {
				t.Errorf("%d cells to retry (%v)", n, err)
			}
			if p := run(t, s, sweep.Options{}, cells, &fake{}); p.CellsDone != 6 {
				t.Errorf("after the retry %+v", p)
			}
			if fingerprint(t, s) != undisturbed(t, cells) {
				t.Error("a run that was retried differs from one that was not")
			}
		})
	}
}

// A runner that panicked is not used again.
func TestPanickedRunnerIsReplaced(t *testing.T) {
	f := &fake{train: func(c sweep.Cell, r int) error {
		if c.Index < 2 {
			panic("boom")
		}
		return nil
	}}
	p := run(t, open(t, t.TempDir()), sweep.Options{Workers: 1}, grid(4, 1), f)
	if p.CellsFailed != 2 || f.runners != 3 {
		t.Errorf("%d cells failed with %d runners, want 2 with 3", p.CellsFailed, f.runners)
	}
}

func TestMaxFailures(t *testing.T) {
	for _, most := range []int{1, 3} {
		s := open(t, t.TempDir())
		f := &fake{train: func(sweep.Cell, int) error { return errBroken }}
		p, err := sweep.Run(context.Background(), sweep.Options{Workers: 1, MaxFailures: most}, grid(8, 1), s, f.runner)
		if !errors.Is(err, sweep.ErrTooManyFailures) || p.CellsFailed != most {
			t.Errorf("limit %d: %d cells failed, error %v", most, p.CellsFailed, err)
		}
		// Failures of an earlier session do not count against the limit of this one.
		p, err = sweep.Run(context.Background(), sweep.Options{Workers: 1, MaxFailures: most}, grid(8, 1), s, (&fake{}).runner)
		if err != nil || p.CellsFailed != most || p.CellsDone != 8-most {
			t.Errorf("limit %d: the next session ends with %+v, %v", most, p, err)
		}
	}
}

// Whatever breaks the contract of a Job fails its cell, with words for who wrote the Job.
func TestJobsPromises(t *testing.T) {
	for name, broken := range map[string]sweep.Job{
		"never saved":   promise{},
		"not asked for": promise{extra: true},
	} {
		s := open(t, t.TempDir())
		_, err := sweep.Run(context.Background(), sweep.Options{}, grid(1, 2), s, func() (sweep.Runner, error) { return promiser{broken}, nil })
		if err != nil {
			t.Fatal(err)
		}
		failures, err := s.Failures()
		if err != nil || len(failures) != 1 || !strings.Contains(failures[0].Reason, name) {
			t.Errorf("%s: failures %+v (%v)", name, failures, err)
		}
	}
}

func TestCancelling(t *testing.T) {
	cells := grid(8, 3)
	s := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(context.Background())
	seen := 0
	p, err := sweep.Run(ctx, sweep.Options{Workers: 2, Observe: func(e sweep.Event) {
		if e.Kind == sweep.NetworkReady {
			if seen++; seen == 7 {
				cancel()
			}
		}
	}}, cells, s, (&fake{pause: time.Millisecond}).runner)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled sweep returns %v", err)
	}
	if p.CellsFailed != 0 || p.Trained < 7 || p.Trained > 9 {
		t.Errorf("a sweep cancelled after 7 networks ends with %+v", p)
	}
	rest := &fake{}
	run(t, s, sweep.Options{}, cells, rest)
	if len(rest.trained) != 24-p.Trained {
		t.Errorf("%d networks were trained before and %d after, of 24", p.Trained, len(rest.trained))
	}
	if fingerprint(t, s) != undisturbed(t, cells) {
		t.Error("a run that was cancelled and resumed differs")
	}
}

// A full or read-only disk ends the sweep instead of failing every cell.
func TestFullDiskEndsTheSweep(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.ENOSPC, syscall.EROFS} {
		s := open(t, t.TempDir())
		f := &fake{train: func(c sweep.Cell, r int) error {
			if c.Index == 4 {
				return fmt.Errorf("writing: %w", &os.PathError{Op: "write", Path: "4.safetensors", Err: errno})
			}
			return nil
		}}
		p, err := sweep.Run(context.Background(), sweep.Options{Workers: 1}, grid(6, 1), s, f.runner)
		if !errors.Is(err, errno) || !strings.Contains(err.Error(), "4.safetensors") || !strings.Contains(err.Error(), "run again") {
			t.Errorf("%v: the sweep returns %v", errno, err)
		}
		if p.CellsFailed != 0 {
			t.Errorf("%v: %d cells failed", errno, p.CellsFailed)
		}
		run(t, s, sweep.Options{}, grid(6, 1), &fake{})
		if fingerprint(t, s) != undisturbed(t, grid(6, 1)) {
			t.Errorf("%v: the resumed run differs", errno)
		}
	}
}

// An error of the Recorder ends the sweep, even if the Job hides it.
func TestRecorderErrorEndsTheSweep(t *testing.T) {
	s := open(t, t.TempDir())
	cells := grid(6, 2)
	rec := &brittle{Store: s}
	rec.left.Store(5)
	p, err := sweep.Run(context.Background(), sweep.Options{Workers: 2}, cells, rec, (&fake{}).runner)
	if !errors.Is(err, errBroken) {
		t.Errorf("the sweep returns %v", err)
	}
	if p.CellsFailed != 0 {
		t.Errorf("%d cells failed", p.CellsFailed)
	}
	run(t, s, sweep.Options{}, cells, &fake{})
	if fingerprint(t, s) != undisturbed(t, cells) {
		t.Error("the resumed run differs")
	}
}

// brittle is a store that fails after so many saved measures.
type brittle struct {
	*store.Store
	left atomic.Int64
}

func (b *brittle) SaveMeasured(cell string, m sweep.Measured) error {
	if b.left.Add(-1) < 0 {
		return errBroken
	}
	return b.Store.SaveMeasured(cell, m)
}

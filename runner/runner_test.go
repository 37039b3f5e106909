package runner_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"basin/engine/cpu"
	"basin/random"
	"basin/record"
	"basin/runner"
	"basin/spec"
	"basin/store"
	"basin/sweep"
)

const small = `
name: small
replicas: 3
data: {set: digits, fraction: 0.1}
model: {kind: mlp, depth: 1, batch_norm: true}
train: {optimizer: {lr: 0.05, momentum: 0.9}, batch: 32, epochs: 2}
grid:
  load: {model.width: [2, 3]}
  temperature: {train.batch: [16, 64]}
measure:
  performance: {}
  hessian: {samples: 20, eigenvalues: 2, trace: {probes: 10}, density: {probes: 2, steps: 10}}
  connectivity: {epochs: 2}
  similarity: {samples: 32}
  distance: {}
`

// work runs the spec in a folder until ctx ends.
func work(ctx context.Context, dir string, workers int) error {
	return observedWork(ctx, dir, sweep.Options{Workers: workers})
}

func observedWork(ctx context.Context, dir string, o sweep.Options, sets ...string) error {
	s, err := spec.Parse("small.yaml", []byte(small), sets...)
	if err != nil {
		return err
	}
	plan, err := runner.NewPlan(s, "")
	if err != nil {
		return err
	}
	cells := plan.Sweep()
	st, err := store.Open(dir)
	if err != nil {
		return err
	}
	defer st.Close()
	_, err = sweep.Run(ctx, o, cells, st, func() (sweep.Runner, error) {
		e, err := cpu.New()
		return runner.New(plan, e), err
	})
	return err
}

func fingerprint(t *testing.T, dir string) string {
	t.Helper()
	r, err := store.OpenReader(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := r.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	st, err := r.Status()
	if err != nil || st.Done != 4 || st.Trained != 12 {
		t.Fatalf("%+v, %v: want 4 cells done and 12 networks trained", st, err)
	}
	return f
}

func undisturbed(t *testing.T, workers int) string {
	t.Helper()
	dir := t.TempDir()
	if err := work(context.Background(), dir, workers); err != nil {
		t.Fatal(err)
	}
	return fingerprint(t, dir)
}

func TestWorkersChangeNoBit(t *testing.T) {
	if one, three := undisturbed(t, 1), undisturbed(t, 3); one != three {
		t.Error("1 and 3 workers found different bits")
	}
}

// TestInterruptedRunsGoOn: a run that is cancelled after every few pieces of work, and taken up again by other
// workers, ends with the bits of an undisturbed run.
func TestInterruptedRunsGoOn(t *testing.T) {
	want, dir := undisturbed(t, 2), t.TempDir()
	const pieces, most = 7, 40
	for session := range most {
		ctx, cancel := context.WithCancel(context.Background())
		done := 0
		err := observedWork(ctx, dir, sweep.Options{Workers: 1 + session%3, Observe: func(e sweep.Event) {
			if e.Kind == sweep.NetworkReady || e.Kind == sweep.MeasureReady {
				if done++; done == pieces {
					cancel()
				}
			}
		}})
		cancel()
		if errors.Is(err, context.Canceled) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if session < 3 {
			t.Errorf("only %d sessions were interrupted: the test shows little", session)
		}
		if got := fingerprint(t, dir); got != want {
			t.Errorf("after %d interruptions the bits differ", session)
		}
		return
	}
	t.Fatalf("not done after %d sessions", most)
}

// TestDivergedReplicasAreFindings: a sweep whose networks all diverge is done, says so in every record, and has
// nothing left to do.
func TestDivergedReplicasAreFindings(t *testing.T) {
	dir, trained := t.TempDir(), 0
	for range 2 {
		err := observedWork(context.Background(), dir, sweep.Options{Workers: 1, Observe: func(e sweep.Event) {
			if e.Kind == sweep.NetworkReady {
				trained++
			}
			if e.Kind == sweep.CellFailed {
				t.Errorf("cell failed: %s", e.Text)
			}
		}}, "train.optimizer.lr=1e30", "grid={}", "model.width=3", "model.batch_norm=false")
		if err != nil {
			t.Fatal(err)
		}
	}
	if trained != 3 {
		t.Errorf("%d networks were trained in two sessions, want 3", trained)
	}
	r, err := store.OpenReader(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	measures := map[string]bool{}
	err = r.Records(store.Query{}, func(_ store.Cell, rec record.Record) error {
		measures[rec.Measure] = true
		if rec.Status.Usable() || rec.Reason == "" {
			t.Errorf("%s: %s = %v has status %q (%s)", rec.Measure, rec.Quantity, rec.Value, rec.Status, rec.Reason)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(measures) != 6 {
		t.Errorf("records of %v, want training and all five measures", measures)
	}
}

// child is set in the process that TestKilledRunsGoOn kills.
const child = "BASIN_TEST_RUN_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(child); dir != "" {
		if err := work(context.Background(), dir, 2); err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestKilledRunsGoOn: kill -9 at any moment and running again gives the bits of an undisturbed run.
func TestKilledRunsGoOn(t *testing.T) {
	want := undisturbed(t, 2)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	rng := random.Stream(1, "kill", 0)
	dir, killed := t.TempDir(), 0
	for range 40 {
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), child+"="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			if killed == 0 {
				t.Error("the run was never killed on its way")
			}
			if got := fingerprint(t, dir); got != want {
				t.Errorf("after %d kills the bits differ", killed)
			}
			return
		case <-time.After(time.Duration(30+rng.IntN(120)) * time.Millisecond):
			cmd.Process.Kill()
			<-done
			killed++
		}
	}
	if err := work(context.Background(), dir, 2); err != nil {
		t.Fatal(err)
	}
	if got := fingerprint(t, dir); got != want {
		t.Errorf("after %d kills the bits differ", killed)
	}
}

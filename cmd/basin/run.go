package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"basin/engine/cpu"
	"basin/examples"
	"basin/fault"
	"basin/runner"
	"basin/spec"
	"basin/store"
	"basin/sweep"
)

// specArgument is the spec that a command reads.
type specArgument struct {
	Spec string   `arg:"" help:"A spec's file, or the name of an example (see basin examples)."`
	Set  []string `placeholder:"PATH=VALUE" sep:"none" help:"Set a key of the spec: --set train.epochs=5. May be repeated."`
	Data string   `placeholder:"DIR" type:"path" help:"Folder of data sets (default: $BASIN_DATA, then the user's cache)."`
}

func (a specArgument) load() (*spec.Spec, error) {
	s, err := spec.Load(a.Spec, examples.FS(), a.Set...)
	return s, fault.Input(err)
}

// sweepFlags say how a sweep is run; none of them changes a result.
type sweepFlags struct {
	Workers     int  `help:"How many networks to work on at a time (default: one for each CPU)."`
	FailFast    bool `help:"Stop at the first cell that fails."`
	MaxFailures int  `help:"Stop once so many cells have failed." placeholder:"N"`
	Quiet       bool `short:"q" help:"Print no progress."`
}

type runCommand struct {
	specArgument
	Out string `placeholder:"DIR" type:"path" help:"Run folder (default: runs/NAME)."`
	sweepFlags
}

func (runCommand) Help() string {
	return `Examples:

  basin run digits                        the main job: 420 networks on handwritten digits
  basin run digits --set train.epochs=5   the same, shorter
  basin run my.yaml --out results/a       your own spec

A run folder holds everything. The same command on an existing folder goes on where it stands: finished work is never done again, and
cells, replicas or measures that the spec has gained are added.`
}

func (c runCommand) Run(in *interrupts, s streams) error {
	sp, err := c.load()
	if err != nil {
		return err
	}
	dir := c.Out
	if dir == "" {
		dir = filepath.Join("runs", sp.Name)
	}
	return sweepInto(in, s, dir, sp, c.Data, c.sweepFlags, false)
}

type retryCommand struct {
	Dir  string `arg:"" type:"path" help:"Run folder."`
	Data string `placeholder:"DIR" type:"path" help:"Folder of data sets."`
	sweepFlags
}

func (c retryCommand) Run(in *interrupts, s streams) error {
	sp, err := frozenSpec(c.Dir)
	if err != nil {
		return err
	}
	return sweepInto(in, s, c.Dir, sp, c.Data, c.sweepFlags, true)
}

// frozenSpec reads the spec of a run folder.
func frozenSpec(dir string) (*spec.Spec, error) {
	f := store.Folder(dir)
	text, err := f.ReadSpec()
	if err != nil {
		return nil, fault.Input(err)
	}
	if text == nil {
		return nil, fault.Inputf("%s is not a run folder: it has no spec.yaml (basin run makes one)", dir)
	}
	sp, err := spec.Parse(f.Spec(), text)
	return sp, fault.Input(err)
}

// sweepInto runs a spec in a folder.
func sweepInto(in *interrupts, s streams, dir string, sp *spec.Spec, data string, f sweepFlags, retry bool) (err error) {
	plan, err := runner.NewPlan(sp, data)
	if err != nil {
		return fault.Input(err)
	}
	cells := plan.Sweep()
	st, err := store.Open(dir)
	if err != nil {
		return fault.Input(err)
	}
	defer func() {
		if e := st.Close(); err == nil {
			err = e
		}
	}()
	if err := adopt(st, sp); err != nil {
		return fault.Input(err)
	}
	if err := sameData(st.Folder, plan); err != nil {
		return fault.Input(err)
	}
	if retry {
		n, err := st.Retry()
		if err != nil {
			return err
		}
		if n == 0 {
			fmt.Fprintln(s.out, "No cell has failed; nothing to retry.")
			return nil
		}
	}
	e, err := cpu.New()
	if err != nil {
		return err
	}
	levels, err := st.CPULevels()
	if err != nil {
		return err
	}
	p := newProgress(s.err, f.Quiet)
	p.warn(st.Warnings)
	if len(levels) > 0 && !slices.Contains(levels, e.Level()) {
		p.warn([]string{fmt.Sprintf("%s was computed with %s, this machine computes with %s: last bits may differ between cells", dir, strings.Join(levels, ", "), e.Level())})
	}
	o := sweep.Options{Workers: f.Workers, MaxFailures: f.MaxFailures, Observe: p.observe, PanicLog: st.Folder.PanicLog()}
	if f.FailFast {
		o.MaxFailures = 1
	}
	ctx, finished := in.graceful()
	defer finished()
	done, err := sweep.Run(ctx, o, cells, st, func() (sweep.Runner, error) {
		e, err := cpu.New()
		if err != nil {
			return nil, err
		}
		return runner.New(plan, e), nil
	})
	p.close()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s: %d of %d cells done, %d networks trained\n", dir, done.CellsDone, done.Cells, done.Trained)
	fmt.Fprintf(s.out, "Next: basin status %s, basin report %s\n", dir, dir)
	if done.CellsFailed > 0 {
		return failedCells{done.CellsFailed}
	}
	return nil
}

// adopt freezes the spec in a new folder; in an old one the spec must extend what is there.
func adopt(st *store.Store, sp *spec.Spec) error {
	text, err := st.Folder.ReadSpec()
	if err != nil {
		return err
	}
	if text != nil {
		before, err := spec.Parse(st.Folder.Spec(), text)
		if err != nil {
			return err
		}
		if _, err := spec.Compare(before, sp); err != nil {
			return fmt.Errorf("%s: %w", st.Folder, err)
		}
	}
	return st.FreezeSpec(spec.Marshal(sp))
}

// sameData keeps the checksums of a user's own data files in the run folder, and refuses to go on with files that have changed: results
// would be of different data. (Published sets are what they are.)
func sameData(f store.Folder, plan *runner.Plan) error {
	kept, err := os.ReadFile(f.DataSums())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	known := map[string]string{}
	for line := range strings.Lines(string(kept)) {
		if sum, path, ok := strings.Cut(strings.TrimSpace(line), "  "); ok {
			known[path] = sum
		}
	}
	fresh := false
	for _, path := range plan.DataFiles() {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		sum := fmt.Sprintf("%x", sha256.Sum256(b))
		if old, ok := known[path]; ok && old != sum {
			return fmt.Errorf("%s has changed since %s was made with it: use another run folder, or put the old file back", path, f)
		} else if !ok {
			kept, fresh = fmt.Appendf(kept, "%s  %s\n", sum, path), true
		}
	}
	if !fresh {
		return nil
	}
	return os.WriteFile(f.DataSums(), kept, 0o644)
}

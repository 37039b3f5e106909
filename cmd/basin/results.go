package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"

	"basin/phase"
	"basin/record"
	"basin/report"
	"basin/spec"
	"basin/store"
)

// results reads a run folder for phase and report.
func results(dir string, arrays bool) (phase.Input, *store.Reader, error) {
	sp, err := frozenSpec(dir)
	if err != nil {
		return phase.Input{}, nil, err
	}
	r, err := store.OpenReader(dir)
	if err != nil {
		return phase.Input{}, nil, err
	}
	in, err := gather(sp, r, arrays)
	if err != nil {
		r.Close()
	}
	return in, r, err
}

func gather(sp *spec.Spec, r *store.Reader, arrays bool) (phase.Input, error) {
	in := phase.Input{Name: sp.Name, Seed: sp.Seed, Load: sp.Grid.Load, Temperature: sp.Grid.Temperature, Rule: sp.Phases}
	place := map[string]int{}
	for _, c := range sp.Cells() {
		place[c.ID] = len(in.Cells)
		in.Cells = append(in.Cells, phase.CellRecords{ID: c.ID, Row: c.Row, Col: c.Col, Replicas: sp.Replicas})
	}
	cells, err := r.Cells()
	if err != nil {
		return in, err
	}
	for _, c := range cells {
		i, ok := place[c.ID]
		if !ok {
			continue
		}
		trained, err := r.Replicas(c)
		if err != nil {
			return in, err
		}
		for _, t := range trained {
			if t.Status == record.Diverged {
				in.Cells[i].Diverged++
			}
		}
	}
	failures, err := r.Failures()
	if err != nil {
		return in, err
	}
	for _, f := range failures {
		if i, ok := place[f.ID]; ok {
			in.Cells[i].Failed++
		}
	}
	return in, r.Records(store.Query{Arrays: arrays}, func(c store.Cell, rec record.Record) error {
		if i, ok := place[c.ID]; ok {
			in.Cells[i].Records = append(in.Cells[i].Records, rec)
		}
		return nil
	})
}

type statusCommand struct {
	Dir string `arg:"" type:"path" help:"Run folder."`
}

func (c statusCommand) Run(s streams) error {
	in, r, err := results(c.Dir, false)
	if err != nil {
		return err
	}
	defer r.Close()
	st, err := r.Status()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s: %d cells: %d done, %d pending, %d failed; %d of %d networks trained, %d diverged\n\n",
		c.Dir, st.Cells, st.Done, st.Pending, st.Failed, st.Trained, st.Networks, st.Diverged)
	table, err := phase.Build(in, phase.Options{})
	if err != nil {
		return err
	}
	if err := report.Table(s.out, table); err != nil {
		return err
	}
	failures, err := r.Failures()
	for _, f := range failures {
		fmt.Fprintf(s.out, "failed: %s: %s: %s\n", f.Label, f.Work, f.Reason)
	}
	if len(failures) > 0 {
		fmt.Fprintf(s.out, "Run them again: basin retry %s\n", c.Dir)
	}
	return err
}

type reportCommand struct {
	Dir string `arg:"" type:"path" help:"Run folder."`
	Out string `placeholder:"DIR" type:"path" help:"Where to (default: DIR/report)."`
}

func (c reportCommand) Run(s streams) error {
	in, r, err := results(c.Dir, true)
	if err != nil {
		return err
	}
	defer r.Close()
	table, err := phase.Build(in, phase.Options{})
	if err != nil {
		return err
	}
	out := c.Out
	if out == "" {
		out = r.Folder.Report()
	}
	paths, err := report.Write(out, table)
	for _, p := range paths {
		fmt.Fprintln(s.out, p)
	}
	return err
}

type exportCommand struct {
	Dir    string `arg:"" type:"path" help:"Run folder."`
	Table  string `enum:"cells,records,arrays,costs" default:"cells" help:"cells (a line a cell), records (a line a finding), arrays (curves and spectra), costs (seconds a measure)."`
	Format string `enum:"csv,parquet" default:"csv" help:"csv or parquet."`
	Out    string `placeholder:"FILE" type:"path" help:"Where to (default: standard output)."`
}

func (exportCommand) Help() string {
	return `Examples:

  basin export runs/digits > cells.csv
  basin export runs/digits --table records --format parquet --out records.parquet`
}

func (c exportCommand) Run(s streams) (err error) {
	in, r, err := results(c.Dir, c.Table == "arrays")
	if err != nil {
		return err
	}
	defer r.Close()
	w := s.out
	if c.Out != "" {
		if err := os.MkdirAll(filepath.Dir(c.Out), 0o755); err != nil {
			return err
		}
		f, err := os.Create(c.Out)
		if err != nil {
			return err
		}
		defer func() {
			if e := f.Close(); err == nil {
				err = e
			}
		}()
		w = f
	}
	format := report.Format(c.Format)
	switch c.Table {
	case "records":
		return report.Records(w, format, in)
	case "arrays":
		return report.Arrays(w, format, in)
	case "costs":
		return writeCosts(w, r)
	}
	table, err := phase.Build(in, phase.Options{})
	if err != nil {
		return err
	}
	return report.Cells(w, format, table)
}

// writeCosts lists the seconds that workers spent on each measure.
func writeCosts(w io.Writer, r *store.Reader) error {
	costs, err := r.Costs()
	if err != nil {
		return err
	}
	var names []string
	for name := range costs {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintln(w, "measure,seconds")
	for _, name := range names {
		fmt.Fprintf(w, "%s,%.3f\n", name, costs[name])
	}
	return nil
}

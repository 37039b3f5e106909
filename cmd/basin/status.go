package main

import (
	"fmt"
	"io"

	"basin/fault"
	"basin/report"
	"basin/results"
)

type statusCommand struct {
	Dir string `arg:"" type:"path" help:"Run folder."`
	All bool   `help:"List every cell and failure, however many there are."`
}

func (statusCommand) Help() string {
	return fmt.Sprintf("Of more than %d cells it shows counts, ranges, and the best and the worst.", longTable)
}

const (
	longTable  = 200 // cells, beyond which a table is summarised
	someFailed = 10  // failures that are listed of a big run
)

func (c statusCommand) Run(s streams) error {
	run, err := results.Open(c.Dir)
	if err != nil {
		return fault.Input(err)
	}
	defer run.Close()
	writeProgress(s.out, c.Dir, run)
	summarise := len(run.Cells) > longTable && !c.All
	if summarise {
		err = report.Summary(s.out, run)
	} else {
		err = report.Table(s.out, run)
	}
	if err != nil {
		return err
	}
	failures := run.Failures
	if summarise && len(failures) > someFailed {
		failures = failures[:someFailed]
	}
	if len(failures) > 0 {
		fmt.Fprintln(s.out)
	}
	for _, f := range failures {
		fmt.Fprintf(s.out, "failed: %s: %s: %s\n", run.Cells[f.Cell].Label, f.Work, f.Reason)
	}
	if n := len(run.Failures) - len(failures); n > 0 {
		fmt.Fprintf(s.out, "and %d failures more\n", n)
	}
	if len(failures) > 0 {
		fmt.Fprintf(s.out, "To run them again: basin retry %s\n", c.Dir)
	}
	if summarise {
		fmt.Fprintf(s.out, "\nAll %d cells: basin status %s --all, or basin export %s > cells.csv\n", len(run.Cells),
			c.Dir, c.Dir)
	}
	return nil
}

// writeProgress says how far a run is.
func writeProgress(w io.Writer, dir string, run *results.Run) {
	states := map[results.State]int{}
	var networks, trained, diverged int
	for i := range run.Cells {
		c := &run.Cells[i]
		states[c.State]++
		networks, trained, diverged = networks+c.Replicas, trained+c.Trained, diverged+c.Diverged
	}
	cells := "cells"
	if len(run.Cells) == 1 {
		cells = "cell"
	}
	fmt.Fprintf(w, "%s: %d %s: %d done, %d pending, %d failed; %d of %d networks trained, %d diverged\n\n", dir,
		len(run.Cells), cells,
		states[results.Done], states[results.Pending], states[results.Failed], trained, networks, diverged)
}

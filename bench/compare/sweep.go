package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"basin/bench/rows"
	"basin/spec"
)

// processes of a sweep, on both sides.
const processes = 2

// sweep compares the wall-clock times of the digits job with two workers, and with two processes of one thread
// each.
func (t *session) sweep(r rows.Row) (*result, error) {
	g, specFile, err := t.grid(nil)
	if err != nil {
		return nil, err
	}
	return t.alternate(r, "s", t.SweepPairs, t.basinRun(specFile), func(variant string) (answer, error) {
		j, err := t.peer.run(g, processes, variant == "vectorised", filepath.Join(t.dir, "peer.json"))
		return answer{MS: j.wall}, err
	})
}

// training compares only the sweep's training with JAX, with and without JAX's compilation. Basin's whole
// process is counted, including a pass of both sets through each network and its checkpoint.
func (t *session) training(r rows.Row) (*result, error) {
	g, specFile, err := t.grid(func(s *spec.Spec) { s.Measure = spec.Measure{Performance: s.Measure.Performance} })
	if err != nil {
		return nil, err
	}
	var last struct{ Compile, Run float64 }
	return t.alternate(r, "s", t.SweepPairs, t.basinRun(specFile), func(variant string) (answer, error) {
		if variant != "jax" { // the same run, counted without its compilation
			return answer{MS: last.Run, Prepared: last.Compile}, nil
		}
		file := filepath.Join(t.dir, "jax.json")
		cmd := t.peer.script("jax_digits.py", "--widths", commas(g.Widths), "--batches", commas(g.Batches),
			"--replicas", strconv.Itoa(g.Replicas),
			"--epochs", strconv.Itoa(g.Epochs), "--processes", strconv.Itoa(processes), "--json", file)
		if err := cmd.Run(); err != nil {
			return answer{}, fmt.Errorf("%s: %w", cmd, err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return answer{}, err
		}
		err = json.Unmarshal(text, &last)
		return answer{MS: last.Compile + last.Run, Prepared: last.Compile}, err
	})
}

// grid is the share of the digits sweep that is run, and a spec of it.
func (t *session) grid(change func(*spec.Spec)) (grid, string, error) {
	g, err := t.peer.plan(t.Fraction)
	if err != nil {
		return g, "", err
	}
	if t.binary == "" {
		if t.binary, err = build(t.dir); err != nil {
			return g, "", err
		}
	}
	path := filepath.Join(t.dir, "digits.yaml")
	return g, path, writeSpec(path, g, change)
}

// basinRun returns the wall-clock seconds of a run in a new folder.
func (t *session) basinRun(specFile string) func() (float64, error) {
	return func() (float64, error) {
		folder, err := os.MkdirTemp(t.dir, "run")
		if err != nil {
			return 0, err
		}
		j, err := t.binary.run(specFile, filepath.Join(folder, "digits"), processes)
		return j.wall, err
	}
}

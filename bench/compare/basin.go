package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"basin/record"
	"basin/store"
)

// binary is the Basin side.
type binary string

// build compiles Basin from this tree, so that an older binary is never measured.
func build(dir string) (binary, error) {
	path := filepath.Join(dir, "basin.exe") // a name that runs everywhere
	cmd := exec.Command("go", "build", "-o", path, "basin/cmd/basin")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("go build: %w", err)
	}
	return binary(path), nil
}

// run runs a spec in a fresh run folder. Its wall-clock time is that of the whole process: start, sweep and
// report.
func (b binary) run(spec, folder string, workers int) (job, error) {
	cmd := exec.Command(string(b), "run", spec, "--out", folder, "--workers", strconv.Itoa(workers))
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return job{}, fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	j := job{wall: time.Since(start).Seconds(), memory: peakMemory(cmd.ProcessState)}
	return j, j.read(folder)
}

// read reads costs and findings from a run folder.
func (j *job) read(folder string) error {
	r, err := store.OpenReader(folder)
	if err != nil {
		return err
	}
	defer r.Close()
	if j.seconds, err = r.Costs(); err != nil { // by measure; training is sweep.TrainMeasure, the peer's "train"
		return err
	}
	var m means
	parts := map[string]float64{}
	err = r.Records(store.Query{}, func(_ store.Cell, rec record.Record) error {
		if rec.Status.Usable() && rec.Array == nil {
			m.add(rec.Quantity, rec.Value)
		}
		if rec.Measure == record.Hessian {
			parts[part(rec.Quantity)] += rec.Seconds
		}
		return nil
	})
	for name, seconds := range parts {
		if seconds > 0 {
			j.seconds[name] = seconds
		}
	}
	j.found = m.values()
	return err
}

// part says which part of the Hessian measure a quantity belongs to.
func part(quantity string) string {
	switch {
	case strings.HasPrefix(quantity, "eigenvalue"):
		return "eigenvalues"
	default:
		return quantity
	}
}

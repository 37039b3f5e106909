package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"basin/bench/steps"
	"basin/engine/cpu"
)

type stepsCommand struct {
	Pairs   int     `default:"3" help:"How often each side runs all cases."`
	Seconds float64 `default:"0.3" help:"How long each case runs."`
	Case    string  `help:"Only cases whose name contains this."`
}

func (c *stepsCommand) Run(f *flags) error {
	if c.Pairs < 1 {
		return fmt.Errorf("--pairs must be at least 1, not %d", c.Pairs)
	}
	runtime.GOMAXPROCS(1)
	m, err := describe(f.Python)
	if err != nil {
		return err
	}
	t := &table{Machine: m, Unit: "µs"}
	p := peer{python: f.Python, root: "."}
	for pair := range c.Pairs {
		var ours, theirs map[string]float64
		runs := []func() error{
			func() (err error) { ours, err = c.basin(); return },
			func() (err error) { theirs, err = c.peer(p); return },
		}
		for i := range runs { // who goes first alternates
			if err := runs[(i+pair)%2](); err != nil {
				return err
			}
		}
		for _, s := range steps.Cases() {
			if theirs[s.Name] > 0 && ours[s.Name] > 0 {
				t.add(s.Name, ours[s.Name], theirs[s.Name])
			}
		}
	}
	return t.finish(f.JSON)
}

// basin gives microseconds by case.
func (c *stepsCommand) basin() (map[string]float64, error) {
	e, err := cpu.New()
	if err != nil {
		return nil, err
	}
	found := map[string]float64{}
	for _, s := range steps.Cases() {
		if !strings.Contains(s.Name, c.Case) {
			continue
		}
		run, err := s.Runner(e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		d, err := run.Median(time.Duration(c.Seconds * float64(time.Second)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		found[s.Name] = float64(d.Nanoseconds()) / 1e3
	}
	return found, nil
}

func (c *stepsCommand) peer(p peer) (map[string]float64, error) {
	dir, err := os.MkdirTemp("", "basin-compare-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "steps.json")
	cmd := p.script("mlp_step.py", "--json", file, "--seconds", strconv.FormatFloat(c.Seconds, 'g', -1, 64), "--case", c.Case)
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("mlp_step.py: %w", err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out struct{ Microseconds map[string]float64 }
	err = json.Unmarshal(text, &out)
	return out.Microseconds, err
}

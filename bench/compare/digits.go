package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"basin/examples"
	"basin/spec"
)

type digitsCommand struct {
	Fraction   float64 `default:"0.1" help:"Share of the grid's cells, an evenly spread sub-grid."`
	Pairs      int     `default:"3" help:"How often each side runs."`
	Workers    int     `help:"Basin's workers and the peer's processes (default: one a core)."`
	Vectorised bool    `help:"The peer trains the five seeds of a cell as one stack."`
}

// stages are the rows of the table: the stages that both sides time. The three parts of the Hessian measure
// follow it.
var stages = []string{"train", "performance", "hessian", "eigenvalues", "trace", "density", "connectivity",
	"similarity", "distance"}

func (c *digitsCommand) Run(f *flags) error {
	if c.Pairs < 1 {
		return fmt.Errorf("--pairs must be at least 1, not %d", c.Pairs)
	}
	if c.Workers == 0 {
		c.Workers = runtime.NumCPU()
	}
	dir, err := os.MkdirTemp("", "basin-compare-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p := peer{python: f.Python, root: "."}
	m, err := describe(f.Python)
	if err != nil {
		return err
	}
	g, err := p.plan(c.Fraction)
	if err != nil {
		return err
	}
	b, err := build(dir)
	if err != nil {
		return err
	}
	specFile := filepath.Join(dir, "digits.yaml")
	if err := writeSpec(specFile, g, nil); err != nil {
		return err
	}
	fmt.Printf("widths %v × batches %v × %d replicas, %d epochs: %d networks\n", g.Widths, g.Batches, g.Replicas, g.Epochs,
		len(g.Widths)*len(g.Batches)*g.Replicas)

	t := &table{Machine: m, Unit: "s"}
	var memory int64
	var found findings
	for pair := range c.Pairs {
		var ours, theirs job
		runs := []func() error{
			func() (err error) {
				ours, err = b.run(specFile, filepath.Join(dir, fmt.Sprint("run", pair)), c.Workers)
				return
			},
			func() (err error) {
				theirs, err = p.run(g, c.Workers, c.Vectorised, filepath.Join(dir, "peer.json"))
				return
			},
		}
		for i := range runs { // the first side alternates
			if err := runs[(i+pair)%2](); err != nil {
				return err
			}
		}
		for _, s := range stages {
			if x, y := ours.seconds[s], theirs.seconds[s]; x > 0 && y > 0 {
				t.add(s, x, y)
			}
		}
		t.add("wall-clock", ours.wall, theirs.wall)
		memory = max(memory, ours.memory)
		found = findings{ours.found, theirs.found}
	}
	if memory > 0 {
		fmt.Printf("Basin's peak memory: %d MB\n", memory>>20)
	}
	found.print(os.Stdout)
	return t.finish(f.JSON)
}

// writeSpec writes examples/digits.yaml with the peer's sub-grid, and with a further change if change is not
// nil.
func writeSpec(path string, g grid, change func(*spec.Spec)) error {
	text, err := examples.Read("digits")
	if err != nil {
		return err
	}
	s, err := spec.Parse("digits.yaml", text)
	if err != nil {
		return err
	}
	s.Replicas, s.Train.Epochs = g.Replicas, g.Epochs
	s.Grid.Load.Values, s.Grid.Temperature.Values = anys(g.Widths), anys(g.Batches)
	if change != nil {
		change(s)
	}
	return os.WriteFile(path, spec.Marshal(s), 0o644)
}

func anys(x []int) []any {
	out := make([]any, len(x))
	for i, v := range x {
		out[i] = v
	}
	return out
}

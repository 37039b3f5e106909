package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// peer is the PyTorch side.
type peer struct {
	python string
	root   string // of the repository
}

// grid is the cells that both sides run.
type grid struct {
	Widths   []int `json:"widths"`
	Batches  []int `json:"batches"`
	Replicas int   `json:"replicas"`
	Epochs   int   `json:"epochs"`
}

// job is one side's run.
type job struct {
	wall    float64            // seconds elapsed
	seconds map[string]float64 // of each stage, summed over workers
	memory  int64              // peak resident bytes; 0: not known
	found   map[string]float64 // the mean of each quantity over the cells
}

func (p peer) script(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(p.python, append([]string{filepath.Join(p.root, "bench", "peers", name)}, args...)...)
	cmd.Stderr = os.Stderr
	return cmd
}

// plan asks for the cells of a share of the grid.
func (p peer) plan(fraction float64) (g grid, err error) {
	out, err := p.script("digits.py", "--plan", "--fraction", strconv.FormatFloat(fraction, 'g', -1, 64)).Output()
	if err != nil {
		return g, fmt.Errorf("digits.py --plan: %w; run bench/peers/setup.sh, and this command from the "+
			"repository's root", err)
	}
	err = json.Unmarshal(out, &g)
	return g, err
}

// run runs the digits job. In the peer's favour, its wall-clock time leaves out imports.
func (p peer) run(g grid, processes int, vectorised bool, file string) (job, error) {
	args := []string{"--widths", commas(g.Widths), "--batches", commas(g.Batches),
		"--processes", strconv.Itoa(processes), "--json", file}
	args = append(args, "--replicas", strconv.Itoa(g.Replicas), "--epochs", strconv.Itoa(g.Epochs))
	if vectorised {
		args = append(args, "--vectorised")
	}
	if err := p.script("digits.py", args...).Run(); err != nil {
		return job{}, fmt.Errorf("digits.py: %w", err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return job{}, err
	}
	var out struct {
		Wall    float64
		Seconds map[string]float64
		Cells   []struct{ Found map[string]*float64 }
	}
	if err := json.Unmarshal(text, &out); err != nil {
		return job{}, fmt.Errorf("%s: %w", file, err)
	}
	var m means
	for _, c := range out.Cells {
		for name, v := range c.Found {
			if v != nil {
				m.add(name, *v)
			}
		}
	}
	out.Seconds["hessian"] = out.Seconds["eigenvalues"] + out.Seconds["trace"] + out.Seconds["density"]
	return job{wall: out.Wall, seconds: out.Seconds, found: m.values()}, nil
}

func commas(x []int) string {
	s := make([]string, len(x))
	for i, v := range x {
		s[i] = strconv.Itoa(v)
	}
	return strings.Join(s, ",")
}

// means averages finite values by name.
type means struct{ sum, n map[string]float64 }

func (m *means) add(name string, v float64) {
	if m.sum == nil {
		m.sum, m.n = map[string]float64{}, map[string]float64{}
	}
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		m.sum[name] += v
		m.n[name]++
	}
}

func (m *means) values() map[string]float64 {
	out := map[string]float64{}
	for name, sum := range m.sum {
		out[name] = sum / m.n[name]
	}
	return out
}

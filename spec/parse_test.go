package spec_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"basin/spec"

	"github.com/google/go-cmp/cmp"
)

// sample is the spec that the design document prints, verbatim.
const sample = `name: digits
seed: 1
replicas: 5
data:  {set: digits, train: 1437, fraction: 1, label_noise: 0}
model: {kind: mlp, width: 16, depth: 2, activation: relu}
train:
  optimizer: {kind: sgd, lr: 0.05, momentum: 0.9, weight_decay: 5e-4}
  schedule:  {kind: step, at: [45], factor: 0.1}
  batch: 32
  epochs: 60
grid:
  load:        {model.width: [1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64]}
  temperature: {train.batch: [8, 16, 32, 64, 128, 256, 512]}
measure:
  performance:  {}
  hessian:      {samples: 200, eigenvalues: 5, trace: {probes: 100, relative_error: 0.05}, density: {probes: 4, steps: 80}}
  connectivity: {pairs: 1, curve: bezier, epochs: 50}
  similarity:   {samples: 640, inputs: mixup}
  distance:     {}
phases: {sharp: {train_loss: 0.05}, poor: {mc: -1}, similar: {cka: 0.7}}
`

// complete is what the sample means, with the defaults as the documentation of each type states them.
func complete() *spec.Spec {
	values := func(xs ...int) (out []any) {
		for _, x := range xs {
			out = append(out, x)
		}
		return out
	}
	return &spec.Spec{
		Name: "digits", Seed: 1, Replicas: 5,
		Data:  spec.Data{Set: "digits", Train: 1437, Fraction: 1, LabelNoiseKind: "authors", Normalize: "channel"},
		Model: spec.Model{Kind: "mlp", Width: 16, Depth: 2, Activation: "relu"},
		Train: spec.Train{
			Loss: "cross-entropy",
			Optimizer: spec.Optimizer{
				Kind: "sgd", LR: 0.05, Momentum: 0.9, WeightDecay: 5e-4, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8,
			},
			Schedule: spec.Schedule{Kind: "step", At: []int{45}, Factor: 0.1},
			Batch:    32, Epochs: 60, Keep: "last", DType: "float32",
		},
		Grid: spec.Grid{
			Load:        spec.Axis{Path: "model.width", Values: values(1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64)},
			Temperature: spec.Axis{Path: "train.batch", Values: values(8, 16, 32, 64, 128, 256, 512)},
		},
		Measure: spec.Measure{
			Performance: &spec.Performance{},
			Hessian: &spec.Hessian{
				Samples: 200, Mode: "eval", Eigenvalues: 5, Tolerance: 1e-3, Steps: 100, DType: "float32",
				Trace: spec.Trace{Probes: 100, RelativeError: 0.05}, Density: spec.Density{Probes: 4, Steps: 80},
			},
			Connectivity: &spec.Connectivity{
				Pairs: 1, Curve: "bezier", Epochs: 50, LR: 0.01, Momentum: 0.9, WeightDecay: 5e-4, Batch: 128, Points: 5, Start: "midpoint",
			},
			Similarity: &spec.Similarity{Pairs: -1, Samples: 640, Inputs: "mixup", Set: "train"},
			Distance:   &spec.Distance{Pairs: -1},
		},
		Phases: spec.Phases{
			Sharp: map[string]float64{"train_loss": 0.05}, Poor: map[string]float64{"mc": -1}, Similar: map[string]float64{"cka": 0.7},
		},
	}
}

func parse(t *testing.T, text string, sets ...string) *spec.Spec {
	t.Helper()
	s, err := spec.Parse("test.yaml", []byte(text), sets...)
	if err != nil {
		t.Fatalf("%v\nin:\n%s", err, text)
	}
	return s
}

func TestSample(t *testing.T) {
	if d := cmp.Diff(complete(), parse(t, sample)); d != "" {
		t.Error(d)
	}
}

// TestDefaults leaves out of the sample everything that is a default, and spells some of it in other ways.
func TestDefaults(t *testing.T) {
	want := complete()
	want.Grid = spec.Grid{}
	for _, text := range []string{
		"\ufeffname: digits\r\nseed: 1\r\nmodel: {width: 16}\r\n",
		"name: 'digits'\nseed: 1.0\ndata:\nmodel: {width: &w 1.6e1, depth: 0.2e1}\nphases: # none\n",
		"{name: digits, seed: +1, model: {\"width\": 16.0}, grid: {load: , temperature: ~}}",
	} {
		got := parse(t, text,
			"train.optimizer={lr: .05, momentum: 0.9, weight_decay: 0.0005}", "train.schedule={kind: step, at: [45]}", "train.batch=32", "train.epochs=60",
			"measure.performance={}", "measure.hessian={}", "measure.connectivity={}", "measure.similarity={}", "measure.distance={}")
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}

func TestNameFromFile(t *testing.T) {
	s, err := spec.Parse("some/where/wide-nets.yaml", []byte("model: {width: 3}"))
	if err != nil || s.Name != "wide-nets" {
		t.Errorf("name %q, error %v", s.Name, err)
	}
}

// TestExplicitZero: a zero that is given is kept, also where the default is another.
func TestExplicitZero(t *testing.T) {
	s := parse(t, "model: {width: 1}\nmeasure: {connectivity: {momentum: 0, weight_decay: 0.0}}\nseed: 0",
		"train.optimizer.momentum=-0")
	if c := s.Measure.Connectivity; c.Momentum != 0 || c.WeightDecay != 0 || c.LR != 0.01 {
		t.Errorf("connectivity %+v", c)
	}
	text := string(spec.Marshal(s))
	if strings.Contains(text, "-0\n") || !strings.Contains(text, "momentum: 0\n") {
		t.Errorf("zeros in\n%s", text)
	}
}

func TestOverride(t *testing.T) {
	tests := []struct {
		set  string
		want func(*spec.Spec)
	}{
		{"replicas=7", func(s *spec.Spec) { s.Replicas = 7 }},
		{" data.label_noise = 0.2", func(s *spec.Spec) { s.Data.LabelNoise = 0.2 }},
		{"data.set=my/set=1.npz", func(s *spec.Spec) { s.Data.Set = "my/set=1.npz" }},
		{"train.schedule.at=[10, 20]", func(s *spec.Spec) { s.Train.Schedule.At = []int{10, 20} }},
		{"train.schedule={kind: cosine}", func(s *spec.Spec) { s.Train.Schedule = spec.Schedule{Kind: "cosine", Factor: 0.1} }},
		{"measure.hessian.trace.probes=-1", func(s *spec.Spec) { s.Measure.Hessian.Trace.Probes = -1 }},
		{"measure.hessian={samples: -1}", func(s *spec.Spec) { s.Measure.Hessian.Samples = -1 }},
		{"measure.distance=false", func(s *spec.Spec) { s.Measure.Distance = nil }},
		{"measure={distance: {pairs: 3}}", func(s *spec.Spec) { s.Measure = spec.Measure{Distance: &spec.Distance{Pairs: 3}} }},
		{"phases.sharp.trace=100", func(s *spec.Spec) { s.Phases.Sharp = map[string]float64{"trace": 100} }},
		{"checkpoint.rename={'fc.0': net.0}", func(s *spec.Spec) { s.Checkpoint.Rename = map[string]string{"fc.0": "net.0"} }},
		{"grid.load=null", func(s *spec.Spec) { s.Grid.Load = spec.Axis{} }},
		{"grid.load.data.fraction=[0.5, 1]", func(s *spec.Spec) { s.Grid.Load = spec.Axis{Path: "data.fraction", Values: []any{0.5, 1.0}} }},
		{"grid.temperature={train.optimizer.kind: [sgd, adam]}", func(s *spec.Spec) {
			s.Grid.Temperature = spec.Axis{Path: "train.optimizer.kind", Values: []any{"sgd", "adam"}}
		}},
		{"grid={load: {model.batch_norm: [false, true]}}", func(s *spec.Spec) {
			s.Grid = spec.Grid{Load: spec.Axis{Path: "model.batch_norm", Values: []any{false, true}}}
		}},
	}
	for _, tt := range tests {
		want := complete()
		tt.want(want)
		if d := cmp.Diff(want, parse(t, sample, tt.set)); d != "" {
			t.Errorf("--set %s: %s", tt.set, d)
		}
	}
	last := parse(t, sample, "replicas=7", "replicas=8", "measure.distance=false", "measure.distance.pairs=2")
	if last.Replicas != 8 || last.Measure.Distance.Pairs != 2 {
		t.Errorf("the last override must win: %d replicas, distance %+v", last.Replicas, last.Measure.Distance)
	}
}

var update = flag.Bool("update", false, "write docs/spec.md")

// TestReferencePage: the documentation's page of keys is what the types say. go test ./spec -run Reference -update writes it.
func TestReferencePage(t *testing.T) {
	const page = "../docs/spec.md"
	want := "# Every key of a spec\n\nAn unknown key, a wrong type or a value out of range is an error that names its line. `basin schema` prints the same as a\n" +
		"JSON Schema for editors. Keys of data, model and train that hold one value may be swept by the grid. This page is made from\n" +
		"[types.go](../spec/types.go) by a test.\n\n" + spec.Reference()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("run go test ./spec -run Reference -update\n%s", d)
	}
}

func TestReferenceNamesEveryKey(t *testing.T) {
	table := spec.Reference()
	for _, f := range spec.Fields() {
		if !strings.Contains(table, "`"+f.Path+"`") {
			t.Errorf("no %s in the table", f.Path)
		}
		if f.Doc == "" && len(f.OneOf) == 0 {
			t.Errorf("%s has no description", f.Path)
		}
	}
	row := "| `data.fraction` | number, (0, 1] | `1` | share of the training samples used, the first ⌊n·f⌋ |\n"
	if !strings.Contains(table, row) {
		t.Errorf("no row %q in\n%s", row, table)
	}
}

// TestGridSize: grids too large are refused by their count, quickly, and never made.
func TestGridSize(t *testing.T) {
	axis := func(path string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%d,", i+1)
		}
		return "{" + path + ": [" + strings.TrimSuffix(b.String(), ",") + "]}"
	}
	load, temperature := axis("model.width", 32000), axis("train.batch", 31250)
	_, err := spec.Parse("big.yaml", []byte("grid:\n  load: "+load+"\n  temperature: "+temperature+"\n"))
	const want = "big.yaml:2:3: grid: 32000 × 31250 = 1000000000 cells; at most 1000000 are allowed"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %.300v, want %s", err, want)
	}
	_, err = spec.Parse("big.yaml", []byte("grid:\n  load: "+load+"\n"), "grid.temperature="+temperature)
	if err == nil || !strings.Contains(err.Error(), "1000000000 cells") {
		t.Errorf("by override: got %.300v", err)
	}
}

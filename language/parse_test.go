package spec_test

import (
	"fmt"
	"strings"
	"testing"

	spec "basin/language"

	"github.com/google/go-cmp/cmp"
)

// sample is the spec of the digits, with all that the taxonomy measures.
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
  hessian:
    {samples: 200, eigenvalues: 5, trace: {probes: 100, relative_error: 0.05}, density: {probes: 4, steps: 80}}
  connectivity: {pairs: 1, curve: bezier, epochs: 50}
  similarity:   {samples: 640, inputs: mixup}
  distance:     {}
phases: {sharp: {train_loss: 0.05}, poor: {mc: -1}, similar: {cka: 0.7}}
`

func parse(t testing.TB, text string, sets ...string) *spec.Spec {
	t.Helper()
	s, err := language.Parse("test.yaml", []byte(text), sets...)
	if err != nil {
		t.Fatalf("%v\nin:\n%s", err, text)
	}
	return s
}

// base is what a text means without its grid.
func base(t testing.TB, text string, sets ...string) *experiment {
	t.Helper()
	return parse(t, text, sets...).Base.(*experiment)
}

// complete is what the sample means, with the standards as the declarations state them.
func complete() *experiment {
	entry := func(kind string, settings section) spec.Entry[section] {
		return spec.Entry[section]{Kind: kind, Settings: settings}
	}
	measure := func(kind string, settings section) *work {
		return &work{Name: kind, Entry: entry(kind, settings), At: []string{"train"}}
	}
	return &experiment{
		Name: "digits", Seed: 1, Replicas: 5,
		Data: data{
			Source: entry("digits", &digits{Train: 1437}), Fraction: 1, LabelNoiseKind: "authors", Normalize: "channel",
		},
		Task:  entry("classification", &classification{Loss: "cross-entropy"}),
		Model: entry("mlp", &mlp{Width: 16, Depth: 2, Activation: "relu"}),
		Train: train{
			Optimizer: entry("sgd", &sgd{LR: 0.05, Momentum: 0.9, WeightDecay: 5e-4}),
			Schedule:  entry("step", &steps{At: []int{45}, Factor: 0.1}),
			Penalty:   entry("none", nil),
			Batch:     32, Epochs: 60, Keep: "last", DType: "float32",
		},
		Measure: []*work{
			measure("performance", nil),
			measure("hessian", &hessian{
				Samples: 200, Mode: "eval", Eigenvalues: 5, Tolerance: 1e-3, Steps: 100, DType: "float32",
				Trace: trace{Probes: 100, RelativeError: 0.05}, Density: density{Probes: 4, Steps: 80},
			}),
			measure("connectivity", &connectivity{
				Pairs: 1, Curve: "bezier", Epochs: 50, LR: 0.01, Momentum: 0.9, WeightDecay: 5e-4, Batch: 128, Points: 5,
				Start: "midpoint",
			}),
			measure("similarity", &similarity{Pairs: -1, Samples: 640, Inputs: "mixup", Set: "train"}),
			measure("distance", &distance{Pairs: -1}),
		},
		Phases: phases{
			Sharp: map[string]float64{"train_loss": 0.05}, Poor: map[string]float64{"mc": -1},
			Similar: map[string]float64{"cka": 0.7},
		},
	}
}

// diff compares experiments, but for what is no key.
func diff(want, got *experiment) string {
	return cmp.Diff(want, got, cmp.AllowUnexported(steps{}, fileSet{}, tableSet{}),
		cmp.FilterPath(func(p cmp.Path) bool {
			f, ok := p.Last().(cmp.StructField)
			return ok && f.Name() != "constant" && strings.ToLower(f.Name()[:1]) == f.Name()[:1]
		}, cmp.Ignore()))
}

func TestSample(t *testing.T) {
	if d := diff(complete(), base(t, sample)); d != "" {
		t.Error(d)
	}
	s := parse(t, sample)
	if len(s.Cells) != 84 || len(s.Axes) != 2 {
		t.Errorf("%d cells, %d axes", len(s.Cells), len(s.Axes))
	}
}

// TestStandards leaves out of the sample everything that is a standard, and spells some of it in other ways.
func TestStandards(t *testing.T) {
	for _, text := range []string{
		"\ufeffname: digits\r\nseed: 1\r\nmodel: {width: 16}\r\ndata: {train: 1437}\r\n",
		"name: 'digits'\nseed: 1.0\ndata: {train: 1_437}\nmodel: {width: &w 1.6e1, depth: 0.2e1}\nphases: # none\n",
		"{name: digits, seed: +1, data: {train: 1437}, model: {\"width\": 16.0}, grid: {load: , temperature: ~}}",
	} {
		got := base(t, text,
			"train.optimizer={lr: .05, momentum: 0.9, weight_decay: 0.0005}", "train.schedule={kind: step, at: [45]}",
			"train.batch=32", "train.epochs=60", "measure.performance={}", "measure.hessian={}", "measure.connectivity={}",
			"measure.similarity={}", "measure.distance={}")
		if d := diff(complete(), got); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}

func TestNameFromFile(t *testing.T) {
	s, err := language.Parse("some/where/wide-nets.yaml", []byte("model: {width: 3}"))
	if err != nil || s.Base.(*experiment).Name != "wide-nets" {
		t.Errorf("%+v, error %v", s.Base, err)
	}
}

// TestExplicitZero: a zero that is given is kept, also where the standard is another.
func TestExplicitZero(t *testing.T) {
	s := parse(t, "model: {width: 1}\nmeasure: {connectivity: {momentum: 0, weight_decay: 0.0}}\nseed: 0",
		"train.optimizer.momentum=-0")
	c := s.Base.(*experiment).Measure[0].Settings.(*connectivity)
	if c.Momentum != 0 || c.WeightDecay != 0 || c.LR != 0.01 {
		t.Errorf("connectivity %+v", c)
	}
	text := string(s.Freeze())
	if strings.Contains(text, "-0\n") || !strings.Contains(text, "momentum: 0\n") {
		t.Errorf("zeros in\n%s", text)
	}
}

func TestOverride(t *testing.T) {
	tests := []struct {
		set  string
		want func(*experiment)
	}{
		{"replicas=7", func(e *experiment) { e.Replicas = 7 }},
		{" data.label_noise = 0.2", func(e *experiment) { e.Data.LabelNoise = 0.2 }},
		{"train.schedule.at=[10, 20]", func(e *experiment) { e.Train.Schedule.Settings.(*steps).At = []int{10, 20} }},
		{"train.schedule={kind: cosine}", func(e *experiment) {
			e.Train.Schedule = spec.Entry[section]{Kind: "cosine", Settings: &constant{}}
		}},
		{"train.schedule=cosine", func(e *experiment) {
			e.Train.Schedule = spec.Entry[section]{Kind: "cosine", Settings: &constant{}}
		}},
		{"measure.hessian.trace.probes=7", func(e *experiment) { e.Measure[1].Settings.(*hessian).Trace.Probes = 7 }},
		{"measure.hessian.samples=-1", func(e *experiment) { e.Measure[1].Settings.(*hessian).Samples = -1 }},
		{"measure.distance=false", func(e *experiment) { e.Measure = e.Measure[:4] }},
		{"measure={distance: {pairs: 3}}", func(e *experiment) {
			e.Measure = e.Measure[4:]
			e.Measure[0].Settings.(*distance).Pairs = 3
		}},
		{"measure.hessian.at=[initial, train]", func(e *experiment) { e.Measure[1].At = []string{"initial", "train"} }},
		{"phases.sharp.trace=100", func(e *experiment) { e.Phases.Sharp["trace"] = 100 }},
		{"phases.sharp={trace: 100}", func(e *experiment) { e.Phases.Sharp = map[string]float64{"trace": 100} }},
		{"checkpoint.rename={'fc.0': net.0}",
			func(e *experiment) { e.Checkpoint.Rename = map[string]string{"fc.0": "net.0"} }},
		{"checkpoint.rename.fc.0=net.0", func(e *experiment) { e.Checkpoint.Rename = map[string]string{"fc.0": "net.0"} }},
	}
	for _, tt := range tests {
		want := complete()
		tt.want(want)
		if d := diff(want, base(t, sample, tt.set)); d != "" {
			t.Errorf("--set %s: %s", tt.set, d)
		}
	}
	last := base(t, sample, "replicas=7", "replicas=8", "measure.distance=false", "measure.distance.pairs=2")
	if m := last.Measure[4].Settings.(*distance); last.Replicas != 8 || m.Pairs != 2 {
		t.Errorf("the last override must win: %d replicas, distance %+v", last.Replicas, m)
	}
	short := base(t, "model: {width: 1}\ntrain: {optimizer: adam}", "train.optimizer.lr=0.5")
	if o := short.Train.Optimizer; o.Kind != "adam" || o.Settings.(*adam).LR != 0.5 {
		t.Errorf("an override below a kind's name: %+v", o)
	}
}

// TestOverrideGrid: an override may replace the grid, an axis, a path of it, or add an axis.
func TestOverrideGrid(t *testing.T) {
	for _, tt := range []struct{ set, want string }{
		{"grid={norm: {model.batch_norm: [false, true]}}", "norm{model.batch_norm: false true}"},
		{"grid.load=null", "temperature{train.batch: 8 16 32 64 128 256 512}"},
		{"grid.temperature=~", "load{model.width: 1 2 3 4 6 8 11 16 23 32 45 64}"},
		{"grid.load.model.width=[5]", "load{model.width: 5} temperature{train.batch: 8 16 32 64 128 256 512}"},
		{"grid.load.data.fraction=[0.5, 1]", "load{data.fraction: 0.5 1} temperature{train.batch: 8 16 32 64 128 256 512}"},
		{"grid.load={train.optimizer.kind: [sgd, adam]}",
			"load{train.optimizer.kind: sgd adam} temperature{train.batch: 8 16 32 64 128 256 512}"},
		{"grid.seeds={data.label_noise: [0, 0.1]}", "load{model.width: 1 2 3 4 6 8 11 16 23 32 45 64} " +
			"temperature{train.batch: 8 16 32 64 128 256 512} seeds{data.label_noise: 0 0.1}"},
	} {
		text := sample
		if strings.Contains(tt.set, "optimizer.kind") {
			text = strings.Replace(sample, "weight_decay: 5e-4}", "weight_decay: 5e-4}", 1)
		}
		var got []string
		for _, a := range parse(t, text, tt.set).Axes {
			got = append(got, fmt.Sprintf("%s{%s: %s}", a.Name, strings.Join(a.Paths, " "), strings.Join(a.Texts[0], " ")))
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("--set %s: %s, want %s", tt.set, s, tt.want)
		}
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
	_, err := language.Parse("big.yaml", []byte("grid:\n  load: "+load+"\n  temperature: "+temperature+"\n"))
	const want = "big.yaml:2:3: grid: 32000 × 31250 = 1000000000 cells; at most 100000 are allowed"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %.300v, want %s", err, want)
	}
	_, err = language.Parse("big.yaml", []byte("grid:\n  load: "+load+"\n"), "grid.temperature="+temperature)
	if err == nil || !strings.Contains(err.Error(), "1000000000 cells") {
		t.Errorf("by override: got %.300v", err)
	}
	text := "grid: {load: " + axis("model.width", 50001) + ", noise: {data.label_noise: [0, 1]}}"
	_, err = language.Parse("big.yaml", []byte(text))
	if err == nil || !strings.Contains(err.Error(), "50001 × 2 = 100002 cells") {
		t.Errorf("just too large: got %.300v", err)
	}
}

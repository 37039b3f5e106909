package spec_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	spec "basin/language"

	"github.com/google/go-cmp/cmp"
)

// labels are the axes of a text, each "name: label | label".
func labels(s *spec.Spec) (out []string) {
	for _, a := range s.Axes {
		out = append(out, a.Name+": "+strings.Join(a.Labels, " | "))
	}
	return out
}

func root(s *spec.Spec, cell int) *experiment { return s.Cells[cell].Root.(*experiment) }

// designs are three experiments that use all of the grammar: lines and planes, an equation, compression.
var designs = []string{`
data: {set: fashion-mnist, fraction: 0.1}
model: {kind: mlp, widths: [256, 256]}
train: {batch: 512, epochs: 200}
grid:
  lr: {train.optimizer.lr: [1, 0.1]}
  optimizer: {train.optimizer.kind: [sgd, adam]}
  norm: {model.batch_norm: [false, true]}
trajectory: {every: 5}
measure: {interpolation: {points: 50}, control: {kind: interpolation, from: fresh}, surface: {plane: pca}}
`, `
data: {set: poisson, dimension: 2, interior: 1000, fresh: true}
task:  {kind: ritz, boundary: hard}
model: {kind: residual, activation: swish}
train: {dtype: float64, batch: 1000, epochs: 5000, optimizer: adam} # an epoch: a fresh batch
grid: {width: {model.width: [4, 16, 64]}, loss: {task.kind: [ritz, galerkin]}}
trajectory: {at: [2000, 4000]}
measure: {performance: {}, roughness: {at: [initial, trajectory, train]}}
`, `
data: {set: digits}
model: {kind: mlp, widths: [300, 100]}
train: {epochs: 60, optimizer: {lr: 0.05, momentum: 0.9}}
stages: {threshold: {}, finetune: {epochs: 20}, quantise: {levels: 16}, code: {}} # in this order
grid:
  penalty: {train.penalty: [none, {kind: compressibility, weight: 1e-4}]}
  sparsity: {stages.threshold.sparsity: [0.5, 0.8, 0.9]} # the same networks
measure: {performance: {at: [train, code]}, connectivity: {between: [train, code]}}
`}

func TestDesigns(t *testing.T) {
	for i, want := range []struct {
		cells  int
		labels []string
	}{
		{8, []string{"lr: 1 | 0.1", "optimizer: sgd | adam", "norm: false | true"}},
		{6, []string{"width: 4 | 16 | 64", "loss: ritz | galerkin"}},
		{6, []string{"penalty: none | compressibility", "sparsity: 0.5 | 0.8 | 0.9"}},
	} {
		s := parse(t, designs[i])
		if len(s.Cells) != want.cells {
			t.Errorf("%d cells", len(s.Cells))
		}
		if d := cmp.Diff(want.labels, labels(s)); d != "" {
			t.Error(d)
		}
		checkRoundTrip(t, s)
	}
}

// TestCells: the first axis runs fastest, and each cell has its values.
func TestCells(t *testing.T) {
	s := parse(t, sample, "grid={decay: {train.optimizer.weight_decay: [0, 1e-4, 1]}, "+
		"activation: {model.activation: [tanh, relu]}, noise: {data.label_noise: [0, 0.5]}}")
	if len(s.Cells) != 12 {
		t.Fatalf("%d cells", len(s.Cells))
	}
	for i, c := range s.Cells {
		want := complete()
		at := []int{i % 3, i / 3 % 2, i / 6}
		want.Train.Optimizer.Settings.(*sgd).WeightDecay = []float64{0, 1e-4, 1}[at[0]]
		want.Model.Settings.(*mlp).Activation = []string{"tanh", "relu"}[at[1]]
		want.Data.LabelNoise = []float64{0, 0.5}[at[2]]
		if d := diff(want, root(s, i)); d != "" {
			t.Errorf("cell %d: %s", i, d)
		}
		if d := cmp.Diff(at, c.At); d != "" {
			t.Errorf("cell %d: %s", i, d)
		}
	}
	if got, want := s.Cells[4].Label, "decay=0.0001 activation=relu noise=0"; got != want {
		t.Errorf("label %q, want %q", got, want)
	}
	if d := cmp.Diff([]float64{0, 1e-4, 1}, s.Axes[0].Numbers); d != "" || s.Axes[1].Numbers != nil {
		t.Errorf("numbers %v, %v", s.Axes[0].Numbers, s.Axes[1].Numbers)
	}
	if d := diff(complete(), s.Base.(*experiment)); d != "" {
		t.Errorf("the base has changed: %s", d)
	}
}

func TestOneCell(t *testing.T) {
	s := parse(t, "name: one\nmodel: {width: 2}")
	c := s.Cells[0]
	if len(s.Cells) != 1 || s.Axes != nil || len(c.At) != 0 || c.Root != s.Base || c.ID == "" {
		t.Errorf("%+v", s)
	}
}

// TestSharing: cells share what one text gives.
func TestSharing(t *testing.T) {
	s := parse(t, sample)
	a, b := root(s, 0), root(s, 1) // another width, the same training
	if a.Train.Optimizer.Settings != b.Train.Optimizer.Settings || a.Measure[1] != b.Measure[1] ||
		a.Model.Settings == b.Model.Settings {
		t.Error("cells do not share what is equal, or share what is not")
	}
}

// TestZipped: the paths of one axis move together.
func TestZipped(t *testing.T) {
	s := parse(t, "grid: {size: {model.width: [1, 2, 3], train.batch: [8, 16, 8]}}")
	var got []string
	for i := range s.Cells {
		e := root(s, i)
		got = append(got, fmt.Sprint(e.Model.Settings.(*mlp).Width, e.Train.Batch))
	}
	if d := cmp.Diff([]string{"1 8", "2 16", "3 8"}, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"size: 1, 8 | 2, 16 | 3, 8"}, labels(s)); d != "" || s.Axes[0].Numbers != nil {
		t.Error(d, s.Axes[0].Numbers)
	}
	checkRoundTrip(t, s)
}

// TestLists: values of an axis may be lists.
func TestLists(t *testing.T) {
	s := parse(t, "grid: {shape: {model.widths: [[4, 5], [6]]}}")
	if d := cmp.Diff([]string{"shape: [4, 5] | [6]"}, labels(s)); d != "" {
		t.Error(d)
	}
	if w := root(s, 0).Model.Settings.(*mlp).Widths; len(w) != 2 || w[1] != 5 {
		t.Error(w)
	}
	checkRoundTrip(t, s)
}

// TestSections: values may be whole sections, and longer paths are set in them.
func TestSections(t *testing.T) {
	s := parse(t, `
model: {width: 4}
train: {optimizer: {lr: 0.5}, penalty: l1}
grid:
  weight: {train.penalty.weight: [0.5, 0.25]}
  penalty: {train.penalty: [{kind: compressibility}, {kind: compressibility, levels: 4}, l1]}
`)
	want := []string{"weight: 0.5 | 0.25", "penalty: compressibility levels=16 | compressibility levels=4 | l1"}
	if d := cmp.Diff(want, labels(s)); d != "" {
		t.Error(d)
	}
	var got []string
	for i := range s.Cells {
		p := root(s, i).Train.Penalty.Settings.(*penalty)
		got = append(got, fmt.Sprint(root(s, i).Train.Penalty.Kind, p.Weight, p.Levels))
	}
	if d := cmp.Diff([]string{
		"compressibility0.5 16", "compressibility0.25 16", "compressibility0.5 4", "compressibility0.25 4", "l10.5 0",
		"l10.25 0",
	}, got); d != "" {
		t.Error(d)
	}
	frozen := string(s.Freeze())
	if !strings.Contains(frozen,
		"[{kind: compressibility, levels: 16}, {kind: compressibility, levels: 4}, {kind: l1}]") {
		t.Error(frozen)
	}
	checkRoundTrip(t, s)

	whole := parse(t,
		"grid: {model: {model: [{width: 3}, {kind: cnn, width: 2}]}, run: {train: [{batch: 1, epochs: 2}, {epochs: 3}]}}")
	want = []string{"model: mlp | cnn", "run: batch=1 epochs=2 | batch=128 epochs=3"}
	if d := cmp.Diff(want, labels(whole)); d != "" {
		t.Error(d)
	}
	checkRoundTrip(t, whole)
}

// TestEntries: a path below no entry makes one, below a kind's name makes it a map; false leaves an entry out, and
// it keeps its place.
func TestEntries(t *testing.T) {
	names := func(e *experiment) string {
		var out []string
		for _, s := range e.Stages {
			out = append(out, s.Name)
		}
		return strings.Join(out, " ")
	}
	s := parse(t, "model: {width: 4}\ngrid: {sparsity: {stages.threshold.sparsity: [0.5, 0.8]}}")
	if names(root(s, 1)) != "threshold" || root(s, 1).Stages[0].Settings.(*threshold).Sparsity != 0.8 {
		t.Errorf("%+v", root(s, 1).Stages)
	}
	checkRoundTrip(t, s)
	s = parse(t, "model: {width: 4}\ntrain: {optimizer: adam}\ngrid: {lr: {train.optimizer.lr: [1, 2]}}")
	if o := root(s, 1).Train.Optimizer; o.Kind != "adam" || o.Settings.(*adam).LR != 2 {
		t.Errorf("%+v", o)
	}
	checkRoundTrip(t, s)
	s = parse(t, "model: {width: 4}\nstages: {threshold: false, finetune: {epochs: 3}}\n"+
		"grid: {pruned: {stages.threshold: [false, {}, {sparsity: 0.9}]}}")
	if names(root(s, 0)) != "finetune" || names(root(s, 1)) != "threshold finetune" {
		t.Errorf("%s, %s", names(root(s, 0)), names(root(s, 1)))
	}
	if d := cmp.Diff([]string{"pruned: false | sparsity=0.5 | sparsity=0.9"}, labels(s)); d != "" {
		t.Error(d)
	}
	checkRoundTrip(t, s)
	// An entry may be swept where it is left out: the path makes it.
	s = parse(t,
		"model: {width: 4}\nstages: {threshold: false}\ngrid: {sparsity: {stages.threshold.sparsity: [0.1, 0.2]}}")
	if names(root(s, 0)) != "threshold" {
		t.Errorf("%s", names(root(s, 0)))
	}
}

// TestSweptKinds: keys of any kind that some cell has may stand in the text.
func TestSweptKinds(t *testing.T) {
	s := parse(t, "model: {width: 4}\ntrain: {optimizer: {lr: 0.5, momentum: 0.9, eps: 1e-3}}\n"+
		"grid: {o: {train.optimizer.kind: [sgd, adam]}}")
	if m, e := root(s, 0).Train.Optimizer.Settings.(*sgd).Momentum,
		root(s, 1).Train.Optimizer.Settings.(*adam).Eps; m != 0.9 || e != 1e-3 {
		t.Errorf("momentum %v, eps %v", m, e)
	}
	frozen := string(s.Freeze())
	if !strings.Contains(frozen, "    lr: 0.5\n    betas: [0.9, 0.999]\n    eps: 0.001\n    momentum: 0.9\n") &&
		!strings.Contains(frozen, "    lr: 0.5\n    momentum: 0.9\n") || strings.Contains(frozen, "kind: sgd") {
		t.Error(frozen)
	}
	checkRoundTrip(t, s)
	s = parse(t, "model: {width: 4}\ngrid: {p: {train.penalty.kind: [none, l1]}}")
	if frozen := string(s.Freeze()); !strings.Contains(frozen, "  penalty:\n    weight: 0.001\n") {
		t.Error(frozen)
	}
	checkRoundTrip(t, s)
	// The set with its own split, too.
	checkRoundTrip(t, parse(t, "model: {width: 4}\ndata: {train: 1000}\ngrid: {set: {data.set: [digits, mnist]}}"))
}

// TestFiles: a kind may be named by an ending, with the path as its key.
func TestFiles(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"a.csv": "1,2", "b.npz": "1,2", "deep/c.csv": "3"} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	load := func(text string, sets ...string) *spec.Spec {
		t.Helper()
		s, err := language.Parse(filepath.Join(folder, "mine.yaml"), []byte(text), sets...)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := load("model: {width: 4}\ndata: {set: a.csv, label: y}")
	d := root(s, 0).Data.Source
	if d.Kind != "*.csv" || d.Settings.(*tableSet).File != filepath.Join(folder,
		"a.csv") || d.Settings.(*tableSet).Label != "y" {
		t.Errorf("%+v", d)
	}
	if frozen := string(s.Freeze()); !strings.Contains(frozen, "  set: "+filepath.Join(folder, "a.csv")+"\n") {
		t.Error(frozen)
	}
	checkRoundTrip(t, s)
	same := []string{s.Cells[0].ID}
	t.Chdir(filepath.Join(folder, "deep"))
	for _, set := range []string{"../a.csv", filepath.Join(folder, "a.csv"), "../b.npz"} { // the bytes are the same
		same = append(same, load("model: {width: 4}\ndata: {set: digits}", "data={set: "+set+"}").Cells[0].ID)
	}
	if same[1] == same[0] || same[1] != same[2] || same[2] != same[3] { // the label differs in the first
		t.Errorf("identities %v", same)
	}
	s = load("model: {width: 4}\ngrid: {set: {data.set: [digits, a.csv, deep/c.csv]}}")
	if d := cmp.Diff([]string{"set: digits | a.csv | c.csv"}, labels(s)); d != "" {
		t.Error(d)
	}
	checkRoundTrip(t, s)
	if err := os.WriteFile(filepath.Join(folder, "a.csv"), []byte("1,3"), 0o644); err != nil {
		t.Fatal(err)
	}
	if after := load("model: {width: 4}\ndata: {set: a.csv}").Cells[0].ID; after == same[1] {
		t.Error("another content has the same identity")
	}
	for text, want := range map[string]string{
		"data: {set: none.csv}": "mine.yaml:2:13: data.set: there is no file " + filepath.Join(folder,
			"none.csv"),
		"train: {start: deep}":            "train.start: " + filepath.Join(folder, "deep") + " is a folder",
		"train: {start: /dev/null}":       "train.start: /dev/null is not a regular file",
		"data: {set: a.csv, interior: 3}": "data.interior: it belongs to poisson, not to *.csv",
	} {
		_, err := language.Parse(filepath.Join(folder, "mine.yaml"), []byte("model: {width: 4}\n"+text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// TestGridErrors: mistakes that only named axes of paths can have.
func TestGridErrors(t *testing.T) {
	const ok = "model: {width: 4}\n"
	for _, tt := range []struct {
		name, text string
		sets       []string
		want       string
	}{
		{"no axes", ok + "grid: [1]", nil, "bad.yaml:2:7: grid: expected axes by name"},
		{"a name", ok + "grid: {'a b': {train.batch: [1]}}", nil,
			"bad.yaml:2:8: grid.a b: a name has letters, digits, _ and -"},
		{"nothing as a value", ok + "grid: {a: {train.batch: [1, ]}}", nil, ""},
		{"null as a value", ok + "grid: {a: {train.batch: [1, ~]}}", nil,
			"bad.yaml:2:29: grid.a.train.batch: expected a value, found nothing"},
		{"a section replaced", ok + "train: {penalty: {weight: 1}}\ngrid: {p: {train.penalty: [none, l1]}}", nil,
			"bad.yaml:2:19: train.penalty.weight: grid.p replaces train.penalty as a whole: remove what stands below it"},
		{"an override below", ok + "grid: {p: {train.penalty: [none, l1]}}", []string{"train.penalty.weight=1"},
			"--set train.penalty.weight=1: train.penalty.weight: it has no effect, because grid.p sweeps train.penalty"},
		{"the base of a swept key", "model: {width: wide}\ngrid: {w: {model.width: [1]}}", nil,
			`bad.yaml:1:16: model.width: expected an integer, found "wide"`},
		{"a path below a value", ok + "grid: {w: {model.width.x: [1]}}", nil,
			"grid.w.model.width.x: there is no such path"},
		{"a kind that the grid replaces", ok + "train: {optimizer: {kind: sgd, momentum: 0.9}}\n" +
			"grid: {o: {train.optimizer.kind: [adam]}}", nil,
			"bad.yaml:2:32: train.optimizer.momentum: it belongs to sgd, not to adam"},
		{"a section's key", ok + "grid: {p: {train.penalty: [{kind: l1, wieght: 1}]}}", nil,
			"bad.yaml:2:39: grid.p.train.penalty.wieght: unknown key; did you mean weight?"},
		{"a section's value", ok + "grid: {p: {train.penalty: [{kind: l1, weight: -1}]}}", nil,
			"grid.p.train.penalty.weight: -1 is not allowed"},
		{"a section's kind", ok + "grid: {p: {train.penalty: [none, l2]}}", nil,
			`grid.p.train.penalty: unknown value "l2"; did you mean l1?`},
		{"another kind's key", ok + "grid: {p: {train.optimizer.betas: [[0.1, 0.2]]}}", nil,
			"bad.yaml:2:12: grid.p.train.optimizer.betas: sweeping it has no effect: it belongs to adam, not to sgd"},
		{"a standard swept", ok + "train: {optimizer: adam}\ngrid: {m: {train.optimizer.momentum: [0]}}", nil,
			"grid.m.train.optimizer.momentum: sweeping it has no effect: it belongs to sgd, not to adam"},
		{"a value without effect",
			ok + "grid: {o: {train.optimizer.kind: [sgd, adam], train.optimizer.momentum: [0.9, 0.8]}}", nil,
			"bad.yaml:2:79: grid.o.train.optimizer.momentum: it has no effect in any cell that has it; give the standard"},
		{"a standard without effect",
			ok + "grid: {o: {train.optimizer.kind: [sgd, adam], train.optimizer.momentum: [0.9, 0]}}", nil, ""},
		{"a path of unread sections", ok + "train: {schedule: cosine}\ngrid: {o: {train.schedule.factor: [0.5]}}", nil,
			"grid.o.train.schedule.factor: sweeping it has no effect: it belongs to step, not to cosine"},
		{"a stage's key", ok + "grid: {s: {stages.threshold.levels: [2]}}", nil,
			"grid.s.stages.threshold.levels: sweeping it has no effect: it belongs to quantise, not to threshold"},
		{"a stage of no kind", ok + "grid: {s: {stages.prune.sparsity: [0.2]}}", nil,
			"there is no prune; it may be threshold, finetune, quantise, code " +
				"(an entry of another name gives its kind, as in {kind: threshold})"},
		{"a broken section below", "model: {width: 1}\ntrain: 3\ngrid: {s: {train.batch: [2]}}", nil,
			`train: expected a map of keys, found "3"`},
		{"the same networks", ok + "train: {optimizer: adam}\ngrid: {p: {train.penalty: [l1, {kind: l1}]}}", nil,
			"bad.yaml:3:7: grid: the cells p=l1 and p=l1 #2 are the same networks"},
		{"overridden section", ok + "train: 4", []string{"train.batch=3"},
			`bad.yaml:2:8: train: expected a map of keys, found "4"`},
	} {
		_, err := language.Parse("bad.yaml", []byte(tt.text), tt.sets...)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(),
			"\n")):
			t.Errorf("%s: got  %v\nwant %s", tt.name, err, tt.want)
		}
	}
}

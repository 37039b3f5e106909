package spec_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	spec "basin/language"
)

func id(t *testing.T, text string, sets ...string) string {
	t.Helper()
	cells := parse(t, text, sets...).Cells
	if len(cells) != 1 {
		t.Fatalf("%d cells in %s %v", len(cells), text, sets)
	}
	return cells[0].ID
}

// TestIdentityPinned fails when the way changes in which a section is hashed, which makes every run folder start
// anew.
func TestIdentityPinned(t *testing.T) {
	var h spec.Hasher
	s := &adam{LR: 0.1, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8}
	const want = "betas=[0.9, 0.999]\neps=1e-08\nlr=0.1\n" // weight_decay is zero
	if got := h.Sum(s); got != sha(want) {
		t.Errorf("%s, want the hash of %s", got, want)
	}
	const entry = "optimizer.eps=1e-08\noptimizer.kind.version=3\noptimizer.kind=adam\nseed=4\n"
	got := h.SumAll(map[string]any{"seed": 4,
		"optimizer": spec.Entry[section]{Kind: "adam", Version: 3, Settings: &adam{Eps: 1e-8}}})
	if got != sha(entry) {
		t.Errorf("%s, want the hash of %s", got, entry)
	}
	const values = "a=1\nb=2\nc=0.5\nd=true\ne=x\nf=[1]\ng=[2]\nh=[y]\ni=[0, 1]\nj={p: 1}\nk={q: z}\n"
	got = h.SumAll(map[string]any{
		"a": 1, "b": uint64(2), "c": 0.5, "d": true, "e": "x", "f": []int{1}, "g": []float64{2}, "h": []string{"y"},
		"i": [2]float64{0, 1}, "j": map[string]float64{"p": 1}, "k": map[string]string{"q": "z"}, "none": []int{},
	})
	if got != sha(values) {
		t.Errorf("%s, want the hash of %s", got, values)
	}
	if got, want := parse(t, sample).Cells[0].ID, "43b3b39a1e2bb988"; got != want {
		t.Errorf("cell %s, want %s", got, want)
	}
}

// TestSameIdentity: ways to say the same network.
func TestSameIdentity(t *testing.T) {
	const base = "model: {width: 64}\n"
	for _, tt := range []struct {
		name, text string
		sets       []string
	}{
		{"a float's spelling", "model: {width: 64.0}", nil},
		{"an exponent", "model: {width: 6.4e1}", nil},
		{"the order of keys", "train: {epochs: 100, batch: 128}\nmodel: {depth: 2, width: 64}", nil},
		{"standards spelled out", base + "data: {set: digits, train: 1437, fraction: 1.0, normalize: channel}\n" +
			"train: {keep: last, stop: {target_loss: 0}}", nil},
		{"all standards spelled out", string(parse(t, base).Freeze()), nil},
		{"layers one by one", "model: {widths: [64, 64]}", nil},
		{"a count resolved", base + "data: {train: 0}", nil},
		{"a name", base + "name: other", nil},
		{"replicas", base + "replicas: 2", nil},
		{"measures", base + "measure: {hessian: {}}\nphases: {poor: {mc: 3}}\ncheckpoint: {rename: {a: b}}", nil},
		{"an override", "model: {width: 1}", []string{"model.width=64"}},
		{"a grid", "grid: {load: {model.width: [64]}}", nil},
		{"a grid over another base", "model: {width: 3}\ngrid: {load: {model.width: [64]}}\ntrain: {batch: 128}", nil},
		{"a section swept", base + "grid: {o: {train.optimizer: [{lr: 0.01}]}}", nil},
		{"a kind of noise without noise", base + "data: {label_noise_kind: exact}", nil},
		{"negative zero", base + "train: {optimizer: {weight_decay: -0.0}}", nil},
		{"an alias", "seed: &n 0\nmodel: {width: &w 64, depth: 2}\ntrain: {optimizer: {weight_decay: *n}}", nil},
	} {
		if id(t, base) != id(t, tt.text, tt.sets...) {
			t.Errorf("%s changes the identity", tt.name)
		}
	}
	adam := "model: {width: 64}\ntrain: {optimizer: {kind: adam"
	if id(t, adam+"}}") != id(t, adam+", betas: [0.9, 0.999], eps: 0.00000001, momentum: 0}}") {
		t.Error("adam's standards change the identity")
	}
	resnet := "model: {kind: resnet18, width: 4"
	if id(t, resnet+"}") != id(t, resnet+", batch_norm: true, depth: 2}") {
		t.Error("what a ResNet has anyway changes the identity")
	}
}

// TestGridPosition: a cell keeps its identity wherever it stands in whatever grid.
func TestGridPosition(t *testing.T) {
	small := parse(t, sample, "grid={size: {train.batch: [32]}, width: {model.width: [64, 8]}}").Cells
	want := map[string]string{}
	for _, c := range parse(t, sample).Cells {
		want[c.Label] = c.ID
	}
	for i, label := range []string{"load=64 temperature=32", "load=8 temperature=32"} {
		if small[i].ID != want[label] {
			t.Errorf("%s has ID %s, and %s in the whole grid", small[i].Label, small[i].ID, want[label])
		}
	}
}

// TestEveryKeyCounts changes each key of data, task, model, train and stages in turn, and expects another identity,
// each a different one.
func TestEveryKeyCounts(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"a.csv", "b.npz", "start"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(folder)
	texts := []struct{ base, keys string }{
		{"", `data.set=mnist data.set=a.csv data.set=b.npz data.train=1000 data.fraction=0.5 data.label_noise=0.1
			data.pixel_noise=0.1 			data.normalize=none task.kind=ritz task.loss=squared-error
			model.kind=cnn model.width=5 model.depth=3 model.activation=tanh
			model.batch_norm=true train.optimizer.kind=adam train.optimizer.lr=0.5 train.optimizer.momentum=0.5
			train.optimizer.weight_decay=0.5 train.schedule.kind=cosine train.schedule.warmup=1 train.penalty=l1 train.batch=7
			train.drop_last=true train.epochs=7 train.stop.rule_b=true
			train.stop.target_loss=0.5 train.keep=best train.dtype=float64
			train.start=start stages.threshold={} stages.code={} seed=1`},
		{"data.label_noise=0.2", "data.label_noise_kind=exact"},
		{"data={set: a.csv, fraction: 0.7}", "data.train=5 data.label=y"},
		{"data={set: poisson}", "data.dimension=3 data.interior=5 data.fresh=true"},
		{"task={kind: galerkin}", "task.boundary=hard"},
		{"model={kind: mlp, widths: [9]}", "model.widths=[9,8]"},
		{"train.optimizer={momentum: 0.7}", "train.optimizer.nesterov=true"},
		{"train.optimizer={kind: adam, lr: 0.2}", "train.optimizer.betas=[0.9,0.99] train.optimizer.eps=1e-6"},
		{"train.schedule={kind: step, at: [3]}", "train.schedule.at=[7] train.schedule.factor=0.5"},
		{"train.penalty={kind: compressibility}", "train.penalty.weight=1 train.penalty.levels=2"},
		{"stages={threshold: {sparsity: 0.1}, finetune: {}}",
			"stages.threshold.sparsity=0.2 stages.finetune.epochs=7 stages.finetune=false"},
	}
	seen := map[string]string{}
	note := func(what, id string) {
		if other, ok := seen[id]; ok {
			t.Errorf("%s and %s give the same identity", what, other)
		}
		seen[id] = what
	}
	for _, tt := range texts {
		sets := []string{}
		if tt.base != "" {
			sets = []string{tt.base}
		}
		note(tt.base, id(t, "model: {width: 4}", sets...))
		for _, set := range strings.Fields(tt.keys) {
			note(tt.base+" "+set, id(t, "model: {width: 4}", append(sets, set)...))
		}
	}
}

// TestMeasureKeys: a measure's key follows every setting that changes what a record holds, and no other.
func TestMeasureKeys(t *testing.T) {
	key := func(text string) string {
		e := base(t, "model: {width: 4}\nmeasure: {m: "+text+"}")
		return hasher.Sum(e.Measure[0].Entry)
	}
	for text, same := range map[string][]string{
		"{kind: hessian}":                      {"{kind: hessian, samples: 200}", "{kind: hessian, at: [initial]}"},
		"{kind: hessian, samples: 7}":          nil,
		"{kind: hessian, trace: {probes: 7}}":  nil,
		"{kind: hessian, trace: {probes: -1}}": {"{kind: hessian, trace: {probes: -1, relative_error: 1}}"},
		"{kind: hessian, density: {steps: 7}}": nil,
		"{kind: connectivity}":                 {"{kind: connectivity, pairs: 4}"},
		"{kind: connectivity, curve: line}":    {"{kind: connectivity, curve: line, epochs: 5, lr: 1}"},
		"{kind: distance}":                     {"{kind: distance, pairs: 7}"},
		"{kind: performance}":                  nil,
		"{kind: roughness}":                    nil,
	} {
		for _, s := range same {
			if key(s) != key(text) {
				t.Errorf("%s and %s have different keys", text, s)
			}
		}
	}
	seen := map[string]string{}
	for _, text := range []string{"{kind: hessian}", "{kind: hessian, samples: 7}",
		"{kind: hessian, trace: {probes: 7}}", "{kind: hessian, trace: {probes: -1}}",
		"{kind: hessian, density: {steps: 7}}",
		"{kind: connectivity}",
		"{kind: connectivity, curve: line}", "{kind: distance}", "{kind: performance}", "{kind: roughness}"} {
		if other, ok := seen[key(text)]; ok {
			t.Errorf("%s and %s have the same key", text, other)
		}
		seen[key(text)] = text
	}
	if hasher.Sum(spec.Entry[section]{Kind: "none"}) != hasher.Sum(spec.Entry[section]{}) {
		t.Error("the kind none is part of an identity")
	}
}

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

package spec_test

import (
	"reflect"
	"strings"
	"testing"

	"basin/spec"
)

func id(t *testing.T, text string, sets ...string) string {
	t.Helper()
	cells := parse(t, text, sets...).Cells()
	if len(cells) != 1 {
		t.Fatalf("%d cells in %s %v", len(cells), text, sets)
	}
	return cells[0].ID
}

// TestIdentityPinned fails when an identity changes, which makes every existing run folder start anew. If that is meant, because
// numbers change, raise NumericalVersion.
func TestIdentityPinned(t *testing.T) {
	c := parse(t, sample).Cells()[0]
	if c.Label != "model.width=1 train.batch=8" {
		t.Errorf("first cell %s", c.Label)
	}
	if got, want := c.ID, "c9d1ad1b60055d52"; got != want {
		t.Errorf("cell %s, want %s", got, want)
	}
	if got, want := c.ReplicaID(3), "64f2d5c705a0f9d5"; got != want {
		t.Errorf("replica %s, want %s", got, want)
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
		{"defaults spelled out", base + "data: {set: digits, train: 1437, fraction: 1.0, normalize: channel}\ntrain: {keep: last, stop: {target_loss: 0}}", nil},
		{"all defaults spelled out", string(spec.Marshal(parse(t, base))), nil},
		{"layers one by one", "model: {widths: [64, 64]}", nil},
		{"a name", base + "name: other", nil},
		{"replicas", base + "replicas: 2", nil},
		{"measures", base + "measure: {hessian: {}}\nphases: {poor: {mc: 3}}\ncheckpoint: {rename: {a: b}}", nil},
		{"an override", "model: {width: 1}", []string{"model.width=64"}},
		{"a grid", "grid: {load: {model.width: [64]}}", nil},
		{"a grid over another base", "model: {width: 3}\ngrid: {load: {model.width: [64]}}\ntrain: {batch: 128}", nil},
		{"a kind of noise without noise", base + "data: {label_noise_kind: exact}", nil},
		{"negative zero", base + "train: {optimizer: {weight_decay: -0.0}}", nil},
	} {
		if id(t, base) != id(t, tt.text, tt.sets...) {
			t.Errorf("%s changes the identity", tt.name)
		}
	}
	adam := "model: {width: 64}\ntrain: {optimizer: {kind: adam"
	if id(t, adam+"}}") != id(t, adam+", betas: [0.9, 0.999], eps: 0.00000001, momentum: 0}}") {
		t.Error("adam's defaults change the identity")
	}
}

// TestGridPosition: a cell keeps its identity wherever it stands in whatever grid.
func TestGridPosition(t *testing.T) {
	small := parse(t, sample, "grid={load: {train.batch: [32]}, temperature: {model.width: [64, 8]}}").Cells()
	want := map[string]string{}
	for _, c := range parse(t, sample).Cells() {
		want[c.Label] = c.ID
	}
	for i, label := range []string{"model.width=64 train.batch=32", "model.width=8 train.batch=32"} {
		if small[i].ID != want[label] {
			t.Errorf("%s has ID %s, and %s in the whole grid", small[i].Label, small[i].ID, want[label])
		}
	}
}

// TestEveryFieldCounts changes each field of data, model and train in turn, and expects another identity, or the same one where the
// field has no effect.
func TestEveryFieldCounts(t *testing.T) {
	values := map[string]string{ // other than each default
		"data.set": "my.npz", "data.train": "1000", "data.fraction": "0.5", "data.label_noise": "0.1", "data.pixel_noise": "0.1",
		"data.normalize": "none", "data.label_noise_kind": "exact",
		"model.kind": "cnn", "model.width": "5", "model.depth": "3", "model.widths": "[5, 6]", "model.activation": "tanh",
		"model.batch_norm": "true",
		"train.loss":       "squared-error", "train.optimizer.kind": "adam", "train.optimizer.lr": "0.5", "train.optimizer.momentum": "0.5",
		"train.optimizer.nesterov": "true", "train.optimizer.weight_decay": "0.5", "train.optimizer.betas": "[0.9, 0.99]",
		"train.optimizer.eps": "1e-6", "train.schedule.kind": "cosine", "train.schedule.at": "[7]", "train.schedule.factor": "0.5",
		"train.schedule.warmup": "1", "train.batch": "7", "train.drop_last": "true", "train.epochs": "7", "train.stop.rule_b": "true",
		"train.stop.target_loss": "0.5", "train.keep": "best", "train.dtype": "float64",
	}
	needs := map[string]string{ // what makes the field count
		"data.label_noise_kind": "data.label_noise=0.1", "train.optimizer.nesterov": "train.optimizer.momentum=0.5",
		"train.optimizer.betas": "train.optimizer.kind=adam", "train.optimizer.eps": "train.optimizer.kind=adam",
		"train.schedule.at": "train.schedule={kind: step, at: [3]}", "train.schedule.factor": "train.schedule={kind: step, at: [3]}",
		"model.widths": "model={kind: mlp}",
	}
	seen := map[string]string{}
	for _, f := range spec.Fields() {
		top, _, _ := strings.Cut(f.Path, ".")
		if f.Type == "section" || top != "data" && top != "model" && top != "train" {
			continue
		}
		value, ok := values[f.Path]
		if !ok {
			t.Errorf("%s is not in this test", f.Path)
			continue
		}
		text, set := "model: {width: 4}", f.Path+"="+value
		var before, after string
		switch need := needs[f.Path]; {
		case f.Path == "model.widths":
			before, after = id(t, text), id(t, "model: {}", set)
		case need != "":
			before, after = id(t, text, need), id(t, text, need, set)
		default:
			before, after = id(t, text), id(t, text, set)
		}
		if before == after {
			t.Errorf("%s=%s does not change the identity", f.Path, value)
		}
		if other, ok := seen[after]; ok {
			t.Errorf("%s and %s give the same identity", f.Path, other)
		}
		seen[after] = f.Path
	}
	if id(t, "model: {width: 4}") == id(t, "model: {width: 4}\nseed: 1") {
		t.Error("the seed does not change the identity")
	}
}

func TestReplicaAndRecordIDs(t *testing.T) {
	cells := parse(t, sample).Cells()
	seen := map[string]bool{}
	for _, c := range cells {
		for r := range 5 {
			seen[c.ReplicaID(r)] = true
		}
	}
	if len(seen) != 420 {
		t.Errorf("%d identities of 420 networks", len(seen))
	}
	a, b := cells[0].ReplicaID(0), cells[0].ReplicaID(1)
	ids := map[string]bool{spec.RecordID("k", a): true, spec.RecordID("k", b): true, spec.RecordID("k", a, b): true, spec.RecordID("l", a): true}
	if len(ids) != 4 {
		t.Errorf("record IDs collide: %v", ids)
	}
}

// TestMeasureKeys: a measure's key follows every setting that changes what a record holds, and no other.
func TestMeasureKeys(t *testing.T) {
	const all = "model: {width: 4}\nmeasure: {performance: {}, hessian: {}, connectivity: {}, similarity: {}, distance: {}}\n"
	keys := func(sets ...string) map[string]string {
		out := map[string]string{}
		for _, w := range parse(t, all, sets...).Measure.List() {
			out[w.Name] = w.Key
		}
		return out
	}
	base := keys()
	if len(base) != 5 {
		t.Fatalf("measures %v", base)
	}
	values := map[string]string{"eval": "batch", "float32": "float64", "bezier": "line", "midpoint": "random", "mixup": "plain", "train": "test"}
	for _, f := range spec.Fields() {
		if !strings.HasPrefix(f.Path, "measure.") || f.Type == "section" {
			continue
		}
		name := strings.Split(f.Path, ".")[1]
		value := values[f.Default]
		switch f.Type {
		case "integer":
			value = "7"
		case "number":
			value = "0.123"
		case "boolean":
			value = "true"
		}
		got := keys(f.Path + "=" + value)
		if same, pairs := got[name] == base[name], strings.HasSuffix(f.Path, ".pairs"); same != pairs {
			t.Errorf("%s=%s: the key stays the same: %v, want %v", f.Path, value, same, pairs)
		}
		got[name] = base[name]
		if !reflect.DeepEqual(got, base) {
			t.Errorf("%s changes another measure's key", f.Path)
		}
	}
	line := "measure.connectivity={curve: line, "
	if keys(line + "epochs: 5}")["connectivity"] != keys(line + "lr: 1}")["connectivity"] {
		t.Error("how a curve is trained matters to a straight line")
	}
	if keys("measure.hessian={trace: {probes: -1}}")["hessian"] != keys("measure.hessian={trace: {probes: -1, relative_error: 1}}")["hessian"] {
		t.Error("the error of no trace matters")
	}
}

func TestListOrderAndPairs(t *testing.T) {
	var got []string
	for _, w := range complete().Measure.List() {
		got = append(got, w.Name)
		if w.OnPairs != (w.Pairs != 0) {
			t.Errorf("%s: on pairs %v, %d of them", w.Name, w.OnPairs, w.Pairs)
		}
	}
	if want := "performance hessian connectivity similarity distance"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

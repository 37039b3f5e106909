package spec_test

import (
	"strings"
	"testing"
)

// TestErrors gives one mistake each, and says what a user must be told: where, which key, what was expected.
func TestErrors(t *testing.T) {
	const ok = "model: {width: 4}\n"
	tests := []struct {
		name, text string
		sets       []string
		want       []string // parts of the message, one line each
	}{
		// The text.
		{"empty", "", nil, []string{"bad.yaml: the spec is empty"}},
		{"comments only", "# nothing\n", nil, []string{"bad.yaml: the spec is empty"}},
		{"syntax", "model: [1,\n", nil, []string{"bad.yaml:1:8: not valid YAML: "}},
		{"tab", "model:\n\twidth: 1\n", nil, []string{"bad.yaml:2:", "not valid YAML"}},
		{"binary", "\xff\xfe\x00", nil, []string{"bad.yaml: the text is not UTF-8"}},
		{"scalar", "42", nil, []string{`bad.yaml:1:1: expected a map of keys, found "42"`}},
		{"two documents", ok + "---\nseed: 1\n", nil, []string{"bad.yaml:3:", "a second document begins"}},
		{"merge key", ok + "data:\n  <<: {set: digits}\n", nil, []string{"bad.yaml:3:3: merge keys"}},
		{"alias", ok + "seed: *s\n", nil, []string{"bad.yaml:2:7: *s: no anchor &s stands before it"}},
		{"alias of itself", ok + "data: &a {set: *a}\n", nil, []string{"bad.yaml:2:16: *a: no anchor"}},
		{"tag", ok + "seed: !!int 3\n", nil, []string{"bad.yaml:2:7: !!int: YAML tags are not used"}},

		// Keys.
		{"unknown key", ok + "train:\n  epoch: 3\n", nil,
			[]string{"bad.yaml:3:3: train.epoch: unknown key; did you mean epochs?"}},
		{"unknown section", ok + "trian: {}\n", nil, []string{"bad.yaml:2:1: trian: unknown key; did you mean train?"}},
		{"key of another section", ok + "train: {lr: 0.1}\n", nil,
			[]string{"bad.yaml:2:9: train.lr: unknown key; did you mean train.optimizer.lr?"}},
		{"key far from all", ok + "xyzzy: 1\n", nil,
			[]string{"bad.yaml:2:1: xyzzy: unknown key; it may be name, seed, replicas"}},
		{"key of no settings", ok + "measure: {performance: {samples: 3}}\n", nil,
			[]string{"measure.performance.samples: it belongs to hessian or similarity, not to performance"}},
		{"measure of no kind", ok + "measure: {hesian: {}}\n", nil,
			[]string{"bad.yaml:2:11: measure.hesian: there is no hesian; did you mean hessian? (an entry of another name"}},
		{"duplicate key", ok + "seed: 1\nseed: 2\n", nil,
			[]string{"bad.yaml:3:1: seed: the key is given twice, first at bad.yaml:2:1"}},
		{"duplicate threshold", ok + "phases: {poor: {mc: 1, mc: 2}}\n", nil,
			[]string{"bad.yaml:2:24: phases.poor.mc: the key is given twice"}},
		{"threshold of no quantity", ok + "phases: {poor: {cm: 1}}\n", nil,
			[]string{"bad.yaml:2:21: phases.poor.cm: unknown key; it may be mc, mc_loss"}},
		{"no threshold", ok + "phases: {poor: {}}\n", nil, []string{"bad.yaml:2:16: phases.poor: the map is empty"}},

		// Types.
		{"integer", "model: {width: wide}\n", nil,
			[]string{`bad.yaml:1:16: model.width: expected an integer, found "wide"`}},
		{"fractional integer", "model: {width: 1.5}\n", nil,
			[]string{`bad.yaml:1:16: model.width: expected an integer, found "1.5"`}},
		{"octal", "model: {width: 017}\n", nil, []string{`model.width: expected an integer, found "017"`}},
		{"hexadecimal", "model: {width: 0x10}\n", nil, []string{`model.width: expected an integer, found "0x10"`}},
		{"quoted number", "model: {width: '4'}\n", nil,
			[]string{`model.width: expected an integer, found "4"; remove the quotes`}},
		{"list for a number", "model: {width: [4]}\n", nil,
			[]string{"bad.yaml:1:16: model.width: expected an integer, found a list; to sweep"}},
		{"nothing", "model: {width: }\n", nil, []string{"model.width: expected an integer, found nothing"}},
		{"huge integer", "model: {width: 99999999999999999999}\n", nil, []string{"model.width: expected an integer"}},
		{"huge number", ok + "data: {pixel_noise: 1e999}\n", nil,
			[]string{"data.pixel_noise: 1e999 is too large a number"}},
		{"negative seed", ok + "seed: -1\n", nil, []string{"seed: expected an integer ≥ 0"}},
		{"NaN", ok + "data: {label_noise: .nan}\n", nil,
			[]string{"bad.yaml:2:21: data.label_noise: expected a number", "only finite numbers"}},
		{"infinity", ok + "train: {optimizer: {lr: .inf}}\n", nil,
			[]string{"train.optimizer.lr: expected a number", "only finite numbers"}},
		{"boolean", ok + "train: {drop_last: yes}\n", nil,
			[]string{`train.drop_last: expected a boolean, found "yes"; write true or false`}},
		{"string", "name: 2024\n" + ok, nil, []string{`bad.yaml:1:7: name: expected a string, found "2024"; quote it`}},
		{"section", ok + "train: sgd\n", nil, []string{`bad.yaml:2:8: train: expected a map of keys, found "sgd"`}},
		{"kind", "model: [mlp]\n", nil,
			[]string{"bad.yaml:1:8: model: expected a kind, or a map of it and its settings, found a list"}},
		{"measure", ok + "measure: {distance: }\n", nil,
			[]string{"measure.distance: expected a map of settings ({} for the defaults) or false"}},
		{"two betas", ok + "train: {optimizer: {kind: adam, betas: [0.9]}}\n", nil,
			[]string{"train.optimizer.betas: expected a list of two numbers, found 1"}},
		{"list", ok + "train: {schedule: {kind: step, at: 75}}\n", nil,
			[]string{`train.schedule.at: expected a list of integers, found "75"`}},
		{"rename", ok + "checkpoint: {rename: {a: [b]}}\n", nil,
			[]string{"checkpoint.rename.a: expected a string, found a list"}},

		// Values.
		{"label noise", ok + "data: {label_noise: 1.4}\n", nil,
			[]string{"bad.yaml:2:21: data.label_noise: 1.4 is outside [0, 1]"}},
		{"fraction 0", ok + "data: {fraction: 0}\n", nil, []string{"data.fraction: 0 is outside (0, 1]"}},
		{"width 0", "model: {width: 0}\n", nil, []string{"bad.yaml:1:16: model.width: 0 is outside [1, 65536]"}},
		{"no width", "model: {kind: cnn}\n", nil,
			[]string{"bad.yaml:1:8: model.width: it is missing: base channels; give it, or sweep it in the grid"}},
		{"widths 0", "model: {widths: [4, 0]}\n", nil, []string{"bad.yaml:1:21: model.widths: 0 is outside [1, 65536]"}},
		{"batch 0", ok + "train: {batch: 0}\n", nil, []string{"train.batch: 0 is outside [1, 100000000]"}},
		{"epochs -1", ok + "train: {epochs: -1}\n", nil, []string{"train.epochs: -1 is outside [0, 1000000]"}},
		{"lr 0", ok + "train: {optimizer: {lr: 0}}\n", nil,
			[]string{"train.optimizer.lr: 0 is not allowed: it must be above 0"}},
		{"momentum 1", ok + "train: {optimizer: {momentum: 1}}\n", nil,
			[]string{"train.optimizer.momentum: 1 is outside [0, 1)"}},
		{"pairs 0", ok + "measure: {distance: {pairs: 0}}\n", nil,
			[]string{"measure.distance.pairs: 0 is not allowed: it must be -1 or at least 1"}},
		{"activation", "model: {width: 4, activation: rleu}\n", nil,
			[]string{`model.activation: unknown value "rleu"; did you mean relu?`}},
		{"set", ok + "data: {set: cifar-10}\n", nil, []string{`data.set: unknown value "cifar-10"; did you mean cifar10?`}},
		{"set of another kind", ok + "data: {set: stuff.mat}\n", nil,
			[]string{`data.set: unknown value "stuff.mat"; it may be digits, mnist`, "*.npz"}},
		{"ending", ok + "data: {set: x.npx}\n", nil, []string{`data.set: unknown value "x.npx"; did you mean *.npz?`}},
		{"replicas 0", ok + "replicas: 0\n", nil, []string{"replicas: 0 is outside [1, 100000]"}},
		{"name", ok + "name: ../up\n", nil, []string{`bad.yaml:2:7: name: "../up" cannot name a run folder`}},

		// The grid.
		{"empty axis", ok + "grid: {load: {model.width: []}}\n", nil,
			[]string{"bad.yaml:2:28: grid.load.model.width: the list is empty"}},
		{"axis of no path", ok + "grid: {load: {}}\n", nil,
			[]string{"bad.yaml:2:14: grid.load: expected paths and their values", "found none"}},
		{"axis of unequal paths", ok + "grid: {load: {model.width: [1, 2], model.depth: [1]}}\n", nil,
			[]string{"bad.yaml:2:49: grid.load.model.depth: 1 values, and model.width has 2: paths of one axis"}},
		{"axis as a list", ok + "grid: {load: [1, 2]}\n", nil,
			[]string{"grid.load: expected paths and their values", "found a list"}},
		{"one value", ok + "grid: {load: {model.width: 4}}\n", nil,
			[]string{`grid.load.model.width: expected a list of values, found "4"`}},
		{"unknown path", ok + "grid: {load: {model.witdh: [1]}}\n", nil,
			[]string{"bad.yaml:2:15: grid.load.model.witdh: there is no such path; did you mean model.width? " +
				"these can be swept: model.kind, model.widths"}},
		{"path not swept", ok + "grid: {load: {replicas: [1]}}\n", nil,
			[]string{"grid.load.replicas: it cannot be swept; axes move what is in data, task, model, train, stages"}},
		{"list swept", "grid: {load: {model.widths: [1]}}\n", nil,
			[]string{`grid.load.model.widths: expected a list of integers, found "1"`}},
		{"swept type", ok + "grid: {load: {model.width: [1, two]}}\n", nil,
			[]string{`bad.yaml:2:32: grid.load.model.width: expected an integer, found "two"`}},
		{"swept value", ok + "grid: {load: {data.label_noise: [0, 2]}}\n", nil,
			[]string{"bad.yaml:2:37: grid.load.data.label_noise: 2 is outside [0, 1]"}},
		{"swept twice", ok + "grid: {load: {data.fraction: [1, 0.5, 1.0]}}\n", nil,
			[]string{"bad.yaml:2:39: grid.load.data.fraction: 1 is given twice"}},
		{"axes alike", "grid: {load: {model.width: [1]}, temperature: {model.width: [2]}}\n", nil,
			[]string{"bad.yaml:1:48: grid.temperature.model.width: it sweeps model.width, as grid.load does"}},

		// Values together.
		{"one replica", ok + "replicas: 1\nmeasure:\n  similarity: {}\n", nil,
			[]string{"bad.yaml:4:15: measure.similarity: it compares pairs of replicas, and replicas is 1: " +
				"set replicas to 2 or more, or leave similarity out"}},
		{"too many pairs", ok + "replicas: 3\nmeasure: {connectivity: {pairs: 4}}\n", nil,
			[]string{"bad.yaml:3:33: measure.connectivity.pairs: 3 replicas have 3 pairs, not 4"}},
		{"steps", ok + "measure: {hessian: {eigenvalues: 50, steps: 20}}\n", nil,
			[]string{"measure.hessian.eigenvalues: 50 eigenvalues need"}},
		{"widths and width", "model: {width: 4, widths: [4, 4]}\n", nil,
			[]string{"bad.yaml:1:16: model.width: it has no effect: model.widths is given; remove it"}},
		{"widths of a cnn", "model: {kind: cnn, width: 4, widths: [4]}\n", nil,
			[]string{"bad.yaml:1:30: model.widths: it belongs to mlp, not to cnn; remove it"}},
		{"momentum of adam", ok + "train: {optimizer: {kind: adam, momentum: 0.9}}\n", nil,
			[]string{"train.optimizer.momentum: it belongs to sgd, not to adam; remove it, or choose that kind"}},
		{"betas of sgd", ok + "train: {optimizer: {betas: [0.5, 0.9]}}\n", nil,
			[]string{"train.optimizer.betas: it belongs to adam, not to sgd"}},
		{"resnet without batch norm", "model: {kind: resnet18, width: 4, batch_norm: false}\n", nil,
			[]string{"model.batch_norm: it has no effect: a resnet18 always has batch norm; remove it, or set it to true"}},
		{"train of a split set", ok + "data: {set: mnist, train: 1000}\n", nil,
			[]string{"data.train: it has no effect: the set mnist has its own split; use data.fraction"}},
		{"nesterov", ok + "train: {optimizer: {nesterov: true}}\n", nil,
			[]string{"train.optimizer.nesterov: it needs train.optimizer.momentum above 0"}},
		{"nesterov in a cell",
			ok + "train: {optimizer: {nesterov: true}}\ngrid: {temperature: {train.optimizer.momentum: [0.9, 0]}}\n", nil,
			[]string{"train.optimizer.nesterov: it needs", "(in the cell temperature=0)"}},
		{"step without epochs", ok + "train: {schedule: {kind: step}}\n", nil,
			[]string{"bad.yaml:2:", "train.schedule.at: the step schedule needs the epochs"}},
		{"steps back", ok + "train: {schedule: {kind: step, at: [9, 9]}}\n", nil,
			[]string{"train.schedule.at: epochs must increase, and 9 follows 9"}},
		{"warm-up", ok + "train: {epochs: 3, schedule: {warmup: 3}}\n", nil,
			[]string{"train.schedule.warmup: 3 epochs of warm-up leave nothing of 3"}},
		{"idle axis", "model: {kind: resnet20, width: 4}\ngrid: {load: {model.depth: [1, 2]}}\n", nil,
			[]string{"bad.yaml:2:15: grid.load.model.depth: sweeping it has no effect: a resnet20 has its own depth"}},
		{"cells alike", ok + "grid: {load: {model.depth: [1, 2]}, temperature: {model.kind: [mlp, resnet18]}}\n", nil,
			[]string{"grid: the cells load=1 temperature=resnet18 and load=2 temperature=resnet18 are the same networks"}},

		// Overrides.
		{"override without value", ok, []string{"seed"}, []string{"--set seed: expected path=value"}},
		{"override of nothing", ok, []string{"train.epoch=3"},
			[]string{"--set train.epoch=3: train.epoch: unknown path; did you mean train.epochs?"}},
		{"override's last part", ok, []string{"lr=0.1"},
			[]string{"--set lr=0.1: lr: unknown path; did you mean train.optimizer.lr?"}},
		{"override's type", ok, []string{"train.epochs=many"},
			[]string{`--set train.epochs=many: train.epochs: expected an integer, found "many"`}},
		{"override's value", ok, []string{"data.label_noise=1.4"},
			[]string{"--set data.label_noise=1.4: data.label_noise: 1.4 is outside [0, 1]"}},
		{"override's emptiness", ok, []string{"train.epochs="},
			[]string{"--set train.epochs=: train.epochs: expected an integer, found nothing"}},
		{"override's YAML", ok, []string{"train={"}, []string{"--set train={: not valid YAML"}},
		{"override's key", ok, []string{"train={epoch: 3}"},
			[]string{"--set train={epoch: 3}: train.epoch: unknown key; did you mean epochs?"}},
		{"override of a swept path", "grid: {load: {model.width: [1, 2]}}\n", []string{"model.width=3"},
			[]string{"--set model.width=3: model.width: it has no effect, because grid.load sweeps it"}},
		{"override's consequence", ok + "measure: {distance: {}}\n", []string{"replicas=1"},
			[]string{"measure.distance: it compares pairs"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := language.Parse("bad.yaml", []byte(tt.text), tt.sets...)
			if err == nil {
				t.Fatalf("no error, and %+v", s)
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("got  %v\nwant %s", err, w)
				}
			}
			if n := strings.Count(err.Error(), "\n"); n > 0 {
				t.Errorf("one mistake gives %d lines:\n%v", n+1, err)
			}
		})
	}
}

// TestAllErrorsAtOnce: what can be found is found in one go, in the order of the file, overrides last.
func TestAllErrorsAtOnce(t *testing.T) {
	_, err := language.Parse("bad.yaml", []byte(`replicas: 1
data: {label_noise: 2, fractoin: 1}
model: {kind: mpl, width: 0}
train:
  epochs: ten
  epochs: 10
grid:
  load: {model.widht: [1]}
  temperature: {train.batch: [0, 8, x]}
measure: {distance: {}, similarity: {pairs: 0}}
`), "seed=-1", "nope=1")
	var where []string
	for line := range strings.Lines(err.Error()) {
		where = append(where, strings.Join(strings.SplitN(line, ": ", 3)[:2], ": "))
	}
	want := []string{
		"bad.yaml:2:21: data.label_noise", "bad.yaml:2:24: data.fractoin", "bad.yaml:3:15: model.kind",
		"bad.yaml:3:27: model.width",
		"bad.yaml:5:11: train.epochs", "bad.yaml:6:3: train.epochs", "bad.yaml:8:10: grid.load.model.widht",
		"bad.yaml:9:31: grid.temperature.train.batch", "bad.yaml:9:37: grid.temperature.train.batch",
		"bad.yaml:10:45: measure.similarity.pairs",
		"--set seed=-1: seed", "--set nope=1: nope",
	}
	if got := strings.Join(where, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s\nof\n%v", got, strings.Join(want, "\n"), err)
	}
}

// TestManyErrors: a file that is wrong throughout is not answered with hundreds of lines.
func TestManyErrors(t *testing.T) {
	_, err := language.Parse("bad.yaml", []byte("model: {widths: ["+strings.Repeat("0, ", 500)+"]}\n"))
	if n := strings.Count(err.Error(), "\n"); n > 40 || !strings.Contains(err.Error(), "more problems") {
		t.Errorf("%d lines: %.200v", n, err)
	}
}

package runner_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"basin/checkpoint"
	"basin/dataset"
	"basin/engine/cpu"
	"basin/graph"
	"basin/model"
	"basin/objective"
	"basin/param"
	"basin/runner"
	"basin/spec"
	"basin/train"
)

// TestResNetsArePyTorchs: PyTorch's checkpoints give PyTorch's logits in evaluation mode, and in training mode its loss, its gradient
// and its running statistics after one step.
func TestResNetsArePyTorchs(t *testing.T) {
	type fixture struct {
		Checkpoint string
		Labels     []int32
		Logits     [][]float64 `json:"logits_eval"`
		Loss       float64     `json:"loss_train"`
		Gradient   []float64   `json:"gradient_train"`
		After      struct {
			Mean []float64 `json:"bn1.running_mean"`
			Var  []float64 `json:"bn1.running_var"`
		} `json:"running_after"`
	}
	var f struct {
		ResNet18 fixture `json:"resnet18_k1"`
		ResNet20 fixture `json:"resnet20_B_k1"`
	}
	text, err := os.ReadFile("../model/testdata/resnet.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	x := make([]float32, 4*3*32*32)
	wide := make([]float64, len(x)) // what the fixture says, which float32 rounds
	for i := range x {
		wide[i] = float64(7919*i%1000)/500 - 1
		x[i] = float32(wide[i])
	}
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string]fixture{"resnet18": f.ResNet18, "resnet20": f.ResNet20} {
		set := dataset.NewSet("formula", []int{3, 32, 32}, x, want.Labels, 10)
		m, err := model.New(spec.Model{Kind: kind, Width: 1}, set.Input(), 10)
		if err != nil {
			t.Fatal(err)
		}
		theta, state, _, err := runner.ReadNetwork("../model/testdata/"+want.Checkpoint, m, nil)
		if err != nil {
			t.Fatal(err)
		}
		o, err := objective.New(e, m, set, objective.Options{DType: graph.Float64})
		if err != nil {
			t.Fatal(err)
		}
		o.MoveTo(theta, state)
		logits, err := o.Logits()
		if err != nil {
			t.Fatal(err)
		}
		// The inputs differ by the rounding of float32, 6e-8; twenty layers carry it on.
		const tolerance = 1e-5
		for i, row := range want.Logits {
			for j, w := range row {
				if got := logits.At(i*10 + j); math.Abs(got-w) > tolerance*max(1, math.Abs(w)) {
					t.Errorf("%s: logit %d of sample %d is %v, PyTorch has %v", kind, j, i, got, w)
				}
			}
		}
		recipe := spec.Train{Batch: 4, Epochs: 1, DType: "float64", Optimizer: spec.Optimizer{Kind: "sgd", LR: 1e-3}}
		tr, err := train.New(e, m, set, recipe)
		if err != nil {
			t.Fatal(err)
		}
		stepped, err := tr.Run(t.Context(), 1, 0, train.Options{From: &train.Snapshot{Theta: theta, State: state}, Observer: func(s train.Step) error {
			if math.Abs(s.Loss-want.Loss) > tolerance*want.Loss {
				t.Errorf("%s: loss %v, PyTorch has %v", kind, s.Loss, want.Loss)
			}
			if d := param.Distance(s.Gradient.F64, want.Gradient); d > tolerance*param.Norm(want.Gradient) {
				t.Errorf("%s: the gradient is %v from PyTorch's, whose norm is %v", kind, d, param.Norm(want.Gradient))
			}
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		for name, w := range map[string][]float64{"bn1.running_mean": want.After.Mean, "bn1.running_var": want.After.Var} {
			segment, ok := m.State.Find(name)
			if !ok {
				t.Fatalf("%s: no %s", kind, name)
			}
			if got := param.View(stepped.State, segment); math.Abs(got[0]-w[0]) > tolerance {
				t.Errorf("%s: %s = %v after a step, PyTorch has %v", kind, name, got, w)
			}
		}
	}
}

// TestStateDictHasPyTorchsOrder: names, shapes and order of what is written. The counters lie elsewhere in the file, for alignment.
func TestStateDictHasPyTorchsOrder(t *testing.T) {
	text, err := os.ReadFile("../model/testdata/resnet.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Want [][2]json.RawMessage `json:"resnet18_k2_state_dict"`
	}
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	m, err := model.New(spec.Model{Kind: "resnet18", Width: 2}, []int{3, 32, 32}, 10)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "net.safetensors")
	if err := runner.WriteNetwork(path, m, make([]float64, m.Params.Size()), m.InitState(), graph.Float32, 7); err != nil {
		t.Fatal(err)
	}
	file, err := checkpoint.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	var got, want, gotCounters, wantCounters []string
	for _, tensor := range file.Tensors {
		line := fmt.Sprint(tensor.Name, append([]int{}, tensor.Shape...))
		if tensor.DType == checkpoint.I64 {
			gotCounters = append(gotCounters, line)
		} else {
			got = append(got, line)
		}
	}
	for _, pair := range f.Want {
		var name string
		var shape []int
		if err := errors.Join(json.Unmarshal(pair[0], &name), json.Unmarshal(pair[1], &shape)); err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprint(name, shape)
		if strings.HasSuffix(name, ".num_batches_tracked") {
			wantCounters = append(wantCounters, line)
		} else {
			want = append(want, line)
		}
	}
	if !slices.Equal(got, want) || len(want) == 0 {
		t.Errorf("tensors\n%v\nwant\n%v", got, want)
	}
	if !slices.Equal(gotCounters, wantCounters) || len(wantCounters) == 0 {
		t.Errorf("counters\n%v\nwant\n%v", gotCounters, wantCounters)
	}
}

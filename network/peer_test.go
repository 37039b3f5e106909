package network_test

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
	"basin/network"
	"basin/objective"
	"basin/param"
	"basin/task"
	"basin/train"
)

// TestResNetsArePyTorchs: PyTorch's checkpoints give PyTorch's logits in evaluation mode, and in training mode its
// loss, its gradient and its running statistics after one step.
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
	x := dataset.Array{Shape: []int{4, 3, 32, 32}}
	for i := range 4 * 3 * 32 * 32 {
		x.F64 = append(x.F64, float64(7919*i%1000)/500-1)
	}
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	for a, want := range map[model.Architecture]fixture{
		&model.ResNet18{Width: 1, Activation: "relu"}: f.ResNet18, &model.ResNet20{Width: 1,
			Activation: "relu"}: f.ResNet20,
	} {
		kind := fmt.Sprintf("%T", a)
		m, err := model.New(a, x.Shape[1:], 10)
		if err != nil {
			t.Fatal(err)
		}
		net, _, err := network.Read("../model/testdata/"+want.Checkpoint, m, nil)
		if err != nil {
			t.Fatal(err)
		}
		y := dataset.Array{Shape: []int{4}, I32: want.Labels}
		set := &dataset.Set{Name: "formula", Classes: 10, Parts: []dataset.Part{{X: x, Y: y}}}
		setup := &objective.Setup{Engine: e, Model: m, Task: &task.Classification{Criterion: "cross-entropy"},
			Data: &dataset.Split{Train: set}, Seed: 1, DType: graph.Float64}
		o, err := setup.On(set, objective.Options{DType: graph.Float64})
		if err != nil {
			t.Fatal(err)
		}
		o.MoveTo(net.Theta, net.State)
		logits, err := o.Predictions()
		if err != nil {
			t.Fatal(err)
		}
		const tolerance = 1e-10 // rounding through twenty layers
		for i, row := range want.Logits {
			for j, w := range row {
				if got := logits.At(i*10 + j); math.Abs(got-w) > tolerance*max(1, math.Abs(w)) {
					t.Errorf("%s: logit %d of sample %d is %v, PyTorch has %v", kind, j, i, got, w)
				}
			}
		}
		tr, err := train.New(setup, train.Recipe{Optimizer: &train.SGD{LR: 1e-3}, Batch: 4,
			Epochs: 1})
		if err != nil {
			t.Fatal(err)
		}
		start := &train.Snapshot{Theta: net.Theta, State: net.State, Observers: map[string]train.Observed{"peer": {}}}
		results, err := tr.Run(t.Context(), train.Member{From: start,
			Observers: map[string]train.Observer{"peer": compared(func(s train.Step) {
				if math.Abs(s.Loss-want.Loss) > tolerance*want.Loss {
					t.Errorf("%s: loss %v, PyTorch has %v", kind, s.Loss, want.Loss)
				}
				if d := param.Distance(s.Gradient(), want.Gradient); d > tolerance*param.Norm(want.Gradient) {
					t.Errorf("%s: the gradient is %v from PyTorch's, whose norm is %v", kind, d, param.Norm(want.Gradient))
				}
			})}})
		if err != nil {
			t.Fatal(err)
		}
		stepped := results[0]
		for name, w := range map[string][]float64{"bn1.running_mean": want.After.Mean,
			"bn1.running_var": want.After.Var} {
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

// compared is an observer of all steps by a function.
type compared func(train.Step)

func (compared) Wants(int) bool                          { return true }
func (f compared) Step(s train.Step) error               { f(s); return nil }
func (compared) State() (map[string][]float64, []string) { return nil, nil }
func (compared) Restore(map[string][]float64) error      { return nil }

// TestStateDictHasPyTorchsOrder: names, shapes and order of what is written. The counters lie elsewhere in the
// file, for alignment.
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
	m, err := model.New(&model.ResNet18{Width: 2, Activation: "relu"}, []int{3, 32, 32}, 10)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "net.safetensors")
	zero := network.Network{Theta: make([]float64, m.Params.Size()), State: m.InitState()}
	if err := network.Write(path, m, zero, graph.Float32, 7, nil); err != nil {
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

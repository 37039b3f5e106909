package runner_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"basin/dataset"
	"basin/engine/cpu"
	"basin/graph"
	"basin/model"
	"basin/objective"
	"basin/runner"
	"basin/spec"
)

// TestResNetsArePyTorchs: PyTorch's checkpoints give PyTorch's logits, in evaluation mode.
func TestResNetsArePyTorchs(t *testing.T) {
	type fixture struct {
		Checkpoint string
		Labels     []int32
		Logits     [][]float64 `json:"logits_eval"`
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
	set := &dataset.Set{Name: "formula", Shape: []int{3, 32, 32}, Classes: 10, X: make([]float32, 4*3*32*32)}
	wide := make([]float64, len(set.X)) // what the fixture says, which float32 rounds
	for i := range set.X {
		wide[i] = float64(7919*i%1000)/500 - 1
		set.X[i] = float32(wide[i])
	}
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string]fixture{"resnet18": f.ResNet18, "resnet20": f.ResNet20} {
		m, err := model.New(spec.Model{Kind: kind, Width: 1}, set.Shape, 10)
		if err != nil {
			t.Fatal(err)
		}
		theta, state, _, err := runner.ReadNetwork("../model/testdata/"+want.Checkpoint, m, nil)
		if err != nil {
			t.Fatal(err)
		}
		set.Y = want.Labels
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
	}
}

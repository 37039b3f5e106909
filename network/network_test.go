package network_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"basin/graph"
	"basin/model"
	"basin/network"
	"basin/random"
)

// TestCheckpointsAreStateDicts in PyTorch's order, and give back every bit.
func TestCheckpointsAreStateDicts(t *testing.T) {
	m, err := model.New(&model.ResNet18{Width: 1, Activation: "relu"}, []int{3, 8, 8}, 10)
	if err != nil {
		t.Fatal(err)
	}
	n := network.Network{Theta: m.Init(random.Stream(1, "init", 0)), State: m.InitState()}
	n.State[0] = 0.25
	path := filepath.Join(t.TempDir(), "net.safetensors")
	if err := network.Write(path, m, n, graph.Float32, 7, nil); err != nil {
		t.Fatal(err)
	}
	got, mapping, err := network.Read(path, m, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Theta, n.Theta) || !slices.Equal(got.State, n.State) || !mapping.ByName() {
		t.Error("a checkpoint does not give back what was written")
	}
	if names := mapping.Pairs[3].Want.Name; names != "bn1.running_mean" {
		t.Errorf("the fourth tensor is %s, PyTorch's is bn1.running_mean", names)
	}
	other, err := model.New(&model.ResNet18{Width: 2, Activation: "relu"}, []int{3, 8, 8}, 10)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := network.Read(path, other, nil); err == nil || !strings.Contains(err.Error(), "conv1.weight") {
		t.Errorf("a checkpoint of another width: %v; want an error that names conv1.weight", err)
	}
}

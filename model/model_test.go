package model_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"basin/model"
)

type fixture struct {
	ResNet18 map[string]int `json:"resnet18_parameters"`
	ResNet20 struct {
		B map[string]int
	} `json:"resnet20_parameters"`
	Layout18 []segment `json:"resnet18_k2_layout"`
	Layout20 []segment `json:"resnet20_B_k16_layout"`
}

type segment struct {
	Name  string
	Shape []int
}

func readFixture(t *testing.T) (f fixture) {
	t.Helper()
	text, err := os.ReadFile("testdata/resnet.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func image(t *testing.T, a model.Architecture) *model.Model {
	t.Helper()
	m, err := model.New(a, []int{3, 32, 32}, 10)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The counts are PyTorch's for the taxonomy's ResNet-18, and for a ResNet-20 with projections.
func TestParameterCounts(t *testing.T) {
	f := readFixture(t)
	for width, k := range map[string]int{"1": 1, "2": 2, "8": 8, "64": 64} {
		got, want := image(t, &model.ResNet18{Width: k, Activation: "relu"}).Params.Size(), f.ResNet18[width]
		if got != want || want == 0 {
			t.Errorf("resnet18 k=%d: %d parameters, want %d", k, got, want)
		}
	}
	for width, k := range map[string]int{"1": 1, "4": 4, "16": 16} {
		got, want := image(t, &model.ResNet20{Width: k, Activation: "relu"}).Params.Size(), f.ResNet20.B[width]
		if got != want || want == 0 {
			t.Errorf("resnet20 k=%d: %d parameters, want %d", k, got, want)
		}
	}
}

// Names, shapes and order are those of PyTorch's named_parameters.
func TestLayoutIsPyTorchs(t *testing.T) {
	f := readFixture(t)
	for _, c := range []struct {
		a    model.Architecture
		want []segment
	}{
		{&model.ResNet18{Width: 2, Activation: "relu"}, f.Layout18},
		{&model.ResNet20{Width: 16, Activation: "relu"}, f.Layout20},
	} {
		got := image(t, c.a).Params.Segments
		if len(got) != len(c.want) {
			t.Fatalf("%T: %d segments, want %d", c.a, len(got), len(c.want))
		}
		for i, w := range c.want {
			if got[i].Name != w.Name || !slices.Equal(got[i].Shape, w.Shape) {
				t.Errorf("%T: segment %d is %s %v, want %s %v", c.a, i, got[i].Name, got[i].Shape, w.Name, w.Shape)
			}
		}
	}
}

package model_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"basin/model"
	"basin/spec"
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

func image(t *testing.T, kind string, width int) *model.Model {
	t.Helper()
	m, err := model.New(spec.Model{Kind: kind, Width: width}, []int{3, 32, 32}, 10)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The counts are PyTorch's for the taxonomy's ResNet-18, and for a ResNet-20 with projections.
func TestParameterCounts(t *testing.T) {
	f := readFixture(t)
	for width, k := range map[string]int{"1": 1, "2": 2, "8": 8, "64": 64} {
		if got, want := image(t, "resnet18", k).Params.Size(), f.ResNet18[width]; got != want || want == 0 {
			t.Errorf("resnet18 k=%d: %d parameters, want %d", k, got, want)
		}
	}
	for width, k := range map[string]int{"1": 1, "4": 4, "16": 16} {
		if got, want := image(t, "resnet20", k).Params.Size(), f.ResNet20.B[width]; got != want || want == 0 {
			t.Errorf("resnet20 k=%d: %d parameters, want %d", k, got, want)
		}
	}
}

// Names, shapes and order are those of PyTorch's named_parameters.
func TestLayoutIsPyTorchs(t *testing.T) {
	f := readFixture(t)
	for _, c := range []struct {
		m    *model.Model
		want []segment
	}{{image(t, "resnet18", 2), f.Layout18}, {image(t, "resnet20", 16), f.Layout20}} {
		got := c.m.Params.Segments
		if len(got) != len(c.want) {
			t.Fatalf("%s: %d segments, want %d", c.m.Spec.Kind, len(got), len(c.want))
		}
		for i, w := range c.want {
			if got[i].Name != w.Name || !slices.Equal(got[i].Shape, w.Shape) {
				t.Errorf("%s: segment %d is %s %v, want %s %v", c.m.Spec.Kind, i, got[i].Name, got[i].Shape, w.Name, w.Shape)
			}
		}
	}
}

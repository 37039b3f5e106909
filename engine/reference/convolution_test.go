package reference

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"basin/engine"
	"basin/graph"
)

type tensor struct {
	Shape []int
	Data  []float64
}

func (x tensor) array() engine.Array { return engine.Float64s(x.Data, x.Shape...) }

// TestConvolutionFixtures compares the three convolutions with PyTorch's on small integers, where every result is
// exact.
func TestConvolutionFixtures(t *testing.T) {
	raw, err := os.ReadFile("../testdata/convolution.json") // made by bench/fixtures/convolution.py
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Groups                    int
			Stride, Padding, Dilation []int
			X, W, Y, DY, DX, DW       tensor
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range file.Cases {
		g := &graph.Geometry{
			Batch: c.X.Shape[0], In: c.X.Shape[1], Out: c.W.Shape[0], Groups: c.Groups,
			Size: c.X.Shape[2:], Kernel: c.W.Shape[2:],
			Stride: c.Stride, Low: c.Padding, High: c.Padding, Dilation: c.Dilation,
		}
		p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
			x, w, dy := in[0], in[1], in[2]
			return []*graph.Value{graph.Conv(x, w, g), graph.ConvInput(dy, w, g), graph.ConvWeight(x, dy, g)}
		}, c.X.array().Type, c.W.array().Type, c.DY.array().Type)
		if err != nil {
			t.Fatal(err)
		}
		out, err := engine.Evaluate(Engine{}, p, c.X.array(), c.W.array(), c.DY.array())
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []tensor{c.Y, c.DX, c.DW} {
			if !slices.Equal(out[i].Type.Shape, want.Shape) || !slices.Equal(out[i].F64, want.Data) {
				t.Errorf("%v: output %d (of y, dx, dw) is %v %v, PyTorch has %v", g, i, out[i].Type, out[i].F64, want)
			}
		}
	}
}

package checkpoint

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// says reports whether an error contains a text.
func says(err error, what string) bool { return err != nil && strings.Contains(err.Error(), what) }

func sample() *File {
	return &File{
		Tensors: []Tensor{
			{Name: "fc1.weight", Shape: []int{2, 3}, DType: F32, F32: []float32{1, -2, 3.5, 0, 1e-40, float32(math.Inf(1))}},
			{Name: "fc1.bias", Shape: []int{2}, DType: F32, F32: []float32{7, 8}},
			{Name: `odd "name" <µ>`, Shape: []int{0, 4}, DType: F32, F32: []float32{}},
			{Name: "bn1.num_batches_tracked", Shape: []int{}, DType: I64, I64: []int64{-1 << 62}},
			{Name: "bn1.running_mean", Shape: []int{1}, DType: F64, F64: []float64{math.Pi}},
			{Name: "mask", Shape: []int{1, 3}, DType: Bool, Raw: []byte{1, 0, 1}},
			{Name: "ids", Shape: []int{2}, DType: I16, Raw: []byte{0xfe, 0xff, 0, 1}},
		},
		Metadata: map[string]string{"z": "last", "a": `{"json": "inside"}`, "cell": "µ"},
	}
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cell", "0.safetensors")
	for range 2 { // the second overwrites
		if err := Write(path, sample()); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	want := sample()
	w := want.Tensors
	want.Tensors = []Tensor{w[3], w[4], w[0], w[1], w[2], w[6], w[5]} // eight bytes first, one byte last
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	if got.Tensor("fc2.bias") != nil {
		t.Error("a tensor that is not there was found")
	}
}

func TestFloat(t *testing.T) {
	for name, want := range map[string][]float64{
		"fc1.bias":                {7, 8},
		"bn1.running_mean":        {math.Pi},
		"bn1.num_batches_tracked": {-1 << 62},
		"mask":                    {1, 0, 1},
		"ids":                     {-2, 256},
		`odd "name" <µ>`:          {},
	} {
		if d := cmp.Diff(want, sample().Tensor(name).Float()); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestFinite(t *testing.T) {
	inf := math.Inf(-1)
	for _, c := range []struct {
		tensor Tensor
		want   string
	}{
		{Tensor{Shape: []int{2, 3}, DType: F32, F32: []float32{0, 1, 2, 3, 4, float32(math.NaN())}}, "[1 2] is NaN; 1 of 6"},
		{Tensor{Shape: []int{2, 1}, DType: F64, F64: []float64{inf, inf}}, "[0 0] is -Inf; 2 of 2"},
		{Tensor{DType: F64, F64: []float64{inf}}, "[] is -Inf; 1 of 1"},
		{Tensor{Shape: []int{2}, DType: F64, F64: []float64{math.MaxFloat64, 0}}, ""},
		{Tensor{Shape: []int{1}, DType: F32, F32: []float32{math.MaxFloat32}}, ""},
		{Tensor{Shape: []int{1}, DType: I64, I64: []int64{math.MaxInt64}}, ""},
	} {
		c.tensor.Name = "fc2.weight"
		err := (&File{Tensors: []Tensor{sample().Tensors[1], c.tensor}}).Finite()
		if (c.want == "") != (err == nil) {
			t.Errorf("%v: error %v", c.tensor, err)
		}
		if err != nil && !strings.Contains(err.Error(), `"fc2.weight": value `+c.want+" values") {
			t.Errorf("%v: error %v", c.tensor, err)
		}
	}
}

package checkpoint

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFromPython reads what the reference implementation wrote (testdata/make.py).
func TestFromPython(t *testing.T) {
	f, err := Read("testdata/types.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	inf := math.Inf(1)
	step := float32(0x1p-24) // the smallest half, which 6e-8 is rounded to
	want := map[string]Tensor{
		"f64":                 {Shape: []int{2, 2}, DType: F64, F64: []float64{1.5, -2.25, 1e300, inf}},
		"f32":                 {Shape: []int{3}, DType: F32, F32: []float32{1.5, float32(math.Copysign(0, -1)), 3e-39}},
		"f16":                 {Shape: []int{4}, DType: F32, F32: []float32{1.5, -65504, step, float32(inf)}},
		"num_batches_tracked": {Shape: []int{}, DType: I64, I64: []int64{1 << 40}},
		"i32":                 {Shape: []int{2}, DType: I32, Raw: []byte{255, 255, 255, 255, 2, 0, 0, 0}},
		"mask":                {Shape: []int{2}, DType: Bool, Raw: []byte{1, 0}},
		"empty":               {Shape: []int{0, 3}, DType: F32, F32: []float32{}},
	}
	if len(f.Tensors) != len(want) {
		t.Errorf("%d tensors, want %d", len(f.Tensors), len(want))
	}
	for name, w := range want {
		w.Name = name
		if got := f.Tensor(name); got == nil || cmp.Diff(w, *got) != "" {
			t.Errorf("%s: %v, want %v", name, got, w)
		}
	}
	if math.Signbit(float64(f.Tensor("f32").F32[1])) == false {
		t.Error("−0 lost its sign")
	}
	if f.Metadata["note"] != `a "quoted" <µ>` {
		t.Errorf("metadata %q", f.Metadata)
	}
}

// TestPythonReadsOurs lets the reference implementation read what we write, where it is installed.
func TestPythonReadsOurs(t *testing.T) {
	python := os.Getenv("BASIN_PYTHON") // an interpreter that has safetensors and numpy
	if python == "" {
		python = "python3"
	}
	if err := exec.Command(python, "-c", "import safetensors, numpy").Run(); err != nil {
		t.Skipf("%s has no safetensors and numpy: set BASIN_PYTHON to one that has (%v)", python, err)
	}
	path := filepath.Join(t.TempDir(), "ours.safetensors")
	if err := Write(path, sample()); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, "-c", `
import sys
from safetensors import safe_open
with safe_open(sys.argv[1], "np") as f:
    for name in sorted(f.keys()):
        t = f.get_tensor(name)
        print(name, t.dtype, t.shape, t.ravel().tolist())
    print(f.metadata()["a"], f.metadata()["z"])
`, path).CombinedOutput()
	const want = `bn1.num_batches_tracked int64 () [-4611686018427387904]
bn1.running_mean float64 (1,) [3.141592653589793]
fc1.bias float32 (2,) [7.0, 8.0]
fc1.weight float32 (2, 3) [1.0, -2.0, 3.5, 0.0, 9.99994610111476e-41, inf]
ids int16 (2,) [-2, 256]
mask bool (1, 3) [True, False, True]
odd "name" <µ> float32 (0, 4) []
{"json": "inside"} last
`
	if err != nil || string(out) != want {
		t.Errorf("Python read:\n%s%v\nwant:\n%s", out, err, want)
	}
}

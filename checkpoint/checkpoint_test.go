package checkpoint

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sample() *File {
	return &File{
		Tensors: []Tensor{
			{Name: "fc1.weight", Shape: []int{2, 3}, DType: F32, F32: []float32{1, -2, 3.5, 0, 1e-40, float32(math.Inf(1))}},
			{Name: "fc1.bias", Shape: []int{2}, DType: F32, F32: []float32{7, 8}},
			{Name: `odd "name" <µ>`, Shape: []int{0, 4}, DType: F32, F32: []float32{}},
			{Name: "bn1.num_batches_tracked", Shape: []int{}, DType: I64, I64: []int64{-1 << 62}},
			{Name: "bn1.running_mean", Shape: []int{1}, DType: F64, F64: []float64{math.Pi}},
		},
		Metadata: map[string]string{"z": "last", "a": `{"json": "inside"}`, "cell": "µ"},
	}
}

// TestFromPython reads what the reference implementation wrote (testdata/make.py).
func TestFromPython(t *testing.T) {
	f, err := Read("testdata/types.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	inf := math.Inf(1)
	half := float32(6e-8 / 0x1p-24) // in units of half's smallest step, of which 6e-8 is one
	want := map[string]Tensor{
		"f64":                 {Shape: []int{2, 2}, DType: F64, F64: []float64{1.5, -2.25, 1e300, inf}},
		"f32":                 {Shape: []int{3}, DType: F32, F32: []float32{1.5, float32(math.Copysign(0, -1)), 3e-39}},
		"f16":                 {Shape: []int{4}, DType: F32, F32: []float32{1.5, -65504, float32(math.Round(float64(half))) * 0x1p-24, float32(inf)}},
		"num_batches_tracked": {Shape: []int{}, DType: I64, I64: []int64{1 << 40}},
		"i32":                 {Shape: []int{2}, DType: I64, I64: []int64{-1, 2}},
		"mask":                {Shape: []int{2}, DType: I64, I64: []int64{1, 0}},
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
odd "name" <µ> float32 (0, 4) []
{"json": "inside"} last
`
	if err != nil || string(out) != want {
		t.Errorf("Python read:\n%s%v\nwant:\n%s", out, err, want)
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
	want.Tensors = []Tensor{want.Tensors[3], want.Tensors[4], want.Tensors[0], want.Tensors[1], want.Tensors[2]} // eight bytes first
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	if d := cmp.Diff([]float64{7, 8}, got.Tensor("fc1.bias").Float()); d != "" || got.Tensor("fc2.bias") != nil {
		t.Error(d)
	}
}

func encode(t testing.TB, f *File) []byte {
	t.Helper()
	b, err := Encode(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBytesAreDeterministicAndAligned(t *testing.T) {
	b := encode(t, sample())
	for range 20 { // a map has another order each time
		if !bytes.Equal(encode(t, sample()), b) {
			t.Fatal("the same content gives other bytes")
		}
	}
	for length := range 8 { // one of these headers has each length modulo 8
		f := &File{Metadata: map[string]string{"a": strings.Repeat("x", length)}}
		if n := le.Uint64(encode(t, f)); n%8 != 0 {
			t.Errorf("the data starts at byte %d", 8+n)
		}
	}
	again, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encode(t, again), b) {
		t.Error("reading and writing changes the bytes")
	}
}

// TestEveryFlipAndCutIsNoticed holds for files of Basin, which have a checksum: a flip is an error or changes nothing (in the header's
// padding). A flip in the name of the checksum makes the file one without a checksum, its tensors still whole.
func TestEveryFlipAndCutIsNoticed(t *testing.T) {
	whole, want := encode(t, sample()), sample()
	want.Tensors = []Tensor{want.Tensors[3], want.Tensors[4], want.Tensors[0], want.Tensors[1], want.Tensors[2]}
	key := bytes.Index(whole, []byte(checksumKey))
	for i := range whole {
		for bit := range 8 {
			b := bytes.Clone(whole)
			b[i] ^= 1 << bit
			got, err := Decode(b)
			if err == nil && i >= key && i < key+len(checksumKey) {
				got.Metadata = want.Metadata
			}
			if err == nil && cmp.Diff(want, got) != "" {
				t.Errorf("flip of bit %d in byte %d was not noticed", bit, i)
			}
		}
		if _, err := Decode(whole[:i]); err == nil {
			t.Errorf("cut to %d bytes was not noticed", i)
		}
	}
	if _, err := Decode(append(whole, 0)); err == nil {
		t.Error("a byte too many was not noticed")
	}
}

// file makes a safetensors file from a header and n bytes of data.
func file(header string, n int) []byte {
	b := le.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, n)...)
}

func TestMalformed(t *testing.T) {
	one := func(dtype, shape, offsets string) string {
		return fmt.Sprintf(`{"w":{"dtype":"%s","shape":%s,"data_offsets":%s}}`, dtype, shape, offsets)
	}
	two := func(a, b string) string {
		return fmt.Sprintf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":%s},"b":{"dtype":"F32","shape":[1],"data_offsets":%s}}`, a, b)
	}
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"empty", nil, "not a safetensors file"},
		{"text", []byte("hello, world"), "cut off"},
		{"header beyond the file", le.AppendUint64(nil, 1<<63), "cut off"},
		{"long header", append(le.AppendUint64(nil, 100), "{}"...), "cut off"},
		{"no brace", file(` {}`, 0), "does not start with {"},
		{"no JSON", file(`{"w"`, 0), "damaged header"},
		{"second object", file(`{}{}`, 0), "damaged header"},
		{"not UTF-8", file("{\"\xff\":1}", 0), "not UTF-8"},
		{"array", file(`{"w":[1]}`, 0), `"w"`},
		{"twice", file(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "occurs twice"},
		{"missing dtype", file(`{"w":{"shape":[1],"data_offsets":[0,4]}}`, 4), "needs one dtype"},
		{"double dtype", file(`{"w":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "needs one dtype"},
		{"unknown key", file(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, 4), `key "x"`},
		{"unknown dtype", file(one("F31", "[1]", "[0,4]"), 4), `dtype "F31"`},
		{"null shape", file(one("F32", "null", "[0,4]"), 4), "needs one dtype, one shape"},
		{"negative shape", file(one("F32", "[-1]", "[0,4]"), 4), "absurd"},
		{"fractional shape", file(one("F32", "[1.5]", "[0,4]"), 4), `"w"`},
		{"absurd shape", file(one("F32", "[4294967296,4294967296,4294967296]", "[0,4]"), 4), "absurd"},
		{"huge shape", file(one("F32", "[1000000000000]", "[0,4]"), 4), "needs 4000000000000"},
		{"offsets of 3", file(one("F32", "[1]", "[0,4,8]"), 4), "two data_offsets"},
		{"backwards", file(one("F32", "[1]", "[0,-4]"), 4), "ends at -4"},
		{"beyond the data", file(one("F32", "[2]", "[0,8]"), 4), "cut off"},
		{"shape against offsets", file(one("F32", "[2]", "[0,4]"), 4), "needs 8"},
		{"starts late", file(one("F32", "[1]", "[4,8]"), 8), "must follow"},
		{"gap", file(two("[0,4]", "[8,12]"), 12), "must follow"},
		{"overlap", file(two("[0,4]", "[2,6]"), 6), "must follow"},
		{"same place", file(two("[0,4]", "[0,4]"), 4), "must follow"},
		{"left over", file(one("F32", "[1]", "[0,4]"), 5), "1 bytes follow"},
		{"metadata of numbers", file(`{"__metadata__":{"a":1}}`, 0), `metadata "a"`},
		{"metadata twice", file(`{"__metadata__":{"a":"1","a":"2"}}`, 0), `metadata "a"`},
		{"wrong checksum", file(`{"__metadata__":{"basin.sha256":"00"}}`, 0), "checksum"},
	} {
		if _, err := Decode(c.b); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
	for _, good := range [][]byte{file(`{}`, 0), file("{}    ", 0), file(two("[4,8]", "[0,4]"), 8), file(one("F32", "[0,5]", "[0,0]"), 0)} {
		if _, err := Decode(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

// TestHalfPrecision compares every half and brain float with its value by the formula of IEEE 754.
func TestHalfPrecision(t *testing.T) {
	types := storedTypes()
	formula := func(h uint16, exponentBits, mantissaBits int) float64 {
		sign, top := 1.0, 1<<exponentBits-1
		if h>>15 == 1 {
			sign = -1
		}
		exponent, mantissa := int(h>>mantissaBits)&top, float64(h&(1<<mantissaBits-1))/float64(int(1)<<mantissaBits)
		bias := 1<<(exponentBits-1) - 1
		switch {
		case exponent == top && mantissa == 0:
			return math.Inf(int(sign))
		case exponent == top:
			return math.NaN()
		case exponent == 0:
			return sign * math.Ldexp(mantissa, 1-bias)
		}
		return sign * math.Ldexp(1+mantissa, exponent-bias)
	}
	for h := range 1 << 16 {
		b := le.AppendUint16(nil, uint16(h))
		for dtype, want := range map[string]float64{"F16": formula(uint16(h), 5, 10), "BF16": formula(uint16(h), 8, 7)} {
			got := float64(types[dtype].float(b))
			if math.IsNaN(want) != math.IsNaN(got) || (!math.IsNaN(want) && (got != want || math.Signbit(got) != math.Signbit(want))) {
				t.Fatalf("%s %#04x is %g, want %g", dtype, h, got, want)
			}
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	w := Tensor{Name: "w", DType: F32, F32: []float32{1}}
	for name, f := range map[string]*File{
		"twice":            {Tensors: []Tensor{w, w}},
		"reserved name":    {Tensors: []Tensor{{Name: metadataKey, DType: F32, F32: []float32{1}}}},
		"no name":          {Tensors: []Tensor{{DType: F32, F32: []float32{1}}}},
		"name not UTF-8":   {Tensors: []Tensor{{Name: "\xff", DType: F32, F32: []float32{1}}}},
		"string not UTF-8": {Metadata: map[string]string{"a": "\xff"}},
	} {
		if _, err := Encode(f); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, bad := range map[string]Tensor{
		"shape":       {Name: "w", Shape: []int{2}, DType: F32, F32: []float32{1}},
		"other slice": {Name: "w", Shape: []int{1}, DType: F32, F64: []float64{1}},
		"no dtype":    {Name: "w", Shape: []int{1}, F32: []float32{1}},
		"half":        {Name: "w", Shape: []int{2}, DType: "F16", F32: []float32{1}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			Encode(&File{Tensors: []Tensor{bad}})
		}()
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(f, sample()))
	f.Add(file(`{"w":{"dtype":"BF16","shape":[2,1],"data_offsets":[0,4]}}`, 4))
	f.Add(file(`{"w":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,-9223372036854775808]}}`, 4))
	f.Add(le.AppendUint64(nil, math.MaxUint64))
	for _, name := range []string{"types", "sequential"} {
		b, err := os.ReadFile("testdata/" + name + ".safetensors")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Decode(b)
		if err != nil {
			return
		}
		values := 0
		for _, x := range got.Tensors {
			values += len(x.F32) + len(x.F64) + len(x.I64)
		}
		if values > len(b) {
			t.Errorf("%d values from %d bytes", values, len(b))
		}
		if slices.ContainsFunc(got.Tensors, func(x Tensor) bool { return x.Name == "" }) {
			return // the format allows no name; we write none
		}
		again, err := Decode(encode(t, got))
		if err != nil || len(again.Tensors) != len(got.Tensors) {
			t.Errorf("what was read cannot be written and read again: %v", err)
		}
	})
}

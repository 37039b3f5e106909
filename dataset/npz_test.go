package dataset

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"basin/spec"
)

// TestNPZFromNumPy reads what NumPy wrote (testdata/make.py).
func TestNPZFromNumPy(t *testing.T) {
	quarter := func(k int) float32 { return float32(k-7) / 4 }
	plain := func(k int) float32 { return float32(k) }
	for _, c := range []struct {
		file  string
		shape []int
		value func(int) float32
		test  int
	}{
		{"f4", []int{4}, quarter, 0},
		{"f8", []int{4}, quarter, 0},
		{"u1", []int{1, 2, 2}, plain, 2},
		{"i4", []int{1, 2, 2}, plain, 0},
		{"i8", []int{1}, plain, 0},
	} {
		train, test, err := readNPZ("testdata/" + c.file + ".npz")
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		for k, x := range train.X().F32 {
			if x != c.value(k) {
				t.Fatalf("%s: value %d is %v, want %v", c.file, k, x, c.value(k))
			}
		}
		if train.Len() != 6 || !slices.Equal(train.Input(), c.shape) ||
			!slices.Equal(train.Y().I32, []int32{0, 1, 2, 0, 1, 2}) || train.Classes != 3 {
			t.Errorf("%s: %+v", c.file, train)
		}
		if (test == nil) != (c.test == 0) || (test != nil &&
			(test.Len() != c.test || !slices.Equal(test.Y().I32, []int32{0, 1}) || test.X().F32[7] != 7)) {
			t.Errorf("%s: test set %+v", c.file, test)
		}
	}
	for file, want := range map[string]string{"fortran": "ascontiguousarray", "big_endian": "little-endian",
		"object": "save it as float32"} {
		if _, _, err := readNPZ("testdata/" + file + ".npz"); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), file+".npz: x") {
			t.Errorf("%s: error %v, want %q", file, err, want)
		}
	}
}

func TestNPZSplits(t *testing.T) {
	s := raw(t, "testdata/f4.npz", Options{})
	if s.Train.Len() != 4 || s.Test.Len() != 2 || s.Train.Name != "f4" { // ⌊80 %⌋ of 6
		t.Errorf("%d/%d of %q", s.Train.Len(), s.Test.Len(), s.Train.Name)
	}
	if s, err := Load(spec.Data{Set: "testdata/f4.npz", Train: 5}, Options{}); err != nil || s.Train.Len() != 5 ||
		s.Test.Len() != 1 {
		t.Errorf("train: 5 gives %+v, %v", s, err)
	}
	for set, train := range map[string]int{"testdata/f4.npz": 6, "testdata/u1.npz": 3} {
		if _, err := Load(spec.Data{Set: set, Train: train}, Options{}); err == nil ||
			!strings.Contains(err.Error(), "data: train:") {
			t.Errorf("%s with train %d: error %v", set, train, err)
		}
	}
}

// npy encodes values as NumPy does.
func npy(shape string, values any) []byte {
	descr := map[string]string{"[]float32": "<f4", "[]float64": "<f8", "[]int64": "<i8"}[fmt.Sprintf("%T", values)]
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n", descr, shape)
	b := []byte("\x93NUMPY\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	b, err := binary.Append(append(b, header...), binary.LittleEndian, values)
	if err != nil {
		panic(err)
	}
	return b
}

// npz writes members to a new .npz file.
func npz(t *testing.T, members ...any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "user.npz")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.Create(members[i].(string) + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		w.Write(members[i+1].([]byte))
	}
	if err := errors.Join(z.Close(), os.WriteFile(path, b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBadNPZ(t *testing.T) {
	nan, inf := float32(math.NaN()), math.Inf(1)
	x := npy("4, 1", []float32{1, 2, 3, 4})
	y := npy("4,", []int64{0, 1, 0, 1})
	for _, c := range []struct {
		name    string
		members []any
		want    string
	}{
		{"NaN", []any{"x", npy("4, 1", []float32{1, nan, 3, 4}), "y", y}, "sample 1 holds NaN"},
		{"infinite", []any{"x", npy("4, 1", []float64{1, 2, 3, inf}), "y", y}, "sample 3 holds +Inf"},
		{"beyond float32", []any{"x", npy("4, 1", []float64{1e300, 2, 3, 4}), "y", y}, "sample 0 holds +Inf"},
		{"no y", []any{"x", x}, "y: there is no such array"},
		{"no y_test", []any{"x", x, "y", y, "x_test", x}, "y_test: there is no such array"},
		{"twice", []any{"x", x, "x", x, "y", y}, "occurs twice"},
		{"negative label", []any{"x", x, "y", npy("4,", []int64{0, -1, 0, 1})}, "label -1 of sample 1"},
		{"fractional label", []any{"x", x, "y", npy("4,", []float64{0, 1, 0.5, 1})}, "label 0.5 of sample 2"},
		{"NaN label", []any{"x", x, "y", npy("4,", []float64{0, 1, math.NaN(), 1})}, "label NaN of sample 2"},
		{"huge label", []any{"x", x, "y", npy("4,", []int64{0, 1, 1 << 40, 1})}, "of sample 2 is no class"},
		{"label beyond the classes", []any{"x", x, "y", npy("4,", []int64{0, 1, 1000000, 1})}, "run from 0 to 1000000"},
		{"one class", []any{"x", x, "y", npy("4,", []int64{0, 0, 0, 0})}, "at least two classes"},
		{"fewer labels", []any{"x", x, "y", npy("3,", []int64{0, 1, 0})}, "3 labels, but x has 4 samples"},
		{"labels of rank 2", []any{"x", x, "y", npy("4, 1", []int64{0, 1, 0, 1})}, "give labels as [n]"},
		{"scalar x", []any{"x", npy("", []float32{1}), "y", y}, "single number"},
		{"no samples", []any{"x", npy("0, 4", []float32{}), "y", npy("0,", []int64{})}, "x: no samples"},
		{"no features", []any{"x", npy("4, 0", []float32{}), "y", y}, "samples of no values"},
		{"other test shape", []any{"x", x, "y", y, "x_test", npy("1, 2", []float32{1, 2}), "y_test",
			npy("1,", []int64{0})}, "must agree"},
		{"too short", []any{"x", x[:len(x)-1], "y", y}, "cut off"},
		{"too long", []any{"x", append(bytes.Clone(x), 0), "y", y}, "more data than its header says"},
		{"absurd shape", []any{"x", npy("1000000000000, 1", []float32{1}), "y", y}, "cut off"},
		{"overflowing shape", []any{"x", npy("4294967296, 4294967296, 4294967296", []float32{1}), "y", y}, "absurd"},
		{"wrong magic", []any{"x", []byte("\x93NUMPI\x01\x00v\x00{}"), "y", y}, "not a NumPy array"},
		{"wrong version", []any{"x", []byte("\x93NUMPY\x09\x00v\x00{}"), "y", y}, "version 9"},
		{"absurd header", []any{"x", []byte("\x93NUMPY\x02\x00\xff\xff\xff\xff{}"), "y", y}, "absurd"},
		{"structured", []any{"x", []byte("\x93NUMPY\x01\x00\x02\x00{}"), "y", y}, "plain array of numbers"},
	} {
		path := npz(t, c.members...)
		_, err := Load(spec.Data{Set: path}, Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "user.npz") {
			t.Errorf("%s: error %v, want one with the path and %q", c.name, err, c.want)
		}
	}
	if _, err := Load(spec.Data{Set: "no/such.npz"}, Options{}); err == nil ||
		!strings.Contains(err.Error(), "does not exist") {
		t.Errorf("error %v", err)
	}
	text := filepath.Join(t.TempDir(), "text.npz")
	os.WriteFile(text, []byte("hello"), 0o644)
	if _, err := Load(spec.Data{Set: text}, Options{}); err == nil ||
		!strings.Contains(err.Error(), "not an .npz file") {
		t.Errorf("error %v", err)
	}
}

// TestNPZSurvivesNoFlip flips a bit in every byte, and cuts at every byte: each is an error, or changes nothing
// (a time stamp).
func TestNPZSurvivesNoFlip(t *testing.T) {
	for _, file := range []string{"f4", "f8", "u1"} {
		whole, err := os.ReadFile("testdata/" + file + ".npz")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "f.npz")
		read := func(b []byte) (string, error) {
			if err := os.WriteFile(path, b, 0o644); err != nil {
				t.Fatal(err)
			}
			train, test, err := readNPZ(path)
			return fmt.Sprintf("%+v %+v", train, test), err
		}
		want, err := read(whole)
		if err != nil {
			t.Fatal(err)
		}
		for i := range whole {
			b := bytes.Clone(whole)
			b[i] ^= 1 << (i % 8)
			if got, err := read(b); err == nil && got != want {
				t.Errorf("%s: flipped bit in byte %d was not noticed", file, i)
			}
			if _, err := read(whole[:i]); err == nil {
				t.Errorf("%s: cut to %d bytes was not noticed", file, i)
			}
		}
	}
}

// TestNPZClaimsAreBoundedByTheFile gives a member absurd sizes in the archive's own directory as well as in the
// array's header.
func TestNPZClaimsAreBoundedByTheFile(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "x.npy", CompressedSize64: 1 << 50, UncompressedSize64: 1 << 50})
	if err != nil {
		t.Fatal(err)
	}
	w.Write(npy("100000000000000, 1", []float32{1})) // more than an address space holds
	w.Write(make([]byte, 1<<17))                     // else archive/zip notices before the header is read
	if w, err = z.Create("y.npy"); err != nil {
		t.Fatal(err)
	}
	w.Write(npy("1,", []int64{0}))
	path := filepath.Join(t.TempDir(), "f.npz")
	if err := errors.Join(z.Close(), os.WriteFile(path, b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := readNPZ(path); err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("error %v", err)
	}
}

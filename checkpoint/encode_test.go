package checkpoint

import (
	"bytes"
	"strings"
	"testing"
)

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
		"two slices":  {Name: "w", Shape: []int{1}, DType: F32, F32: []float32{1}, Raw: []byte{1}},
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

// Package checkpoint keeps the tensors of a trained network in safetensors files, and matches the tensors of any
// such file with those that a model wants.
//
// The format (https://github.com/huggingface/safetensors): eight bytes with the length n of the header,
// little-endian; n bytes of JSON, {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, …} with
// strings under "__metadata__"; then the tensors' bytes, little-endian, row-major, without gaps. Python reads and
// writes it too: a PyTorch user loads what Basin wrote, and Basin measures what PyTorch trained.
//
// The format has no checksum. Basin writes one into the metadata, with a second key that says so: a file with any
// key of Basin must have the right checksum, so damage to the keys themselves is noticed too. Files without such
// keys, such as PyTorch's, are read without one.
package checkpoint

import (
	"fmt"
	"math"
	"slices"
)

// DType is the type of a tensor's values.
type DType string

// The types of tensors, as they are called in files.
const (
	F32  DType = "F32"
	F64  DType = "F64"
	I64  DType = "I64"
	I32  DType = "I32"
	I16  DType = "I16"
	I8   DType = "I8"
	U8   DType = "U8"
	Bool DType = "BOOL"
)

// Tensor is a named array. One slice holds its values in row-major order, the others are nil: F32, F64 and I64 those
// of these types, Raw those of narrower integers.
type Tensor struct {
	Name  string
	Shape []int // empty for a single value
	DType DType
	F32   []float32
	F64   []float64
	I64   []int64
	Raw   []byte // I32, I16, I8, U8 and BOOL as in the file, little-endian: they would take up to eight times as much
}

// Float returns the values as float64, whatever their type.
func (t *Tensor) Float() []float64 {
	switch {
	case t.F64 != nil:
		return slices.Clone(t.F64)
	case t.F32 != nil:
		return convert(t.F32)
	case t.I64 != nil:
		return convert(t.I64)
	}
	s := storedTypes()[t.DType]
	out := make([]float64, 0, t.size())
	for b := t.Raw; len(b) > 0; b = b[s.bytes:] {
		out = append(out, float64(s.int(b)))
	}
	return out
}

func convert[T float32 | int64](v []T) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}

func (t *Tensor) isInteger() bool { return t.DType != F32 && t.DType != F64 }

// size is the number of values.
func (t *Tensor) size() int {
	n := len(t.F32) + len(t.F64) + len(t.I64)
	if len(t.Raw) > 0 {
		n += len(t.Raw) / storedTypes()[t.DType].bytes
	}
	return n
}

// File is what a checkpoint holds.
type File struct {
	Tensors  []Tensor // in the order of their data
	Metadata map[string]string
}

// Tensor returns the tensor called name, or nil.
func (f *File) Tensor(name string) *Tensor {
	for i := range f.Tensors {
		if f.Tensors[i].Name == name {
			return &f.Tensors[i]
		}
	}
	return nil
}

// Finite returns an error that names the first infinite or NaN value, and nil if all values are finite. Reading does
// not call it: weights of a diverged training are a finding to some callers, and damage to others.
func (f *File) Finite() error {
	for i := range f.Tensors {
		t := &f.Tensors[i]
		at, value, count := notFinite(t.F32)
		if t.DType == F64 {
			at, value, count = notFinite(t.F64)
		}
		if count > 0 {
			return fmt.Errorf("checkpoint: tensor %q: value %v is %g; %d of %d values are infinite or NaN",
				t.Name, position(t.Shape, at), value, count, t.size())
		}
	}
	return nil
}

// notFinite returns the index and value of the first infinite or NaN value, and the number of all.
func notFinite[T float32 | float64](v []T) (first int, value float64, count int) {
	for i, x := range v {
		if x := float64(x); math.IsInf(x, 0) || math.IsNaN(x) {
			if count == 0 {
				first, value = i, x
			}
			count++
		}
	}
	return first, value, count
}

// position turns an index into row-major values into one index for each axis.
func position(shape []int, index int) []int {
	at := make([]int, len(shape))
	for axis := len(shape) - 1; axis >= 0; axis-- {
		at[axis], index = index%shape[axis], index/shape[axis]
	}
	return at
}

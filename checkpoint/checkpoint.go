// Package checkpoint keeps the tensors of a trained network in safetensors files, and matches the tensors of a file, whoever wrote it,
// with those that a model wants.
//
// The format (https://github.com/huggingface/safetensors): eight bytes with the length n of the header, little-endian; n bytes of JSON,
// {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, …} with strings under "__metadata__"; then the tensors'
// bytes, little-endian, row-major, without gaps. It is Python's as well as ours: a PyTorch user loads what Basin wrote, and Basin
// measures what PyTorch trained.
//
// The format has no checksum. Basin writes one among the metadata, and where a file has it, it is verified.
package checkpoint

import (
	"fmt"
	"os"
	"slices"
)

// DType is the type of a tensor's values.
type DType string

const (
	F32 DType = "F32"
	F64 DType = "F64"
	I64 DType = "I64"
)

// Tensor is a named array. The slice that belongs to DType holds its values in row-major order; the others are nil.
type Tensor struct {
	Name  string
	Shape []int // empty for a single value
	DType DType
	F32   []float32
	F64   []float64
	I64   []int64
}

// Float returns the values as float64, whatever their type.
func (t *Tensor) Float() []float64 {
	if t.DType == F64 {
		return slices.Clone(t.F64)
	}
	out := make([]float64, 0, len(t.F32)+len(t.I64))
	for _, v := range t.F32 {
		out = append(out, float64(v))
	}
	for _, v := range t.I64 {
		out = append(out, float64(v))
	}
	return out
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

// Read reads a checkpoint. Half precisions (F16, BF16) become F32, integers and booleans I64. The errors name the file.
func Read(path string) (*File, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err) // names the path
	}
	f, err := Decode(b)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %s: %w", path, err)
	}
	return f, nil
}

package dataset

import (
	"math/rand/v2"

	"basin/random"
	"basin/spec"
)

// Array holds rows of values; its first axis is theirs. Exactly one of the slices is in use.
type Array struct {
	Shape []int
	F32   []float32
	F64   []float64
	I32   []int32
}

// Len is the number of rows; Size that of values in a row.
func (a Array) Len() int {
	if len(a.Shape) == 0 {
		return 0
	}
	return a.Shape[0]
}

func (a Array) Size() int {
	size := 1
	for _, n := range a.Shape[min(1, len(a.Shape)):] {
		size *= n
	}
	return size
}

// Rows copies some rows.
func (a Array) Rows(index []int32) Array {
	out := Array{}
	if a.Shape == nil {
		return out
	}
	out.Shape = append([]int{len(index)}, a.Shape[1:]...)
	n := a.Size()
	for _, i := range index {
		from, to := int(i)*n, int(i+1)*n
		switch {
		case a.F32 != nil:
			out.F32 = append(out.F32, a.F32[from:to]...)
		case a.F64 != nil:
			out.F64 = append(out.F64, a.F64[from:to]...)
		default:
			out.I32 = append(out.I32, a.I32[from:to]...)
		}
	}
	return out
}

// Part is samples of one kind: X with Y, and the weights w of Σwℓ/Σw; nil stands for 1.
type Part struct {
	Name   string
	X, Y   Array
	Weight []float64
}

// Set holds samples.
type Set struct {
	Name    string
	Parts   []Part
	Classes int
}

// Len is the number of samples of the first part.
func (s *Set) Len() int { return s.Parts[0].X.Len() }

// Select returns a copy of some samples of the first part, with all of the other parts.
func (s *Set) Select(index []int32) *Set {
	p := s.Parts[0]
	first := Part{Name: p.Name, X: p.X.Rows(index), Y: p.Y.Rows(index)}
	for _, i := range index {
		if p.Weight != nil {
			first.Weight = append(first.Weight, p.Weight[i])
		}
	}
	return &Set{Name: s.Name, Classes: s.Classes, Parts: append([]Part{first}, s.Parts[1:]...)}
}

// Split is a set divided into what is trained on and what is tested on.
type Split struct {
	Train, Test *Set
	Fresh       func(seed uint64, epoch, replica int) *Set
}

func (s *samples) set() *Set {
	if s == nil {
		return nil
	}
	p := Part{X: Array{Shape: append([]int{s.Len()}, s.Shape...), F32: s.X}}
	if s.Y != nil {
		p.Y = Array{Shape: []int{len(s.Y)}, I32: s.Y}
	}
	return &Set{Name: s.Name, Classes: s.Classes, Parts: []Part{p}}
}

func (s *Set) samples() *samples {
	p := s.Parts[0]
	return &samples{Name: s.Name, X: p.X.F32, Shape: p.X.Shape[1:], Y: p.Y.I32, Classes: s.Classes}
}

// Load reads the set that d names.
func Load(d spec.Data, o Options) (*Split, error) {
	s, err := load(d, o)
	if err != nil {
		return nil, err
	}
	return &Split{Train: s.Train.set(), Test: s.Test.set()}, nil
}

// ReadNPZ reads the samples x and labels y of an .npz as they are.
func ReadNPZ(path string) (*Set, error) {
	s, err := readPlainNPZ(path)
	if err != nil {
		return nil, err
	}
	return s.set(), nil
}

// Subset returns the first n samples of a seeded permutation.
func Subset(s *Set, n int, seed uint64) *Set {
	perm := permutation(s.Len(), random.Stream(seed, "subset", 0))
	if n >= 0 && n < len(perm) {
		perm = perm[:n]
	}
	return s.Select(perm)
}

// Mixup returns n mixtures of samples.
func Mixup(s *Set, n int, stream *rand.Rand) *Set { return mixup(s.samples(), n, stream).set() }

package dataset

import "fmt"

// Part is samples of one kind: all of a classification set, the interior or the boundary of a domain.
type Part struct {
	Name   string    // "" where there is one part alone
	X      Array     // inputs [n, …]: [n, features] or [n, channels, height, width]
	Y      Array     // what belongs to each: classes [n], int32; values [n, k]; the zero Array where there is nothing
	Weight []float64 // [n], w of the loss Σwℓ/Σw; nil: 1
}

// Set is what a network is trained, or tested, on. A classification set has one part.
type Set struct {
	Name    string
	Parts   []Part
	Classes int // labels are 0 … Classes−1; 0 where Y holds no classes
}

// NewSet makes a classification set of samples x [n × the product of input], of shape input each, and their
// labels y [n]; nil where they have none.
func NewSet(name string, input []int, x []float32, y []int32, classes int) *Set {
	size := Array{Shape: append([]int{1}, input...)}.Size()
	if size == 0 || len(x)%size != 0 || y != nil && len(y)*size != len(x) {
		panic(fmt.Sprintf("dataset: %d values and %d labels make no samples of shape %v", len(x), len(y), input))
	}
	n := len(x) / size
	p := Part{X: Array{Shape: append([]int{n}, input...), F32: x}}
	if y != nil {
		p.Y = Array{Shape: []int{n}, I32: y}
	}
	return &Set{Name: name, Parts: []Part{p}, Classes: classes}
}

// X is the inputs of the first part [n, …].
func (s *Set) X() Array { return s.Parts[0].X }

// Y is what belongs to the samples of the first part.
func (s *Set) Y() Array { return s.Parts[0].Y }

// Input is the shape of one sample of the first part.
func (s *Set) Input() []int { return s.X().Shape[1:] }

// Size is the number of values in a sample of the first part.
func (s *Set) Size() int { return s.X().Size() }

// Len is the number of samples of the first part.
func (s *Set) Len() int { return s.X().Len() }

// Select returns a set of copies of the first part's samples idx, in that order, and of all of the other parts,
// shared.
func (s *Set) Select(idx []int32) *Set {
	return s.withFirst(func(p Part) Part {
		weight := Array{Shape: []int{len(p.Weight)}, F64: p.Weight}
		if p.Weight != nil {
			weight = weight.Select(idx)
		}
		return Part{Name: p.Name, X: p.X.Select(idx), Y: p.Y.Select(idx), Weight: weight.F64}
	})
}

// slice is the first part's samples from … to−1 and all of the other parts, sharing memory.
func (s *Set) slice(from, to int) *Set {
	return s.withFirst(func(p Part) Part {
		return Part{Name: p.Name, X: p.X.slice(from, to), Y: p.Y.slice(from, to), Weight: cut(p.Weight, from, to)}
	})
}

func (s *Set) withFirst(f func(Part) Part) *Set {
	out := *s
	out.Parts = append([]Part{f(s.Parts[0])}, s.Parts[1:]...)
	return &out
}

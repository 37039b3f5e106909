// Package param treats a network's parameters as one flat vector with named segments. It has the arithmetic of such
// vectors that landscapes need: distances, interpolation, directions scaled row by row.
//
// Vectors are []float32 or []float64. Sums run in float64, in an order that depends on the length alone.
package param

import (
	"fmt"
	"slices"
)

// Float is an element of a parameter vector.
type Float interface{ float32 | float64 }

// Segment is one tensor within the vector, row-major.
type Segment struct {
	Name   string // as in a PyTorch state_dict: "fc1.weight"
	Shape  []int  // empty: a scalar
	Offset int
	Size   int // product of Shape
}

// Rows is the number of rows (filters, output units) of a weight of two or more axes, along its first axis; 1 for
// biases and other vectors, which are one row.
func (s Segment) Rows() int {
	if len(s.Shape) < 2 {
		return 1
	}
	return s.Shape[0]
}

// Layout lists the segments in their order in the vector, without gaps.
type Layout struct{ Segments []Segment }

// Add appends a segment and returns it. It panics if the name is taken or an axis negative.
func (l *Layout) Add(name string, shape ...int) Segment {
	if _, taken := l.Find(name); taken {
		panic(fmt.Sprintf("param: segment %q added twice", name))
	}
	size := 1
	for _, n := range shape {
		if n < 0 {
			panic(fmt.Sprintf("param: segment %q has shape %v", name, shape))
		}
		size *= n
	}
	s := Segment{Name: name, Shape: slices.Clone(shape), Offset: l.Size(), Size: size}
	l.Segments = append(l.Segments, s)
	return s
}

// Size is the number of elements of the whole vector.
func (l Layout) Size() int {
	if len(l.Segments) == 0 {
		return 0
	}
	last := l.Segments[len(l.Segments)-1]
	return last.Offset + last.Size
}

// Find returns the segment of that name.
func (l Layout) Find(name string) (Segment, bool) {
	i := slices.IndexFunc(l.Segments, func(s Segment) bool { return s.Name == name })
	if i < 0 {
		return Segment{}, false
	}
	return l.Segments[i], true
}

// View is the part of v that belongs to s. It shares v's memory; appending to it copies.
func View[T Float](v []T, s Segment) []T { return v[s.Offset : s.Offset+s.Size : s.Offset+s.Size] }

// check panics when v is not a vector of this layout.
func check[T Float](l Layout, v []T) {
	if len(v) != l.Size() {
		panic(fmt.Sprintf("param: vector of %d elements for a layout of %d", len(v), l.Size()))
	}
}

func same(a, b int) {
	if a != b {
		panic(fmt.Sprintf("param: vectors of %d and %d elements", a, b))
	}
}

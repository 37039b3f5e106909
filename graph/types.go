package graph

import (
	"fmt"
	"slices"
	"strings"
)

// DType is the type of an array's elements.
type DType uint8

const (
	Float32 DType = iota
	Float64
	Int32
)

func (d DType) String() string { return [...]string{"float32", "float64", "int32"}[d] }

// IsFloat reports whether values of this dtype have derivatives.
func (d DType) IsFloat() bool { return d != Int32 }

// Type is an array's element type and shape. A shape of rank 0 is a scalar; axes may have size 0.
type Type struct {
	DType DType
	Shape []int
}

// T makes a Type.
func T(d DType, shape ...int) Type { return Type{d, shape} }

// Size is the number of elements.
func (t Type) Size() int { return sizeOf(t.Shape) }

// Rank is the number of axes.
func (t Type) Rank() int { return len(t.Shape) }

// Equal compares dtype and shape.
func (t Type) Equal(u Type) bool { return t.DType == u.DType && slices.Equal(t.Shape, u.Shape) }

func (t Type) String() string {
	dims := make([]string, len(t.Shape))
	for i, n := range t.Shape {
		dims[i] = fmt.Sprint(n)
	}
	return fmt.Sprintf("%v[%s]", t.DType, strings.Join(dims, ","))
}

func sizeOf(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// ShapeError names a primitive, its operands, and why they do not fit.
type ShapeError struct {
	Op       Op
	Operands []Type
	Reason   string
}

func (e *ShapeError) Error() string {
	s := make([]string, len(e.Operands))
	for i, t := range e.Operands {
		s[i] = t.String()
	}
	return fmt.Sprintf("graph: %v(%s): %s", e.Op, strings.Join(s, ", "), e.Reason)
}

func fail(op Op, in []*Value, format string, args ...any) {
	e := &ShapeError{Op: op, Reason: fmt.Sprintf(format, args...)}
	for _, v := range in {
		e.Operands = append(e.Operands, v.typ)
	}
	panic(e)
}

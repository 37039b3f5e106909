package reference

import (
	"math"

	"basin/engine"
	"basin/graph"
)

// array holds the elements of a value, each exactly representable in the value's dtype once rounded.
type array struct {
	typ  graph.Type
	data []float64
}

func zeros(t graph.Type) array { return array{t, make([]float64, t.Size())} }

func load(a engine.Array) array {
	x := zeros(a.Type)
	for i := range x.data {
		x.data[i] = a.At(i)
	}
	return x
}

func (x array) store(a engine.Array) {
	for i, e := range x.data {
		a.Set(i, e)
	}
}

// round rounds each element to its dtype: float32 to nearest, int32 modulo 2³².
func (x array) round() {
	for i, e := range x.data {
		switch x.typ.DType {
		case graph.Float32:
			x.data[i] = float64(float32(e))
		case graph.Int32:
			x.data[i] = float64(int32(int64(e)))
		}
	}
}

// truncate rounds x towards zero and clamps it to int32's range; NaN becomes 0.
func truncate(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return 0
	case x <= math.MinInt32:
		return math.MinInt32
	case x >= math.MaxInt32:
		return math.MaxInt32
	}
	return math.Trunc(x)
}

// strides are the distances between neighbours along each axis, row-major.
func strides(shape []int) []int {
	s, n := make([]int, len(shape)), 1
	for i := len(shape) - 1; i >= 0; i-- {
		s[i] = n
		n *= shape[i]
	}
	return s
}

// offsets lists Σ index[i]·stride[i] for all indices of an array of the given shape, row-major. Every primitive
// that moves elements walks along such lists.
func offsets(shape, stride []int) []int {
	list := []int{0}
	for i, n := range shape {
		longer := make([]int, 0, len(list)*n)
		for _, at := range list {
			for k := range n {
				longer = append(longer, at+k*stride[i])
			}
		}
		list = longer
	}
	return list
}

// pick takes s[a] for each axis a.
func pick(s, axes []int) []int {
	r := make([]int, len(axes))
	for i, a := range axes {
		r[i] = s[a]
	}
	return r
}

// along lists the offsets in x of all indices of the given axes, the others at 0.
func (x array) along(axes []int) []int {
	return offsets(pick(x.typ.Shape, axes), pick(strides(x.typ.Shape), axes))
}

// others lists x's axes other than those given.
func (x array) others(axes ...int) []int {
	named := map[int]bool{}
	for _, a := range axes {
		named[a] = true
	}
	rest := []int{}
	for a := range x.typ.Shape {
		if !named[a] {
			rest = append(rest, a)
		}
	}
	return rest
}

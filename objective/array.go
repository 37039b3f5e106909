package objective

import (
	"fmt"

	"basin/dataset"
	"basin/engine"
	"basin/graph"
)

// Store copies float64 values into an array, rounding to its dtype.
func Store(a engine.Array, x []float64) {
	if a.Len() != len(x) {
		panic(fmt.Sprintf("objective: %d values for %d places", len(x), a.Len()))
	}
	if a.Type.DType == graph.Float64 {
		copy(a.F64, x)
		return
	}
	for i, v := range x {
		a.F32[i] = float32(v)
	}
}

// Load copies an array to float64 values.
func Load(a engine.Array) []float64 {
	x := make([]float64, a.Len())
	if a.Type.DType == graph.Float64 {
		copy(x, a.F64)
		return x
	}
	for i, v := range a.F32 {
		x[i] = float64(v)
	}
	return x
}

// accumulate adds an array's elements to dst.
func accumulate(dst []float64, a engine.Array) {
	for i, v := range a.F32 {
		dst[i] += float64(v)
	}
	for i, v := range a.F64 {
		dst[i] += v
	}
}

// Arrays gives a whole set's inputs, in a dtype, and its labels as arguments of programs. In float32 they share the set's memory.
func Arrays(set *dataset.Set, d graph.DType) (x, y engine.Array) {
	shape := append([]int{set.Len()}, set.Shape...)
	y = engine.Int32s(set.Y)
	if d == graph.Float32 {
		return engine.Float32s(set.X, shape...), y
	}
	x = engine.NewArray(graph.T(d, shape...))
	for i, v := range set.X {
		x.F64[i] = float64(v)
	}
	return x, y
}

// part views n elements of a flat array in a shape; no shape means one axis.
func part(a engine.Array, at, n int, shape ...int) engine.Array {
	if a.Type.DType == graph.Float64 {
		return engine.Float64s(a.F64[at:at+n], shape...)
	}
	return engine.Float32s(a.F32[at:at+n], shape...)
}

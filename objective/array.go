package objective

import (
	"basin/engine"
	"basin/graph"
)

// Load copies an array to float64 values.
func Load(a engine.Array) []float64 {
	x := make([]float64, a.Len())
	loadFrom(x, a)
	return x
}

// storeInto copies float64 values into an array, rounding to its dtype.
func storeInto(a engine.Array, x []float64) {
	if a.Type.DType == graph.Float64 {
		copy(a.F64, x)
		return
	}
	to := a.F32[:len(x)]
	for i, v := range x {
		to[i] = float32(v)
	}
}

// loadFrom fills dst from an array.
func loadFrom(dst []float64, a engine.Array) {
	copy(dst, a.F64)
	for i, v := range a.F32 {
		dst[i] = float64(v)
	}
}

// width is the size of an element in bytes.
func width(d graph.DType) int {
	if d == graph.Float64 {
		return 8
	}
	return 4
}

// part views n elements of an array, from one on, as a flat array.
func part(a engine.Array, from, n int) engine.Array {
	switch to := from + n; a.Type.DType {
	case graph.Float64:
		return engine.Float64s(a.F64[from:to:to])
	case graph.Float32:
		return engine.Float32s(a.F32[from:to:to])
	default:
		return engine.Int32s(a.I32[from:to:to])
	}
}

// rows views some rows of an array, along its first axis.
func rows(a engine.Array, from, to int) engine.Array {
	shape := a.Type.Shape
	width := a.Len() / max(1, shape[0])
	r := part(a, from*width, (to-from)*width)
	r.Type.Shape = append([]int{to - from}, shape[1:]...)
	return r
}

package objective

import (
	"fmt"

	"basin/dataset"
	"basin/engine"
	"basin/graph"
	"basin/param"
)

// Store copies float64 values into an array, rounding to its dtype.
func Store(a engine.Array, x []float64) {
	if a.Len() != len(x) {
		panic(fmt.Sprintf("objective: %d values for %d places", len(x), a.Len()))
	}
	storeInto(a, 0, x)
}

// Load copies an array to float64 values.
func Load(a engine.Array) []float64 {
	x := make([]float64, a.Len())
	loadFrom(x, a, 0)
	return x
}

// storeInto is Store into part of an array, from an element on.
func storeInto(a engine.Array, at int, x []float64) {
	if a.Type.DType == graph.Float64 {
		copy(a.F64[at:at+len(x)], x)
		return
	}
	to := a.F32[at : at+len(x)]
	for i, v := range x {
		to[i] = float32(v)
	}
}

// loadFrom fills dst from an array, from an element on.
func loadFrom(dst []float64, a engine.Array, at int) {
	if a.Type.DType == graph.Float64 {
		copy(dst, a.F64[at:])
		return
	}
	for i, v := range a.F32[at : at+len(dst)] {
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

// accumulate adds to dst an array's elements, from one on.
func accumulate(dst []float64, a engine.Array, at int) {
	if a.Type.DType == graph.Float64 {
		for i, v := range a.F64[at : at+len(dst)] {
			dst[i] += v
		}
		return
	}
	for i, v := range a.F32[at : at+len(dst)] {
		dst[i] += float64(v)
	}
}

// Arrays gives a whole set's inputs, in a dtype, and its labels as arguments of programs. In float32 they share the set's memory.
func Arrays(set *dataset.Set, d graph.DType) (x, y engine.Array) {
	in := set.X()
	y = engine.Int32s(set.Y().I32)
	if d == graph.Float32 {
		return engine.Float32s(in.F32, in.Shape...), y
	}
	x = engine.NewArray(graph.T(d, in.Shape...))
	for i, v := range in.F32 {
		x.F64[i] = float64(v)
	}
	return x, y
}

// Targets gives a whole set's labels as programs of many steps take them: one-hot rows, [n, classes], which spare each step the making
// of them; or the labels themselves where rows would take more memory than the inputs.
func Targets(set *dataset.Set, classes int, d graph.DType) engine.Array {
	if classes > set.Size() {
		return engine.Int32s(set.Y().I32)
	}
	rows := engine.NewArray(graph.T(d, set.Len(), classes))
	for i, y := range set.Y().I32 {
		rows.Set(i*classes+int(y), 1)
	}
	return rows
}

// Blocked views an array that holds k flat vectors segment by segment, [k, segment…] one after the other, as programs take them.
func Blocked(a engine.Array, l param.Layout, k int) []engine.Array {
	out := make([]engine.Array, len(l.Segments))
	for i, s := range l.Segments {
		out[i] = part(a, k*s.Offset, k*s.Size, append([]int{k}, s.Shape...)...)
	}
	return out
}

// StoreVector copies a flat vector into the i-th place of such an array, rounding to its dtype.
func StoreVector(a engine.Array, l param.Layout, k, i int, x []float64) {
	for _, s := range l.Segments {
		storeInto(a, k*s.Offset+i*s.Size, x[s.Offset:s.Offset+s.Size])
	}
}

// LoadVector copies the i-th flat vector of such an array.
func LoadVector(a engine.Array, l param.Layout, k, i int) []float64 {
	x := make([]float64, l.Size())
	for _, s := range l.Segments {
		loadFrom(x[s.Offset:s.Offset+s.Size], a, k*s.Offset+i*s.Size)
	}
	return x
}

// part views n elements of a flat array in a shape; no shape means one axis.
func part(a engine.Array, at, n int, shape ...int) engine.Array {
	if a.Type.DType == graph.Float64 {
		return engine.Float64s(a.F64[at:at+n], shape...)
	}
	return engine.Float32s(a.F32[at:at+n], shape...)
}

package dataset

import "fmt"

// Array is a rectangular array of numbers, row-major. Shape[0] counts samples, the rest is the shape of one.
// Exactly one slice is in use; the zero Array stands for no array at all.
type Array struct {
	Shape []int
	F32   []float32
	F64   []float64
	I32   []int32
}

// Len is the number of samples.
func (a Array) Len() int {
	if len(a.Shape) == 0 {
		return 0
	}
	return a.Shape[0]
}

// Size is the number of values in a sample.
func (a Array) Size() int {
	size := 1
	for _, d := range a.Shape[min(1, len(a.Shape)):] {
		size *= d
	}
	return size
}

// Row is sample i, of shape [1, …], sharing memory with a.
func (a Array) Row(i int) Array { return a.slice(i, i+1) }

// Gather copies the samples idx into dst, of shape [len(idx), …] and of the same type.
func (a Array) Gather(dst Array, idx []int32) {
	size, n := a.Size(), len(idx)
	if len(dst.F32)+len(dst.F64)+len(dst.I32) != n*size {
		panic(fmt.Sprintf("dataset: Gather of %d samples of shape %v into an array of shape %v", n, a.Shape, dst.Shape))
	}
	gather(dst.F32, a.F32, idx, size)
	gather(dst.F64, a.F64, idx, size)
	gather(dst.I32, a.I32, idx, size)
}

// Select returns a copy of the samples idx, in that order. There may be none of no array.
func (a Array) Select(idx []int32) Array {
	if a.Shape == nil {
		return a
	}
	out, n := Array{Shape: a.shape(len(idx))}, len(idx)*a.Size()
	switch {
	case a.F64 != nil:
		out.F64 = make([]float64, n)
	case a.I32 != nil:
		out.I32 = make([]int32, n)
	default:
		out.F32 = make([]float32, n)
	}
	a.Gather(out, idx)
	return out
}

// slice is the samples from … to−1, sharing memory with a.
func (a Array) slice(from, to int) Array {
	if a.Shape == nil {
		return a
	}
	size := a.Size()
	return Array{a.shape(to - from), cut(a.F32, from*size, to*size), cut(a.F64, from*size, to*size),
		cut(a.I32, from*size, to*size)}
}

// shape is that of n samples.
func (a Array) shape(n int) []int { return append([]int{n}, a.Shape[1:]...) }

func cut[T any](x []T, from, to int) []T {
	if x == nil {
		return nil
	}
	return x[from:to:to]
}

func gather[T any](dst, src []T, idx []int32, size int) {
	if src == nil {
		return
	}
	for k, i := range idx {
		copy(dst[k*size:(k+1)*size], src[int(i)*size:])
	}
}

// permute moves sample perm[i] to i, in place.
func (a Array) permute(perm []int32) {
	permuteRows(a.F32, a.Size(), perm)
	permuteRows(a.F64, a.Size(), perm)
	permuteRows(a.I32, a.Size(), perm)
}

// permuteRows puts row perm[i] of x at i, by following the cycles of the permutation.
func permuteRows[T any](x []T, size int, perm []int32) {
	if x == nil {
		return
	}
	row := func(i int) []T { return x[i*size : (i+1)*size] }
	first, moved := make([]T, size), make([]bool, len(perm))
	for start := range perm {
		if moved[start] {
			continue
		}
		copy(first, row(start))
		to := start
		for ; int(perm[to]) != start; to = int(perm[to]) {
			copy(row(to), row(int(perm[to])))
			moved[to] = true
		}
		copy(row(to), first)
		moved[to] = true
	}
}

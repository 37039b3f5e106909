package cpu

import (
	"fmt"

	"basin/engine/cpu/kernel"
	"basin/graph"
)

// bindOperation makes the tasks of an operation.
func (b *binding) bindOperation(n *node) []*task {
	switch n.args[0].base.typ.DType {
	case graph.Float32:
		return bindFloat[float32](b, n)
	case graph.Float64:
		return bindFloat[float64](b, n)
	}
	return alone(bindAny[int32](b, n))
}

func bindFloat[T kernel.Float](b *binding, n *node) []*task {
	switch n.op {
	case graph.OpDot:
		return []*task{bindDot[T](b, n)}
	case graph.OpConv, graph.OpConvInput, graph.OpConvWeight:
		return bindConvolution[T](b, n)
	case graph.OpReduceSum:
		return alone(bindShortSums[T](b, n))
	case graph.OpReduceMax:
		return alone(bindReduceMax[T](b, n))
	case graph.OpArgMax:
		return alone(bindArgMax[T](b, n))
	}
	return alone(bindAny[T](b, n))
}

func alone(f func()) []*task { return []*task{serial(f)} }

// bindAny makes the step of an operation that only moves elements, or works on integers.
func bindAny[T number](b *binding, n *node) func() {
	switch n.op {
	case copyOp:
		return bindTranspose[T](b, n)
	case graph.OpGather:
		return bindGather[T](b, n)
	case graph.OpScatterAdd:
		return bindScatterAdd[T](b, n)
	case graph.OpConcatenate:
		return bindConcatenate[T](b, n)
	case graph.OpPad:
		return bindPad[T](b, n)
	case graph.OpReduceSum:
		return bindFold(b, n, func(s, x T) T { return s + x })
	case graph.OpReduceMax:
		return bindFold(b, n, func(s, x T) T { return max(s, x) })
	case graph.OpArgMax:
		return bindArgMax[T](b, n)
	}
	panic("cpu: no step for " + n.op.String())
}

func bindGather[T number](b *binding, n *node) func() {
	src, index, dst := contiguousOf[T](b, n.args[0]), contiguousOf[int32](b, n.args[1]), memory[T](b, n)
	rows := n.args[0].shape[0]
	width := sizeOf(n.args[0].shape[1:])
	return func() {
		if !b.checkIndices(n, index, rows) {
			return
		}
		for i, r := range index {
			copy(dst[i*width:(i+1)*width], src[int(r)*width:])
		}
	}
}

func bindScatterAdd[T number](b *binding, n *node) func() {
	src, index, dst := contiguousOf[T](b, n.args[0]), contiguousOf[int32](b, n.args[1]), memory[T](b, n)
	rows := n.typ.Shape[0]
	width := sizeOf(n.typ.Shape[1:])
	return func() {
		clear(dst)
		if !b.checkIndices(n, index, rows) {
			return
		}
		for i, r := range index {
			d := dst[int(r)*width:][:width]
			for j, x := range src[i*width:][:width] {
				d[j] += x
			}
		}
	}
}

func (b *binding) checkIndices(n *node, index []int32, rows int) bool {
	for i, r := range index {
		if r < 0 || int(r) >= rows {
			b.err = fmt.Errorf("engine: %v: index %d at position %d is outside the %d rows", n.op, r, i, rows)
			return false
		}
	}
	return true
}

func bindConcatenate[T number](b *binding, n *node) func() {
	dst := memory[T](b, n)
	axis := n.attr.Axis
	outer, row := sizeOf(n.typ.Shape[:axis]), sizeOf(n.typ.Shape[axis:])
	var parts [][]T
	var widths []int
	for _, w := range n.args {
		parts = append(parts, contiguousOf[T](b, w))
		widths = append(widths, sizeOf(w.shape[axis:]))
	}
	return func() {
		at := 0
		for p, src := range parts {
			for i := range outer {
				copy(dst[i*row+at:][:widths[p]], src[i*widths[p]:])
			}
			at += widths[p]
		}
	}
}

func bindPad[T number](b *binding, n *node) func() {
	src, dst := contiguousOf[T](b, n.args[0]), memory[T](b, n)
	to := view{base: n, strides: rowMajor(n.typ.Shape), shape: n.args[0].shape}
	for i := range to.strides {
		to.offset += n.attr.Low[i] * to.strides[i]
		to.strides[i] *= n.attr.Step[i]
	}
	size, stride := mergeAxes(to.shape, to.strides)
	return func() {
		clear(dst)
		scatter(dst, to.offset, src, size, stride)
	}
}

// scatter writes the elements of src, in order, to strided places.
func scatter[T number](dst []T, at int, src []T, size, stride []int) []T {
	switch len(size) {
	case 0:
		if len(src) > 0 {
			dst[at] = src[0]
			src = src[1:]
		}
	case 1:
		if stride[0] == 1 {
			copy(dst[at:at+size[0]], src)
		} else {
			for i := range size[0] {
				dst[at+i*stride[0]] = src[i]
			}
		}
		src = src[size[0]:]
	default:
		for i := range size[0] {
			src = scatter(dst, at+i*stride[0], src, size[1:], stride[1:])
		}
	}
	return src
}

// bindTranspose copies a view whose last axis is strided, by blocks that keep both sides in cache.
func bindTranspose[T number](b *binding, n *node) func() {
	src, dst, w := memory[T](b, n.args[0].base), memory[T](b, n), n.args[0]
	size, stride := mergeAxes(w.shape, w.strides)
	last := len(size) - 1
	if len(dst) == 0 {
		return func() {}
	}
	if last < 1 {
		fill := layOut(src, w)
		return func() { fill(dst, 0) }
	}
	// The axis with the smallest stride and the last axis span the block; the others are loops.
	fast := last
	for i := range size {
		if stride[i] != 0 && (stride[fast] == 0 || stride[i] < stride[fast]) {
			fast = i
		}
	}
	dstStride := rowMajor(size)
	if fast == last {
		fill := layOut(src, w)
		return func() { fill(dst, 0) }
	}
	const block = 16
	rows, cols, rs, cs, ds := size[fast], size[last], stride[fast], stride[last], dstStride[fast]
	if transpose, ok := transposeKernel[T](b); ok && rs == 1 && cs == rows && ds == cols { // dense, as of images
		return func() {
			forEachIndex(size, fast, last, stride, dstStride, w.offset, func(from, to int) {
				transpose(dst[to:to+rows*cols], src[from:from+rows*cols], cols, rows)
			})
		}
	}
	return func() {
		forEachIndex(size, fast, last, stride, dstStride, w.offset, func(from, to int) {
			for i0 := 0; i0 < rows; i0 += block {
				for j0 := 0; j0 < cols; j0 += block {
					for i := i0; i < min(rows, i0+block); i++ {
						d := dst[to+i*ds+j0 : to+i*ds+min(cols, j0+block)]
						p := from + i*rs + j0*cs
						for j := range d {
							d[j] = src[p]
							p += cs
						}
					}
				}
			}
		})
	}
}

// transposeKernel is the kernel that transposes a matrix, for types that have one.
func transposeKernel[T number](b *binding) (f func(dst, src []T, rows, cols int), ok bool) {
	if f, ok = any(b.k.F32.Transpose).(func(dst, src []T, rows, cols int)); !ok {
		f, ok = any(b.k.F64.Transpose).(func(dst, src []T, rows, cols int))
	}
	return f, ok
}

// forEachIndex visits the offsets of all axes but two.
func forEachIndex(size []int, skip1, skip2 int, srcStride, dstStride []int, offset int, f func(from, to int)) {
	var visit func(axis, from, to int)
	visit = func(axis, from, to int) {
		switch {
		case axis == len(size):
			f(from, to)
		case axis == skip1 || axis == skip2:
			visit(axis+1, from, to)
		default:
			for i := range size[axis] {
				visit(axis+1, from+i*srcStride[axis], to+i*dstStride[axis])
			}
		}
	}
	visit(0, offset, 0)
}

package cpu

import (
	"basin/engine/cpu/kernel"
)

// A reduction runs over one block of neighbouring axes at a time, the last block first: for each element of the result the order of
// additions then depends on the reduced sizes alone, and a leading batch axis changes nothing.

// block is a reduction of the middle of three axes.
type block struct{ outer, n, inner int }

// blocks splits the axes to reduce, which increase, into runs of neighbours, and lists their reductions, the last run first.
func blocks(shape, axes []int) []block {
	var list []block
	shape = append([]int(nil), shape...)
	for end := len(axes); end > 0; {
		begin := end - 1
		for begin > 0 && axes[begin-1] == axes[begin]-1 {
			begin--
		}
		first, last := axes[begin], axes[end-1]+1
		list = append(list, block{sizeOf(shape[:first]), sizeOf(shape[first:last]), sizeOf(shape[last:])})
		shape = append(shape[:first:first], shape[last:]...)
		end = begin
	}
	return list
}

func bindReduceSum[T kernel.Float](b *binding, n *node) func() {
	k := ops[T](b.k)
	src := contiguousOf[T](b, n.args[0])
	var steps []func()
	list := blocks(n.args[0].shape, n.attr.Axes)
	for i, q := range list {
		dst := memory[T](b, n)
		if i < len(list)-1 {
			dst = make([]T, q.outer*q.inner)
		}
		from := src
		switch {
		case len(dst) == 0:
		case q.n == 0:
			steps = append(steps, func() { clear(dst) })
		case q.inner == 1:
			steps = append(steps, func() { k.SumRows(dst, from, q.n) })
		default:
			steps = append(steps, func() { k.SumMiddle(dst, from, q.n, q.inner) })
		}
		src = dst
	}
	if len(steps) == 1 {
		return steps[0]
	}
	return func() {
		for _, s := range steps {
			s()
		}
	}
}

func axisBlock(n *node) block { return blocks(n.args[0].shape, []int{n.attr.Axis})[0] }

func bindReduceMax[T kernel.Float](b *binding, n *node) func() {
	k, q := ops[T](b.k), axisBlock(n)
	src, dst := contiguousOf[T](b, n.args[0]), memory[T](b, n)
	switch {
	case len(dst) == 0:
		return func() {}
	case q.inner == 1:
		return func() { k.MaxRows(dst, src, q.n) }
	}
	return func() { k.MaxMiddle(dst, src, q.n, q.inner) }
}

// bindArgMax finds the first maximum; a NaN counts as one.
func bindArgMax[T number](b *binding, n *node) func() {
	q := axisBlock(n)
	src, dst := contiguousOf[T](b, n.args[0]), memory[int32](b, n)
	return func() {
		for o := range q.outer {
			for i := range q.inner {
				p := o*q.n*q.inner + i
				best, at := src[p], 0
				for j := 1; j < q.n && best == best; j++ {
					if x := src[p+j*q.inner]; x > best || x != x {
						best, at = x, j
					}
				}
				dst[o*q.inner+i] = int32(at)
			}
		}
	}
}

// bindFold reduces integers in order.
func bindFold[T number](b *binding, n *node, f func(s, x T) T) func() {
	src, dst := contiguousOf[T](b, n.args[0]), memory[T](b, n)
	list := []block{}
	if n.attr.Axes != nil {
		list = blocks(n.args[0].shape, n.attr.Axes)
	} else {
		list = append(list, axisBlock(n))
	}
	return func() {
		from := src
		for step, q := range list {
			to := dst
			if step < len(list)-1 {
				to = make([]T, q.outer*q.inner)
			}
			clear(to)
			for o := range q.outer {
				for i := range q.inner {
					for j := range q.n {
						x := from[(o*q.n+j)*q.inner+i]
						if j == 0 {
							to[o*q.inner+i] = x
						} else {
							to[o*q.inner+i] = f(to[o*q.inner+i], x)
						}
					}
				}
			}
			from = to
		}
	}
}

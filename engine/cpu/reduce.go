package cpu

import (
	"basin/engine/cpu/kernel"
	"basin/graph"
)

// bindShortSums is the step of sums over short segments, which are not made by groups.
func bindShortSums[T kernel.Float](b *binding, n *node) func() {
	k, q := ops[T](b.k), n.sum
	src, dst := contiguousOf[T](b, n.args[0]), memory[T](b, n)
	switch {
	case len(dst) == 0:
		return func() {}
	case q.n == 0:
		return func() { clear(dst) }
	}
	return func() { k.SumMiddle(dst, src, q.n, q.inner) }
}

func axisBlock(n *node) block { return blockOf(n.args[0].shape, []int{n.attr.Axis}) }

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

// bindArgMax finds the first maximum; a NaN counts as a maximum.
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
	q := n.sum
	if n.op != graph.OpReduceSum {
		q = axisBlock(n)
	}
	return func() {
		clear(dst)
		for o := range q.outer {
			for i := range q.inner {
				for j := range q.n {
					x := src[(o*q.n+j)*q.inner+i]
					if j == 0 {
						dst[o*q.inner+i] = x
					} else {
						dst[o*q.inner+i] = f(dst[o*q.inner+i], x)
					}
				}
			}
		}
	}
}

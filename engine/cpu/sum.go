package cpu

import (
	"fmt"
	"slices"

	"basin/graph"
)

// A sum over axes becomes sums over one block of neighbouring axes at a time, the last block first. Where that
// pays, a fused group makes the sum while it walks over the operand (sink.go). The order of additions for each
// element of the result depends only on the reduced and the inner size: a leading batch axis changes nothing.

// block is a reduction of the middle of three axes.
type block struct{ outer, n, inner int }

// blockOf is the reduction of a run of neighbouring axes.
func blockOf(shape, run []int) block {
	first, last := run[0], run[len(run)-1]+1
	return block{sizeOf(shape[:first]), sizeOf(shape[first:last]), sizeOf(shape[last:])}
}

// neighbours splits axes, which increase, into runs.
func neighbours(axes []int) (list [][]int) {
	for i, a := range axes {
		if i == 0 || axes[i-1] != a-1 {
			list = append(list, nil)
		}
		list[len(list)-1] = append(list[len(list)-1], a)
	}
	return list
}

// lowerSum sums along the operand's storage order, and views the result in the value's order.
func (l *lowering) lowerSum(n *node) view {
	w, axes := n.args[0], n.attr.Axes
	order, moved := w.storageOrder(n.attr.Mapped)
	if moved {
		w = w.permute(order)
		axes = nil
		for i, a := range order {
			if slices.Contains(n.attr.Axes, a) {
				axes = append(axes, i)
			}
		}
	}
	w = l.contiguously(w)
	kept := remaining(order, axes)
	list := neighbours(axes)
	if distributed, ok := l.distribute(w, list); ok {
		w, list = distributed, nil
	}
	for i := len(list) - 1; i >= 0; i-- {
		w = l.sumOf(w, list[i])
	}
	if !moved {
		return w
	}
	// kept lists the value's axes by their numbers in the operand; rank them.
	back := make([]int, len(kept))
	for i, a := range kept {
		for _, b := range kept {
			if b < a {
				back[i]++
			}
		}
	}
	return w.permute(inverse(back))
}

// sumOf is the sum over one run of axes.
func (l *lowering) sumOf(w view, axes []int) view {
	q := blockOf(w.shape, axes)
	t := graph.Type{DType: w.base.typ.DType, Shape: remaining(w.shape, axes)}
	n := &node{op: graph.OpReduceSum, kind: operation, sum: q, typ: t, args: []view{w}}
	if q.fusible() && n.typ.DType != graph.Int32 {
		n.kind = reduction
	}
	return whole(l.share(n, fmt.Sprint("sum ", q, n.typ.Shape)))
}

// remaining drops the elements of s at some positions.
func remaining(s, drop []int) []int {
	out := make([]int, 0, len(s))
	for i, x := range s {
		if !slices.Contains(drop, i) {
			out = append(out, x)
		}
	}
	return out
}

// A reduction's geometry in a fused group. Short rows are summed whole; all else is summed over segments of
// n·inner elements, in chunks of a fixed number of rows whose partial sums are added in order, so that threads can
// share the work and long sums lose less to rounding.
const shortRow = tileElements

func (q block) rows() bool { return q.inner == 1 && q.n <= shortRow }

// fusible reports whether a group can make the sum.
func (q block) fusible() bool {
	return q.n > 0 && q.outer > 0 && q.inner > 0 && (q.rows() || q.n*q.inner >= limits.segment)
}

// chunkRows is the number of rows of inner elements in a chunk.
func (q block) chunkRows() int {
	return min(q.n, max(limits.chunkRows, limits.chunk/q.inner))
}

// chunks is the number of chunks of a segment.
func (q block) chunks() int { return ceil(q.n, q.chunkRows()) }

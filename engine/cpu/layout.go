package cpu

import (
	"fmt"
	"slices"

	"basin/graph"
)

// A node's buffer holds its axes in storage order, which may differ from the value's: convolutions read and write
// channels last, and elementwise work on their results keeps that order, so that nothing is transposed between
// them. The value is then a permuted view of the buffer.
//
// The choice depends only on the operands' views, and ignores axes along which they repeat and those that Vmap has
// added: a batch axis changes no choice, hence no order of additions.

// storageOrder is the order of w's axes from the largest stride to the smallest; axes of size 1, those along which
// w repeats and the first few, which Vmap has added, stay where they are. moved is false if they are already in
// that order.
func (w view) storageOrder(mapped int) (order []int, moved bool) {
	order = make([]int, len(w.shape))
	var free []int // axes that may move
	for i := range order {
		order[i] = i
		if i >= mapped && w.shape[i] > 1 && w.strides[i] != 0 {
			free = append(free, i)
		}
	}
	sorted := slices.Clone(free)
	slices.SortStableFunc(sorted, func(a, b int) int { return w.strides[b] - w.strides[a] })
	for i, a := range free {
		order[a] = sorted[i]
		moved = moved || a != sorted[i]
	}
	return order, moved
}

func inverse(order []int) []int {
	inv := make([]int, len(order))
	for i, a := range order {
		inv[a] = i
	}
	return inv
}

// reorder puts an elementwise node's axes into the order of the first operand whose axes have moved.
func (n *node) reorder() (order []int, moved bool) {
	for _, w := range n.args {
		if order, moved = w.storageOrder(n.attr.Mapped); moved {
			break
		}
	}
	if !moved {
		return nil, false
	}
	shape := make([]int, len(order))
	for i, a := range order {
		shape[i] = n.typ.Shape[a]
	}
	n.typ.Shape = shape
	for i, w := range n.args {
		n.args[i] = w.permute(order)
	}
	return order, true
}

func (l *lowering) lowerElementwise(n *node, key string) view {
	n.kind = elementwise
	order, moved := n.reorder()
	for i, w := range n.args {
		if w.transposed() && w.size() >= limits.transpose {
			n.args[i] = whole(l.copyOf(w))
		}
	}
	if !moved {
		return whole(l.share(n, key))
	}
	return whole(l.share(n, fmt.Sprint(key, n.typ.Shape))).permute(inverse(order))
}

// channelsLast moves the channel axis of a convolution's operand or result behind its spatial axes; lead is 1 if
// it has an instance axis.
func channelsLast(rank, lead int) []int {
	order := make([]int, 0, rank)
	for a := range rank {
		if a != lead+1 {
			order = append(order, a)
		}
	}
	return append(order, lead+1)
}

// lowerConvolution reads and writes images channels last, and weights as they are.
func (l *lowering) lowerConvolution(n *node) view {
	n.kind = operation
	key := fmt.Sprintf("%d %v %v", n.op, n.attr.Conv, n.typ)
	plain := len(n.attr.Conv.Size) + 2
	image := [3]bool{true, n.op == graph.OpConvWeight, n.op != graph.OpConvWeight} // left, right, result
	for i, w := range n.args {
		if image[i] {
			w = w.permute(channelsLast(len(w.shape), len(w.shape)-plain))
		}
		n.args[i] = l.contiguously(w)
	}
	if !image[2] {
		return whole(l.share(n, key))
	}
	order := channelsLast(len(n.typ.Shape), len(n.typ.Shape)-plain)
	shape := make([]int, len(order))
	for i, a := range order {
		shape[i] = n.typ.Shape[a]
	}
	n.typ.Shape = shape
	return whole(l.share(n, key)).permute(inverse(order))
}

package cpu

import "basin/graph"

// The tangent of a product is a sum of products, ẏ = ẋ·w + x·ẇ. The second product adds its result to the first
// one's buffer, which saves a pass for the sum. Each product is still one chain from 0, and the sum is rounded
// once: the bits are those of a separate sum.

// accumulate turns the sum of two convolutions that nothing else reads into an operation that adds the later one
// to the earlier.
func (pl *plan) accumulate(outputs []*node) {
	reads := map[*node]int{}
	for _, n := range outputs {
		reads[n]++
	}
	for _, n := range pl.nodes {
		for _, w := range n.args {
			reads[w.base]++
		}
	}
	for _, n := range pl.nodes {
		if n.kind != elementwise || n.op != graph.OpAdd {
			continue
		}
		first, second := n.args[0], n.args[1]
		if first.base.id > second.base.id {
			first, second = second, first
		}
		a, b := first.base, second.base
		if a == b || !a.canAccumulate() || !b.canAccumulate() || b.onto != nil ||
			reads[a] != 1 || reads[b] != 1 || !first.identity() || !second.identity() {
			continue
		}
		n.kind, n.op, n.attr, n.onto = operation, b.op, b.attr, a
		n.args = append(b.args[:len(b.args):len(b.args)], first)
	}
}

// canAccumulate reports whether n's step can add to what is in its buffer.
func (n *node) canAccumulate() bool {
	return n.kind == operation && isConvolution(n.op) && n.output < 0
}

// root is the node whose buffer n's result is written to.
func (n *node) root() *node {
	for n.onto != nil {
		n = n.onto
	}
	return n
}

package cpu

import (
	"cmp"
	"slices"

	"basin/graph"
)

// A value that is cheap to compute from other stored values is not stored for later groups: each group that reads
// it computes it again. The centred input of a batch norm, the mask of a ReLU and their tangents cost a few
// operations on a tile in the L1 cache; storing them costs a pass through memory to write and another to read. The
// bits are the same.
const (
	recomputeCost    = 8 // elementwise operations
	recomputeSources = 2 // operands of the value's size
)

// chooseVirtual marks the nodes that each group computes for itself. A node that only its own group reads is still
// computed once.
func (pl *plan) chooseVirtual() {
	elsewhere := map[*node]bool{} // read in another order, or by an operation: needs memory
	for _, n := range pl.nodes {
		for _, w := range n.args {
			if n.kind == operation || !w.identity() {
				elsewhere[w.base] = true
			}
		}
	}
	cost, sources := map[*node]int{}, map[*node][]*node{}
	for _, n := range pl.nodes {
		if n.kind != elementwise || n.typ.Size() < limits.recompute || n.stored || elsewhere[n] ||
			!n.op.Cheap() || n.typ.DType == graph.Int32 {
			continue
		}
		total, from := 1, []*node(nil)
		for _, w := range n.args {
			switch b := w.base; {
			case b.virtual:
				total += cost[b]
				from = append(from, sources[b]...)
			case b.typ.Size() >= limits.recompute:
				from = append(from, b)
			}
		}
		slices.SortFunc(from, func(a, b *node) int { return cmp.Compare(a.id, b.id) })
		from = slices.Compact(from)
		if total <= recomputeCost && len(from) <= recomputeSources {
			n.virtual, cost[n], sources[n] = true, total, from
		}
	}
}

// withVirtual adds the virtual nodes that a group's nodes read, in topological order.
func withVirtual(nodes []*node) []*node {
	seen := map[*node]bool{}
	var all []*node
	var visit func(n *node)
	visit = func(n *node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, w := range n.args {
			if w.base.virtual {
				visit(w.base)
			}
		}
		all = append(all, n)
	}
	for _, n := range nodes {
		visit(n)
	}
	slices.SortStableFunc(all, func(a, b *node) int { return cmp.Compare(a.id, b.id) })
	return all
}

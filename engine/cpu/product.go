package cpu

import (
	"basin/engine/cpu/kernel"
	"basin/graph"
)

// products pairs each product with the one sum or difference in the group that reads it, if nothing else does: both are computed by one
// kernel, which rounds the product first, so the bits are those of two.
func products(nodes []*node) map[*node]*node {
	reads := map[*node]int{}
	for _, n := range nodes {
		for _, w := range n.args {
			reads[w.base]++
		}
	}
	inGroup, pairs := map[*node]bool{}, map[*node]*node{}
	for _, n := range nodes {
		inGroup[n] = true
		if n.kind != elementwise || n.op != graph.OpAdd && n.op != graph.OpSub || n.typ.DType == graph.Int32 {
			continue
		}
		for _, w := range n.args {
			if m := w.base; m.op == graph.OpMul && m.kind == elementwise && inGroup[m] && !m.stored && !m.late && reads[m] == 1 && w.identity() {
				pairs[n], pairs[m] = m, n
				break
			}
		}
	}
	return pairs
}

// multiplyAdd computes the sum or difference n of a product and something else. in holds the product's operands, then n's.
func (g *group) multiplyAdd(n, product *node, out ref, in []ref) instruction {
	if n.typ.DType == graph.Float64 {
		return multiplyAdd(g, ops[float64](g.b.k), n, product, out, in)
	}
	return multiplyAdd(g, ops[float32](g.b.k), n, product, out, in)
}

func multiplyAdd[T kernel.Float](g *group, k *kernel.Ops[T], n, product *node, out ref, in []ref) instruction {
	f, other := k.MulAdd, in[3]
	if n.args[1].base == product {
		other = in[2]
	}
	if n.op == graph.OpSub {
		f = k.MulSub
		if n.args[1].base == product {
			f = k.NegMulAdd
		}
	}
	d, a, b, c := resolve[T](g, out), resolve[T](g, in[0]), resolve[T](g, in[1]), resolve[T](g, other)
	return func(lo, m int) { f(d.tile(lo, m), a.tile(lo, m), b.tile(lo, m), c.tile(lo, m)) }
}

package cpu

import (
	"slices"

	"basin/engine/cpu/kernel"
	"basin/graph"
)

// pairs are values that one kernel computes together: a value, and the only later one that reads it. The kernel
// rounds the first separately, so the bits are those of two kernels.
type pairs struct {
	first map[*node]*node // by the later one
	later map[*node]*node // by the first
}

// findPairs looks for products read by a sum or difference, and for float32 converted to float64 and multiplied by
// a number.
func findPairs(nodes []*node) pairs {
	reads := map[*node]int{}
	for _, n := range nodes {
		for _, w := range n.args {
			reads[w.base]++
		}
	}
	p := pairs{map[*node]*node{}, map[*node]*node{}}
	for _, n := range nodes {
		if n.kind != elementwise || n.typ.DType == graph.Int32 {
			continue
		}
		for i, w := range n.args {
			m := w.base
			// A value that is not stored is read only in this group, in its order.
			if m.kind == elementwise && !m.stored && reads[m] == 1 && p.first[m] == nil &&
				(multiplyAdds(n, m) || scalesConverted(n, m, 1-i)) {
				p.first[n], p.later[m] = m, n
				break
			}
		}
	}
	return p
}

// operands are those of the value that is computed together with n, then those of n; none if n is the first of a pair.
func (p pairs) operands(n *node) []view {
	switch first := p.first[n]; {
	case p.later[n] != nil:
		return nil
	case first != nil:
		return slices.Concat(first.args, n.args)
	}
	return n.args
}

// multiplyAdds reports whether n is a sum or difference, and m a product.
func multiplyAdds(n, m *node) bool {
	return (n.op == graph.OpAdd || n.op == graph.OpSub) && m.op == graph.OpMul
}

// scalesConverted reports whether n multiplies m, converted from float32, by the number that is its other operand.
func scalesConverted(n, m *node, other int) bool {
	if n.op != graph.OpMul || n.typ.DType != graph.Float64 ||
		m.op != graph.OpConvert || m.args[0].base.typ.DType != graph.Float32 {
		return false
	}
	p, block := n.args[other].period()
	return p == 1 && block == n.typ.Size()
}

// computePair computes m, then n. in holds the operands of m, then those of n.
func (g *group) computePair(n, m *node, out ref, in []ref) instruction {
	switch {
	case m.op == graph.OpConvert:
		return g.scaleConverted(n, m, out, in)
	case n.typ.DType == graph.Float64:
		return multiplyAdd(g, ops[float64](g.b.k), n, m, out, in)
	default:
		return multiplyAdd(g, ops[float32](g.b.k), n, m, out, in)
	}
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

func (g *group) scaleConverted(n, converted *node, out ref, in []ref) instruction {
	number := in[2]
	if n.args[1].base == converted {
		number = in[1]
	}
	d, a, s := resolve[float64](g, out), resolve[float32](g, in[0]), resolve[float64](g, number)
	return func(lo, m int) { g.b.k.ScaleF32ToF64(d.tile(lo, m), a.tile(lo, m), s.tile(lo, 1)[0]) }
}

package cpu

import (
	"basin/engine/cpu/kernel"
	"basin/graph"
)

// partial holds the sums of the chunks of a reduction's segments in order, each of inner elements.
type partial struct {
	array  any    // []T
	finish func() // adds the chunks up, in order; nil if they are the result
}

func (b *binding) newPartial(n *node) *partial {
	if n.typ.DType == graph.Float64 {
		return partialSums[float64](b, n)
	}
	return partialSums[float32](b, n)
}

func partialSums[T kernel.Float](b *binding, n *node) *partial {
	q, dst, add := n.sum, memory[T](b, n), ops[T](b.k).Add
	c := q.chunks()
	if c == 1 {
		return &partial{array: dst}
	}
	part := make([]T, len(dst)*c)
	return &partial{part, func() {
		for o := range q.outer {
			d := dst[o*q.inner:][:q.inner]
			p := part[o*c*q.inner:][:c*q.inner]
			copy(d, p)
			for i := 1; i < c; i++ {
				add(d, d, p[i*q.inner:][:q.inner])
			}
		}
	}}
}

// sum appends the instructions that add up the operand of the reduction n.
func (g *group) sum(n *node, in ref, p *partial) {
	if n.typ.DType == graph.Float64 {
		sumTiles[float64](g, n, in, p)
	} else {
		sumTiles[float32](g, n, in, p)
	}
}

func sumTiles[T kernel.Float](g *group, n *node, in ref, p *partial) {
	k, q, src := ops[T](g.b.k), n.sum, resolve[T](g, in)
	if q.rows() {
		dst := memory[T](g.b, n)
		g.each = append(g.each, func(lo, m int) { k.SumRows(dst[lo/q.n:][:m/q.n], src.tile(lo, m), q.n) })
		return
	}
	part := p.array.([]T)
	var acc []T // of the current chunk
	g.begin = append(g.begin, func(unit int) {
		acc = part[unit*q.inner:][:q.inner]
		clear(acc)
	})
	switch {
	case q.inner == 1:
		tile := make([]T, 1)
		g.each = append(g.each, func(lo, m int) {
			k.SumRows(tile, src.tile(lo, m), m)
			acc[0] += tile[0]
		})
	case q.inner <= tileElements:
		g.each = append(g.each, func(lo, m int) { k.AddMiddle(acc, src.tile(lo, m), m/q.inner, q.inner) })
	default:
		g.each = append(g.each, func(lo, m int) {
			d := acc[lo%q.inner:][:m]
			k.Add(d, d, src.tile(lo, m))
		})
	}
}

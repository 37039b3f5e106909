package cpu

import "basin/graph"

// group is a chain of elementwise kernels and sums that one worker runs tile by tile. Intermediate values stay in
// slots of one tile each.
type group struct {
	*loop
	b      *binding
	worker int
	slots  [3]int // how many slots of each dtype
	free   [3][]int

	once  []func() // before the first tile
	begin []func(unit int)
	each  []instruction
	late  []instruction // at the end of each tile: writes over donated inputs
	where map[*node]ref
	loads map[string]ref

	pending []func() // gives streams of slots their memory, once their number is known
}

// bindGroup makes the task of a group.
func (b *binding) bindGroup(nodes []*node) *task {
	l := newLoop(nodes)
	t := &task{units: l.units(), work: float64(l.size) * float64(len(nodes)) * elementwiseTime}
	sums := map[*node]*partial{}
	for _, n := range nodes {
		if n.kind == reduction && !n.sum.rows() {
			p := b.newPartial(n)
			sums[n] = p
			if p.finish != nil {
				t.after = append(t.after, p.finish)
			}
		}
	}
	for w := range b.workers(t) {
		t.run = append(t.run, b.newGroup(w, nodes, l, sums).run)
	}
	return t
}

func (b *binding) newGroup(worker int, nodes []*node, l *loop, sums map[*node]*partial) *group {
	g := &group{loop: l, b: b, worker: worker, where: map[*node]ref{}, loads: map[string]ref{}}
	pairs := findPairs(nodes)
	lastRead := map[*node]int{}
	for i, n := range nodes {
		for _, w := range pairs.operands(n) {
			lastRead[w.base] = i
		}
	}
	for i, n := range nodes {
		if pairs.later[n] != nil {
			continue
		}
		g.add(n, pairs, sums[n])
		for _, w := range pairs.operands(n) {
			if lastRead[w.base] == i {
				g.release(w.base)
			}
		}
	}
	for d, slots := range g.slots {
		b.reserve(worker, graph.DType(d), slots*tileElements)
	}
	for _, f := range g.pending {
		f()
	}
	g.pending = nil
	return g
}

// add appends the instructions of n, and of the value that is computed together with it.
func (g *group) add(n *node, pairs pairs, sum *partial) {
	_, ours := g.where[n.args[0].base]
	switch direct := g.direct(n.args[0]); {
	case n.kind == reduction:
		g.sum(n, g.operand(n.args[0]), sum)
		return
	case n.op == copyOp && !ours && (!n.stored || n.late && !direct):
		// Readers of the copy may read the operand, which is laid out in a separate slot.
		g.where[n] = g.operand(n.args[0])
	case n.op == copyOp && !direct:
		out := g.destination(n)
		g.load(out, n.args[0])
		g.where[n] = out
	default:
		first := pairs.first[n]
		var in []ref
		for _, w := range pairs.operands(n) {
			if w.base == first {
				in = append(in, ref{})
			} else {
				in = append(in, g.operand(w))
			}
		}
		out := g.destination(n)
		if first != nil {
			g.each = append(g.each, g.computePair(n, first, out, in))
		} else {
			g.each = append(g.each, g.compute(n, out, in))
		}
		g.where[n] = out
	}
	if n.late {
		g.replace(n)
	}
}

// release frees the slot of a value that is not read again, unless it holds an operand that may be laid out once
// for all tiles, or a value that is still to be written over a donated input.
func (g *group) release(n *node) {
	if r, ours := g.where[n]; ours && r.slot >= 0 && !r.loaded && !n.late {
		g.free[r.dtype] = append(g.free[r.dtype], r.slot)
		delete(g.where, n)
	}
}

// replace writes n over a donated input at the end of each tile.
func (g *group) replace(n *node) {
	to := ref{dtype: n.typ.DType, slot: -1, view: whole(n)}
	g.late = append(g.late, g.compute(&node{op: copyOp, typ: n.typ}, to, []ref{g.where[n]}))
}

// run computes units from … to−1.
func (g *group) run(from, to int) {
	for _, f := range g.once {
		f()
	}
	for u := from; u < to; u++ {
		for _, f := range g.begin {
			f(u)
		}
		for lo, hi := g.unit(u); lo < hi; {
			n := g.next(lo, hi)
			for _, f := range g.each {
				f(lo, n)
			}
			for _, f := range g.late {
				f(lo, n)
			}
			lo += n
		}
	}
}

// destination is where n is written: its memory, or a slot.
func (g *group) destination(n *node) ref {
	if n.stored && !n.late {
		return ref{dtype: n.typ.DType, slot: -1, view: whole(n)}
	}
	return ref{dtype: n.typ.DType, slot: g.slot(n.typ.DType)}
}

func (g *group) slot(d graph.DType) int {
	if k := len(g.free[d]); k > 0 {
		s := g.free[d][k-1]
		g.free[d] = g.free[d][:k-1]
		return s
	}
	g.slots[d]++
	return g.slots[d] - 1
}

// operand finds w, and loads it into a slot if its order in memory is not that of the group.
func (g *group) operand(w view) ref {
	if r, ours := g.where[w.base]; ours && w.identity() {
		return r
	}
	d := w.base.typ.DType
	if g.direct(w) {
		return ref{dtype: d, slot: -1, view: w}
	}
	key := w.key()
	if r, ok := g.loads[key]; ok {
		return r
	}
	// A load's slot is never freed, since what is loaded once must survive all tiles.
	g.slots[d]++
	r := ref{dtype: d, slot: g.slots[d] - 1, loaded: true}
	g.loads[key] = r
	g.load(r, w)
	return r
}

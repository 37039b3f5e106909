package cpu

import (
	"basin/engine/cpu/kernel"
	"basin/graph"
)

// tileElements is how many elements a group computes before it goes on: a handful of tiles fit the L1 cache together.
const tileElements = 1024

// group is a chain of elementwise kernels that runs tile by tile. Intermediate values stay in slots of one tile each.
type group struct {
	b     *binding
	size  int // elements in all
	tile  int
	slots [3]int // how many slots of each dtype
	free  [3][]int

	once  []instruction // before the first tile: what is the same in every tile
	each  []instruction
	late  []instruction // at the end of each tile: writes over donated inputs
	where map[*node]ref
	loads map[string]ref

	pending []func() // gives streams of slots their memory, once it is known how many there are
}

// instruction computes elements lo … lo+n−1.
type instruction func(lo, n int)

// ref is where a group finds or leaves a value: a slot, which holds the current tile, or memory that it walks along.
type ref struct {
	dtype graph.DType
	slot  int // −1: memory
	node  *node
	at    int
}

// stream is a resolved ref. advance is 1 for memory, 0 for a slot.
type stream[T number] struct {
	s       []T
	advance int
}

func (s *stream[T]) tile(lo, n int) []T {
	lo *= s.advance
	return s.s[lo : lo+n]
}

func (b *binding) bindGroup(nodes []*node) func() {
	g := &group{b: b, size: nodes[0].typ.Size(), where: map[*node]ref{}, loads: map[string]ref{}}
	g.tile = g.chooseTile(nodes)
	lastRead := map[*node]int{}
	for i, n := range nodes {
		for _, w := range n.args {
			lastRead[w.base] = i
		}
	}
	for i, n := range nodes {
		in := make([]ref, len(n.args))
		for j, w := range n.args {
			if n.op != copyOp || w.contiguous() {
				in[j] = g.operand(w)
			}
		}
		out := g.destination(n)
		g.where[n] = out
		if n.op == copyOp && !n.args[0].contiguous() {
			g.each = append(g.each, g.load(out, n.args[0]))
		} else {
			g.each = append(g.each, g.compute(n, out, in))
		}
		if n.late {
			g.late = append(g.late, g.compute(&node{op: copyOp, typ: n.typ}, ref{n.typ.DType, -1, n, 0}, []ref{out}))
			continue
		}
		for _, w := range n.args {
			if r, ours := g.where[w.base]; ours && r.slot >= 0 && lastRead[w.base] == i && !w.base.late {
				g.free[r.dtype] = append(g.free[r.dtype], r.slot)
				delete(g.where, w.base)
			}
		}
	}
	for d, slots := range g.slots {
		b.reserve(graph.DType(d), slots*tileElements)
	}
	for _, f := range g.pending {
		f()
	}
	g.pending = nil
	return g.run
}

func (g *group) run() {
	for _, f := range g.once {
		f(0, min(g.tile, g.size))
	}
	for lo := 0; lo < g.size; lo += g.tile {
		n := min(g.tile, g.size-lo)
		for _, f := range g.each {
			f(lo, n)
		}
		for _, f := range g.late {
			f(lo, n)
		}
	}
}

// chooseTile makes the tile a multiple of the longest period of a repeating operand that fits, so that a row of biases is laid out
// once and not for every tile.
func (g *group) chooseTile(nodes []*node) int {
	longest := 1
	for _, n := range nodes {
		for _, w := range n.args {
			if p := w.period(); p > longest && p <= tileElements {
				longest = p
			}
		}
	}
	return tileElements / longest * longest
}

// period is the number of elements after which a view repeats itself; its size if it does not.
func (w view) period() int {
	size, stride := mergeAxes(w.shape, w.strides)
	p := 1
	for i := range size {
		if stride[i] != 0 {
			p = sizeOf(size[i:])
			break
		}
	}
	return p
}

// destination is where n's value goes: its own memory, or a slot.
func (g *group) destination(n *node) ref {
	if n.stored && !n.late {
		return ref{n.typ.DType, -1, n, 0}
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

// operand finds w, loading it into a slot if it does not lie in memory as the group walks.
func (g *group) operand(w view) ref {
	if r, ours := g.where[w.base]; ours && w.identity() {
		return r
	}
	d := w.base.typ.DType
	if w.contiguous() {
		return ref{d, -1, w.base, w.offset}
	}
	key := w.key()
	if r, ok := g.loads[key]; ok {
		return r
	}
	// A load's slot is never given back, since what is loaded once must survive all tiles.
	g.slots[d]++
	r := ref{dtype: d, slot: g.slots[d] - 1}
	g.loads[key] = r
	if g.tile%w.period() == 0 {
		g.once = append(g.once, g.load(r, w))
	} else {
		g.each = append(g.each, g.load(r, w))
	}
	return r
}

// load copies the elements of w, in their order, to a tile.
func (g *group) load(to ref, w view) instruction {
	switch to.dtype {
	case graph.Float32:
		return loadTile(resolve[float32](g, to), memory[float32](g.b, w.base), w)
	case graph.Float64:
		return loadTile(resolve[float64](g, to), memory[float64](g.b, w.base), w)
	default:
		return loadTile(resolve[int32](g, to), memory[int32](g.b, w.base), w)
	}
}

func resolve[T number](g *group, r ref) *stream[T] {
	if r.slot < 0 {
		return &stream[T]{memory[T](g.b, r.node)[r.at:], 1}
	}
	s := &stream[T]{}
	g.pending = append(g.pending, func() { s.s = elements[T](g.b.scratch[r.dtype])[r.slot*tileElements:][:tileElements] })
	return s
}

func loadTile[T number](to *stream[T], src []T, w view) instruction {
	size, stride := mergeAxes(w.shape, w.strides)
	offset := w.offset
	if len(size) == 0 { // one element
		size, stride = []int{1}, []int{0}
	}
	if len(size) == 1 && stride[0] == 0 {
		return func(lo, n int) {
			fillWith(to.tile(lo, n), src[offset])
		}
	}
	at := make([]int, len(size))
	last := len(size) - 1
	fill := func(d []T, lo int) {
		p, rest := offset, lo
		for a := last; a >= 0; a-- {
			at[a] = rest % size[a]
			rest /= size[a]
			p += at[a] * stride[a]
		}
		for len(d) > 0 {
			run := min(size[last]-at[last], len(d))
			switch step := stride[last]; step {
			case 0:
				fillWith(d[:run], src[p])
			case 1:
				copy(d[:run], src[p:p+run])
			default:
				q := p
				for i := range d[:run] {
					d[i] = src[q]
					q += step
				}
			}
			d = d[run:]
			// On to the next run: the odometer turns.
			p += run * stride[last]
			at[last] += run
			for a := last; a > 0 && at[a] == size[a]; a-- {
				p += stride[a-1] - size[a]*stride[a]
				at[a] = 0
				at[a-1]++
			}
		}
	}
	period := w.period()
	return func(lo, n int) {
		d := to.tile(lo, n)
		if lo%period != 0 || period >= n {
			fill(d, lo)
			return
		}
		// One period, then copies of what is there, of twice the length each time.
		fill(d[:period], lo)
		for done := period; done < n; done *= 2 {
			copy(d[done:], d[:done])
		}
	}
}

// fillWith sets all of d to x: a few elements one by one, then copies of what is there.
func fillWith[T number](d []T, x T) {
	const few = 16
	head := d[:min(few, len(d))]
	for i := range head {
		head[i] = x
	}
	for done := few; done < len(d); done *= 2 {
		copy(d[done:], d[:done])
	}
}

// compute is the instruction of node n.
func (g *group) compute(n *node, out ref, in []ref) instruction {
	switch operandType := in[0].dtype; {
	case n.op == graph.OpConvert:
		return g.convert(out, in[0])
	case operandType == graph.Float32:
		return compute(g, n, ops[float32](g.b.k), out, in)
	case operandType == graph.Float64:
		return compute(g, n, ops[float64](g.b.k), out, in)
	default:
		return computeInt(n, resolve[int32](g, out), resolveAll[int32](g, in))
	}
}

func resolveAll[T number](g *group, in []ref) []*stream[T] {
	s := make([]*stream[T], len(in))
	for i := range in {
		s[i] = resolve[T](g, in[i])
	}
	return s
}

func compute[T kernel.Float](g *group, n *node, k *kernel.Ops[T], out ref, in []ref) instruction {
	d, s := resolve[T](g, out), resolveAll[T](g, in)
	if n.op == copyOp {
		return func(lo, m int) { copy(d.tile(lo, m), s[0].tile(lo, m)) }
	}
	if n.op == graph.OpSelect {
		p, a, b := s[0], s[1], s[2]
		return func(lo, m int) { k.Select(d.tile(lo, m), p.tile(lo, m), a.tile(lo, m), b.tile(lo, m)) }
	}
	if len(s) == 1 {
		f, a := unary(k, n.op), s[0]
		return func(lo, m int) { f(d.tile(lo, m), a.tile(lo, m)) }
	}
	f, a, b := binary(k, n), s[0], s[1]
	return func(lo, m int) { f(d.tile(lo, m), a.tile(lo, m), b.tile(lo, m)) }
}

func unary[T kernel.Float](k *kernel.Ops[T], op graph.Op) kernel.Unary[T] {
	switch op {
	case graph.OpNeg:
		return k.Neg
	case graph.OpExp:
		return k.Exp
	case graph.OpExpm1:
		return k.Expm1
	case graph.OpLog:
		return k.Log
	case graph.OpLog1p:
		return k.Log1p
	case graph.OpTanh:
		return k.Tanh
	case graph.OpLogistic:
		return k.Logistic
	case graph.OpSqrt:
		return k.Sqrt
	case graph.OpRsqrt:
		return k.Rsqrt
	case graph.OpSin:
		return k.Sin
	case graph.OpCos:
		return k.Cos
	case graph.OpAbs:
		return k.Abs
	case graph.OpSign:
		return k.Sign
	case graph.OpErf:
		return k.Erf
	}
	panic("cpu: no kernel for " + op.String())
}

func binary[T kernel.Float](k *kernel.Ops[T], n *node) kernel.Binary[T] {
	switch n.op {
	case graph.OpAdd:
		return k.Add
	case graph.OpSub:
		return k.Sub
	case graph.OpMul:
		return k.Mul
	case graph.OpDiv:
		return k.Div
	case graph.OpMax:
		return k.Max
	case graph.OpMin:
		return k.Min
	case graph.OpPow:
		return k.Pow
	case graph.OpCompare:
		return [...]kernel.Binary[T]{graph.EQ: k.Eq, graph.NE: k.Ne, graph.LT: k.Lt, graph.LE: k.Le, graph.GT: k.Gt, graph.GE: k.Ge}[n.attr.Order]
	}
	panic("cpu: no kernel for " + n.op.String())
}

func (g *group) convert(out, in ref) instruction {
	k := g.b.k
	switch {
	case in.dtype == graph.Float32 && out.dtype == graph.Float64:
		return convert(g, k.F32ToF64, out, in)
	case in.dtype == graph.Float64 && out.dtype == graph.Float32:
		return convert(g, k.F64ToF32, out, in)
	case in.dtype == graph.Int32 && out.dtype == graph.Float32:
		return convert(g, k.I32ToF32, out, in)
	case in.dtype == graph.Int32 && out.dtype == graph.Float64:
		return convert(g, k.I32ToF64, out, in)
	case in.dtype == graph.Float32 && out.dtype == graph.Int32:
		return convert(g, k.F32ToI32, out, in)
	default:
		return convert(g, k.F64ToI32, out, in)
	}
}

func convert[A, B number](g *group, f func(dst []B, src []A), out, in ref) instruction {
	d, s := resolve[B](g, out), resolve[A](g, in)
	return func(lo, n int) { f(d.tile(lo, n), s.tile(lo, n)) }
}

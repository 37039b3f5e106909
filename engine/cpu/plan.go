package cpu

import (
	"slices"

	"basin/engine"
	"basin/graph"
)

// plan is a program compiled for this engine: its steps in order, and the place of each value. It holds no memory.
type plan struct {
	program   *graph.Program
	nodes     []*node
	constants []*node
	folded    []*graph.Value // constants that are computed once, when the program is compiled
	steps     []step
	arena     [3]int  // elements of each dtype
	finals    []*node // outputs that are copied from the arena when all steps are done
}

// step is one operation, or one group of elementwise nodes and sums of equal size that run together tile by tile.
type step struct {
	operation *node
	group     []*node
}

func (s *step) nodes() []*node {
	if s.operation != nil {
		return []*node{s.operation}
	}
	return s.group
}

// newPlan lowers and schedules p.
func newPlan(p *graph.Program, o engine.Options) *plan {
	l := &lowering{views: map[*graph.Value]view{}, unique: map[string]*node{}}
	for i, v := range p.Inputs {
		n := l.add(&node{kind: external, op: graph.OpInput, typ: v.Type(), input: i,
			buffer: buffer{place: inInput, index: i}})
		l.views[v] = whole(n)
	}
	order := p.Values()
	pl := &plan{program: p}
	if len(p.Inputs) > 0 {
		pl.folded = foldable(p, order)
	}
	for i, v := range pl.folded {
		l.views[v] = whole(l.add(&node{kind: constant, op: v.Op(), typ: v.Type(), folded: i + 1}))
	}
	for _, v := range needed(p, l.views) {
		l.lower(v)
	}
	outputs := make([]*node, len(p.Outputs))
	for i, v := range p.Outputs {
		outputs[i] = l.outputNode(l.views[v], v.Type())
		outputs[i].output, outputs[i].stored = i, true
	}
	pl.nodes = l.nodes
	pl.dropDead(outputs)
	pl.accumulate(outputs)
	pl.dropDead(outputs)
	pl.schedule()
	pl.place(o, outputs)
	return pl
}

// outputNode returns a node for an output that no other output has, whose buffer holds the output's elements in
// their order.
func (l *lowering) outputNode(w view, t graph.Type) *node {
	n := w.base
	if !w.identity() || n.kind == external || n.kind == constant || n.output >= 0 {
		n = newCopy(w)
		n.typ = t
		n = l.add(n)
	}
	return n
}

func (pl *plan) dropDead(outputs []*node) {
	live := map[*node]bool{}
	var mark func(*node)
	mark = func(n *node) {
		if !live[n] {
			live[n] = true
			for _, w := range n.args {
				mark(w.base)
			}
		}
	}
	for _, n := range outputs {
		mark(n)
	}
	pl.nodes = slices.DeleteFunc(pl.nodes, func(n *node) bool { return !live[n] })
}

// schedule orders the work by levels. An operation's level is one above its operands'; that of an elementwise node
// or a fused sum is that of its highest operand, or one above if that operand is a sum, or another group's result
// read in another order. Within a level operations come first. All elementwise nodes of one level and one size
// then fuse into one group: no path leads from a group through an operation or a sum back to it.
func (pl *plan) schedule() {
	byLevel := map[int][]*node{}
	top := 0
	for _, n := range pl.nodes {
		for _, w := range n.args {
			level := w.base.level
			if n.kind == operation || w.base.kind == reduction || w.base.kind == elementwise && !sameGroupOrder(w, n) {
				level++
			}
			n.level = max(n.level, level)
		}
		if n.kind != external && n.kind != constant {
			byLevel[n.level] = append(byLevel[n.level], n)
			top = max(top, n.level)
		}
	}
	pl.chooseVirtual()
	for level := range top + 1 {
		groups := map[int][]*node{}
		var sizes []int
		for _, n := range byLevel[level] {
			if n.kind == operation {
				pl.steps = append(pl.steps, step{operation: n})
				continue
			}
			size := n.groupSize()
			if n.virtual {
				continue
			}
			if groups[size] == nil {
				sizes = append(sizes, size)
			}
			groups[size] = append(groups[size], n)
		}
		slices.Sort(sizes)
		for _, size := range sizes {
			for _, g := range splitBySums(groups[size]) {
				pl.steps = append(pl.steps, step{group: withVirtual(g)})
			}
		}
	}
	pl.chooseStored()
}

// groupSize is the number of elements that a group walks over for n.
func (n *node) groupSize() int {
	if n.kind == reduction {
		return n.args[0].size()
	}
	return n.typ.Size()
}

// sameGroupOrder reports whether a reader of w could sit in one group with w's base: both run over the same
// elements in the same order.
func sameGroupOrder(w view, reader *node) bool {
	return reader.kind != operation && w.base.kind == elementwise && w.identity()
}

// splitBySums keeps a group together unless it holds sums of different geometry. Those that differ from the first
// get separate groups after it, which read their operands from memory.
func splitBySums(nodes []*node) [][]*node {
	var first *block
	groups := [][]*node{nil}
	for _, n := range nodes {
		switch {
		case n.kind != reduction || first == nil || n.sum.sharesLoop(*first):
			if n.kind == reduction && first == nil {
				first = &n.sum
			}
			groups[0] = append(groups[0], n)
		default:
			at := slices.IndexFunc(groups[1:], func(g []*node) bool { return g[0].sum.sharesLoop(n.sum) })
			if at < 0 {
				groups = append(groups, nil)
				at = len(groups) - 2
			}
			groups[at+1] = append(groups[at+1], n)
		}
	}
	return groups
}

// sharesLoop reports whether two sums can be made in one loop.
func (q block) sharesLoop(r block) bool {
	if q.rows() || r.rows() {
		return q.rows() && r.rows() && q.n == r.n
	}
	return q == r
}

// chooseStored marks the nodes that need memory: results of operations and sums, and elementwise nodes that
// another step reads.
func (pl *plan) chooseStored() {
	for i := range pl.steps {
		s := &pl.steps[i]
		inGroup := map[*node]bool{}
		for _, n := range s.group {
			inGroup[n] = true
		}
		for _, n := range s.nodes() {
			if n.kind != elementwise {
				n.stored = true
			}
			for _, w := range n.args {
				if !inGroup[w.base] || !w.identity() {
					w.base.stored = true
				}
			}
		}
	}
}

// foldable lists the values that depend on no input and are read by something that does, or through a view.
func foldable(p *graph.Program, order []*graph.Value) []*graph.Value {
	isConst, folded := map[*graph.Value]bool{}, map[*graph.Value]bool{}
	var list []*graph.Value
	fold := func(v *graph.Value) {
		filled := v.Op() == graph.OpConstant && len(v.Attr().Data) == 1
		if isConst[v] && !isView(v.Op()) && !filled && !folded[v] {
			folded[v] = true
			list = append(list, v)
		}
	}
	for _, v := range order {
		isConst[v] = v.Op() != graph.OpInput
		for _, o := range v.Operands() {
			isConst[v] = isConst[v] && isConst[o]
		}
		if !isConst[v] || isView(v.Op()) {
			for _, o := range v.Operands() {
				fold(o)
			}
		}
	}
	for _, v := range p.Outputs {
		fold(v)
	}
	return list
}

func isView(op graph.Op) bool {
	switch op {
	case graph.OpReshape, graph.OpTranspose, graph.OpBroadcast, graph.OpSlice, graph.OpStopGradient:
		return true
	}
	return false
}

// needed lists, in order, the values to lower; some are already known.
func needed(p *graph.Program, known map[*graph.Value]view) []*graph.Value {
	var order []*graph.Value
	seen := map[*graph.Value]bool{}
	var visit func(*graph.Value)
	visit = func(v *graph.Value) {
		if _, ok := known[v]; ok || seen[v] {
			return
		}
		seen[v] = true
		for _, o := range v.Operands() {
			visit(o)
		}
		order = append(order, v)
	}
	for _, v := range p.Outputs {
		visit(v)
	}
	return order
}

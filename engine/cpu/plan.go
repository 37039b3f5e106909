package cpu

import (
	"cmp"
	"slices"

	"basin/engine"
	"basin/graph"
)

// plan is a program made ready for this engine: its steps in order, and where everything lives. It holds no memory.
type plan struct {
	program   *graph.Program
	nodes     []*node
	constants []*node
	folded    []*graph.Value // constants that are computed once, when the program is compiled
	steps     []step
	arena     [3]int  // elements of each dtype
	finals    []*node // outputs that are copied from the arena when all steps are done
}

// step is one operation, or one group of elementwise nodes of equal size that run together tile by tile.
type step struct {
	operation *node
	group     []*node
}

func (s *step) joins(n *node) bool {
	return s.group != nil && s.group[0].level == n.level && s.group[0].typ.Size() == n.typ.Size()
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
		n := l.add(&node{kind: external, op: graph.OpInput, typ: v.Type(), input: i, buffer: buffer{place: inInput, index: i}})
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
	pl.schedule(outputs)
	pl.place(o, outputs)
	return pl
}

// outputNode gives an output a node that no other output has and whose buffer is the output, element for element.
func (l *lowering) outputNode(w view, t graph.Type) *node {
	n := w.base
	if !w.identity() || n.kind == external || n.kind == constant || n.output >= 0 {
		n = l.add(&node{kind: elementwise, op: copyOp, typ: t, args: []view{w}})
	}
	return n
}

// schedule orders the work by levels. An operation's level is one above its operands'; an elementwise node's is that of its highest
// operand, one above if it reads another group's result in another order. All elementwise nodes of one level and one size then fuse
// into one group: no path leads from a group through an operation back into it.
func (pl *plan) schedule(outputs []*node) {
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
	var work []*node
	for _, n := range pl.nodes {
		for _, w := range n.args {
			b := w.base
			level := b.level
			if n.kind == operation || b.kind == elementwise && !sameGroupOrder(w, n) {
				level++
			}
			n.level = max(n.level, level)
		}
		if n.kind == operation || n.kind == elementwise {
			work = append(work, n)
		}
	}
	slices.SortStableFunc(work, func(a, b *node) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.groupSize(), b.groupSize()), cmp.Compare(a.id, b.id))
	})
	for _, n := range work {
		last := len(pl.steps) - 1
		switch {
		case n.kind == operation:
			pl.steps = append(pl.steps, step{operation: n})
			n.stored = true
		case last >= 0 && pl.steps[last].joins(n):
			pl.steps[last].group = append(pl.steps[last].group, n)
		default:
			pl.steps = append(pl.steps, step{group: []*node{n}})
		}
	}
	for _, n := range work {
		for _, w := range n.args {
			b := w.base
			if n.kind == operation || b.level != n.level || !sameGroupOrder(w, n) {
				b.stored = true
			}
		}
	}
}

// rank orders work by level, and within a level operations before the groups that may read them.
func (n *node) rank() int {
	if n.kind == elementwise {
		return 2*n.level + 1
	}
	return 2 * n.level
}

func (n *node) groupSize() int {
	if n.kind == elementwise {
		return n.typ.Size()
	}
	return 0
}

// sameGroupOrder reports whether an elementwise reader of w could sit in one group with w's base: both run over the same elements in
// the same order.
func sameGroupOrder(w view, reader *node) bool {
	return reader.kind == elementwise && w.base.kind == elementwise && w.identity()
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

// needed lists, in order, the values to lower, given that some are known.
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

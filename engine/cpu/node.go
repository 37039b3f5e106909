package cpu

import (
	"fmt"
	"strings"

	"basin/graph"
)

// kind says how a node is computed.
type kind uint8

const (
	external    kind = iota // an input, bound by the caller
	constant                // known when compiling
	elementwise             // computed in a fused group
	reduction               // a sum that a fused group makes while it walks over the operand
	operation               // computed by a separate step
)

// node is a value that has a buffer, or lives in the slots of a fused group. Views are not nodes.
type node struct {
	kind kind
	op   graph.Op
	attr *graph.Attr
	typ  graph.Type
	args []view // operands: an operation's in their shapes, an elementwise node's in its shape
	id   int    // position in topological order
	sums int    // number of sums on the longest path to it
	sum  block  // reduction: which of its operand's elements
	onto *node  // operation: its sum is added to this node's result, in that buffer; see accumulate.go

	level   int  // see schedule
	stored  bool // needs memory: read by other steps or as an output
	virtual bool // computed again in each group that reads it; see recompute.go
	input   int  // external: which input
	folded  int  // constant: 1 + its place among the plan's folded values; 0 if its data are in attr
	late    bool // written at the end of each tile, since the group reads the input that it replaces
	output  int  // the output to whose memory it is written, −1 if none
	buffer  buffer
}

// buffer is where a node is kept.
type buffer struct {
	place place
	index int // which input, output or constant
	at    int // arena: first element
}

type place uint8

const (
	nowhere place = iota
	inInput
	inOutput
	inConstant
	inArena
)

// copyOp marks an elementwise node that only copies its operand, to make a view contiguous or to fill an output.
// It reuses StopGradient, which never becomes a node.
const copyOp = graph.OpStopGradient

// lowering turns a program's values into nodes, with common subexpressions shared and views folded into their readers.
type lowering struct {
	nodes  []*node
	views  map[*graph.Value]view
	unique map[string]*node
}

func (l *lowering) add(n *node) *node {
	n.id, n.output = len(l.nodes), -1
	for _, w := range n.args {
		n.sums = max(n.sums, w.base.sums)
	}
	if n.op == graph.OpReduceSum {
		n.sums++
	}
	l.nodes = append(l.nodes, n)
	return n
}

// share returns the node that already computes the same from the same views, or adds n.
func (l *lowering) share(n *node, key string) *node {
	var b strings.Builder
	b.WriteString(key)
	for _, w := range n.args {
		b.WriteString("|" + w.key())
	}
	if old := l.unique[b.String()]; old != nil {
		return old
	}
	l.unique[b.String()] = l.add(n)
	return n
}

// lower handles one value, whose operands have been handled.
func (l *lowering) lower(v *graph.Value) {
	args := make([]view, len(v.Operands()))
	for i, o := range v.Operands() {
		args[i] = l.views[o]
	}
	n := &node{op: v.Op(), attr: v.Attr(), typ: v.Type(), args: args}
	switch op := v.Op(); {
	case op == graph.OpConstant && len(n.attr.Data) == 1:
		// One element, read with stride 0.
		n.kind, n.typ = constant, graph.T(v.DType())
		base := l.share(n, fmt.Sprintf("scalar %v %x", v.DType(), n.attr.Data[0]))
		l.views[v] = view{base: base, shape: v.Shape(), strides: make([]int, v.Type().Rank())}
		return
	case op == graph.OpConstant || op == graph.OpIota:
		n.kind = constant
	case isView(op):
		w, ok := args[0].through(v)
		if !ok {
			w, _ = whole(l.copyOf(args[0])).through(v)
		}
		l.views[v] = w
		return
	case op.Elementwise():
		l.views[v] = l.lowerElementwise(n, v.Key())
		return
	case op == graph.OpReduceSum:
		l.views[v] = l.lowerSum(n)
		return
	case isConvolution(op):
		l.views[v] = l.lowerConvolution(n)
		return
	default:
		n.kind = operation
		l.legalise(n)
	}
	l.views[v] = whole(l.share(n, v.Key()))
}

// copyOf makes a view's elements contiguous.
func (l *lowering) copyOf(w view) *node { return l.share(newCopy(w), "copy") }

func newCopy(w view) *node {
	n := &node{kind: elementwise, op: copyOp, typ: graph.Type{DType: w.base.typ.DType, Shape: w.shape}, args: []view{w}}
	if w.transposed() {
		n.kind = operation // blocks are faster than tiles for a transpose
	}
	return n
}

// contiguously returns the same elements in contiguous memory.
func (l *lowering) contiguously(w view) view {
	if w.contiguous() {
		return w
	}
	return whole(l.copyOf(w))
}

// legalise makes an operation's operands readable by its kernel: strided for a dot product, contiguous for all others.
func (l *lowering) legalise(n *node) {
	if n.op == graph.OpDot {
		n.args = l.dotOperands(n)
		return
	}
	for i, w := range n.args {
		n.args[i] = l.contiguously(w)
	}
}

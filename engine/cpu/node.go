package cpu

import (
	"fmt"
	"strings"

	"basin/graph"
)

// kind says how a node comes to be.
type kind uint8

const (
	external    kind = iota // an input, bound by the caller
	constant                // known when compiling
	elementwise             // computed in a fused group
	operation               // computed by a step of its own
)

// node is a value that has a buffer of its own, or lives in the registers of a fused group. Views are no nodes.
type node struct {
	kind kind
	op   graph.Op
	attr *graph.Attr
	typ  graph.Type
	args []view // an operation's operands in their own shapes; an elementwise node's, in its shape
	id   int    // position in topological order

	level  int  // see schedule
	stored bool // needs memory: read by other steps or as an output
	input  int  // external: which input
	folded int  // constant: 1 + its place among the plan's folded values; 0 if its data stand in attr
	late   bool // written at the end of each tile, since the group still reads the input that the output replaces
	output int  // which output's memory it is written to, −1 if none
	buffer buffer
}

// buffer is where a node lives.
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

// copyOp marks an elementwise node that only copies its operand, to make a view contiguous or to fill an output. It computes what
// StopGradient does, which never is a node of its own.
const copyOp = graph.OpStopGradient

// lowering turns a program's values into nodes, with common subexpressions shared and views folded into their readers.
type lowering struct {
	nodes  []*node
	views  map[*graph.Value]view
	unique map[string]*node
}

func (l *lowering) add(n *node) *node {
	n.id, n.output = len(l.nodes), -1
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
	case op == graph.OpReshape || op == graph.OpTranspose || op == graph.OpBroadcast || op == graph.OpSlice || op == graph.OpStopGradient:
		w, ok := args[0].through(v)
		if !ok {
			w, _ = whole(l.copyOf(args[0])).through(v)
		}
		l.views[v] = w
		return
	case op.Elementwise():
		n.kind = elementwise
	default:
		n.kind = operation
		l.legalise(n)
	}
	l.views[v] = whole(l.share(n, v.Key()))
}

// copyOf makes a view's elements contiguous.
func (l *lowering) copyOf(w view) *node {
	n := &node{kind: elementwise, op: copyOp, typ: graph.Type{DType: w.base.typ.DType, Shape: w.shape}, args: []view{w}}
	if _, stride := mergeAxes(w.shape, w.strides); len(stride) > 1 && stride[len(stride)-1] > 1 {
		n.kind = operation // a transpose is better done by blocks than by tiles
	}
	return l.share(n, "copy")
}

// legalise gives an operation operands that its kernel can read: strided for a dot product, contiguous for all others.
func (l *lowering) legalise(n *node) {
	if n.op == graph.OpDot {
		n.args = l.dotOperands(n)
		return
	}
	for i, w := range n.args {
		if !w.contiguous() {
			n.args[i] = whole(l.copyOf(w))
		}
	}
}

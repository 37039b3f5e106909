package cpu

import (
	"slices"

	"basin/graph"
)

// Σ (g·f + c·d), with f and d constant along the summed axes, is f·Σg + d·Σc. If d is known only after another sum
// over the same elements, the second form saves a pass: Σg and Σc are summed in the pass that d needs anyway. The
// mean's part of a batch norm's gradient has this form. The choice of the form depends only on the operands of the
// sum.

// term is one summand: u, or −u, times factors that are constant along the summed axes.
type term struct {
	u        view
	factors  []view
	negative bool
}

// termDepth bounds the depth of the search for summands, since the number of paths can double with each operation.
// It is enough for the gradient of a batch norm and its tangent.
const termDepth = 8

// termsOf splits w into summands along the given axes. A value that w repeats along other axes, as Vmap does with
// shared values, is split like the value itself.
func termsOf(w view, axes []int, depth int) []term {
	n := w.base
	if at, ok := w.repeatsAll(axes); ok && n.kind == elementwise && depth > 0 {
		args := make([]view, len(n.args))
		for i, a := range n.args {
			args[i] = a.spread(w.shape, at)
		}
		switch constant := slices.ContainsFunc(args, func(a view) bool { return a.constantAlong(axes) }); n.op {
		case graph.OpNeg:
			return negated(termsOf(args[0], axes, depth-1))
		case graph.OpAdd, graph.OpSub:
			if constant { // x − mean is not split
				break
			}
			left, right := termsOf(args[0], axes, depth-1), termsOf(args[1], axes, depth-1)
			if bare(left) && bare(right) { // nor is a−b, which would only lose digits
				break
			}
			if n.op == graph.OpSub {
				right = negated(right)
			}
			return append(left, right...)
		case graph.OpMul:
			for i, f := range args {
				if f.constantAlong(axes) {
					terms := termsOf(args[1-i], axes, depth-1)
					for j := range terms {
						terms[j].factors = append(terms[j].factors[:len(terms[j].factors):len(terms[j].factors)], f)
					}
					return terms
				}
			}
		}
	}
	return []term{{u: w}}
}

// repeatsAll reports whether w is all of its base, in order, with further axes, not among those summed, along
// which it repeats. Axis i of the base is axis at[i] of w.
func (w view) repeatsAll(summed []int) (at []int, ok bool) {
	shape := w.base.typ.Shape
	strides := rowMajor(shape)
	at = make([]int, len(shape))
	j := len(shape) - 1
	for i := len(w.shape) - 1; i >= 0; i-- {
		switch {
		case j >= 0 && w.shape[i] == shape[j] && (shape[j] == 1 || w.strides[i] == strides[j]):
			at[j] = i
			j--
		case w.strides[i] != 0 || slices.Contains(summed, i):
			return nil, false
		}
	}
	return at, j < 0 && w.offset == 0
}

// spread makes axis i of w axis at[i] of a view that repeats along all others.
func (w view) spread(shape, at []int) view {
	r := view{base: w.base, offset: w.offset, shape: shape, strides: make([]int, len(shape))}
	for i, a := range at {
		r.strides[a] = w.strides[i]
	}
	return r
}

// bare reports whether terms are just a summand or its negative.
func bare(terms []term) bool { return len(terms) == 1 && len(terms[0].factors) == 0 }

func negated(terms []term) []term {
	for i := range terms {
		terms[i].negative = !terms[i].negative
	}
	return terms
}

func (w view) constantAlong(axes []int) bool {
	return !slices.ContainsFunc(axes, func(a int) bool { return w.strides[a] != 0 && w.shape[a] != 1 })
}

// distribute returns the sum of w over runs of axes as a sum of products of sums, if that saves a pass.
func (l *lowering) distribute(w view, runs [][]int) (view, bool) {
	if len(runs) != 1 {
		return view{}, false
	}
	axes := runs[0]
	q := blockOf(w.shape, axes)
	if !q.fusible() || q.rows() || q.n*q.inner < limits.distribute {
		return view{}, false
	}
	terms := termsOf(w, axes, termDepth)
	leaf, factor := 0, 0
	for _, t := range terms {
		if t.u.constantAlong(axes) {
			return view{}, false
		}
		leaf = max(leaf, t.u.base.sums)
		for _, f := range t.factors {
			factor = max(factor, f.base.sums)
		}
	}
	if len(terms) > 4 || factor <= leaf {
		return view{}, false
	}
	var sum view
	combine := func(op graph.Op, args ...view) view {
		n := &node{kind: elementwise, op: op, typ: graph.Type{DType: w.base.typ.DType, Shape: args[0].shape}, args: args}
		return whole(l.share(n, op.String()))
	}
	for i, t := range terms {
		s := l.sumOnce(t.u, axes)
		for _, f := range t.factors {
			s = combine(graph.OpMul, s, view{f.base, f.offset, remaining(f.shape, axes), remaining(f.strides, axes)})
		}
		switch {
		case i == 0 && t.negative:
			sum = combine(graph.OpNeg, s)
		case i == 0:
			sum = s
		case t.negative:
			sum = combine(graph.OpSub, sum, s)
		default:
			sum = combine(graph.OpAdd, sum, s)
		}
	}
	return sum, true
}

// sumOnce sums w over axes, and only once where w repeats along others.
func (l *lowering) sumOnce(w view, axes []int) view {
	// own are the axes along which w does not repeat, kept their places in the result, summed those that are summed.
	var own, kept, summed []int
	at := 0
	for i := range w.shape {
		isSummed := slices.Contains(axes, i)
		switch {
		case isSummed:
			summed = append(summed, len(own))
			own = append(own, i)
		case w.strides[i] != 0:
			kept = append(kept, at)
			own = append(own, i)
		}
		if !isSummed {
			at++
		}
	}
	return l.sumOf(l.contiguously(w.permute(own)), summed).spread(remaining(w.shape, axes), kept)
}

package graph

import (
	"fmt"
	"slices"
	"strings"
)

// Split cuts p in two: what needs some of its inputs, the late ones, and what does not. early has p's other
// inputs, in order, and computes from them all that rest needs; rest has p's inputs, then early's outputs, and
// computes p's outputs. Run in turn they do the operations of p; when only the late inputs change, only rest needs
// to run again. An engine that orders sums by where their operands come from may round differently in the parts
// than in the whole. Few values cross the cut, and equal ones cross once. Instead of a reshape, transpose or
// broadcast its operand crosses, and rest applies it again; rest also recomputes constants, and values that a few
// cheap operations make of one other value, unless a contraction or a sum reads them: the mask of a ReLU and the
// centred input of a norm come from what crosses anyway. Images cross channels last, as engines keep them.
func Split(p *Program, late []int) (early, rest *Program) {
	isLate := make([]bool, len(p.Inputs))
	var lateInputs []*Value
	for _, i := range late {
		isLate[i] = true
		lateInputs = append(lateInputs, p.Inputs[i])
	}
	early, rest = &Program{}, &Program{Inputs: slices.Clone(p.Inputs)}
	for i, v := range p.Inputs {
		if !isLate[i] {
			early.Inputs = append(early.Inputs, v)
		}
	}
	order := p.Values()
	c := &cut{early: early, rest: rest, afterCut: map[*Value]*Value{}, representative: representatives(order),
		late: dependents(order, lateInputs), free: dependents(order, p.Inputs)}
	c.chooseAgain(order, p.Outputs)
	for _, v := range p.Outputs {
		rest.Outputs = append(rest.Outputs, c.take(v))
	}
	return early, rest
}

// cut is a program being split.
type cut struct {
	early, rest    *Program
	late, free     map[*Value]bool   // values that depend on a late input, and on any input
	again          map[*Value]bool   // early values that rest computes again
	representative map[*Value]*Value // of the values that compute the same
	afterCut       map[*Value]*Value // the values of rest that replace those of p
}

// againCost is the most operations by which rest computes a value again.
const againCost = 8

// chooseAgain marks the early values that rest computes again from at most one value of comparable size.
func (c *cut) chooseAgain(order, outputs []*Value) {
	kept := map[*Value]bool{} // read by more than elementwise operations
	for _, v := range outputs {
		kept[c.representative[v]] = true
	}
	for _, v := range order {
		if !v.op.Elementwise() {
			for _, o := range v.in {
				kept[c.representative[o]] = true
			}
		}
	}
	c.again = map[*Value]bool{}
	cost, source := map[*Value]int{}, map[*Value]*Value{}
	for _, v := range order {
		if c.late[v] || !c.free[v] || kept[v] || c.representative[v] != v || !v.op.Cheap() {
			continue
		}
		total, from, one := 1, (*Value)(nil), true
		for _, o := range v.in {
			for o.isReading() {
				o = o.in[0]
			}
			if o = c.representative[o]; c.again[o] {
				total += cost[o]
				o = source[o]
			}
			if o != nil && 8*o.typ.Size() > v.typ.Size() && c.free[o] {
				one = one && (from == nil || from == o)
				from = o
			}
		}
		if one && total <= againCost {
			c.again[v], cost[v], source[v] = true, total, from
		}
	}
}

// take returns v in rest: itself if it is an input or constant; computed from values of rest if it is late, or
// costs little or nothing; else an input that early computes.
func (c *cut) take(v *Value) *Value {
	v = c.representative[v]
	if w := c.afterCut[v]; w != nil {
		return w
	}
	w := v
	switch {
	case v.op == OpInput || !c.free[v]:
	case c.late[v] || v.isReading() || c.again[v]:
		in := make([]*Value, len(v.in))
		for i, o := range v.in {
			in[i] = c.take(o)
		}
		w = &Value{op: v.op, in: in, typ: v.typ, attr: v.attr}
	case v.typ.Rank() == 4:
		w = Transpose(c.cross(Transpose(v, 0, 2, 3, 1)), 0, 3, 1, 2)
	default:
		w = c.cross(v)
	}
	c.afterCut[v] = w
	return w
}

// cross makes v an output of early and returns the input of rest that receives it.
func (c *cut) cross(v *Value) *Value {
	w := Input(fmt.Sprintf("early%d", len(c.early.Outputs)), v.typ)
	c.early.Outputs = append(c.early.Outputs, v)
	c.rest.Inputs = append(c.rest.Inputs, w)
	return w
}

// isReading reports whether v only rearranges or repeats all of its operand's elements.
func (v *Value) isReading() bool {
	switch v.op {
	case OpReshape, OpTranspose, OpBroadcast, OpStopGradient:
		return true
	}
	return false
}

// representatives maps each value to the first that computes the same from the same operands.
func representatives(order []*Value) map[*Value]*Value {
	same, number, first := map[*Value]*Value{}, map[*Value]int{}, map[string]*Value{}
	for i, v := range order {
		number[v] = i
		var key strings.Builder
		key.WriteString(v.Key())
		for _, o := range v.in {
			fmt.Fprintf(&key, " %d", number[same[o]])
		}
		if v.op == OpInput {
			fmt.Fprintf(&key, " %d", i) // inputs of one name are different
		}
		if first[key.String()] == nil {
			first[key.String()] = v
		}
		same[v] = first[key.String()]
	}
	return same
}

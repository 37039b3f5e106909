package graph

import "slices"

// Program is a traced computation: inputs, outputs, and between them only primitives. It is immutable.
type Program struct {
	Inputs  []*Value
	Outputs []*Value
}

// Trace calls f once on free values of the given types; what f returns are the program's outputs. A shape bug
// inside f is returned as an error that names the primitive and its operands.
func Trace(f func(in []*Value) []*Value, types ...Type) (p *Program, err error) {
	defer func() {
		if r := recover(); r != nil {
			bug, ok := r.(*ShapeError)
			if !ok {
				panic(r)
			}
			p, err = nil, bug
		}
	}()
	in := make([]*Value, len(types))
	for i, t := range types {
		in[i] = Input("", t)
	}
	p = &Program{Inputs: in, Outputs: f(in)}
	p.checkClosed()
	return p, nil
}

// checkClosed panics if p needs a free value that is not one of its inputs, such as one from inside Vmap or from
// another trace.
func (p *Program) checkClosed() {
	for _, v := range p.Values() {
		if v.op == OpInput && !slices.Contains(p.Inputs, v) {
			fail(OpInput, []*Value{v}, "a value from inside Vmap or from another trace is not an input of the program")
		}
	}
}

// Values lists all values that the outputs need, each after its operands, in an order that depends on the program
// alone.
func (p *Program) Values() []*Value { return topological(p.Outputs) }

func topological(outputs []*Value) []*Value {
	var order []*Value
	seen := map[*Value]bool{}
	var visit func(*Value)
	visit = func(v *Value) {
		if v == nil || seen[v] {
			return
		}
		seen[v] = true
		for _, o := range v.in {
			visit(o)
		}
		order = append(order, v)
	}
	for _, v := range outputs {
		visit(v)
	}
	return order
}

// dependents marks the values among order, which is topological, that depend on any of ins.
func dependents(order, ins []*Value) map[*Value]bool {
	dep := map[*Value]bool{}
	for _, v := range ins {
		dep[v] = true
	}
	for _, v := range order {
		for _, o := range v.in {
			if dep[o] {
				dep[v] = true
				break
			}
		}
	}
	return dep
}

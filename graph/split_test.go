package graph_test

import (
	"slices"
	"testing"

	"basin/graph"
)

// TestSplitOfHessianProduct: the tangent part of a Hessian-vector product has neither the exponentials of the
// primal pass nor its matrix products; no value crosses twice, or repeated along the block of vectors.
func TestSplitOfHessianProduct(t *testing.T) {
	const n, in, out, k = 7, 5, 3, 4
	types := []graph.Type{graph.T(graph.Float64, out, in), graph.T(graph.Float64, n, in),
		graph.T(graph.Float64, k, out, in)}
	p, err := graph.Trace(func(v []*graph.Value) []*graph.Value {
		w, x := v[0], v[1]
		loss := graph.ReduceSum(graph.Exp(graph.Tanh(graph.Linear(x, w))))
		g := graph.Grad(loss, w)
		return graph.Vmap(func(tangent []*graph.Value) []*graph.Value { return graph.JVP(g, v[:1], tangent) }, v[2])
	}, types...)
	if err != nil {
		t.Fatal(err)
	}
	early, rest := graph.Split(p, []int{2})
	count := func(p *graph.Program, op graph.Op) (n int) {
		for _, v := range p.Values() {
			if v.Op() == op {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		op           graph.Op
		early, whole int
	}{{graph.OpExp, 1, 1}, {graph.OpTanh, 1, 1}, {graph.OpDot, 1, 3}} {
		if e, r, w := count(early, c.op), count(rest, c.op), count(p, c.op); e != c.early || w != c.whole || r != w-e {
			t.Errorf("%v: %d before the cut, %d after it, %d in the whole; want %d, %d, %d",
				c.op, e, r, w, c.early, c.whole-c.early, c.whole)
		}
	}
	if len(early.Inputs) != 2 || len(rest.Inputs) != 3+len(early.Outputs) {
		t.Errorf("%d inputs before the cut and %d after it, with %d crossing",
			len(early.Inputs), len(rest.Inputs), len(early.Outputs))
	}
	for i, v := range early.Outputs {
		if v.Type().Size() > n*out {
			t.Errorf("%v crosses: more than one primal value", v)
		}
		if !rest.Inputs[3+i].Type().Equal(v.Type()) {
			t.Errorf("%v crosses as %v", v, rest.Inputs[3+i])
		}
		if slices.Contains(early.Outputs[:i], v) {
			t.Errorf("%v crosses twice", v)
		}
	}
}

// TestSplitSharesAndRepeats: equal values cross once, and are repeated after the cut.
func TestSplitSharesAndRepeats(t *testing.T) {
	p, err := graph.Trace(func(v []*graph.Value) []*graph.Value {
		spread := func(x *graph.Value) *graph.Value { return graph.Broadcast(x, []int{100, 3}, 1) }
		y := graph.Mul(spread(graph.Exp(v[0])), v[1])
		return []*graph.Value{graph.Mul(y, spread(graph.Exp(v[0])))}
	}, graph.T(graph.Float32, 3), graph.T(graph.Float32, 100, 3))
	if err != nil {
		t.Fatal(err)
	}
	early, _ := graph.Split(p, []int{1})
	if len(early.Outputs) != 1 || early.Outputs[0].Type().Size() != 3 {
		t.Errorf("what crosses is %v, want one value of 3 elements", early.Outputs)
	}
	if whole, _ := graph.Split(p, nil); len(whole.Inputs) != 2 || len(whole.Outputs) != 1 {
		t.Errorf("with nothing late, early has %d inputs and %d outputs, want all of 2 and 1",
			len(whole.Inputs), len(whole.Outputs))
	}
	none, all := graph.Split(p, []int{0, 1})
	if len(none.Inputs)+len(none.Outputs) != 0 || len(all.Inputs) != 2 {
		t.Errorf("with everything late, %d values cross", len(none.Outputs))
	}
}

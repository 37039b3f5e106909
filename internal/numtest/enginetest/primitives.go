package enginetest

import (
	"math/rand/v2"
	"testing"

	"basin/engine"
	"basin/engine/reference"
	"basin/graph"
)

// testPrimitives runs each case on random values, alone and mapped over a leading axis, and compares with the
// reference.
func testPrimitives(t *testing.T, e engine.Engine) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, c := range Cases() {
			t.Run(d.String()+"/"+c.Name, func(t *testing.T) {
				scale := 0.01 // relative accuracy, down to small results
				if c.Terms > 1 {
					scale = 1
				}
				f := func(in []*graph.Value) []*graph.Value { return []*graph.Value{c.Build(in)} }
				in := c.Arrays(rand.New(rand.NewPCG(7, 8)), d)
				Close(t, "alone", Call(t, e, f, in...)[0], Call(t, reference.Engine{}, f, in...)[0], c.Terms, scale)

				for i, o := range c.Operands {
					typ := o.Type(d)
					typ.Shape = append([]int{3}, typ.Shape...)
					in[i] = Fill(typ, o.Domain(rand.New(rand.NewPCG(9, uint64(i))), typ.Size()))
				}
				m := func(in []*graph.Value) []*graph.Value { return graph.Vmap(f, in...) }
				Close(t, "mapped", Call(t, e, m, in...)[0], Call(t, reference.Engine{}, m, in...)[0], c.Terms, scale)
			})
		}
	}
}

// testNetworks compares losses, gradients and Hessian-vector products of small networks.
func testNetworks(t *testing.T, e engine.Engine) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, n := range []Network{MLP(graph.ReLU), MLP(graph.Tanh), ConvNet(graph.ReLU, true), ConvNet(graph.ReLU, false)} {
			t.Run(d.String()+"/"+n.Name, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(10, 11))
				params, data := n.Arrays(rng, d)
				vectors := Case{Operands: n.Params}.Arrays(rng, d)
				in := append(append(params, data...), vectors...)
				got, want := Call(t, e, n.everything, in...), Call(t, reference.Engine{}, n.everything, in...)
				for i := range want {
					Close(t, "result", got[i], want[i], networkTerms, magnitude(want[i]))
				}
			})
		}
	}
}

// networkTerms bounds the number of roundings of about one unit in a derivative of the small networks: some ten
// layers, forward and back, of sums of up to a hundred terms.
const networkTerms = 1000

// everything computes the loss, its gradient and its Hessian-vector product.
func (n Network) everything(in []*graph.Value) []*graph.Value {
	k, m := len(n.Params), len(n.Data)
	loss := n.Loss(in[:k], in[k:k+m])
	out := append([]*graph.Value{loss}, graph.Grad(loss, in[:k]...)...)
	return append(out, graph.HVP(loss, in[:k], in[k+m:])...)
}

// magnitude is that of the largest element, at least 1.
func magnitude(a engine.Array) float64 {
	m := 1.0
	for i := range a.Len() {
		m = max(m, a.At(i), -a.At(i))
	}
	return m
}

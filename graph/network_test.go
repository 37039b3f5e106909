package graph_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"basin/engine"
	"basin/engine/reference"
	"basin/graph"
	"basin/internal/numtest/enginetest"
)

// flat makes n's loss a function of one parameter vector and of data.
func flat(n enginetest.Network) (params int, loss func(theta *graph.Value, data []*graph.Value) *graph.Value) {
	for _, o := range n.Params {
		params += f64(o.Shape...).Size()
	}
	return params, func(theta *graph.Value, data []*graph.Value) *graph.Value {
		segments, at := make([]*graph.Value, len(n.Params)), 0
		for i, o := range n.Params {
			size := f64(o.Shape...).Size()
			segments[i] = graph.Reshape(graph.Slice(theta, []int{at}, []int{at + size}, nil), o.Shape...)
			at += size
		}
		return n.Loss(segments, data)
	}
}

// TestNetworkHessian computes the dense Hessian of small networks in three ways: all Hessian-vector products in one
// block (forward over reverse), the Jacobian of the gradient (reverse over reverse), and differences of the
// gradient. It is symmetric.
func TestNetworkHessian(t *testing.T) {
	for _, n := range []enginetest.Network{
		enginetest.MLP(graph.Tanh), enginetest.MLP(graph.ReLU),
		enginetest.ConvNet(graph.Tanh, true), enginetest.ConvNet(graph.Tanh, false),
		enginetest.ConvNet(graph.ReLU, true), enginetest.ConvNet(graph.ReLU, false),
	} {
		t.Run(n.Name, func(t *testing.T) {
			params, loss := flat(n)
			rng := rand.New(rand.NewPCG(50, 51))
			_, data := n.Arrays(rng, graph.Float64)
			theta := enginetest.Fill(f64(params), enginetest.Real(rng, params))
			for i := range theta.F64 {
				theta.F64[i] *= 0.7 // logits of about 1, so that no derivative is negligible
			}
			in := append([]engine.Array{theta}, data...)
			dense := enginetest.Call(t, reference.Engine{}, func(in []*graph.Value) []*graph.Value {
				theta := in[0]
				gradient := graph.Grad(loss(theta, in[1:]), theta)
				unit := graph.Iota(f64(params, params), 0)
				identity := graph.Compare(graph.EQ, unit, graph.Iota(f64(params, params), 1))
				block := graph.Vmap(func(v []*graph.Value) []*graph.Value { return graph.JVP(gradient, in[:1], v) }, identity)[0]
				return []*graph.Value{block, graph.Jacobian(gradient[0], theta)}
			}, in...)
			h := dense[0].F64

			gradient, err := reference.Engine{}.Compile(enginetest.Trace(t, func(in []*graph.Value) []*graph.Value {
				return graph.Grad(loss(in[0], in[1:]), in[0])
			}, in...), engine.Options{})
			if err != nil {
				t.Fatal(err)
			}
			g := engine.NewArray(theta.Type)
			run, err := gradient.Bind(in, []engine.Array{g})
			if err != nil {
				t.Fatal(err)
			}
			at := func(i int, x float64) []float64 {
				theta.F64[i] = x
				if err := run(); err != nil {
					t.Fatal(err)
				}
				return enginetest.Elements(g)
			}
			differences := engine.NewArray(dense[0].Type)
			for i := range params {
				x := theta.F64[i]
				up, down := at(i, x+step), at(i, x-step)
				theta.F64[i] = x
				for j := range up {
					differences.F64[i*params+j] = (up[j] - down[j]) / (2 * step)
				}
			}
			near(t, "reverse over reverse", dense[1:], dense[:1], exactTol)
			near(t, "forward over reverse", dense[:1], []engine.Array{differences}, differenceTol)
			largest := 0.0
			for i := range params {
				for j := range params {
					largest = max(largest, math.Abs(h[i*params+j]))
					if d := math.Abs(h[i*params+j] - h[j*params+i]); !(d <= exactTol) {
						t.Fatalf("H[%d,%d] − H[%d,%d] = %v", i, j, j, i, d)
					}
				}
			}
			if largest < 0.01 {
				t.Errorf("the largest entry of H is %v: too small for a test", largest)
			}
		})
	}
}

// TestBatchNormScale: with batch statistics the loss does not depend on the scale of the weights before a
// normalisation, so its gradient there is orthogonal to them (up to ε); with running statistics it does.
func TestBatchNormScale(t *testing.T) {
	const epsilonEffect = 1e-3 // ε/variance, with ε = 1e-5
	for _, batch := range []bool{true, false} {
		n := enginetest.ConvNet(graph.Tanh, batch)
		params, data := n.Arrays(rand.New(rand.NewPCG(52, 53)), graph.Float64)
		k := len(params)
		out := call(t, func(in []*graph.Value) []*graph.Value {
			w := in[0]
			g := graph.Grad(n.Loss(in[:k], in[k:]), w)[0]
			return []*graph.Value{graph.ReduceSum(graph.Mul(g, w)), graph.ReduceSum(graph.Square(g)),
				graph.ReduceSum(graph.Square(w))}
		}, append(params, data...)...)
		cosine := math.Abs(out[0][0]) / math.Sqrt(out[1][0]*out[2][0])
		if batch != (cosine < epsilonEffect) {
			t.Errorf("batch statistics %v: |cos(∇L, w)| = %v", batch, cosine)
		}
	}
}

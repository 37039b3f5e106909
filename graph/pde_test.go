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

// A second difference with step 1e-4 errs by h²/12·f⁗ and by 4·2⁻⁵³·f/h², together about 1e-7 here.
const (
	secondStep          = 1e-4
	secondDifferenceTol = 1e-5
)

// pde is the least-squares loss mean((−Δu − f)²) of a network u(x) = w₃·tanh(W₂·tanh(W₁x + b₁) + b₂) of flat
// parameters θ.
type pde struct{ dim, width, points int }

func (p pde) params() int { return p.width*p.dim + p.width + p.width*p.width + 2*p.width }

// u is the network at one point x [dim].
func (p pde) u(theta, x *graph.Value) *graph.Value {
	at := 0
	take := func(shape ...int) *graph.Value {
		n := f64(shape...).Size()
		at += n
		return graph.Reshape(graph.Slice(theta, []int{at - n}, []int{at}, nil), shape...)
	}
	times := func(w, x *graph.Value) *graph.Value {
		return graph.Dot(w, x, graph.DotAxes{LeftContract: []int{w.Type().Rank() - 1}, RightContract: []int{0}})
	}
	h := graph.Tanh(graph.Add(times(take(p.width, p.dim), x), take(p.width)))
	h = graph.Tanh(graph.Add(times(take(p.width, p.width), h), take(p.width)))
	return times(take(p.width), h)
}

// laplacians are Δu at all points x [points, dim].
func (p pde) laplacians(theta, x *graph.Value) *graph.Value {
	return graph.Vmap(func(in []*graph.Value) []*graph.Value {
		return []*graph.Value{graph.Laplacian(p.u(theta, in[0]), in[0])}
	}, x)[0]
}

func (p pde) loss(theta, x, f *graph.Value) *graph.Value {
	r := graph.Add(p.laplacians(theta, x), f)
	return graph.Scale(graph.ReduceSum(graph.Square(r)), 1/float64(p.points))
}

func (p pde) arrays() (theta, x, f, v engine.Array) {
	rng := rand.New(rand.NewPCG(40, 41))
	draw := func(shape ...int) engine.Array {
		return enginetest.Fill(f64(shape...), enginetest.Real(rng, f64(shape...).Size()))
	}
	return draw(p.params()), draw(p.points, p.dim), draw(p.points), draw(p.params())
}

var smallPDE = pde{dim: 2, width: 5, points: 3}

// TestLaplacianOfNetwork compares with second differences along each axis.
func TestLaplacianOfNetwork(t *testing.T) {
	p := smallPDE
	theta, x, _, _ := p.arrays()
	got := call(t, func(in []*graph.Value) []*graph.Value {
		return []*graph.Value{p.laplacians(in[0], in[1])}
	}, theta, x)[0]
	u := func(x engine.Array) []float64 {
		return call(t, func(in []*graph.Value) []*graph.Value {
			return graph.Vmap(func(x []*graph.Value) []*graph.Value { return []*graph.Value{p.u(in[0], x[0])} }, in[1])
		}, theta, x)[0]
	}
	want := make([]float64, p.points)
	middle := u(x)
	for i := range p.dim {
		moved := func(h float64) []float64 {
			y := enginetest.Fill(x.Type, x.F64)
			for k := range p.points {
				y.F64[k*p.dim+i] += h
			}
			return u(y)
		}
		up, down := moved(secondStep), moved(-secondStep)
		for k := range want {
			want[k] += (up[k] - 2*middle[k] + down[k]) / (secondStep * secondStep)
		}
	}
	for k := range want {
		if !(math.Abs(got[k]-want[k]) <= secondDifferenceTol*(1+math.Abs(want[k]))) {
			t.Errorf("point %d: Δu = %v, want %v", k, got[k], want[k])
		}
	}
}

// TestThirdAndFourthOrder: ∂/∂θ of the Laplacian loss against differences of the loss, and its Hessian-vector
// product in θ against differences of the gradient, forward over reverse as well as reverse over reverse.
func TestThirdAndFourthOrder(t *testing.T) {
	p := smallPDE
	theta, x, f, v := p.arrays()
	loss := func(in []*graph.Value) []*graph.Value { return []*graph.Value{p.loss(in[0], in[1], in[2])} }
	gradient := func(in []*graph.Value) []*graph.Value { return graph.Grad(loss(in)[0], in[0]) }
	along := func(f enginetest.Function, rest ...engine.Array) engine.Array {
		at := func(h float64) engine.Array {
			moved := enginetest.Fill(theta.Type, theta.F64)
			for i := range moved.F64 {
				moved.F64[i] += h * v.F64[i]
			}
			return enginetest.Call(t, reference.Engine{}, f, append([]engine.Array{moved}, rest...)...)[0]
		}
		up, down := at(step), at(-step)
		for i := range up.F64 {
			up.F64[i] = (up.F64[i] - down.F64[i]) / (2 * step)
		}
		return up
	}
	slope := enginetest.Call(t, reference.Engine{}, func(in []*graph.Value) []*graph.Value {
		g := gradient(in)[0]
		return []*graph.Value{graph.ReduceSum(graph.Mul(g, in[3])), graph.JVP(loss(in), in[:1], in[3:])[0]}
	}, theta, x, f, v)
	near(t, "⟨∇L, v⟩", slope[:1], []engine.Array{along(loss, x, f)}, differenceTol)
	near(t, "L's JVP", slope[1:], slope[:1], exactTol*100) // sums of thousands of terms of both signs

	hv := enginetest.Call(t, reference.Engine{}, func(in []*graph.Value) []*graph.Value {
		forward := graph.HVP(loss(in)[0], in[:1], in[3:])[0]
		reverse := graph.Grad(graph.ReduceSum(graph.Mul(gradient(in)[0], in[3])), in[0])[0]
		return []*graph.Value{forward, reverse}
	}, theta, x, f, v)
	near(t, "Hv", hv[:1], []engine.Array{along(gradient, x, f)}, differenceTol)
	near(t, "Hv, reverse over reverse", hv[1:], hv[:1], exactTol*100)
}

package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"basin/engine"
	"basin/engine/reference"
	"basin/graph"
	"basin/internal/numtest/enginetest"
)

// TestFourDerivatives: the first to the fourth derivative of functions of one variable, by every mixture of
// forward and reverse, against calculus.
func TestFourDerivatives(t *testing.T) {
	type f = func(x *graph.Value) *graph.Value
	sine := func(x float64) [5]float64 { s, c := math.Sin(x), math.Cos(x); return [5]float64{s, c, -s, -c, s} }
	for _, c := range []struct {
		name string
		f    f
		x    float64
		want [5]float64 // the function, then its derivatives
	}{
		{"x³ as products", func(x *graph.Value) *graph.Value {
			return graph.Mul(x, graph.Mul(x, x))
		}, -1.5, [5]float64{-3.375, 6.75, -9, 6, 0}},
		{"x⁵ as a power", func(x *graph.Value) *graph.Value {
			return graph.Pow(x, graph.Const(graph.Float64, 5))
		}, 2, [5]float64{32, 80, 160, 240, 240}},
		{"x² as a power, at 0", func(x *graph.Value) *graph.Value {
			return graph.Pow(x, graph.Const(graph.Float64, 2))
		}, 0, [5]float64{0, 0, 2, 0, 0}},
		{"x⁴ as a power, at 0", func(x *graph.Value) *graph.Value {
			return graph.Pow(x, graph.Const(graph.Float64, 4))
		}, 0, [5]float64{0, 0, 0, 0, 24}},
		{"relu(x)³", func(x *graph.Value) *graph.Value {
			return graph.Pow(graph.ReLU(x), graph.Const(graph.Float64, 3))
		}, 2, [5]float64{8, 12, 12, 6, 0}},
		{"1/x", func(x *graph.Value) *graph.Value {
			return graph.Div(graph.Const(graph.Float64, 1), x)
		}, 2, [5]float64{0.5, -0.25, 0.25, -0.375, 0.75}},
		{"sin", graph.Sin, 0.7, sine(0.7)},
		{"cos", graph.Cos, 0.7, sine(0.7 + math.Pi/2)},
		{"exp", graph.Exp, 1, [5]float64{math.E, math.E, math.E, math.E, math.E}},
		{"expm1", graph.Expm1, 1, [5]float64{math.E - 1, math.E, math.E, math.E, math.E}},
		{"log", graph.Log, 2, [5]float64{math.Ln2, 0.5, -0.25, 0.25, -0.375}},
		{"log1p", graph.Log1p, 1, [5]float64{math.Ln2, 0.5, -0.25, 0.25, -0.375}},
		{"sqrt", graph.Sqrt, 4, [5]float64{2, 0.25, -1. / 32, 3. / 256, -15. / 2048}},
		{"rsqrt", graph.Rsqrt, 4, [5]float64{0.5, -1. / 16, 3. / 128, -15. / 1024, 105. / 8192}},
		{"tanh at 0", graph.Tanh, 0, [5]float64{0, 1, 0, -2, 0}},
		{"logistic at 0", graph.Logistic, 0, [5]float64{0.5, 0.25, 0, -0.125, 0}},
		{"erf at 0", graph.Erf, 0, [5]float64{0, 2 / math.Sqrt(math.Pi), 0, -4 / math.Sqrt(math.Pi), 0}},
	} {
		for modes := range 16 { // bit k: the k-th derivative by reverse, else forward
			out := call(t, func(in []*graph.Value) []*graph.Value {
				x := in[0]
				ys := []*graph.Value{c.f(x)}
				for k := range 4 {
					y := ys[k]
					if modes>>k&1 == 1 {
						ys = append(ys, graph.Grad(y, x)[0])
					} else {
						ys = append(ys, graph.JVP([]*graph.Value{y}, []*graph.Value{x}, []*graph.Value{graph.Const(graph.Float64, 1)})[0])
					}
				}
				return ys
			}, scalar(c.x))
			for k, want := range c.want {
				if got := out[k][0]; !(math.Abs(got-want) <= exactTol*(1+math.Abs(want))) {
					t.Errorf("%s: derivative %d in modes %04b is %v, want %v", c.name, k, modes, got, want)
				}
			}
		}
	}
}

// TestJacobian compares with differences, once where it is computed by columns (JVP) and once by rows (VJP).
func TestJacobian(t *testing.T) {
	rng := rand.New(rand.NewPCG(30, 31))
	for _, c := range []struct {
		name string
		in   []int
		f    func(x *graph.Value) *graph.Value
	}{
		{"more outputs", []int{2, 2}, func(x *graph.Value) *graph.Value {
			return graph.Sin(graph.Dot(x, x, graph.DotAxes{}))
		}},
		{"more inputs", []int{3, 4}, func(x *graph.Value) *graph.Value {
			return graph.Tanh(graph.ReduceSum(graph.Mul(x, graph.Exp(x)), 1))
		}},
		{"a scalar of a scalar", []int{}, func(x *graph.Value) *graph.Value { return graph.Sin(x) }},
		{"a vector of a scalar", []int{}, func(x *graph.Value) *graph.Value {
			return graph.Sin(graph.Mul(graph.Broadcast(x, []int{3}), graph.Iota(f64(3), 0)))
		}},
		{"no outputs", []int{2}, func(x *graph.Value) *graph.Value {
			return graph.Slice(graph.Sin(x), []int{1}, []int{1}, nil)
		}},
		{"no inputs", []int{0}, func(x *graph.Value) *graph.Value { return graph.Shift(graph.ReduceSum(x), 1) }},
		{"a constant", []int{2}, func(x *graph.Value) *graph.Value { return graph.Full(f64(2), 3) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := enginetest.Fill(f64(c.in...), enginetest.Real(rng, f64(c.in...).Size()))
			f := func(x engine.Array) engine.Array {
				return enginetest.Call(t, reference.Engine{}, func(in []*graph.Value) []*graph.Value {
					return []*graph.Value{c.f(in[0])}
				}, x)[0]
			}
			got := enginetest.Call(t, reference.Engine{}, func(in []*graph.Value) []*graph.Value {
				return []*graph.Value{graph.Jacobian(c.f(in[0]), in[0])}
			}, x)
			y := f(x)
			want := engine.NewArray(f64(append(append([]int{}, y.Type.Shape...), c.in...)...))
			for j := range x.Len() {
				at := x.F64[j]
				x.F64[j] = at + step
				up := f(x)
				x.F64[j] = at - step
				down := f(x)
				x.F64[j] = at
				for i := range y.Len() {
					want.F64[i*x.Len()+j] = (up.F64[i] - down.F64[i]) / (2 * step)
				}
			}
			near(t, "Jacobian", got, []engine.Array{want}, differenceTol)
		})
	}
}

// TestLaplacianClosedForm: −Δ Πsin(πxᵢ) = dπ²·Πsin(πxᵢ), for several points at once; and a vector of harmonic and
// other polynomials.
func TestLaplacianClosedForm(t *testing.T) {
	const points = 4
	for _, d := range []int{1, 2, 3, 6} {
		u := func(x *graph.Value) *graph.Value {
			y := graph.Const(graph.Float64, 1)
			for i := range d {
				xi := graph.Reshape(graph.Slice(x, []int{i}, []int{i + 1}, nil))
				y = graph.Mul(y, graph.Sin(graph.Scale(xi, math.Pi)))
			}
			return y
		}
		x := enginetest.Fill(f64(points, d), enginetest.Real(rand.New(rand.NewPCG(32, 33)), points*d))
		out := call(t, func(in []*graph.Value) []*graph.Value {
			return graph.Vmap(func(in []*graph.Value) []*graph.Value {
				y := u(in[0])
				return []*graph.Value{y, graph.Laplacian(y, in[0])}
			}, in...)
		}, x)
		for i := range points {
			want := -float64(d) * math.Pi * math.Pi * out[0][i]
			if got := out[1][i]; !(math.Abs(got-want) <= exactTol*float64(d)*math.Pi*math.Pi) {
				t.Errorf("d = %d, point %d: Δu = %v, want %v", d, i, got, want)
			}
		}
	}
	out := call(t, func(in []*graph.Value) []*graph.Value {
		x := in[0]
		sq := graph.Square(x)
		a, b := graph.Slice(sq, []int{0}, []int{1}, nil), graph.Slice(sq, []int{1}, []int{2}, nil)
		return []*graph.Value{graph.Laplacian(graph.Concatenate(0, graph.Sub(a, b), graph.Add(a, b), graph.Square(a)), x)}
	}, vector(3, 5))
	equal(t, "Δ(x²−y²), Δ(x²+y²), Δx⁴", out[0], 0, 4, 108)
}

// TestSoftmaxHessian: for the cross-entropy of one sample in its logits, H = diag(p) − ppᵀ.
func TestSoftmaxHessian(t *testing.T) {
	z := []float64{0.3, -1.2, 2, 0.1}
	n := len(z)
	hessian := call(t, func(in []*graph.Value) []*graph.Value {
		label := graph.Literal(i32(1), []float64{2})
		loss := enginetest.CrossEntropy(graph.Reshape(in[0], 1, n), label)
		return []*graph.Value{graph.Jacobian(graph.Grad(loss, in[0])[0], in[0])}
	}, vector(z...))[0]
	p, sum := make([]float64, n), 0.0
	for i := range z {
		p[i] = math.Exp(z[i])
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	for i := range n {
		for j := range n {
			want := -p[i] * p[j]
			if i == j {
				want += p[i]
			}
			if got := hessian[i*n+j]; !(math.Abs(got-want) <= exactTol) {
				t.Errorf("H[%d,%d] = %v, want %v", i, j, got, want)
			}
		}
	}
}

// TestLogisticRegression: the Hessian of the mean of log(1 + e^(−y·x·w)) is Xᵀ·diag(s(1−s))·X/n with s =
// logistic(Xw), for y = ±1.
func TestLogisticRegression(t *testing.T) {
	const n, d = 7, 3
	rng := rand.New(rand.NewPCG(34, 35))
	x, w := enginetest.Fill(f64(n, d), enginetest.Real(rng, n*d)), enginetest.Fill(f64(d), enginetest.Real(rng, d))
	y := engine.NewArray(f64(n))
	for i := range n {
		y.F64[i] = float64(2*rng.IntN(2) - 1)
	}
	hessian := call(t, func(in []*graph.Value) []*graph.Value {
		margin := graph.Mul(in[2], graph.Dot(in[0], in[1], graph.DotAxes{LeftContract: []int{1}, RightContract: []int{0}}))
		loss := graph.Scale(graph.ReduceSum(graph.Log1p(graph.Exp(graph.Neg(margin)))), 1./n)
		return []*graph.Value{graph.Jacobian(graph.Grad(loss, in[1])[0], in[1])}
	}, x, w, y)[0]
	for j := range d {
		for k := range d {
			want := 0.0
			for i := range n {
				z := 0.0
				for l := range d {
					z += x.F64[i*d+l] * w.F64[l]
				}
				s := 1 / (1 + math.Exp(-z))
				want += s * (1 - s) * x.F64[i*d+j] * x.F64[i*d+k] / n
			}
			if got := hessian[j*d+k]; !(math.Abs(got-want) <= exactTol) {
				t.Errorf("H[%d,%d] = %v, want %v", j, k, got, want)
			}
		}
	}
}

// TestGradOfVmapOfGrad differentiates through Vmap: the sum of the squared norms of the gradients of single
// samples, in the parameters that the samples share, against differences.
func TestGradOfVmapOfGrad(t *testing.T) {
	rng := rand.New(rand.NewPCG(36, 37))
	w, x := enginetest.Fill(f64(3, 4), enginetest.Real(rng, 12)), enginetest.Fill(f64(5, 4), enginetest.Real(rng, 20))
	norms := func(in []*graph.Value) *graph.Value {
		w := in[0]
		g := graph.Vmap(func(x []*graph.Value) []*graph.Value {
			z := graph.Dot(w, x[0], graph.DotAxes{LeftContract: []int{1}, RightContract: []int{0}})
			return graph.Grad(graph.ReduceSum(graph.Square(graph.Tanh(z))), w)
		}, in[1])[0]
		return graph.ReduceSum(graph.Square(g))
	}
	got := call(t, func(in []*graph.Value) []*graph.Value { return graph.Grad(norms(in), in[0]) }, w, x)[0]
	for i := range w.F64 {
		f := func(h float64) float64 {
			moved := enginetest.Fill(w.Type, w.F64)
			moved.F64[i] += h
			return call(t, func(in []*graph.Value) []*graph.Value { return []*graph.Value{norms(in)} }, moved, x)[0][0]
		}
		if want := (f(step) - f(-step)) / (2 * step); !(math.Abs(got[i]-want) <= differenceTol*(1+math.Abs(want))) {
			t.Errorf("%s: %v, want %v", fmt.Sprint("derivative ", i), got[i], want)
		}
	}
}

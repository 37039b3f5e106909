package path

import "basin/graph"

// Gamma is a kind of curve γ(t) = Σᵢ wᵢ(t)·pᵢ, t from 0 to 1, whose first and last points are its ends and the
// others its bends.
type Gamma interface {
	Bends() int
	Weights(t float64) []float64         // w of all points, in order
	Graph(t *graph.Value) []*graph.Value // the same in a program
}

// CurvePoint sets dst to γ(t) for given points.
func CurvePoint(dst []float64, g Gamma, t float64, points ...[]float64) {
	w := g.Weights(t)
	for i := range dst {
		sum := float64(w[0] * points[0][i])
		for k := 1; k < len(w); k++ {
			sum += float64(w[k] * points[k][i])
		}
		dst[i] = sum
	}
}

// Bezier is a Bézier curve with so many bends: the weights are the Bernstein polynomials C(n,i)·(1−t)ⁿ⁻ⁱ·tⁱ, n =
// bends + 1.
type Bezier int

// Bends implements Gamma.
func (b Bezier) Bends() int { return int(b) }

// Weights implements Gamma.
func (b Bezier) Weights(t float64) []float64 {
	times := func(x, y float64) float64 { return x * y }
	return bernstein(int(b)+1, 1-t, t, times, times)
}

// Graph implements Gamma.
func (b Bezier) Graph(t *graph.Value) []*graph.Value {
	return bernstein(int(b)+1, graph.Sub(graph.Const(t.DType(), 1), t), t, graph.Mul, graph.Scale)
}

// bernstein lists the polynomials of degree n at t, given s = 1 − t, in any arithmetic.
func bernstein[T any](n int, s, t T, mul func(x, y T) T, scale func(x T, c float64) T) (w []T) {
	binomial := 1.0
	for i := range n + 1 {
		var p T
		for k := range n {
			factor := s
			if k >= n-i {
				factor = t
			}
			if k == 0 {
				p = factor
			} else {
				p = mul(p, factor)
			}
		}
		if binomial != 1 {
			p = scale(p, binomial)
		}
		w = append(w, p)
		binomial = binomial * float64(n-i) / float64(i+1)
	}
	return w
}

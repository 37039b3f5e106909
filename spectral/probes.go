package spectral

import (
	"math"
	"math/rand/v2"

	"basin/linop"
)

// defaultBlock is the number of probes that share a product by default.
const defaultBlock = 10

// rademacher fills v with independent signs, 64 from each draw.
func rademacher(v []float64, rng *rand.Rand) {
	for len(v) > 0 {
		bits := rng.Uint64()
		n := min(64, len(v))
		for i := range n {
			v[i] = float64(int(bits&1)*2 - 1)
			bits >>= 1
		}
		v = v[n:]
	}
}

// mean is a running mean with its standard error (Welford 1962).
type mean struct {
	n            int
	value, sumSq float64
}

func (m *mean) add(x float64) {
	m.n++
	d := x - m.value
	m.value += d / float64(m.n)
	m.sumSq += float64(d * (x - m.value))
}

// stdErr is √(s²/n) with the unbiased variance s²; NaN for fewer than two values.
func (m *mean) stdErr() float64 {
	if m.n < 2 {
		return math.NaN()
	}
	return math.Sqrt(m.sumSq / float64(m.n-1) / float64(m.n))
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// quadratic calls use(xᵀAx) for n vectors x that draw fills in turn, block of them through one product. The order
// of calls and the bits do not depend on block.
func quadratic(op linop.Operator, n, block int, draw func(x []float64), use func(float64), ws *Workspace) error {
	return products(op, n, block, draw, func(x, ax []float64) { use(dot(x, ax)) }, ws)
}

// products calls use(x, A·x) for n vectors x that draw fills in turn, block of them through one product.
func products(op linop.Operator, n, block int, draw func(x []float64), use func(x, ax []float64), ws *Workspace) error {
	dim := op.Dim()
	for done := 0; done < n; {
		k := min(block, n-done)
		dst, src := ws.block(dim, k)
		for i := range k {
			draw(src[i*dim : (i+1)*dim])
		}
		if err := op.ApplyBlock(dst, src, k); err != nil {
			return err
		}
		for i := range k {
			use(src[i*dim:(i+1)*dim], dst[i*dim:(i+1)*dim])
		}
		done += k
	}
	return nil
}

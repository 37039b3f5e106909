package spectral

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// basis is a growing set of orthonormal vectors, the rows of a matrix.
type basis struct {
	dim, size int
	data      []float64 // row-major, capacity·dim
	c         []float64 // coefficients of a projection
}

func (b *basis) reset(dim, capacity int) {
	b.dim, b.size = dim, 0
	b.data, b.c = sized(b.data, dim*capacity), sized(b.c, capacity)
}

func (b *basis) row(i int) []float64 { return b.data[i*b.dim : (i+1)*b.dim] }

// append adds w/norm.
func (b *basis) append(w []float64, norm float64) {
	b.size++
	divideTo(b.row(b.size-1), w, norm)
}

// orthogonalize subtracts from w its projection on the basis and returns the norm that is left. A second
// projection follows when the first removed much, since rounding is then as large as what is left; twice is enough
// (Daniel, Gragg, Kaufman, Stewart 1976; Parlett, The Symmetric Eigenvalue Problem, §6.9). It also returns the
// component along the last basis vector that it removed.
func (b *basis) orthogonalize(w []float64) (left, last float64) {
	const much = math.Sqrt2 / 2
	left = norm(w)
	for range 2 {
		if b.size == 0 {
			break
		}
		before := left
		last += b.project(w)
		if left = norm(w); left > much*before {
			break
		}
	}
	return left, last
}

// project sets w to w − VᵀVw, V the basis by rows, and returns the last coefficient.
func (b *basis) project(w []float64) float64 {
	v := blas64.General{Rows: b.size, Cols: b.dim, Stride: b.dim, Data: b.data}
	c := blas64.Vector{N: b.size, Inc: 1, Data: b.c[:b.size]}
	x := blas64.Vector{N: b.dim, Inc: 1, Data: w}
	clear(c.Data)
	blas64.Gemv(blas.NoTrans, 1, v, x, 0, c)
	blas64.Gemv(blas.Trans, -1, v, c, 1, x)
	return c.Data[b.size-1]
}

// appendRandom adds a random direction orthogonal to the basis, which must not span the whole space yet.
func (b *basis) appendRandom(w []float64, rng *rand.Rand) {
	for {
		for i := range w {
			w[i] = rng.NormFloat64()
		}
		before := norm(w)
		// If the basis nearly spans the space, almost all of w is removed, and what is left must be orthogonalised
		// again at its size.
		left, _ := b.orthogonalize(w)
		if left > 1e-8*before {
			divideTo(w, w, left)
			left, _ = b.orthogonalize(w)
			b.append(w, left)
			return
		}
	}
}

// norm is ‖v‖₂ by a plain sum of squares where that neither overflows nor loses digits, else by a scaled one.
func norm(v []float64) float64 {
	x := blas64.Vector{N: len(v), Inc: 1, Data: v}
	if s := blas64.Dot(x, x); s > 1e-280 && s < 1e300 {
		return math.Sqrt(s)
	}
	return blas64.Nrm2(x)
}

func dot(a, b []float64) float64 {
	return blas64.Dot(blas64.Vector{N: len(a), Inc: 1, Data: a}, blas64.Vector{N: len(b), Inc: 1, Data: b})
}

func axpy(dst []float64, a float64, x []float64) {
	blas64.Axpy(a, blas64.Vector{N: len(x), Inc: 1, Data: x}, blas64.Vector{N: len(dst), Inc: 1, Data: dst})
}

func divideTo(dst, x []float64, a float64) {
	for i, v := range x {
		dst[i] = v / a
	}
}

package linop

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Dense is a symmetric matrix held whole, for tests and small problems: 8·n² bytes.
type Dense struct{ a blas64.General }

// NewDense copies a.
func NewDense(a mat.Symmetric) *Dense {
	n := a.SymmetricDim()
	d := &Dense{blas64.General{Rows: n, Cols: n, Stride: max(1, n), Data: make([]float64, n*n)}}
	for i := range n {
		for j := range n {
			d.a.Data[i*n+j] = a.At(i, j)
		}
	}
	return d
}

func (d *Dense) Dim() int { return d.a.Rows }

func (d *Dense) Apply(dst, src []float64) error { return d.ApplyBlock(dst, src, 1) }

func (d *Dense) ApplyBlock(dst, src []float64, k int) error {
	n := d.a.Rows
	checkBlock(n, dst, src, k)
	for i := range k {
		x, y := src[i*n:(i+1)*n], dst[i*n:(i+1)*n]
		// Cleared first: beta = 0 does not promise that NaN left in y is ignored.
		clear(y)
		blas64.Gemv(blas.NoTrans, 1, d.a, blas64.Vector{N: n, Inc: 1, Data: x}, 0, blas64.Vector{N: n, Inc: 1, Data: y})
	}
	return nil
}

func checkBlock(n int, dst, src []float64, k int) {
	if len(dst) != n*k || len(src) != n*k {
		panic(fmt.Sprintf("linop: %d vectors of length %d need %d elements; dst has %d, src has %d",
			k, n, n*k, len(dst), len(src)))
	}
}

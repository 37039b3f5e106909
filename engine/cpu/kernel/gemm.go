package kernel

import "fmt"

// Strided is a matrix operand: element (i, j) is Data[i·Row + j·Col]. Exchanging Row and Col transposes it.
// Strides may be 0.
type Strided[T Float] struct {
	Data     []T
	Row, Col int
}

// Gemm computes C = A·B, or C += A·B if accumulate, for A m×k, B k×n and C m×n of row stride crs and unit column
// stride.
//
// Each element of C is one chain of fused multiply-adds: s = 0, or C's element; then s = fma(A[i,p], B[p,j], s)
// for p = 0, 1, …, k−1. Its bits thus depend only on k and on its operands. C must overlap neither A nor B.
// scratch must have at least [Ops.GemmScratch] elements; their values do not matter.
func (o *Ops[T]) Gemm(c []T, crs int, a, b Strided[T], m, n, k int, accumulate bool, scratch []T) {
	if m <= 0 || n <= 0 {
		return
	}
	if crs < n && m > 1 {
		panic(fmt.Sprintf("kernel: Gemm: rows of C overlap: stride %d, %d columns", crs, n))
	}
	_ = c[(m-1)*crs+n-1]
	if k <= 0 {
		if !accumulate {
			for i := range m {
				clear(c[i*crs : i*crs+n])
			}
		}
		return
	}
	a.check(m, k)
	b.check(k, n)
	if !o.gemm.vector() {
		gemmGeneric(c, crs, a, b, m, n, k, accumulate)
		return
	}
	o.gemm.run(c, crs, &a, &b, m, n, k, accumulate, scratch)
}

// GemmScratch is the number of elements of scratch that Gemm needs for these sizes and strides.
func (o *Ops[T]) GemmScratch(m, n, k int, a, b Strided[T]) int {
	if !o.gemm.vector() || m <= 0 || n <= 0 || k <= 0 {
		return 0
	}
	var p gemmPlan
	o.gemm.plan(&p, m, n, k, &a, &b)
	return p.scratch
}

func (s *Strided[T]) check(rows, cols int) {
	if s.Row < 0 || s.Col < 0 {
		panic("kernel: Gemm: negative stride")
	}
	_ = s.Data[(rows-1)*s.Row+(cols-1)*s.Col]
}

func (s *Strided[T]) at(i, j int) Strided[T] {
	return Strided[T]{s.Data[i*s.Row+j*s.Col:], s.Row, s.Col}
}

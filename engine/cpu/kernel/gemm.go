package kernel

import (
	"fmt"
	"unsafe"
)

// Strided is a matrix operand: element (i, j) is Data[i·Row + j·Col]. Exchanging Row and Col transposes it. Strides may be 0.
type Strided[T Float] struct {
	Data     []T
	Row, Col int
}

// blocks is the matrix product of a level: its kernels and how they are fed.
type blocks[T Float] struct {
	// wide and narrow compute a panel of C down all m rows: up to 2·lanes columns, or up to lanes. Strides are in bytes.
	wide, narrow panelFunc[T]
	lanes        int
	transpose    transposeFunc[T] // of up to transposeLanes rows
	mc, kc, nc   int              // A is taken by blocks of mc × kc, B by blocks of kc × nc

	transposeLanes int
	copyLines      func(dst *byte, ds int, src *byte, ss, k int) // copies k lines of 64 bytes
}

type panelFunc[T Float] = func(m, k int, a *T, ars, acs int, b *T, brs int, c *T, crs, n int, accumulate bool)

// transposeFunc writes dst[p·ds + i] = src[i·ss + p] for up to one vector of rows i and k values of p, strides in bytes; if
// whole, it stores whole vectors, with copies of the last row where rows are missing.
type transposeFunc[T Float] = func(dst *T, ds int, src *T, ss, rows, k int, whole bool)

// Gemm computes C = A·B, or C += A·B if accumulate, for A m×k, B k×n and C m×n of row stride crs and unit column stride.
//
// Each element of C is one chain of fused multiply-adds: s = 0, or C's element; then s = fma(A[i,p], B[p,j], s) for p = 0, 1,
// …, k−1. Its bits thus depend on k and on its own operands alone. C must overlap neither A nor B.
//
// scratch must have at least [Ops.GemmScratch] elements; their values on entry and on return mean nothing.
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
	if o.gemm.wide == nil {
		gemmGeneric(c, crs, a, b, m, n, k, accumulate)
		return
	}
	o.gemm.run(c, crs, a, b, m, n, k, accumulate, scratch)
}

// GemmScratch is the number of elements of scratch that Gemm needs for these sizes and strides.
func (o *Ops[T]) GemmScratch(m, n, k int, a, b Strided[T]) int {
	if o.gemm.wide == nil || m <= 0 || n <= 0 || k <= 0 {
		return 0
	}
	return o.gemm.plan(m, n, k, a, b).scratch
}

func (s *Strided[T]) check(rows, cols int) {
	if s.Row < 0 || s.Col < 0 {
		panic("kernel: Gemm: negative stride")
	}
	_ = s.Data[(rows-1)*s.Row+(cols-1)*s.Col]
}

// gemmPlan says which operands are copied before use.
type gemmPlan struct {
	packA, packB bool
	swap         bool // compute Cᵀ = Bᵀ·Aᵀ and transpose it
	scratch      int
}

// Thresholds in elements, found by measuring (BenchmarkGemm).
const (
	packBElements = 1 << 13 // from which a B that could be read in place is packed
	packAElements = 1 << 14 // from which A is copied into rows that share no cache set
	packReuse     = 48      // rows (for B) or columns (for A) that a packed element must serve
	padA          = 16      // elements between rows of a copied A, against strides of powers of 2
)

func (g *blocks[T]) plan(m, n, k int, a, b Strided[T]) gemmPlan {
	var p gemmPlan
	if b.Col != 1 && n > 1 {
		p.packB = true
		// Transposing the lower side and then C costs less than transposing the higher side.
		if b.Row == 1 && a.Col == 1 && m*k+m*n < n*k {
			p.packB, p.swap = false, true
			p.scratch = g.roundUp(m)*k + m*n
			return p
		}
	} else {
		p.packB = k*n >= packBElements && m >= packReuse
	}
	p.packA = m*k >= packAElements && n >= packReuse
	if p.packB {
		p.scratch += min(k, g.kc) * g.roundUp(min(n, g.nc))
	}
	if p.packA {
		p.scratch += min(m, g.mc) * (min(k, g.kc) + padA)
	}
	return p
}

func (g *blocks[T]) roundUp(n int) int { return (n + g.lanes - 1) / g.lanes * g.lanes }

func (g *blocks[T]) run(c []T, crs int, a, b Strided[T], m, n, k int, accumulate bool, scratch []T) {
	plan := g.plan(m, n, k, a, b)
	if len(scratch) < plan.scratch {
		panic(fmt.Sprintf("kernel: Gemm: scratch has %d elements, needs %d", len(scratch), plan.scratch))
	}
	if plan.swap {
		g.swapped(c, crs, a, b, m, n, k, accumulate, scratch)
		return
	}
	if !plan.packA && !plan.packB {
		g.panels(&c[0], crs, &a.Data[0], a.Row, a.Col, &b.Data[0], b.Row, m, n, k, accumulate)
		return
	}
	for j := 0; j < n; j += g.nc {
		nc := min(g.nc, n-j)
		for p := 0; p < k; p += g.kc {
			kc := min(g.kc, k-p)
			free := scratch
			if plan.packB {
				g.packB(free, b.at(p, j), kc, nc)
				free = free[kc*g.roundUp(nc):]
			}
			for i := 0; i < m; i += g.mc {
				mc := min(g.mc, m-i)
				block := a.at(i, p)
				if plan.packA {
					g.packRows(free, block, mc, kc)
					block = Strided[T]{free, kc + padA, 1}
				}
				if plan.packB {
					g.packedPanels(&c[i*crs+j], crs, &block.Data[0], block.Row, block.Col, scratch, mc, nc, kc, accumulate || p > 0)
				} else {
					g.panels(&c[i*crs+j], crs, &block.Data[0], block.Row, block.Col, &b.Data[p*b.Row+j], b.Row, mc, nc, kc, accumulate || p > 0)
				}
			}
		}
	}
}

func (s *Strided[T]) at(i, j int) Strided[T] {
	return Strided[T]{s.Data[i*s.Row+j*s.Col:], s.Row, s.Col}
}

func offset[T Float](p *T, n int) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(p), n*int(unsafe.Sizeof(*p))))
}

// panels multiplies with B in place.
func (g *blocks[T]) panels(c *T, crs int, a *T, ars, acs int, b *T, brs int, m, n, k int, accumulate bool) {
	size := int(unsafe.Sizeof(*c))
	for n > 0 {
		kernel, w := g.wide, min(n, 2*g.lanes)
		if n <= g.lanes {
			kernel = g.narrow
		}
		kernel(m, k, a, ars*size, acs*size, b, brs*size, c, crs*size, w, accumulate)
		if n -= w; n > 0 {
			b, c = offset(b, w), offset(c, w)
		}
	}
}

// packedPanels multiplies with B packed by packB.
func (g *blocks[T]) packedPanels(c *T, crs int, a *T, ars, acs int, b []T, m, n, k int, accumulate bool) {
	size := int(unsafe.Sizeof(*c))
	for {
		kernel, w := g.wide, 2*g.lanes
		if n <= g.lanes {
			kernel, w = g.narrow, g.lanes
		}
		kernel(m, k, a, ars*size, acs*size, &b[0], w*size, c, crs*size, min(n, w), accumulate)
		if n -= w; n <= 0 {
			return
		}
		b, c = b[w*k:], offset(c, w)
	}
}

// packB copies B, k×n, into panels two vectors wide (the last one or two), each contiguous, row after row.
func (g *blocks[T]) packB(dst []T, b Strided[T], k, n int) {
	for j := 0; j < n; {
		w := 2 * g.lanes
		if n-j <= g.lanes {
			w = g.lanes
		}
		cols := min(w, n-j)
		switch {
		case b.Col == 1 && cols == w && w == 2*g.lanes:
			g.copyColumns(dst, w, b.Data[j:], b.Row, w, k)
		case b.Col == 1:
			for p := range k {
				copy(dst[p*w:p*w+cols], b.Data[p*b.Row+j:])
			}
		case b.Row == 1:
			g.transposed(dst, w, b.Data[j*b.Col:], b.Col, cols, k, true)
		default:
			for p := range k {
				for q := range cols {
					dst[p*w+q] = b.Data[p*b.Row+(j+q)*b.Col]
				}
			}
		}
		j += w
		if j < n {
			dst = dst[w*k:]
		}
	}
}

// packRows copies A, m×k, into rows of stride k + padA.
func (g *blocks[T]) packRows(dst []T, a Strided[T], m, k int) {
	rs := k + padA
	switch {
	case a.Col == 1:
		for i := range m {
			copy(dst[i*rs:i*rs+k], a.Data[i*a.Row:])
		}
	case a.Row == 1:
		g.transposed(dst, rs, a.Data, a.Col, k, m, false)
	default:
		for i := range m {
			for p := range k {
				dst[i*rs+p] = a.Data[i*a.Row+p*a.Col]
			}
		}
	}
}

// swapped computes Cᵀ = Bᵀ·Aᵀ, whose right side is A transposed into scratch, then transposes the result. It is for an A
// much lower than B is wide.
func (g *blocks[T]) swapped(c []T, crs int, a, b Strided[T], m, n, k int, accumulate bool, scratch []T) {
	ct := scratch[g.roundUp(m)*k:]
	if accumulate {
		g.transposed(ct, m, c, crs, m, n, false)
	}
	g.packB(scratch, Strided[T]{a.Data, a.Col, a.Row}, k, m)
	g.packedPanels(&ct[0], m, &b.Data[0], b.Col, b.Row, scratch, n, m, k, accumulate)
	g.transposed(c, crs, ct, m, n, m, false)
}

// copyColumns writes dst[p·ds + j] = src[p·ss + j] for j < cols, of whole cache lines, and p < k.
func (g *blocks[T]) copyColumns(dst []T, ds int, src []T, ss, cols, k int) {
	const line = 64
	size := int(unsafe.Sizeof(dst[0]))
	for j := 0; j < cols; j += line / size {
		_, _ = dst[(k-1)*ds+j+line/size-1], src[(k-1)*ss+j+line/size-1]
		g.copyLines((*byte)(unsafe.Pointer(&dst[j])), ds*size, (*byte)(unsafe.Pointer(&src[j])), ss*size, k)
	}
}

// transposed writes dst[p·ds + i] = src[i·ss + p] for i < rows, p < k.
func (g *blocks[T]) transposed(dst []T, ds int, src []T, ss, rows, k int, whole bool) {
	size := int(unsafe.Sizeof(dst[0]))
	for i := 0; i < rows; i += g.transposeLanes {
		g.transpose(&dst[i], ds*size, &src[i*ss], ss*size, min(g.transposeLanes, rows-i), k, whole)
	}
}

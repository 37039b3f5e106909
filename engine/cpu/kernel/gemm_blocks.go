package kernel

import (
	"fmt"
	"unsafe"
)

// blocks is the matrix product of a level: its kernels and the sizes of the blocks that they work on.
type blocks[T Float] struct {
	// panels[v] computes a panel of C of v vectors down all m rows. half, if any, is for half a vector.
	panels     [9]panelFunc[T]
	half       panelFunc[T]
	thin       thin[T]
	lanes      int
	transpose  transposeFunc[T]
	mc, kc, nc int // A is taken by blocks of mc × kc, B by blocks of kc × nc

	transposeLanes int
	copyLines      func(dst *byte, ds int, src *byte, ss, k int) // copies k lines of 64 bytes
}

// panelFunc multiplies A, of any strides, with B of unit column stride into n columns of C. Strides are in bytes.
type panelFunc[T Float] = func(m, k int, a *T, ars, acs int, b *T, brs int, c *T, crs, n int, accumulate bool)

// transposeFunc writes dst[p·ds + i] = src[i·ss + p] for i < rows and p < k, neither 0, strides in bytes; if
// whole, it stores whole vectors of transposeLanes, with copies of the last row in place of missing rows.
type transposeFunc[T Float] = func(dst *T, ds int, src *T, ss, rows, k int, whole bool)

func (g *blocks[T]) vector() bool { return g.lanes > 0 }

// panel is the kernel for the next of the n remaining columns, and the number of columns that it takes.
func (g *blocks[T]) panel(m, n int) (panelFunc[T], int) {
	v := 2
	switch {
	case n <= g.lanes:
		if g.half != nil && 2*n <= g.lanes {
			return g.half, g.lanes / 2
		}
		v = 1
	case g.half != nil && 2*n <= 3*g.lanes: // 24 columns are 16 and 8
		v = 1
	case m > 3 || n <= 2*g.lanes:
	case m == 1 && n > 7*g.lanes:
		v = 8
	case m <= 2 && n > 3*g.lanes:
		v = 4
	default:
		v = 3
	}
	return g.panels[v], v * g.lanes
}

func (g *blocks[T]) run(c []T, crs int, a, b *Strided[T], m, n, k int, accumulate bool, scratch []T) {
	if b.Col == 1 && (m*n*k <= tinyProduct ||
		m > 3 && n&(2*g.lanes-1) == 0 && max(m, n)*k < packElements && m*n < shallowC) {
		g.inPlace(&c[0], crs, &a.Data[0], a.Row, a.Col, &b.Data[0], b.Row, m, n, k, accumulate)
		return
	}
	var p gemmPlan
	g.plan(&p, m, n, k, a, b)
	if len(scratch) < p.scratch {
		panic(fmt.Sprintf("kernel: Gemm: scratch has %d elements, needs %d", len(scratch), p.scratch))
	}
	if p.swap {
		g.swapped(&p, c, crs, a, b, m, n, k, accumulate, scratch)
		return
	}
	g.straight(&p, c, crs, a, b, m, n, k, accumulate, scratch)
}

// straight computes C = A·B, not its transpose.
func (g *blocks[T]) straight(p *gemmPlan, c []T, crs int, a, b *Strided[T], m, n, k int, accumulate bool, scratch []T) {
	switch p.strategy {
	case inPlace:
		g.inPlace(&c[0], crs, &a.Data[0], a.Row, a.Col, &b.Data[0], b.Row, m, n, k, accumulate)
	case byBlocks:
		g.byBlocks(p, c, crs, a, b, m, n, k, accumulate, scratch)
	case dotted, dottedApart:
		g.dotted(p.strategy, c, crs, a, b, m, n, k, accumulate)
	case combined:
		g.combined(c, crs, a, b, m, n, k, accumulate)
	}
}

// byBlocks takes a block of A (mc × kc, which stays in L2) through the panels of a block of B (each of which stays
// in L1).
func (g *blocks[T]) byBlocks(
	plan *gemmPlan, c []T, crs int, a, b *Strided[T], m, n, k int, accumulate bool, scratch []T,
) {
	for j := 0; j < n; j += plan.nc {
		nc := min(plan.nc, n-j)
		for p := 0; p < k; p += plan.kc {
			kc, accumulate := min(plan.kc, k-p), accumulate || p > 0
			from := b.at(p, j)
			forA, packed := scratch, plan.packB && m > plan.mc
			if packed {
				g.packB(scratch, from, kc, nc)
				forA = scratch[kc*g.roundUp(nc):]
			}
			for i := 0; i < m; i += plan.mc {
				mc, forB := min(plan.mc, m-i), forA
				block := a.at(i, p)
				if plan.packA {
					g.packA(forA, block, mc, kc)
					block, forB = Strided[T]{forA, kc + padA, 1}, forA[mc*(kc+padA):]
				}
				to := &c[i*crs+j]
				switch {
				case packed:
					g.packedPanels(to, crs, &block, scratch, mc, nc, kc, accumulate)
				case plan.packB:
					g.packingPanels(to, crs, &block, from, forB, mc, nc, kc, accumulate)
				default:
					g.inPlace(to, crs, &block.Data[0], block.Row, block.Col, &from.Data[0], from.Row, mc, nc, kc, accumulate)
				}
			}
		}
	}
}

func offset[T Float](p *T, n int) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(p), n*int(unsafe.Sizeof(*p))))
}

// inPlace multiplies with B where it is.
func (g *blocks[T]) inPlace(c *T, crs int, a *T, ars, acs int, b *T, brs int, m, n, k int, accumulate bool) {
	size := int(unsafe.Sizeof(*c))
	for {
		kernel, w := g.panel(m, n)
		w = min(w, n)
		kernel(m, k, a, ars*size, acs*size, b, brs*size, c, crs*size, w, accumulate)
		if n -= w; n == 0 {
			return
		}
		b, c = offset(b, w), offset(c, w)
	}
}

// packedPanels multiplies with B packed by packB.
func (g *blocks[T]) packedPanels(c *T, crs int, a *Strided[T], b []T, m, n, k int, accumulate bool) {
	size := int(unsafe.Sizeof(*c))
	for {
		kernel, w := g.panel(manyRows, n)
		kernel(m, k, &a.Data[0], a.Row*size, a.Col*size, &b[0], w*size, c, crs*size, min(n, w), accumulate)
		if n -= w; n <= 0 {
			return
		}
		b, c = b[w*k:], offset(c, w)
	}
}

// packingPanels packs each panel of B just before its only use, so that it is in L1.
func (g *blocks[T]) packingPanels(
	c *T, crs int, a *Strided[T], b Strided[T], scratch []T, m, n, k int, accumulate bool,
) {
	size := int(unsafe.Sizeof(*c))
	for {
		kernel, w := g.panel(m, n)
		cols := min(n, w)
		g.packPanel(scratch, w, b, cols, k)
		kernel(m, k, &a.Data[0], a.Row*size, a.Col*size, &scratch[0], w*size, c, crs*size, cols, accumulate)
		if n -= w; n <= 0 {
			return
		}
		b.Data, c = b.Data[w*b.Col:], offset(c, w)
	}
}

// manyRows stands for a number of rows that is unknown or irrelevant when B is packed.
const manyRows = 1 << 30

// packB copies B, k×n, into panels, each contiguous, row after row.
func (g *blocks[T]) packB(dst []T, b Strided[T], k, n int) {
	for {
		_, w := g.panel(manyRows, n)
		g.packPanel(dst, w, b, min(n, w), k)
		if n -= w; n <= 0 {
			return
		}
		dst, b.Data = dst[w*k:], b.Data[w*b.Col:]
	}
}

// swapped computes Cᵀ = Bᵀ·Aᵀ, some of its columns at a time, and transposes them into C.
func (g *blocks[T]) swapped(
	plan *gemmPlan, c []T, crs int, a, b *Strided[T], m, n, k int, accumulate bool, scratch []T,
) {
	bt := Strided[T]{b.Data, b.Col, b.Row}
	direct := m == 1 || n == 1 && crs == 1 // a column of unit stride equals its transpose
	for i := 0; i < m; i += plan.columns {
		columns := min(plan.columns, m-i)
		at := Strided[T]{a.Data[i*a.Row:], a.Col, a.Row}
		to := c[i*crs:]
		ct, cs, free := to, columns, scratch
		if !direct {
			ct, free = scratch[:n*columns], scratch[n*columns:]
			if accumulate {
				g.transposed(ct, cs, to, crs, columns, n, false)
			}
		}
		g.straight(plan, ct, cs, &bt, &at, n, columns, k, accumulate, free)
		if !direct {
			g.transposed(to, crs, ct, cs, n, columns, false)
		}
	}
}

package kernel

import "math/bits"

// gemmPlan says how a product is made.
type gemmPlan struct {
	// swap: compute Cᵀ = Bᵀ·Aᵀ, `columns` of its columns at a time, and transpose them into C. What follows is then about
	// that product.
	swap    bool
	columns int

	packA, packB bool
	blocked      bool // by mc, kc and nc; else in one go
	mc, kc, nc   int
	scratch      int
}

// Thresholds in elements, found by measuring (BenchmarkGemm).
const (
	packBElements = 1 << 13 // from which a B that could be read in place is packed
	packAElements = 1 << 14 // from which A is copied into rows that share no cache set
	packReuse     = 48      // rows (for B) or columns (for A) that a packed element must serve
	farElements   = 1 << 16 // from which B is not in L2
	fewSteps      = 16      // rows of such a B that are read side by side, for their use by one to three rows of A
	padA          = 16      // elements between rows of a copied A, against strides of powers of 2
	swapElements  = 1 << 12 // of Cᵀ at a time
)

func (g *blocks[T]) plan(p *gemmPlan, m, n, k int, a, b *Strided[T]) {
	if !g.swaps(m, n, k, a, b) {
		g.planStraight(p, m, n, k, a.Col == 1, b.Col == 1)
		return
	}
	columns := m
	if m*n > swapElements {
		columns = min(m, max(swapElements/n, 64)&^63)
	}
	g.planStraight(p, n, columns, k, b.Row == 1, a.Row == 1)
	p.swap, p.columns = true, columns
	if m > 1 {
		p.scratch += n * columns
	}
}

// planStraight plans C = A·B proper, given which operands have unit column stride.
func (g *blocks[T]) planStraight(p *gemmPlan, m, n, k int, rowsA, rowsB bool) {
	p.mc, p.kc, p.nc = m, k, n
	switch {
	case !rowsB && n > 1:
		p.packB = true
	case m >= packReuse:
		p.packB = k*n >= packBElements
	default:
		p.packB = m > 6 && k*n >= farElements
	}
	p.packA = m*k >= packAElements && n >= packReuse
	switch {
	case p.packA || p.packB:
		p.blocked = true
		p.mc, p.kc, p.nc = min(m, g.mc), min(k, g.kc), min(n, g.nc)
	case m <= 3 && k*n >= farElements:
		p.blocked = true
		p.kc, p.nc = min(k, fewSteps), min(n, g.nc)
	}
	if p.packA {
		p.scratch = p.mc * (p.kc + padA)
	}
	if p.packB {
		if m <= p.mc { // one panel at a time
			_, w := g.panel(m, n)
			p.scratch += w * p.kc
		} else {
			p.scratch += p.kc * g.roundUp(p.nc)
		}
	}
}

// swaps decides whether to compute Cᵀ = Bᵀ·Aᵀ: when its vectors, along the rows of C, waste so many fewer lanes, or need so
// much less transposing of operands, that this outweighs the transposing of C.
func (g *blocks[T]) swaps(m, n, k int, a, b *Strided[T]) bool {
	if b.Col == 1 && m > 3 && n&(2*g.lanes-1) == 0 {
		return false
	}
	// In sixteenths of a cycle.
	const transposed, gathered, result, overhead = 4, 48, 5, 3200
	right := func(n, row, col int) int {
		switch {
		case col == 1 || n == 1:
			return 0
		case row == 1:
			return transposed * n
		}
		return gathered * n
	}
	straight := k * (g.steps(m, n) + right(n, b.Row, b.Col))
	swap := k * (g.steps(n, m) + right(m, a.Col, a.Row))
	if m > 1 {
		swap += result*m*n + overhead
	}
	return swap < straight
}

// steps is how long one p takes in all tiles of C, in sixteenths of a cycle: half a cycle an FMA, but four a panel.
func (g *blocks[T]) steps(m, n int) int {
	vectors := (n + g.lanes - 1) >> bits.TrailingZeros(uint(g.lanes))
	panels := (vectors + 1) / 2
	if m <= 3 {
		panels = (vectors*m + 7) / 8
	}
	return max(8*vectors*m+(vectors&1)*m, 64*panels)
}

func (g *blocks[T]) roundUp(n int) int {
	unit := g.lanes
	if g.half != nil {
		unit /= 2
	}
	return (n + unit - 1) &^ (unit - 1)
}

package kernel

import (
	"math/bits"
	"unsafe"
)

// strategy is the order in which the tiles of a product are visited.
type strategy uint8

const (
	inPlace     strategy = iota // all at once, with operands where they are
	byBlocks                    // by mc, kc and nc, operands copied or not
	dotted                      // see blocks.dotted
	dottedApart                 // see blocks.dotApart
	combined                    // see blocks.combined
)

// gemmPlan says how a product is computed.
type gemmPlan struct {
	// swap: compute Cᵀ = Bᵀ·Aᵀ, `columns` of its columns at a time, and transpose them into C. The fields below
	// are then about that product.
	swap    bool
	columns int

	strategy     strategy
	packA, packB bool
	mc, kc, nc   int
	scratch      int
}

// Thresholds found by measuring (BenchmarkGemm).
const (
	tinyProduct   = 1 << 10     // multiplications up to which planning does not pay
	packElements  = 1 << 13     // from which an operand with colliding rows is copied
	nearElements  = 1 << 15     // from which B is not in L1
	farElements   = 1 << 16     // from which B is not in L2
	packReuse     = 48          // rows that a packed element of B must serve if B's rows collide
	packReuseNear = 128         // rows that it must serve if they do not, and B is not in L1
	packReuseFar  = 12          // rows that it must serve if they do, and B is not in L2
	manyColumns   = 256         // from which products of few rows combine rows of B
	packReuseA    = 128         // columns that a packed element of A must serve
	padA          = 16          // elements between rows of a copied A, to avoid strides of powers of 2
	swapElements  = 1 << 12     // of Cᵀ at a time
	collidingB    = 512         // bytes: rows at multiples of it share few sets of the first cache
	collidingDots = 1024        // bytes: likewise for columns of dot products
	lagging       = 256         // elements by which half of such columns follow the others
	dotsApart     = 4 * lagging // k from which they do
	collidingRows = 2048        // bytes: likewise for the rows of A, or of C, in one tile
	shallow       = 16          // k up to which writing C is most of the work
	shallowC      = 1 << 18     // elements of C from which it is written by rows if they collide
	shallowFarC   = 3 << 20     // elements from which it always is, since C is in no cache
	tileRows      = 6           // of C that are then written together
)

func (g *blocks[T]) plan(p *gemmPlan, m, n, k int, a, b *Strided[T]) {
	if !g.swaps(m, n, k, a, b) {
		g.planStraight(p, m, n, k, a.Row, a.Col, b.Row, b.Col)
		return
	}
	columns := m
	if m*n > swapElements {
		columns = min(m, max(swapElements/n, 64)&^63)
	}
	g.planStraight(p, n, columns, k, b.Col, b.Row, a.Col, a.Row)
	p.swap, p.columns = true, columns
	if m > 1 {
		p.scratch += n * columns
	}
}

// planStraight plans C = A·B, not its transpose, given the operands' strides.
func (g *blocks[T]) planStraight(p *gemmPlan, m, n, k, ars, acs, brs, bcs int) {
	p.mc, p.kc, p.nc = m, k, n
	size := int(unsafe.Sizeof(*new(T)))
	switch {
	case m <= 2 && bcs != 1 && brs == 1 && n >= 2*g.transposeLanes && 2*k >= g.transposeLanes:
		p.strategy = dotted
		if bcs*size%collidingDots == 0 && k >= dotsApart {
			p.strategy = dottedApart
		}
		return
	case m <= 3 && (bcs == 1 || n == 1):
		if n >= manyColumns && k >= combinedRows {
			p.strategy = combined
		}
		return
	case bcs != 1 && n > 1:
		p.packB = true
	case m >= packReuse:
		p.packB = k*n >= nearElements && (m >= packReuseNear || k > g.kc) || k*n >= packElements && brs*size%collidingB == 0
	default:
		p.packB = m >= packReuseFar && k*n >= farElements && brs*size%collidingB == 0
	}
	p.packA = n >= packReuseA && m*k >= packElements && (acs != 1 || ars*size%collidingRows == 0)
	// Tiles down a panel would write single lines far apart. Tiles of a few whole rows write streams.
	byRows := k <= shallow && n > 2*g.lanes && (m*n >= shallowFarC || m*n >= shallowC && n*size%collidingRows == 0)
	if !p.packA && !p.packB && !byRows {
		return
	}
	p.strategy = byBlocks
	p.kc, p.nc = min(k, g.kc), min(n, g.nc)
	switch {
	case byRows:
		p.mc = tileRows
	case m > 2*g.mc:
		p.mc = g.mc
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

// swaps decides whether to compute Cᵀ = Bᵀ·Aᵀ: it does if its vectors, along the rows of C, waste so many fewer
// lanes, or need so much less transposing of operands, that this outweighs transposing C.
func (g *blocks[T]) swaps(m, n, k int, a, b *Strided[T]) bool {
	if b.Col == 1 && m > 3 && n&(2*g.lanes-1) == 0 {
		return false
	}
	// Costs in sixteenths of a cycle.
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

// steps is the time of one p in all tiles of C, in sixteenths of a cycle: half a cycle for an FMA, but at least
// four for a panel.
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

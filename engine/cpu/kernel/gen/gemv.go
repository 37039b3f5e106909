package main

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemv writes the kernels of products with a very thin side, which must run as fast as memory delivers the other side.
func gemv(g *generator) {
	for _, g.elem = range []int{4, 8} {
		g.combineRows()
		for columns := 1; columns <= 2; columns++ {
			dots{g, columns, 1}.write()
			dots{g, columns, 2}.write()
		}
	}
}

// combinedRows is the number of rows that combineRows reads at the same time.
const combinedRows = 8

// combineRows adds a few rows of a matrix, each times a number, to a vector. The rows are streams that the
// processor prefetches, which it cannot do when a panel jumps from row to row.
func (g *generator) combineRows() {
	g.text("combineRows", fmt.Sprintf("func(c *%[1]s, a *%[1]s, acs int, b *%[1]s, brs, n int)", g.typ()), fmt.Sprintf(
		"continues the chains c[j] by a[p·acs]·b[p·brs + j], p = 0 … %d, for j < n, a multiple of %d. Strides are in bytes.",
		combinedRows-1, 2*g.lanes()))
	c := g.Load(g.Param("c"), g.GP64())
	a, acs := g.Load(g.Param("a"), g.GP64()), g.Load(g.Param("acs"), g.GP64())
	rows := []reg.Register{g.Load(g.Param("b"), g.GP64())}
	brs := g.Load(g.Param("brs"), g.GP64())
	n := g.Load(g.Param("n"), g.GP64())
	spread := make([]reg.VecVirtual, combinedRows)
	for p := range spread {
		spread[p] = g.YMM()
		g.broadcast(operand.Mem{Base: a}, spread[p])
		g.ADDQ(acs, a)
		if p > 0 {
			row := g.GP64()
			g.LEAQ(operand.Mem{Base: rows[p-1], Index: brs, Scale: 1}, row)
			rows = append(rows, row)
		}
	}
	at := g.GP64()
	g.XORQ(at, at)
	g.SHLQ(operand.Imm(map[int]uint64{4: 2, 8: 3}[g.elem]), n) // now in bytes
	g.JMP(operand.LabelRef("test"))
	g.Label("loop")
	sum := []reg.VecVirtual{g.YMM(), g.YMM()}
	for v := range sum {
		g.load(operand.Mem{Base: c, Index: at, Scale: 1, Disp: v * g.width()}, sum[v])
	}
	for p, row := range rows {
		for v := range sum {
			g.fma(operand.Mem{Base: row, Index: at, Scale: 1, Disp: v * g.width()}, spread[p], sum[v])
		}
	}
	for v := range sum {
		g.store(sum[v], operand.Mem{Base: c, Index: at, Scale: 1, Disp: v * g.width()})
	}
	g.ADDQ(operand.Imm(uint64(2*g.width())), at)
	g.Label("test")
	g.CMPQ(at, n)
	g.JLT(operand.LabelRef("loop"))
	g.ret()
}

// dots multiplies contiguous rows with one or two columns. Each lane of a vector holds the chain of one row, so
// blocks of the rows are transposed in registers. Two such groups of rows hide an FMA's latency; the second may
// lag behind the first.
type dots struct {
	*generator
	columns, groups int
}

// fetching reports whether the next rows are prefetched, since they are too many streams for the processor. With
// two columns there is time enough, and no register left.
func (g dots) fetching() bool { return g.groups == 2 && g.columns == 1 }

func (g dots) write() {
	height := g.groups * g.lanes()
	note := "lag and xlag are ignored."
	if g.groups == 2 {
		note = fmt.Sprintf("Of each %d rows, the second half starts lag bytes before a, and xlag before x.", height)
	}
	g.text(fmt.Sprintf("dot%dRows%d", height, g.columns),
		fmt.Sprintf("func(y *%[1]s, ys int, a *%[1]s, ars int, x *%[1]s, xrs, xcs, rows, k int, "+
			"accumulate bool, lag, xlag int)", g.typ()),
		fmt.Sprintf("computes y[j·ys + i] = Σ a[i·ars + p]·x[p·xrs + j·xcs], each a chain over p < k, for i < rows, "+
			"a multiple of %d, and j < %d; k is a multiple of %d, not 0. Strides are in bytes. %s",
			height, g.columns, 16/g.elem, note))
	ars, xrs := g.Load(g.Param("ars"), g.GP64()), g.Load(g.Param("xrs"), g.GP64())
	row, xAt := g.multiples(ars, g.lanes()), g.multiples(xrs, 16/g.elem)
	acc := make([][]reg.VecVirtual, g.columns)
	for j := range acc {
		for range g.groups {
			acc[j] = append(acc[j], g.YMM())
		}
	}
	g.Label("rows")
	g.CMPB(g.paramAddr("accumulate"), operand.Imm(0))
	g.JEQ(operand.LabelRef("zero"))
	g.results(acc, func(v reg.VecVirtual, m operand.Mem) { g.load(m, v) })
	g.JMP(operand.LabelRef("start"))
	g.Label("zero")
	for j := range acc {
		for v := range acc[j] {
			g.zero(acc[j][v])
		}
	}
	g.Label("start")
	a := []reg.Register{g.Load(g.Param("a"), g.GP64())} // one for each group
	for v := 1; v < g.groups; v++ {
		a = append(a, g.GP64())
		g.LEAQ(operand.Mem{Base: a[v-1], Index: ars, Scale: uint8(g.lanes())}, a[v])
	}
	x := [][]reg.Register{g.vectorsOfX()} // for each group, one for each column
	if g.groups == 2 {
		x = append(x, g.vectorsOfX())
		for _, x := range x[1] {
			g.SUBQ(g.paramAddr("xlag"), x)
		}
		g.SUBQ(g.paramAddr("lag"), a[1])
	}
	k := g.Load(g.Param("k"), g.GP64())
	spread, square := g.YMM(), g.square()
	var f fetch
	if g.fetching() {
		f = g.fetch(a[0], ars, k, height)
	}
	g.Label("loop")
	for v := range g.groups {
		columns := g.block(square, func(i int) operand.Mem { return row(a[v], i) }, g.wholeRow)
		for p, column := range columns {
			for j := range acc {
				g.broadcast(xAt(x[v%len(x)][j], p), spread)
				g.fma(column, spread, acc[j][v])
			}
		}
	}
	for _, x := range slices.Concat(x...) {
		g.LEAQ(operand.Mem{Base: x, Index: xrs, Scale: uint8(16 / g.elem)}, x)
	}
	for _, a := range a {
		g.ADDQ(operand.Imm(16), a)
	}
	if g.fetching() {
		f.next(ars)
	}
	g.SUBQ(operand.Imm(uint64(16/g.elem)), k)
	if g.fetching() {
		g.JLE(operand.LabelRef("store"))
		g.DECQ(f.left)
		g.JNE(operand.LabelRef("loop"))
		g.JMP(operand.LabelRef("stretch"))
	} else {
		g.JGT(operand.LabelRef("loop"))
	}
	g.Label("store")
	g.results(acc, func(v reg.VecVirtual, m operand.Mem) { g.store(v, m) })
	g.ADDQ(operand.U32(uint32(g.groups*g.width())), g.paramAddr("y"))
	block := g.GP64()
	g.MOVQ(ars, block)
	g.SHLQ(operand.Imm(uint64(bits.TrailingZeros(uint(height)))), block)
	g.ADDQ(block, g.paramAddr("a"))
	left := g.paramAddr("rows")
	g.SUBQ(operand.Imm(uint64(height)), left)
	g.JG(operand.LabelRef("rows"))
	g.ret()
}

// fetch walks through a square of a ahead of the square that is read, by one row whenever reading advances by 16
// bytes. Both have as many steps of 16 bytes as rows, so that they end together; and they fit the first cache,
// even where rows fall into a quarter of its sets. The rows of the second group are lag bytes behind in both.
type fetch struct {
	dots
	at, left reg.Register
	height   int
}

// fetch begins a square: the one to the right, or below if that is all of k.
func (g dots) fetch(a, ars, k reg.Register, height int) fetch {
	f := fetch{g, g.GP64(), g.GP64(), height}
	below := g.GP64()
	g.Label("stretch")
	g.MOVQ(ars, below)
	g.SHLQ(operand.Imm(uint64(bits.TrailingZeros(uint(height)))), below)
	g.ADDQ(g.paramAddr("a"), below)
	g.LEAQ(operand.Mem{Base: a, Disp: 16 * height}, f.at)
	g.CMPQ(k, operand.Imm(uint64(16*height/g.elem)))
	g.CMOVQLE(below, f.at)
	g.MOVQ(operand.U32(uint32(height)), f.left)
	return f
}

// next fetches a row of the square.
func (f fetch) next(ars reg.Register) {
	for offset := 0; offset < 16*f.height; offset += 64 {
		f.PREFETCHT0(operand.Mem{Base: f.at, Disp: offset})
	}
	f.ADDQ(ars, f.at)
	f.CMPQ(f.left, operand.Imm(uint64(f.height/2+1)))
	f.JNE(operand.LabelRef("fetched"))
	f.SUBQ(f.paramAddr("lag"), f.at)
	f.Label("fetched")
}

// multiples returns the function of the addresses p + i·stride for i < n, n at most 8.
func (g dots) multiples(stride reg.Register, n int) func(p reg.Register, i int) operand.Mem {
	odd := make([]reg.Register, n) // odd multiples of stride
	for i := 1; i < n; i += 2 {
		odd[i] = stride
		if i > 1 {
			odd[i] = g.GP64()
			g.LEAQ(operand.Mem{Base: odd[i-2], Index: stride, Scale: 2}, odd[i])
		}
	}
	return func(p reg.Register, i int) operand.Mem {
		if i == 0 {
			return operand.Mem{Base: p}
		}
		scale := i & -i
		return operand.Mem{Base: p, Index: odd[i/scale], Scale: uint8(scale)}
	}
}

// vectorsOfX points to the columns.
func (g dots) vectorsOfX() []reg.Register {
	x := []reg.Register{g.Load(g.Param("x"), g.GP64())}
	if g.columns > 1 {
		x = append(x, g.GP64())
		g.MOVQ(x[0], x[1])
		g.ADDQ(g.paramAddr("xcs"), x[1])
	}
	return x
}

// results goes through the vectors of y.
func (g dots) results(acc [][]reg.VecVirtual, f func(v reg.VecVirtual, m operand.Mem)) {
	y := g.Load(g.Param("y"), g.GP64())
	for j := range acc {
		if j > 0 {
			g.ADDQ(g.paramAddr("ys"), y)
		}
		for v := range acc[j] {
			f(acc[j][v], operand.Mem{Base: y, Disp: v * g.width()})
		}
	}
}

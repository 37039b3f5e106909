package main

import (
	"fmt"
	"math/bits"

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

// combinedRows is the number of rows that combineRows reads side by side.
const combinedRows = 8

// combineRows adds a few rows of a matrix, each times a number, to a vector: the rows are streams that a processor can see
// coming, which it cannot when a panel jumps from row to row.
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
	g.SHLQ(operand.Imm(map[int]uint64{4: 2, 8: 3}[g.elem]), n) // bytes from here on
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

// dots multiplies rows, contiguous each, with one or two columns. A vector holds one column's chains of as many rows as it
// has lanes, so blocks of the rows are transposed in registers. Two such groups of rows keep an FMA's latency hidden; the
// second may lag behind the first.
type dots struct {
	*generator
	columns, groups int
}

func (g dots) write() {
	groups := g.groups
	height := groups * g.lanes()
	g.text(fmt.Sprintf("dot%dRows%d", height, g.columns),
		fmt.Sprintf("func(y *%[1]s, ys int, a *%[1]s, ars int, x *%[1]s, xrs, xcs, rows, k int, accumulate bool, lag, xlag int)", g.typ()),
		fmt.Sprintf("computes y[j·ys + i] = Σ a[i·ars + p]·x[p·xrs + j·xcs], each a chain over p < k, for i < rows, a\n"+
			"// multiple of %d, and j < %d; k is a multiple of %d, not 0. Strides are in bytes. Of each\n"+
			"// %d rows, the second half starts lag bytes before a, and xlag before x.", height, g.columns, 16/g.elem, height))
	y, ys := g.Load(g.Param("y"), g.GP64()), g.Load(g.Param("ys"), g.GP64())
	ars := g.Load(g.Param("ars"), g.GP64())
	xrs, xcs := g.Load(g.Param("xrs"), g.GP64()), g.Load(g.Param("xcs"), g.GP64())
	ars3 := g.GP64()
	g.LEAQ(operand.Mem{Base: ars, Index: ars, Scale: 2}, ars3)

	acc := make([][]reg.VecVirtual, g.columns)
	for j := range acc {
		for range groups {
			acc[j] = append(acc[j], g.YMM())
		}
	}
	result := func(j, v int) operand.Mem {
		m := operand.Mem{Base: y, Disp: v * g.width()}
		if j > 0 {
			m.Index, m.Scale = ys, uint8(j)
		}
		return m
	}
	g.Label("rows")
	g.CMPB(g.paramAddr("accumulate"), operand.Imm(0))
	g.JEQ(operand.LabelRef("zero"))
	for j := range acc {
		for v := range groups {
			g.load(result(j, v), acc[j][v])
		}
	}
	g.JMP(operand.LabelRef("start"))
	g.Label("zero")
	for j := range acc {
		for v := range groups {
			g.zero(acc[j][v])
		}
	}
	g.Label("start")
	// A base for every four rows, or every two of float64.
	each := 16 / g.elem
	bases := []reg.Register{g.Load(g.Param("a"), g.GP64())}
	for i := each; i < height; i += each {
		b := g.GP64()
		g.LEAQ(operand.Mem{Base: bases[len(bases)-1], Index: ars, Scale: uint8(each)}, b)
		bases = append(bases, b)
	}
	row := func(i int) operand.Mem {
		m := operand.Mem{Base: bases[i/each]}
		switch i % each {
		case 1, 2:
			m.Index, m.Scale = ars, uint8(i%each)
		case 3:
			m.Index, m.Scale = ars3, 1
		}
		return m
	}
	x := []reg.Register{g.Load(g.Param("x"), g.GP64())} // one a group
	if groups > 1 {
		x = append(x, g.Load(g.Param("x"), g.GP64()))
		g.SUBQ(g.paramAddr("xlag"), x[1])
		for _, b := range bases[len(bases)/2:] {
			g.SUBQ(g.paramAddr("lag"), b)
		}
	}
	k := g.Load(g.Param("k"), g.GP64())
	spread, square := g.YMM(), g.square()
	g.Label("loop")
	for v := range groups {
		columns := g.block(square, func(i int) operand.Mem { return row(v*g.lanes() + i) }, g.wholeRow)
		for p := range each {
			for j := range acc {
				m := operand.Mem{Base: x[v]}
				if j > 0 {
					m.Index, m.Scale = xcs, uint8(j)
				}
				g.broadcast(m, spread)
				g.fma(columns[p], spread, acc[j][v])
			}
			g.ADDQ(xrs, x[v])
		}
	}
	for _, b := range bases {
		g.ADDQ(operand.Imm(16), b)
	}
	g.SUBQ(operand.Imm(uint64(each)), k)
	g.JGT(operand.LabelRef("loop"))
	g.Label("store")
	for j := range acc {
		for v := range groups {
			g.store(acc[j][v], result(j, v))
		}
	}
	g.ADDQ(operand.Imm(uint64(groups*g.width())), y)
	block := g.GP64()
	g.MOVQ(ars, block)
	g.SHLQ(operand.Imm(uint64(bits.TrailingZeros(uint(height)))), block)
	g.ADDQ(block, g.paramAddr("a"))
	left := g.paramAddr("rows")
	g.SUBQ(operand.Imm(uint64(height)), left)
	g.JG(operand.LabelRef("rows"))
	g.ret()
}

package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// repeat writes the copies of broadcasting. With AVX2 they are as fast as the processor stores.
func repeat(g *generator) {
	for _, g.elem = range []int{4, 8} {
		g.repeatEach()
	}
}

// repeatEach stores whole vectors only. If an element has fewer copies than a vector has lanes, permutations make
// n vectors of a vector of elements, by a table of lanes; the remaining elements are stored one by one, each
// running into the place of the next, so that the caller writes the last ones. If it has more copies, the last
// store of an element's run overlaps the one before.
func (g *generator) repeatEach() {
	g.text("repeatEach", fmt.Sprintf("func(dst, src *%s, m, n int)", g.typ()),
		"writes each of m elements n > 1 times. It stores whole vectors, which must all be within dst.")
	dst := g.Load(g.Param("dst"), g.GP64())
	src := g.Load(g.Param("src"), g.GP64())
	m := g.Load(g.Param("m"), g.GP64())
	n := g.Load(g.Param("n"), g.GP64())
	x := g.vec()
	next := func(label string) {
		g.ADDQ(operand.Imm(uint64(g.elem)), src)
		g.LEAQ(operand.Mem{Base: dst, Index: n, Scale: uint8(g.elem)}, dst)
		g.DECQ(m)
		g.JNE(operand.LabelRef(label))
	}
	g.TESTQ(m, m)
	g.JLE(operand.LabelRef("done"))
	g.CMPQ(n, operand.Imm(uint64(g.lanes())))
	g.JGT(operand.LabelRef("long"))
	g.JEQ(operand.LabelRef("short"))
	g.permuted(dst, src, m, n)
	g.TESTQ(m, m)
	g.JLE(operand.LabelRef("done"))
	g.Label("short")
	g.broadcast(operand.Mem{Base: src}, x)
	g.store(x, operand.Mem{Base: dst})
	next("short")
	g.JMP(operand.LabelRef("done"))

	// lastVector is where the last whole vector of a run begins.
	lastVector := operand.Mem{Base: dst, Index: n, Scale: uint8(g.elem), Disp: -g.width()}
	g.Label("long")
	g.CMPQ(n, operand.Imm(uint64(2*g.lanes())))
	g.JGT(operand.LabelRef("longer"))
	g.Label("two")
	g.broadcast(operand.Mem{Base: src}, x)
	g.store(x, operand.Mem{Base: dst})
	g.store(x, lastVector)
	next("two")
	g.JMP(operand.LabelRef("done"))

	g.Label("longer")
	g.broadcast(operand.Mem{Base: src}, x)
	i, last := g.GP64(), g.GP64()
	g.XORQ(i, i)
	g.LEAQ(operand.Mem{Base: n, Disp: -2 * g.lanes()}, last)
	g.Label("vectors")
	g.store(x, operand.Mem{Base: dst, Index: i, Scale: uint8(g.elem)})
	g.store(x, operand.Mem{Base: dst, Index: i, Scale: uint8(g.elem), Disp: g.width()})
	g.ADDQ(operand.Imm(uint64(2*g.lanes())), i)
	g.CMPQ(i, last)
	g.JLE(operand.LabelRef("vectors"))
	g.store(x, lastVector)
	lastVector.Disp -= g.width()
	g.store(x, lastVector)
	next("longer")
	g.Label("done")
	g.ret()
}

// permuted repeats whole vectors of elements, 1 < n < lanes.
func (g *generator) permuted(dst, src, m, n reg.Register) {
	table := g.table(fmt.Sprintf("repeats%d", 8*g.elem), func() {
		for n := 2; n < g.lanes(); n++ {
			for lane := range n * g.lanes() {
				for part := range g.elem / 4 {
					g.AppendDatum(operand.U32(uint32(lane/n*(g.elem/4) + part)))
				}
			}
		}
	})
	// In the table the vectors of n follow the 2 + 3 + … + (n−1) vectors of smaller n.
	row, index, left := g.GP64(), g.GP64(), g.GP64()
	g.LEAQ(operand.Mem{Base: n, Disp: -1}, row)
	g.IMULQ(n, row)
	g.SHRQ(operand.Imm(1), row)
	g.DECQ(row)
	g.SHLQ(operand.Imm(5), row)
	g.LEAQ(table, index)
	g.ADDQ(index, row)
	g.Label("permuted")
	g.CMPQ(m, operand.Imm(uint64(g.lanes())))
	g.JLT(operand.LabelRef("permutedEnd"))
	x := g.vec()
	g.load(operand.Mem{Base: src}, x)
	g.MOVQ(row, index)
	g.MOVQ(n, left)
	g.Label("permutation")
	y := g.vec()
	g.load(operand.Mem{Base: index}, y)
	g.VPERMPS(x, y, y)
	g.store(y, operand.Mem{Base: dst})
	g.ADDQ(operand.Imm(uint64(g.width())), index)
	g.ADDQ(operand.Imm(uint64(g.width())), dst)
	g.DECQ(left)
	g.JNE(operand.LabelRef("permutation"))
	g.ADDQ(operand.Imm(uint64(g.width())), src)
	g.SUBQ(operand.Imm(uint64(g.lanes())), m)
	g.JMP(operand.LabelRef("permuted"))
	g.Label("permutedEnd")
}

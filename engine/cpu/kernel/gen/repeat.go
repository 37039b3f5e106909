package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// repeat writes the copies that broadcasting makes.
func repeat(g *generator) {
	for _, g.elem = range []int{4, 8} {
		g.repeatEach()
		g.repeatRow()
	}
}

// repeatEach stores whole vectors only. From a vector's lanes on, the last store of an element's run overlaps the one before;
// below, each store runs into what the next element overwrites, so that the caller does the last elements.
func (g *generator) repeatEach() {
	g.text("repeatEach", fmt.Sprintf("func(dst, src *%s, m, n int)", g.typ()),
		"writes each of m elements n > 0 times, and may write a vector from\n// each on, of which the rest must be within dst.")
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

// repeatRow copies a row of two vectors at least, whose last vectors overlap those before.
func (g *generator) repeatRow() {
	g.text("repeatRow", fmt.Sprintf("func(dst, row *%s, copies, n int)", g.typ()),
		"writes copies of a row of n elements, n at least two vectors.")
	dst := g.Load(g.Param("dst"), g.GP64())
	row := g.Load(g.Param("row"), g.GP64())
	copies := g.Load(g.Param("copies"), g.GP64())
	n := g.Load(g.Param("n"), g.GP64())
	i, last := g.GP64(), g.GP64()
	g.LEAQ(operand.Mem{Base: n, Disp: -2 * g.lanes()}, last)
	x := [2]reg.VecVirtual{g.vec(), g.vec()}
	// The last two vectors stay in registers.
	ends := [2]reg.VecVirtual{g.vec(), g.vec()}
	end := func(p reg.Register, v int) operand.Mem {
		return operand.Mem{Base: p, Index: n, Scale: uint8(g.elem), Disp: (v - 2) * g.width()}
	}
	for v := range ends {
		g.load(end(row, v), ends[v])
	}
	g.TESTQ(copies, copies)
	g.JLE(operand.LabelRef("done"))
	g.Label("copy")
	g.XORQ(i, i)
	g.Label("vectors")
	g.CMPQ(i, last)
	g.JGE(operand.LabelRef("end"))
	for v := range x {
		g.load(operand.Mem{Base: row, Index: i, Scale: uint8(g.elem), Disp: v * g.width()}, x[v])
	}
	for v := range x {
		g.store(x[v], operand.Mem{Base: dst, Index: i, Scale: uint8(g.elem), Disp: v * g.width()})
	}
	g.ADDQ(operand.Imm(uint64(2*g.lanes())), i)
	g.JMP(operand.LabelRef("vectors"))
	g.Label("end")
	for v := range ends {
		g.store(ends[v], end(dst, v))
	}
	g.LEAQ(operand.Mem{Base: dst, Index: n, Scale: uint8(g.elem)}, dst)
	g.DECQ(copies)
	g.JNE(operand.LabelRef("copy"))
	g.Label("done")
	g.ret()
}

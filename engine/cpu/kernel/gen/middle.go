package main

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// middle writes sums and maxima along a middle axis, down columns: a column is one chain in the order of its rows.
func middle(g *generator) {
	for _, g.elem = range []int{4, 8} {
		add := func(x operand.Op, acc reg.Register) { g.pick(g.VADDPS, g.VADDPD, x, acc, acc) }
		top := func(x operand.Op, acc reg.Register) {
			if g.isa == avx512 {
				m := g.K()
				g.compare(ordered, acc, acc, m)
				g.pick(g.VMAXPS, g.VMAXPD, x, acc, m, acc)
				return
			}
			g.into(acc, g.vmax(acc, x))
		}
		zero := func(operand.Mem, reg.Register) reg.VecVirtual { return g.constant(0) }
		lowest := func(operand.Mem, reg.Register) reg.VecVirtual { return g.constant(math.Inf(-1)) }
		g.reduceMiddle("sum", zero, add)
		g.reduceMiddle("max", lowest, top)
		g.addMiddle(add)
	}
}

// columns is the most vectors of a pass down the rows: enough to hide an addition's latency.
const columns = 8

func (g *generator) reduceMiddle(
	stem string, start func(operand.Mem, reg.Register) reg.VecVirtual, join func(x operand.Op, acc reg.Register),
) {
	g.text(stem+"Middle", fmt.Sprintf("func(dst, src *%s, outer, n, inner int)", g.typ()),
		"reduces the middle axis of src [outer, n, inner], in order.")
	p := g.newPasses()
	outer := g.Load(g.Param("outer"), g.GP64())
	block := g.Load(g.Param("n"), g.GP64())
	g.IMULQ(p.stride, block)
	g.Label("outer")
	g.TESTQ(outer, outer)
	g.JLE(operand.LabelRef("done"))
	p.write(start, join)
	g.ADDQ(block, p.src)
	g.DECQ(outer)
	g.JMP(operand.LabelRef("outer"))
	g.Label("done")
	g.ret()
}

func (g *generator) addMiddle(join func(x operand.Op, acc reg.Register)) {
	g.text("addMiddle", fmt.Sprintf("func(dst, src *%s, n, inner int)", g.typ()),
		"adds the rows of src [n, inner] to dst [inner], in order.")
	g.newPasses().write(func(dst operand.Mem, mask reg.Register) reg.VecVirtual {
		v := g.vec()
		if mask != nil {
			g.loadMasked(dst, mask, v)
		} else {
			g.load(dst, v)
		}
		return v
	}, join)
	g.ret()
}

// passes are the walks over one block [n, inner].
type passes struct {
	*generator
	dst, src, stride reg.Register
	mask             reg.Register // the lanes of the last vector, at least one
}

func (g *generator) newPasses() *passes {
	p := &passes{generator: g}
	p.dst = g.Load(g.Param("dst"), g.GP64())
	p.src = g.Load(g.Param("src"), g.GP64())
	p.stride = g.Load(g.Param("inner"), g.GP64())
	last := g.GP64()
	g.LEAQ(operand.Mem{Base: p.stride, Disp: -1}, last)
	g.ANDQ(operand.Imm(uint64(g.lanes()-1)), last)
	g.INCQ(last)
	p.mask = g.mask()
	g.firstLanes(last, p.mask)
	g.SHLQ(operand.Imm(uint64(bits.TrailingZeros(uint(g.elem)))), p.stride)
	return p
}

// write reduces eight vectors at a time, and then all that are left, the last one under a mask. It moves dst to
// its end.
func (p *passes) write(
	start func(dst operand.Mem, mask reg.Register) reg.VecVirtual, join func(x operand.Op, acc reg.Register),
) {
	left := p.Load(p.Param("inner"), p.GP64())
	column := p.GP64()
	p.MOVQ(p.src, column)
	p.Label("columns")
	p.CMPQ(left, operand.U32(columns*p.lanes()))
	p.JLT(operand.LabelRef("rest"))
	p.down("columns", column, columns, nil, start, join)
	p.ADDQ(operand.U32(columns*p.width()), column)
	p.ADDQ(operand.U32(columns*p.width()), p.dst)
	p.SUBQ(operand.U32(columns*p.lanes()), left)
	p.JMP(operand.LabelRef("columns"))
	p.Label("rest")
	p.TESTQ(left, left)
	p.JEQ(operand.LabelRef("next"))
	name := func(vectors int) string { return fmt.Sprintf("rest%d", vectors) }
	for vectors := 1; vectors < columns; vectors++ {
		p.CMPQ(left, operand.Imm(uint64(vectors*p.lanes())))
		p.JLE(operand.LabelRef(name(vectors)))
	}
	for vectors := columns; vectors > 0; vectors-- {
		p.Label(name(vectors))
		p.down(name(vectors), column, vectors, left, start, join)
		if vectors > 1 {
			p.JMP(operand.LabelRef("end"))
		}
	}
	p.Label("end")
	p.LEAQ(operand.Mem{Base: p.dst, Index: left, Scale: uint8(p.elem)}, p.dst)
	p.Label("next")
}

// down reduces several vectors at once. With left, the number of elements, the last vector is partial.
func (p *passes) down(name string, column reg.Register, vectors int, left reg.Register,
	start func(dst operand.Mem, mask reg.Register) reg.VecVirtual, join func(x operand.Op, acc reg.Register)) {
	acc := make([]reg.VecVirtual, vectors)
	partly := func(i int) bool { return left != nil && i == vectors-1 }
	for i := range acc {
		var mask reg.Register
		if partly(i) {
			mask = p.mask
		}
		acc[i] = start(operand.Mem{Base: p.dst, Disp: i * p.width()}, mask)
	}
	row, n := p.GP64(), p.Load(p.Param("n"), p.GP64())
	p.MOVQ(column, row)
	p.TESTQ(n, n)
	p.JLE(operand.LabelRef(name + "Store"))
	p.Label(name + "Loop")
	for i := range acc {
		m := operand.Mem{Base: row, Disp: i * p.width()}
		if partly(i) {
			x := p.vec()
			p.loadMasked(m, p.mask, x)
			join(x, acc[i])
		} else {
			join(m, acc[i])
		}
	}
	p.ADDQ(p.stride, row)
	p.DECQ(n)
	p.JNE(operand.LabelRef(name + "Loop"))
	p.Label(name + "Store")
	for i := range acc {
		m := operand.Mem{Base: p.dst, Disp: i * p.width()}
		if !partly(i) {
			p.store(acc[i], m)
			continue
		}
		last := p.GP64()
		p.MOVQ(left, last)
		p.SUBQ(operand.Imm(uint64(i*p.lanes())), last)
		p.storeFirst(name, acc[i], last, p.mask, m)
	}
}

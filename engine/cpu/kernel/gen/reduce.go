package main

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// reduction is what one operation needs: the value to start from and the combination of an accumulator with an element.
type reduction struct {
	stem  string
	start float64
	join  func(g *generator, acc, x operand.Op) reg.VecVirtual
}

// reduce writes sums and maxima along rows and along a middle axis.
func reduce(g *generator) {
	for _, g.elem = range []int{4, 8} {
		for _, r := range []reduction{
			{"sum", 0, (*generator).vadd},
			{"max", math.Inf(-1), (*generator).vmax},
		} {
			g.reduceRows(r)
			g.reduceMiddle(r)
		}
	}
}

// into puts the value of f in the register acc.
func (g *generator) into(acc reg.Register, v operand.Op) { g.pick(g.VMOVAPS, g.VMOVAPD, v, acc) }

// reduceRows keeps two vectors of accumulators, 64 bytes of lanes.
func (g *generator) reduceRows(r reduction) {
	g.text(r.stem+"Rows", fmt.Sprintf("func(dst, src *%s, rows, n int)", g.typ()), "reduces each of the rows of n elements of src.")
	dst := g.Load(g.Param("dst"), g.GP64())
	src := g.Load(g.Param("src"), g.GP64())
	rows := g.Load(g.Param("rows"), g.GP64())
	lanes := g.lanes()

	// The rest of every row is the same: its masks are made once.
	rest, upper, limit := g.GP64(), g.GP64(), g.GP64()
	g.Load(g.Param("n"), rest)
	g.ANDQ(operand.Imm(uint64(2*lanes-1)), rest)
	g.XORQ(upper, upper)
	g.MOVQ(rest, limit)
	g.SUBQ(operand.Imm(uint64(lanes)), limit)
	g.CMOVQGT(limit, upper) // upper = max(rest − lanes, 0)
	lower := g.GP64()
	g.MOVQ(rest, lower)
	g.SUBQ(upper, lower)
	masks := [2]reg.Register{g.YMM(), g.YMM()}
	g.firstLanes(lower, masks[0])
	g.firstLanes(upper, masks[1])

	g.Label("row")
	g.TESTQ(rows, rows)
	g.JLE(operand.LabelRef("done"))
	var acc [2]reg.VecVirtual
	for i := range acc {
		acc[i] = g.constant(r.start)
	}
	n := g.Load(g.Param("n"), g.GP64())
	g.Label("loop")
	g.CMPQ(n, operand.Imm(uint64(2*lanes)))
	g.JLT(operand.LabelRef("rest"))
	for i := range acc {
		x := g.vec()
		g.load(operand.Mem{Base: src, Disp: i * g.width()}, x)
		g.into(acc[i], r.join(g, acc[i], x))
	}
	g.ADDQ(operand.Imm(uint64(2*g.width())), src)
	g.SUBQ(operand.Imm(uint64(2*lanes)), n)
	g.JMP(operand.LabelRef("loop"))
	g.Label("rest")
	g.TESTQ(n, n)
	g.JEQ(operand.LabelRef("tree"))
	for i := range acc {
		x := g.vec()
		g.loadMasked(operand.Mem{Base: src, Disp: i * g.width()}, masks[i], x)
		if r.start != 0 {
			g.VBLENDVPS(masks[i], x, g.constant(r.start), x)
		}
		g.into(acc[i], r.join(g, acc[i], x))
	}
	g.LEAQ(operand.Mem{Base: src, Index: n, Scale: uint8(g.elem)}, src)

	g.Label("tree")
	v := r.join(g, acc[0], acc[1])
	half := g.vec()
	g.VEXTRACTF128(operand.Imm(1), v, half.AsX())
	v = r.join(g, v, half)
	if g.elem == 4 {
		half = g.vec()
		g.VPERMILPS(operand.Imm(0x0e), v, half) // lanes 2 and 3
		v = r.join(g, v, half)
		half = g.vec()
		g.VPERMILPS(operand.Imm(0x01), v, half) // lane 1
		v = r.join(g, v, half)
		g.VMOVSS(v.AsX(), operand.Mem{Base: dst})
	} else {
		half = g.vec()
		g.VPERMILPD(operand.Imm(0x01), v, half)
		v = r.join(g, v, half)
		g.VMOVLPS(v.AsX(), operand.Mem{Base: dst})
	}
	g.ADDQ(operand.Imm(uint64(g.elem)), dst)
	g.DECQ(rows)
	g.JMP(operand.LabelRef("row"))
	g.Label("done")
	g.ret()
}

// reduceMiddle goes down columns, four vectors across, then one, then the rest under a mask.
func (g *generator) reduceMiddle(r reduction) {
	g.text(r.stem+"Middle", fmt.Sprintf("func(dst, src *%s, outer, n, inner int)", g.typ()),
		"reduces the middle axis of src [outer, n, inner], in its order.")
	dst := g.Load(g.Param("dst"), g.GP64())
	src := g.Load(g.Param("src"), g.GP64())
	outer := g.Load(g.Param("outer"), g.GP64())
	stride := g.Load(g.Param("inner"), g.GP64())
	g.SHLQ(operand.Imm(uint64(bits.TrailingZeros(uint(g.elem)))), stride)
	block := g.Load(g.Param("n"), g.GP64())
	g.IMULQ(stride, block)
	mask := g.mask()
	rest := g.Load(g.Param("inner"), g.GP64())
	g.ANDQ(operand.Imm(uint64(g.lanes()-1)), rest)
	g.firstLanes(rest, mask)

	g.Label("outer")
	g.TESTQ(outer, outer)
	g.JLE(operand.LabelRef("done"))
	left := g.Load(g.Param("inner"), g.GP64())
	column := g.GP64()
	g.MOVQ(src, column)
	down := func(name string, vectors int, masked bool) {
		acc := make([]reg.VecVirtual, vectors)
		for i := range acc {
			acc[i] = g.constant(r.start)
		}
		p, n := g.GP64(), g.Load(g.Param("n"), g.GP64())
		g.MOVQ(column, p)
		g.TESTQ(n, n)
		g.JLE(operand.LabelRef(name + "Store"))
		g.Label(name + "Loop")
		for i := range acc {
			m, x := operand.Mem{Base: p, Disp: i * g.width()}, g.vec()
			if masked {
				g.loadMasked(m, mask, x)
			} else {
				g.load(m, x)
			}
			g.into(acc[i], r.join(g, acc[i], x))
		}
		g.ADDQ(stride, p)
		g.DECQ(n)
		g.JNE(operand.LabelRef(name + "Loop"))
		g.Label(name + "Store")
		for i := range acc {
			m := operand.Mem{Base: dst, Disp: i * g.width()}
			if masked {
				g.storeMasked(acc[i], mask, m)
			} else {
				g.store(acc[i], m)
			}
		}
	}
	for _, vectors := range []int{4, 1} {
		name, next := fmt.Sprintf("columns%d", vectors), map[int]string{4: "columns1", 1: "rest"}[vectors]
		g.Label(name)
		g.CMPQ(left, operand.Imm(uint64(vectors*g.lanes())))
		g.JLT(operand.LabelRef(next))
		down(name, vectors, false)
		g.ADDQ(operand.Imm(uint64(vectors*g.width())), column)
		g.ADDQ(operand.Imm(uint64(vectors*g.width())), dst)
		g.SUBQ(operand.Imm(uint64(vectors*g.lanes())), left)
		g.JMP(operand.LabelRef(name))
	}
	g.Label("rest")
	g.TESTQ(left, left)
	g.JEQ(operand.LabelRef("next"))
	down("rest", 1, true)
	g.LEAQ(operand.Mem{Base: dst, Index: left, Scale: uint8(g.elem)}, dst)
	g.Label("next")
	g.ADDQ(block, src)
	g.DECQ(outer)
	g.JMP(operand.LabelRef("outer"))
	g.Label("done")
	g.ret()
}

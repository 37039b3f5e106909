package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// reduction describes one operation: the value to start from, and the combination of an accumulator with an element.
type reduction struct {
	stem  string
	start float64
	join  func(g *generator, acc, x operand.Op) reg.VecVirtual
}

// reduce writes sums and maxima along rows.
func reduce(g *generator) {
	for _, g.elem = range []int{4, 8} {
		for _, r := range []reduction{
			{"sum", 0, (*generator).vadd},
			{"max", math.Inf(-1), (*generator).vmax},
		} {
			g.reduceRows(r)
		}
	}
}

// into puts the value of f in the register acc.
func (g *generator) into(acc reg.Register, v operand.Op) { g.pick(g.VMOVAPS, g.VMOVAPD, v, acc) }

// reduceRows keeps two vectors of accumulators, 64 bytes of lanes.
func (g *generator) reduceRows(r reduction) {
	g.text(r.stem+"Rows", fmt.Sprintf("func(dst, src *%s, rows, n int)", g.typ()),
		"reduces each of the rows of n elements of src.")
	dst := g.Load(g.Param("dst"), g.GP64())
	src := g.Load(g.Param("src"), g.GP64())
	rows := g.Load(g.Param("rows"), g.GP64())
	lanes := g.lanes()

	// All rows have the same rest, so its masks are made once.
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

package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transpose writes the kernels that turn one vector's worth of rows into columns.
func transpose(g *generator) {
	for _, g.elem = range []int{4, 8} {
		g.transposeRows()
	}
	g.copyLines()
}

// copyLines copies whole lines of 64 bytes.
func (g *generator) copyLines() {
	g.Function("copyLinesAVX2")
	g.Attributes(attr.NOSPLIT)
	g.SignatureExpr("func(dst *byte, ds int, src *byte, ss, k int)")
	g.Doc("copyLinesAVX2 copies k lines of 64 bytes, ss bytes apart, to places ds bytes apart.")
	g.Pragma("noescape")
	dst, ds := g.Load(g.Param("dst"), g.GP64()), g.Load(g.Param("ds"), g.GP64())
	src, ss := g.Load(g.Param("src"), g.GP64()), g.Load(g.Param("ss"), g.GP64())
	k := g.Load(g.Param("k"), g.GP64())
	g.Label("loop")
	g.TESTQ(k, k)
	g.JLE(operand.LabelRef("done"))
	low, high := g.YMM(), g.YMM()
	g.VMOVUPS(operand.Mem{Base: src}, low)
	g.VMOVUPS(operand.Mem{Base: src, Disp: 32}, high)
	g.VMOVUPS(low, operand.Mem{Base: dst})
	g.VMOVUPS(high, operand.Mem{Base: dst, Disp: 32})
	g.ADDQ(ss, src)
	g.ADDQ(ds, dst)
	g.DECQ(k)
	g.JMP(operand.LabelRef("loop"))
	g.Label("done")
	g.ret()
}

func (g *generator) transposeRows() {
	n := g.lanes()
	g.text("transpose", fmt.Sprintf("func(dst *%[1]s, ds int, src *%[1]s, ss, rows, k int, whole bool)", g.typ()), fmt.Sprintf(
		"writes dst[p·ds + i] = src[i·ss + p] for i < rows ≤ %d and p < k, strides in bytes. If whole, it\n// stores whole vectors, with copies of the last row where rows are missing.", n))
	rows := g.Load(g.Param("rows"), g.GP64())
	ss := g.Load(g.Param("ss"), g.GP64())
	row := []reg.Register{g.Load(g.Param("src"), g.GP64())}
	for i := 1; i < n; i++ { // a missing row is the last one again
		p, next := g.GP64(), g.GP64()
		g.MOVQ(row[i-1], p)
		g.LEAQ(operand.Mem{Base: p, Index: ss, Scale: 1}, next)
		g.CMPQ(rows, operand.Imm(uint64(i)))
		g.CMOVQGT(next, p)
		row = append(row, p)
	}
	dst := g.Load(g.Param("dst"), g.GP64())
	ds := g.Load(g.Param("ds"), g.GP64())
	k := g.Load(g.Param("k"), g.GP64())
	if g.elem == 4 {
		// Eight rows take eight registers; the strides fit in what is left.
		ss = nil
	}
	mask := g.YMM()
	g.CMPB(g.paramAddr("whole"), operand.Imm(0))
	g.JEQ(operand.LabelRef("masked"))
	g.MOVQ(operand.I64(int64(n)), rows)
	g.Label("masked")
	g.firstLanes(rows, mask)

	for _, whole := range []bool{true, false} {
		name := map[bool]string{true: "whole", false: "part"}[whole]
		store := func(v operand.Op, m operand.Mem) {
			if whole {
				g.store(v, m)
			} else {
				g.storeMasked(v, mask, m)
			}
		}
		if whole {
			g.CMPQ(rows, operand.Imm(uint64(n)))
			g.JLT(operand.LabelRef("part"))
		}
		g.Label(name)
		g.CMPQ(k, operand.Imm(uint64(n)))
		g.JLT(operand.LabelRef(name + "Rest"))
		x := make([]operand.Op, n)
		for i := range x {
			v := g.YMM()
			g.load(operand.Mem{Base: row[i]}, v)
			x[i] = v
		}
		for _, v := range g.transposed(x) {
			store(v, operand.Mem{Base: dst})
			g.ADDQ(ds, dst)
		}
		for _, p := range row {
			g.ADDQ(operand.Imm(uint64(g.width())), p)
		}
		g.SUBQ(operand.Imm(uint64(n)), k)
		g.JMP(operand.LabelRef(name))

		g.Label(name + "Rest")
		g.TESTQ(k, k)
		g.JLE(operand.LabelRef("done"))
		inRow := g.YMM()
		g.firstLanes(k, inRow)
		for i := range x {
			v := g.YMM()
			g.loadMasked(operand.Mem{Base: row[i]}, inRow, v)
			x[i] = v
		}
		for _, v := range g.transposed(x)[:n-1] {
			store(v, operand.Mem{Base: dst})
			g.ADDQ(ds, dst)
			g.DECQ(k)
			g.JEQ(operand.LabelRef("done"))
		}
		g.JMP(operand.LabelRef("done"))
	}
	g.Label("done")
	g.ret()
}

// transposed is the square of lanes x, transposed: by pairs within halves, by pairs of pairs, then across halves.
func (g *generator) transposed(x []operand.Op) []operand.Op {
	pair := func(f func(...operand.Op), a, b operand.Op) operand.Op {
		v := g.YMM()
		f(b, a, v)
		return v
	}
	halves := func(i uint64, a, b operand.Op) operand.Op {
		v := g.YMM()
		g.VPERM2F128(operand.Imm(i), b, a, v)
		return v
	}
	y := make([]operand.Op, len(x))
	if g.elem == 8 {
		for i := 0; i < 4; i += 2 {
			y[i] = pair(g.VUNPCKLPD, x[i], x[i+1])
			y[i+1] = pair(g.VUNPCKHPD, x[i], x[i+1])
		}
		return []operand.Op{halves(0x20, y[0], y[2]), halves(0x20, y[1], y[3]), halves(0x31, y[0], y[2]), halves(0x31, y[1], y[3])}
	}
	for i := 0; i < 8; i += 2 {
		y[i] = pair(g.VUNPCKLPS, x[i], x[i+1])
		y[i+1] = pair(g.VUNPCKHPS, x[i], x[i+1])
	}
	z := make([]operand.Op, 8)
	for i := 0; i < 8; i += 4 {
		for j := range 2 {
			z[i+2*j] = pair(g.VUNPCKLPD, y[i+j], y[i+j+2])
			z[i+2*j+1] = pair(g.VUNPCKHPD, y[i+j], y[i+j+2])
		}
	}
	out := make([]operand.Op, 8)
	for i := range 4 {
		out[i] = halves(0x20, z[i], z[i+4])
		out[i+4] = halves(0x31, z[i], z[i+4])
	}
	return out
}

package main

import (
	"fmt"
	"math/bits"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transpose writes the kernels that turn as many rows as a vector has lanes into columns.
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

// transposeRows transposes blocks of 16 bytes of as many rows as a vector has lanes. Rows i and i + lanes/2 are
// loaded into one vector, so only squares within halves must be transposed, and nothing crosses halves.
func (g *generator) transposeRows() {
	n := g.lanes()
	g.text("transpose", fmt.Sprintf("func(dst *%[1]s, ds int, src *%[1]s, ss, rows, k int, whole bool)", g.typ()),
		fmt.Sprintf(
			"writes dst[p·ds + i] = src[i·ss + p] for i < rows, rows > 0, and p < k, strides in bytes. If whole, it "+
				"stores whole vectors of %d, with copies of the last row in place of missing rows.", n))
	src, dst, left := g.paramAddr("src"), g.paramAddr("dst"), g.paramAddr("rows")
	t := &transposition{generator: g, square: g.square(), window: g.YMM()}
	for range n {
		t.row = append(t.row, g.GP64())
	}
	g.Label("group")
	rows := g.Load(g.Param("rows"), g.GP64())
	ss := g.Load(g.Param("ss"), g.GP64())
	g.MOVQ(src, t.row[0])
	g.CMPQ(rows, operand.Imm(uint64(n)))
	g.JLT(operand.LabelRef("few"))
	for i := 1; i < n; i++ {
		half := 1 << (bits.Len(uint(i)) - 1)
		g.LEAQ(operand.Mem{Base: t.row[i-half], Index: ss, Scale: uint8(half)}, t.row[i])
	}
	g.JMP(operand.LabelRef("rows"))
	g.Label("few")
	for i := 1; i < n; i++ { // a missing row repeats the last one
		next := g.GP64()
		g.MOVQ(t.row[i-1], t.row[i])
		g.LEAQ(operand.Mem{Base: t.row[i], Index: ss, Scale: 1}, next)
		g.CMPQ(rows, operand.Imm(uint64(i)))
		g.CMOVQGT(next, t.row[i])
	}
	g.CMPB(g.paramAddr("whole"), operand.Imm(0))
	g.JEQ(operand.LabelRef("rows"))
	g.MOVQ(operand.I64(int64(n)), rows)
	g.Label("rows")
	g.LEAQ(operand.Mem{Base: t.row[0], Index: ss, Scale: uint8(n)}, ss)
	g.MOVQ(ss, src)
	t.dst = g.Load(g.Param("dst"), g.GP64())
	g.ADDQ(operand.Imm(uint64(g.width())), dst)
	t.ds = g.Load(g.Param("ds"), g.GP64())
	t.k = g.Load(g.Param("k"), g.GP64())
	t.at = g.GP64()
	g.XORQ(t.at, t.at)
	// One loop for each number of stored pieces.
	g.CMPQ(rows, operand.Imm(uint64(n)))
	g.JLT(operand.LabelRef("some"))
	t.loop("whole", func(v reg.VecVirtual, m operand.Mem) { g.store(v, m) })
	g.SUBQ(operand.Imm(uint64(n)), left)
	g.JG(operand.LabelRef("group"))
	g.ret()
	g.Label("some")
	for piece := n / 2; piece > 1; piece /= 2 {
		smaller := fmt.Sprintf("below%d", piece)
		g.CMPQ(rows, operand.Imm(uint64(piece)))
		g.JLT(operand.LabelRef(smaller))
		g.lanesTo(t.window, rows, piece)
		t.loop(fmt.Sprintf("by%d", piece), func(v reg.VecVirtual, m operand.Mem) {
			g.storePieces(v, t.window, m, rows, piece)
		})
		g.ret()
		g.Label(smaller)
	}
	t.loop("one", func(v reg.VecVirtual, m operand.Mem) { g.storeLanes(v.AsX(), m, 1) })
	g.ret()
}

type transposition struct {
	*generator
	square         square
	row            []reg.Register
	dst, ds, k, at reg.Register
	window         reg.VecVirtual
}

func (t *transposition) loop(name string, store func(v reg.VecVirtual, m operand.Mem)) {
	step := 16 / t.elem
	t.SUBQ(operand.Imm(uint64(step)), t.k)
	t.JLT(operand.LabelRef(name + "Rest"))
	t.Label(name)
	row := func(i int) operand.Mem { return operand.Mem{Base: t.row[i], Index: t.at, Scale: 1} }
	t.columns(t.block(t.square, row, t.wholeRow), store, func() {})
	t.ADDQ(operand.Imm(16), t.at)
	t.SUBQ(operand.Imm(uint64(step)), t.k)
	t.JGE(operand.LabelRef(name))
	t.Label(name + "Rest")
	t.ADDQ(operand.Imm(uint64(step)), t.k)
	t.JEQ(operand.LabelRef(name + "Done"))
	mask := t.YMM()
	t.firstLanes(t.k, mask)
	columns := t.block(t.square, row, t.partOfRow(mask))
	t.columns(columns[:step-1], store, func() {
		t.DECQ(t.k)
		t.JEQ(operand.LabelRef(name + "Done"))
	})
	t.Label(name + "Done")
}

// columns stores the columns of a block, and advances dst by two after every second one.
func (t *transposition) columns(vs []reg.VecVirtual, store func(v reg.VecVirtual, m operand.Mem), then func()) {
	for i, v := range vs {
		if i%2 == 0 {
			store(v, operand.Mem{Base: t.dst})
		} else {
			store(v, operand.Mem{Base: t.dst, Index: t.ds, Scale: 1})
			t.LEAQ(operand.Mem{Base: t.dst, Index: t.ds, Scale: 2}, t.dst)
		}
		then()
	}
}

// loadHalf loads up to 16 bytes of a row into the lower or the upper half of a vector; the lower comes first.
type loadHalf = func(m operand.Mem, v reg.VecVirtual, upper bool)

func (g *generator) wholeRow(m operand.Mem, v reg.VecVirtual, upper bool) {
	if upper {
		g.VINSERTF128(operand.Imm(1), m, v, v)
	} else {
		g.VMOVUPS(m, v.AsX())
	}
}

// partOfRow loads the lanes that a mask selects.
func (g *generator) partOfRow(mask reg.VecVirtual) loadHalf {
	half := g.YMM()
	return func(m operand.Mem, v reg.VecVirtual, upper bool) {
		if upper {
			g.loadMasked(m, mask.AsX(), half.AsX())
			g.VINSERTF128(operand.Imm(1), half.AsX(), v, v)
		} else {
			g.loadMasked(m, mask.AsX(), v.AsX())
		}
	}
}

// square is the registers of a block. All blocks of a function share them: since their halves are written
// separately, avo considers each of them live throughout a loop.
type square []reg.VecVirtual

func (g *generator) square() square {
	s := make(square, 6)
	for i := range s {
		s[i] = g.YMM()
	}
	return s
}

// block loads 16 bytes of as many rows as a vector has lanes, and transposes them.
func (g *generator) block(s square, row func(i int) operand.Mem, load loadHalf) []reg.VecVirtual {
	half := g.lanes() / 2
	x, low, low2 := s[:half], s[4], s[5]
	for i := range x {
		load(row(i), x[i], false)
		load(row(i+half), x[i], true)
	}
	// Registers are few: each is reused after its last read.
	if g.elem == 8 {
		g.VUNPCKLPD(x[1], x[0], low)
		g.VUNPCKHPD(x[1], x[0], x[0])
		return []reg.VecVirtual{low, x[0]}
	}
	g.VUNPCKLPS(x[1], x[0], low)
	g.VUNPCKHPS(x[1], x[0], x[0])
	g.VUNPCKLPS(x[3], x[2], low2)
	g.VUNPCKHPS(x[3], x[2], x[2])
	g.VUNPCKLPD(low2, low, x[1])
	g.VUNPCKHPD(low2, low, low)
	g.VUNPCKLPD(x[2], x[0], x[3])
	g.VUNPCKHPD(x[2], x[0], x[0])
	return []reg.VecVirtual{x[1], low, x[3], x[0]}
}

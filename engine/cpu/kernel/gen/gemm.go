package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const gemmSignature = "func(m, k int, a *%[1]s, ars, acs int, b *%[1]s, brs int, c *%[1]s, crs, n int, accumulate bool)"

// gemm writes the matrix-product kernels: a wide one, whose panel of C is two vectors across, and a narrow one, of one vector.
//
// A kernel walks down its panel in tiles of up to `rows` rows held in registers. For each p it loads row p of B once and
// broadcasts one element of A a row, so that A is read with any strides, in place. Each element of C is thus one chain of FMAs
// over p in order, whatever the tile.
func gemm(g *generator) {
	for _, g.elem = range []int{4, 8} {
		wide, narrow := 6, 8
		if g.isa == avx512 {
			wide, narrow = 12, 12
		}
		panel{g, wide, 2}.write("gemmWide")
		panel{g, narrow, 1}.write("gemmNarrow")
	}
}

type panel struct {
	*generator
	rows, vectors int // of the largest tile
}

func (g panel) write(stem string) {
	g.text(stem, fmt.Sprintf(gemmSignature, g.typ()), fmt.Sprintf(
		"computes a panel of C = A·B (or C += A·B), m rows by n columns, %d < n ≤ %d. Strides are in bytes;\n// B and C have unit column stride.",
		(g.vectors-1)*g.lanes(), g.vectors*g.lanes()))

	t := &tile{panel: g}
	left := g.Load(g.Param("m"), g.GP64())
	t.a = g.Load(g.Param("a"), g.GP64())
	t.c = g.Load(g.Param("c"), g.GP64())
	t.ars = g.Load(g.Param("ars"), g.GP64())
	t.acs = g.Load(g.Param("acs"), g.GP64())
	t.brs = g.Load(g.Param("brs"), g.GP64())
	t.crs = g.Load(g.Param("crs"), g.GP64())
	t.last = g.Load(g.Param("n"), g.GP64())
	if g.vectors > 1 {
		g.SUBQ(operand.Imm(uint64((g.vectors-1)*g.lanes())), t.last)
	}
	if g.isa == avx2 {
		t.mask = g.phys(15)
	} else {
		t.mask = reg.K1
	}
	g.firstLanes(t.last, t.mask)

	// All tiles have `rows` rows until fewer than two tiles are left; those are halved, so that no tile is too low to hide
	// the latency of an FMA when it need not be.
	g.Label("next")
	g.CMPQ(left, operand.Imm(uint64(2*g.rows)))
	g.JGE(g.entry(g.rows))
	size := g.GP64()
	g.MOVQ(left, size)
	g.CMPQ(left, operand.Imm(uint64(g.rows)))
	g.JLE(operand.LabelRef("choose"))
	g.INCQ(size)
	g.SHRQ(operand.Imm(1), size)
	g.Label("choose")
	for r := g.rows; r > 0; r-- {
		g.CMPQ(size, operand.Imm(uint64(r)))
		g.JEQ(g.entry(r))
	}
	g.ret()
	for r := g.rows; r > 0; r-- {
		g.Label(string(g.entry(r)))
		t.write(r)
		g.SUBQ(operand.Imm(uint64(r)), left)
		g.JMP(operand.LabelRef("next"))
	}
}

func (g panel) entry(rows int) operand.LabelRef { return operand.LabelRef(fmt.Sprintf("tile%d", rows)) }

// tile is a block of C held in registers: row i, vector v in register i·vectors+v.
type tile struct {
	panel
	a, c, ars, acs, brs, crs, last reg.Register
	mask                           reg.Register
}

func (t *tile) acc(i, v int) reg.VecPhysical { return t.phys(i*t.vectors + v) }

// bases returns pointers to rows 0, 3, 6, 9 from p, and a function giving the address of row i: three rows share a pointer,
// by the addressing modes p, p+stride and p+2·stride.
func (t *tile) bases(p, stride reg.Register, rows int) ([]reg.Register, func(i int) operand.Mem) {
	first := t.GP64()
	t.MOVQ(p, first)
	regs := []reg.Register{first}
	for i := 3; i < rows; i += 3 {
		r := t.GP64()
		t.LEAQ(operand.Mem{Base: regs[len(regs)-1], Index: stride, Scale: 2}, r)
		t.ADDQ(stride, r)
		regs = append(regs, r)
	}
	return regs, func(i int) operand.Mem {
		m := operand.Mem{Base: regs[i/3]}
		if i%3 > 0 {
			m.Index, m.Scale = stride, uint8(i%3)
		}
		return m
	}
}

func (t *tile) write(rows int) {
	label := func(s string) string { return fmt.Sprintf("%s%d", s, rows) }
	ref := func(s string) operand.LabelRef { return operand.LabelRef(label(s)) }
	b := []reg.VecPhysical{t.phys(12), t.phys(13)}
	spread := t.phys(14)
	if t.isa == avx512 {
		b, spread = []reg.VecPhysical{t.phys(28), t.phys(29)}, t.phys(30)
	}

	// Start from C or from 0.
	t.CMPB(t.paramAddr("accumulate"), operand.Imm(0))
	t.JEQ(ref("zero"))
	_, at := t.bases(t.c, t.crs, rows)
	for i := range rows {
		for v := range t.vectors - 1 {
			t.load(at(i).Offset(v*t.width()), t.acc(i, v))
		}
		t.loadMasked(at(i).Offset((t.vectors-1)*t.width()), t.mask, t.acc(i, t.vectors-1))
	}
	t.JMP(ref("start"))
	t.Label(label("zero"))
	for i := range rows {
		for v := range t.vectors {
			t.zero(t.acc(i, v))
		}
	}

	t.Label(label("start"))
	pointers, at := t.bases(t.a, t.ars, rows)
	row := t.Load(t.Param("b"), t.GP64())
	count := t.Load(t.Param("k"), t.GP64())
	t.TESTQ(count, count)
	t.JLE(ref("store"))
	t.Label(label("loop"))
	for v := range t.vectors - 1 {
		t.load(operand.Mem{Base: row, Disp: v * t.width()}, b[v])
	}
	t.loadMasked(operand.Mem{Base: row, Disp: (t.vectors - 1) * t.width()}, t.mask, b[t.vectors-1])
	t.ADDQ(t.brs, row)
	for i := range rows {
		t.broadcast(at(i), spread)
		for v := range t.vectors {
			t.fma(b[v], spread, t.acc(i, v))
		}
	}
	for _, p := range pointers {
		t.ADDQ(t.acs, p)
	}
	t.DECQ(count)
	t.JNZ(ref("loop"))

	t.Label(label("store"))
	_, at = t.bases(t.c, t.crs, rows)
	for i := range rows {
		for v := range t.vectors - 1 {
			t.store(t.acc(i, v), at(i).Offset(v*t.width()))
		}
	}
	lastVector := func(i int) (reg.VecPhysical, operand.Mem) {
		return t.acc(i, t.vectors-1), at(i).Offset((t.vectors - 1) * t.width())
	}
	if t.isa == avx512 {
		for i := range rows {
			v, m := lastVector(i)
			t.storeMasked(v, t.mask, m)
		}
	} else {
		t.storeEdge(rows, ref, lastVector)
	}
	t.Label(label("done"))
	t.advance(t.a, t.ars, rows)
	t.advance(t.c, t.crs, rows)
}

// storeEdge stores the first `last` lanes of each row's last vector. VMASKMOV would do, but a masked store costs AMD a dozen
// cycles; so a whole vector, or two overlapping halves, or their like for two lanes, or one lane.
func (t *tile) storeEdge(rows int, ref func(string) operand.LabelRef, row func(i int) (reg.VecPhysical, operand.Mem)) {
	size := uint64(t.elem)
	t.CMPQ(t.last, operand.Imm(uint64(t.lanes())))
	t.JNE(ref("half"))
	for i := range rows {
		v, m := row(i)
		t.store(v, m)
	}
	t.JMP(ref("done"))

	half := t.lanes() / 2
	t.Label(string(ref("half")))
	// The upper piece ends at the last lane: shift the vector down by last − piece lanes, through a window on 0, 1, 2, ...
	window := func(piece int) {
		at, address := t.GP64(), t.GP64()
		t.LEAQ(t.lanesFrom0(), address)
		t.MOVQ(t.last, at)
		t.SUBQ(operand.Imm(uint64(piece)), at)
		t.VMOVUPS(operand.Mem{Base: address, Index: at, Scale: uint8(size)}, t.phys(12))
	}
	upper := func(m operand.Mem, piece int) operand.Mem {
		if m.Index == nil {
			m.Index, m.Scale = t.last, uint8(size)
			return m.Offset(-piece * t.elem)
		}
		p := t.GP64()
		t.LEAQ(m, p)
		return operand.Mem{Base: p, Index: t.last, Scale: uint8(size), Disp: -piece * t.elem}
	}
	t.CMPQ(t.last, operand.Imm(uint64(half)))
	t.JLT(ref("quarter"))
	window(half)
	for i := range rows {
		v, m := row(i)
		t.VMOVUPS(v.AsX(), m)
		t.VPERMPS(v, t.phys(12), v)
		t.VMOVUPS(v.AsX(), upper(m, half))
	}
	t.JMP(ref("done"))

	t.Label(string(ref("quarter")))
	if t.elem == 4 {
		t.CMPQ(t.last, operand.Imm(2))
		t.JLT(ref("one"))
		window(2)
		for i := range rows {
			v, m := row(i)
			t.VMOVLPS(v.AsX(), m)
			t.VPERMPS(v, t.phys(12), v)
			t.VMOVLPS(v.AsX(), upper(m, 2))
		}
		t.JMP(ref("done"))
		t.Label(string(ref("one")))
	}
	for i := range rows {
		v, m := row(i)
		if t.elem == 4 {
			t.VMOVSS(v.AsX(), m)
		} else {
			t.VMOVLPS(v.AsX(), m)
		}
	}
}

// lanesFrom0 is the table 0, 1, 2, ... of VPERMPS indices: a float64 lane is a pair of them.
func (t *tile) lanesFrom0() operand.Mem {
	return t.table("lanes", func() {
		for i := range 16 {
			t.AppendDatum(operand.U32(uint32(i)))
		}
	})
}

// advance adds rows·stride to p.
func (t *tile) advance(p, stride reg.Register, rows int) {
	for rows > 0 {
		scale := 1
		for scale < 8 && 2*scale <= rows {
			scale *= 2
		}
		t.LEAQ(operand.Mem{Base: p, Index: stride, Scale: uint8(scale)}, p)
		rows -= scale
	}
}

func (g *generator) paramAddr(name string) operand.Mem {
	b, err := g.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

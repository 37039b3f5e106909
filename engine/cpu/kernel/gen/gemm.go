package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const gemmSignature = "func(m, k int, a *%[1]s, ars, acs int, b *%[1]s, brs int, c *%[1]s, crs, n int, accumulate bool)"

// gemm writes the matrix-product kernels, one for each width of a panel of C in vectors. The wide one, of two
// vectors, has the best ratio of FMAs to loads; the narrow one, of one vector, wastes the fewest lanes; the others
// are for one, two or three rows, which in two vectors would be too few chains to hide an FMA's latency. A kernel
// walks down its panel in tiles of a few rows held in registers. For each p it loads row p of B once and
// broadcasts one element of A for each row, so that A is read in place, with any strides. Each element of C is
// thus one chain of FMAs over p in order, whatever the tile.
func gemm(g *generator) {
	for _, g.elem = range []int{4, 8} {
		wide, narrow := 6, 8
		if g.isa == avx512 {
			wide, narrow = 12, 12
		}
		panel{g, 1, narrow, 12}.write("gemmNarrow")
		panel{g, 2, wide, wide}.write("gemmWide")
		panel{g, 3, 3, 3}.write("gemmThreeRows")
		panel{g, 4, 2, 2}.write("gemmTwoRows")
		panel{g, 8, 1, 1}.write("gemmOneRow")
	}
}

type panel struct {
	*generator
	vectors    int
	rows, most int // of a tile, and at most of the last one
}

func (g panel) write(stem string) {
	g.text(stem, fmt.Sprintf(gemmSignature, g.typ()), fmt.Sprintf(
		"computes a panel of C = A·B (or C += A·B), m rows by n columns, %d < n ≤ %d. "+
			"Strides are in bytes; B and C have unit column stride.",
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

	// All tiles have `rows` rows until fewer than two tiles are left. The rest is one tile if it fits, else two
	// halves, to keep tiles high enough to hide the latency of an FMA.
	g.Label("next")
	g.CMPQ(left, operand.Imm(uint64(2*g.rows)))
	g.JGE(g.entry(g.rows))
	size := g.GP64()
	g.MOVQ(left, size)
	g.CMPQ(left, operand.Imm(uint64(g.most)))
	g.JLE(operand.LabelRef("choose"))
	g.INCQ(size)
	g.SHRQ(operand.Imm(1), size)
	g.Label("choose")
	for r := g.most; r > 0; r-- {
		g.CMPQ(size, operand.Imm(uint64(r)))
		g.JEQ(g.entry(r))
	}
	g.ret()
	for r := g.most; r > 0; r-- {
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

// bases returns pointers to rows 0, 3, 6, 9 from p, and a function giving the address of row i: three rows share a
// pointer, by the addressing modes p, p+stride and p+2·stride.
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
	count := t.Load(t.Param("k"), t.GP64())
	if t.vectors == 2 && rows == t.rows { // with one vector, loads are the bottleneck
		t.prefetch(rows, count, ref("go"))
		t.Label(label("go"))
	}
	pointers, at := t.bases(t.a, t.ars, rows)
	row := t.Load(t.Param("b"), t.GP64())
	t.loop(label("by"), count, func() { t.step(rows, row, at, pointers) })

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

// prefetchDepth is the k from which fetching the next tile of C ahead pays.
const prefetchDepth = 48

// prefetch fetches the next tile's rows of C. They are too far apart for the processor's prefetchers, and would
// stall the first step of every chain that starts from C.
func (t *tile) prefetch(rows int, k reg.Register, skip operand.LabelRef) {
	t.CMPQ(k, operand.Imm(prefetchDepth))
	t.JLT(skip)
	next := t.GP64()
	t.MOVQ(t.c, next)
	t.advance(next, t.crs, rows)
	_, at := t.bases(next, t.crs, rows)
	for i := range rows {
		const line = 64
		size := t.vectors * t.width()
		for offset := 0; offset < size; offset += line {
			t.PREFETCHT0(at(i).Offset(offset))
		}
		t.PREFETCHT0(at(i).Offset(size - 1))
	}
}

// loop runs a step count times, four at a time while it can: a short loop with more rounds than the branch
// predictor can count costs a misprediction for each tile.
func (t *tile) loop(label string, count reg.Register, step func()) {
	const unroll = 4
	four, one, done := label+"Four", label+"One", label+"Done"
	rest := t.GP64()
	t.MOVQ(count, rest)
	t.ANDQ(operand.Imm(unroll-1), rest)
	t.SHRQ(operand.Imm(2), count)
	t.JEQ(operand.LabelRef(one))
	t.Label(four)
	for range unroll {
		step()
	}
	t.DECQ(count)
	t.JNE(operand.LabelRef(four))
	t.Label(one)
	t.TESTQ(rest, rest)
	t.JEQ(operand.LabelRef(done))
	t.Label(one + "More")
	step()
	t.DECQ(rest)
	t.JNE(operand.LabelRef(one + "More"))
	t.Label(done)
}

// step adds one p to every chain of the tile: row p of B, times column p of A.
func (t *tile) step(rows int, row reg.Register, a func(i int) operand.Mem, pointers []reg.Register) {
	b := func(v int) operand.Mem { return operand.Mem{Base: row, Disp: v * t.width()} }
	free := len(zmm) - 2
	if t.isa == avx2 {
		free = len(ymm) - 2 // the last is the mask
	}
	load := func(v int, to reg.VecPhysical) {
		if v == t.vectors-1 {
			t.loadMasked(b(v), t.mask, to)
		} else {
			t.load(b(v), to)
		}
	}
	switch {
	case t.vectors <= 2: // B stays in registers, A is streamed
		vs := []reg.VecPhysical{t.phys(free - 1), t.phys(free - 2)}
		for v := range t.vectors {
			load(v, vs[v])
		}
		for i := range rows {
			t.broadcast(a(i), t.phys(free))
			for v := range t.vectors {
				t.fma(vs[v], t.phys(free), t.acc(i, v))
			}
		}
	default: // A stays in registers, B is streamed
		for i := range rows {
			t.broadcast(a(i), t.phys(free-i))
		}
		for v := range t.vectors {
			from := t.phys(free - rows - v%2)
			load(v, from)
			for i := range rows {
				t.fma(from, t.phys(free-i), t.acc(i, v))
			}
		}
	}
	t.ADDQ(t.brs, row)
	for _, p := range pointers {
		t.ADDQ(t.acs, p)
	}
}

// storeEdge stores the first `last` lanes of each row's last vector, as a whole vector, two overlapping pieces or
// one lane, since VMASKMOV costs a dozen cycles on AMD's processors.
func (t *tile) storeEdge(rows int, ref func(string) operand.LabelRef, row func(i int) (reg.VecPhysical, operand.Mem)) {
	t.CMPQ(t.last, operand.Imm(uint64(t.lanes())))
	t.JNE(ref("pieces"))
	for i := range rows {
		v, m := row(i)
		t.store(v, m)
	}
	t.JMP(ref("done"))
	t.Label(string(ref("pieces")))
	for piece := t.lanes() / 2; piece > 1; piece /= 2 {
		smaller := ref(fmt.Sprintf("below%d_", piece))
		t.CMPQ(t.last, operand.Imm(uint64(piece)))
		t.JLT(smaller)
		t.lanesTo(t.phys(12), t.last, piece) // free, as no row of C is kept beyond register 11
		for i := range rows {
			v, m := row(i)
			t.storePieces(v, t.phys(12), m, t.last, piece)
		}
		t.JMP(ref("done"))
		t.Label(string(smaller))
	}
	for i := range rows {
		v, m := row(i)
		t.storeLanes(v.AsX(), m, 1)
	}
}

// lanesTo makes the window, ending at lane n, by which storePieces moves its upper piece down.
func (g *generator) lanesTo(window operand.Op, n reg.Register, piece int) {
	at, address := g.GP64(), g.GP64()
	g.LEAQ(g.lanesFrom0(), address)
	g.MOVQ(n, at)
	g.SUBQ(operand.Imm(uint64(piece)), at)
	g.VMOVUPS(operand.Mem{Base: address, Index: at, Scale: uint8(g.elem)}, window)
}

// vector is a register whose lower half can be used alone.
type vector interface {
	operand.Op
	AsX() reg.Register
}

// storePieces stores the first n lanes of v, piece ≤ n < 2·piece, as two pieces that overlap. It changes v.
func (g *generator) storePieces(v vector, window operand.Op, m operand.Mem, n reg.Register, piece int) {
	g.storeLanes(v.AsX(), m, piece)
	g.VPERMPS(v, window, v)
	if m.Index != nil {
		p := g.GP64()
		g.LEAQ(m, p)
		m = operand.Mem{Base: p}
	}
	m.Index, m.Scale = n, uint8(g.elem)
	g.storeLanes(v.AsX(), m.Offset(-piece*g.elem), piece)
}

// storeLanes stores the first n lanes of v: 4, 8 or 16 bytes.
func (g *generator) storeLanes(v operand.Op, m operand.Mem, n int) {
	switch n * g.elem {
	case 4:
		g.VMOVSS(v, m)
	case 8:
		g.VMOVLPS(v, m)
	default:
		g.VMOVUPS(v, m)
	}
}

// lanesFrom0 is the table 0, 1, 2, ... of VPERMPS indices: a float64 lane is a pair of them.
func (g *generator) lanesFrom0() operand.Mem {
	return g.table("lanes", func() {
		for i := range 16 {
			g.AppendDatum(operand.U32(uint32(i)))
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

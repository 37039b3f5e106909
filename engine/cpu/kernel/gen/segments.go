package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// segments writes the kernels of segmented products, in which the sum over k runs through a list of segments {A
// offset, row of B, count}, so that a convolution needs no matrix of patches: a segment is a run of pixels that
// are neighbours in memory. There are two kinds of rows. Gathered rows are at the offsets of a table (the pixels
// of an image) and read A along k element by element, with a packed B. Strided rows are neighbours in memory (the
// channels of a pixel), and both A and B step from pixel to pixel along k. A tile of C stays in registers for all
// segments. For each k it loads a row of B once and broadcasts one element of A for each row. Each element of C is
// thus one chain of FMAs in the order of the segments.
func segments(g *generator) {
	if g.isa == avx2 {
		g.fetch()
	}
	for _, g.elem = range []int{4, 8} {
		// Each gathered row needs a pointer.
		gatheredRows, narrowRows, stridedRows, tallRows := 6, 10, 6, 12
		if g.isa == avx512 {
			gatheredRows, narrowRows, stridedRows, tallRows = 8, 8, 12, 12
		}
		(&segmented{generator: g, rows: gatheredRows, vectors: 2}).gathered("gatheredWide")
		(&segmented{generator: g, rows: narrowRows, vectors: 1}).gathered("gatheredNarrow")
		(&segmented{generator: g, rows: stridedRows, vectors: 2}).strided("stridedWide")
		(&segmented{generator: g, rows: tallRows, vectors: 1}).strided("stridedNarrow")
	}
}

const (
	gatheredSignature = "func(rows *int32, m int, a *%[1]s, segments *int32, count int, b *%[1]s, c *%[1]s, " +
		"second, last int, accumulate bool, nextA *%[1]s, stepA, linesA int, nextC *%[1]s, stepC, linesC int)"
	stridedSignature = "func(m int, a *%[1]s, unit, acs int, segments *int32, count int, b *%[1]s, brs, " +
		"second, last int, c *%[1]s, accumulate bool)"

	segmentBytes = 12 // of kernel.Segment
	rowBytes     = 8  // of kernel.Row
)

type segmented struct {
	*generator
	rows, vectors int // of the largest tile
	mask          reg.Register
	tile          int // rows of the tile being written
}

func (s *segmented) acc(i, v int) reg.VecPhysical { return s.phys(i*s.vectors + v) }

// spare is register i of those that are not accumulators: two of B, and the broadcast element of A.
func (s *segmented) spare(i int) reg.VecPhysical {
	if s.isa == avx512 {
		return s.phys(28 + i)
	}
	return s.phys(12 + i)
}

func (s *segmented) argument(name string) operand.Mem {
	b, err := s.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

func (s *segmented) label(name string) string { return fmt.Sprintf("%s%d", name, s.tile) }
func (s *segmented) ref(name string) operand.LabelRef {
	return operand.LabelRef(s.label(name))
}

// masked reports whether the last vector of a row may be partial. In AVX2 that of two vectors is whole and
// overlaps the first, since masked stores are slow.
func (s *segmented) masked() bool { return s.isa == avx512 || s.vectors == 1 }

// tiles walks down m rows, m in memory and changed there. All tiles have `rows` rows until fewer than two tiles
// are left; the rest is halved, to keep tiles high enough to hide the latency of an FMA.
func (s *segmented) tiles(write func()) {
	if s.masked() {
		if s.mask = s.phys(15); s.isa == avx512 {
			s.mask = reg.K1
		}
		s.firstLanes(s.Load(s.Param("last"), s.GP64()), s.mask)
	}
	// For want of registers, the end of the segments replaces their count in memory.
	end := s.Load(s.Param("count"), s.GP64())
	s.IMUL3Q(operand.U32(segmentBytes), end, end)
	s.ADDQ(s.argument("segments"), end)
	s.MOVQ(end, s.argument("count"))
	s.Label("next")
	size := s.Load(s.Param("m"), s.GP64())
	s.CMPQ(size, operand.Imm(uint64(2*s.rows)))
	s.JGE(operand.LabelRef(fmt.Sprintf("tile%d", s.rows)))
	s.CMPQ(size, operand.Imm(uint64(s.rows)))
	s.JLE(operand.LabelRef("choose"))
	s.INCQ(size)
	s.SHRQ(operand.Imm(1), size)
	s.Label("choose")
	for r := s.rows; r > 0; r-- {
		s.CMPQ(size, operand.Imm(uint64(r)))
		s.JEQ(operand.LabelRef(fmt.Sprintf("tile%d", r)))
	}
	s.ret()
	for r := s.rows; r > 0; r-- {
		s.tile = r
		s.Label(s.label("tile"))
		write()
		s.SUBQ(operand.U32(uint32(r)), s.argument("m"))
		s.JMP(operand.LabelRef("next"))
	}
}

// start sets the accumulators to C, read by load, or to 0.
func (s *segmented) start(load func()) {
	s.CMPB(s.argument("accumulate"), operand.Imm(0))
	s.JEQ(s.ref("zero"))
	load()
	s.JMP(s.ref("start"))
	s.Label(s.label("zero"))
	s.clear()
	s.Label(s.label("start"))
}

func (s *segmented) clear() {
	for i := range s.tile {
		for v := range s.vectors {
			s.zero(s.acc(i, v))
		}
	}
}

// eachSegment runs body, which loads a segment's fields by field, for all segments.
func (s *segmented) eachSegment(body func(field func(i int) reg.GPVirtual)) {
	at := s.Load(s.Param("segments"), s.GP64())
	s.CMPQ(at, s.argument("count"))
	s.JEQ(s.ref("store"))
	s.Label(s.label("segment"))
	body(func(i int) reg.GPVirtual {
		r := s.GP64()
		s.MOVLQSX(operand.Mem{Base: at, Disp: 4 * i}, r)
		return r
	})
	s.ADDQ(operand.Imm(segmentBytes), at)
	s.CMPQ(at, s.argument("count"))
	s.JNE(s.ref("segment"))
	s.Label(s.label("store"))
}

// unrolled repeats step(i) count times, `by` at a time; advance moves the pointers by n steps. The remaining steps
// are single.
func (s *segmented) unrolled(count reg.Register, by int, step func(i int, single bool), advance func(n int)) {
	s.SUBQ(operand.U32(uint32(by)), count)
	s.JL(s.ref("rest"))
	s.Label(s.label("loop"))
	for i := range by {
		step(i, false)
	}
	advance(by)
	s.SUBQ(operand.U32(uint32(by)), count)
	s.JGE(s.ref("loop"))
	s.Label(s.label("rest"))
	s.ADDQ(operand.U32(uint32(by)), count)
	s.JZ(s.ref("end"))
	s.Label(s.label("single"))
	step(0, true)
	advance(1)
	s.DECQ(count)
	s.JNZ(s.ref("single"))
	s.Label(s.label("end"))
}

// multiply adds to every accumulator the product of its row's element of A and its vector of B, loaded already.
func (s *segmented) multiply(spread func(i int, to reg.VecPhysical)) {
	for i := range s.tile {
		spread(i, s.spare(2))
		for v := range s.vectors {
			s.fma(s.spare(v), s.spare(2), s.acc(i, v))
		}
	}
}

// fetchAhead prefetches the tile's share of the data that the next call will read or write: `lines` cache lines
// for each row, `step` bytes apart.
func (s *segmented) fetchAhead(operandName string) {
	left := s.Load(s.Param("lines"+operandName), s.GP64())
	s.TESTQ(left, left)
	s.JLE(s.ref("fetched" + operandName))
	s.IMUL3Q(operand.U32(uint32(s.tile)), left, left)
	next := s.Load(s.Param("next"+operandName), s.GP64())
	s.fetchLines(next, s.Load(s.Param("step"+operandName), s.GP64()), left, s.label("fetch"+operandName))
	s.MOVQ(next, s.argument("next"+operandName))
	s.Label(s.label("fetched" + operandName))
}

// fetchLines prefetches count > 0 cache lines into L2, from p and step bytes apart, and moves p behind them.
func (g *generator) fetchLines(p, step, count reg.Register, label string) {
	g.Label(label)
	g.PREFETCHT1(operand.Mem{Base: p})
	g.ADDQ(step, p)
	g.DECQ(count)
	g.JNZ(operand.LabelRef(label))
}

func (g *generator) fetch() {
	g.Function("fetchLines")
	g.Attributes(attr.NOSPLIT)
	g.SignatureExpr("func(p *byte, step, count int)")
	g.Doc("fetchLines asks for count > 0 cache lines, step bytes apart, into L2.")
	g.Pragma("noescape")
	g.fetchLines(g.Load(g.Param("p"), g.GP64()), g.Load(g.Param("step"), g.GP64()),
		g.Load(g.Param("count"), g.GP64()), "loop")
	g.RET()
}

// shuffled is the number of a tile's first rows whose elements of A are not broadcast from memory one by one: a
// load takes several, and shuffles spread them. A tile one vector wide would need more loads than FMAs, and wait
// for them.
func (s *segmented) shuffled() int {
	if s.isa == avx2 && s.vectors == 1 {
		return 1
	}
	return 0
}

// held is the register of a shuffled row's elements of A.
func (s *segmented) held(i int) reg.VecPhysical {
	return []reg.VecPhysical{s.spare(1), s.phys(11), s.phys(10)}[i]
}

// splatLane copies element i of each half of from to that whole half.
func (s *segmented) splatLane(i int, from, to operand.Op) {
	if s.elem == 4 {
		s.VPERMILPS(operand.Imm(uint64(0b01010101*i)), from, to)
	} else {
		s.VPERMILPD(operand.Imm(uint64(0b1111*i)), from, to)
	}
}

func (s *segmented) gathered(stem string) {
	s.text(stem, fmt.Sprintf(gatheredSignature, s.typ()),
		"computes m rows of a segmented product whose rows are at the offsets of a table of {A, C}. B is packed. "+
			"The second vector of a row of C is `second` bytes after the first; the last one has `last` lanes.")
	scale := uint8(s.elem)
	// row is the address where row i reads A (field 0) or writes C (field 1).
	row := func(table, base reg.Register, i, field int) reg.Register {
		p := s.GP64()
		s.MOVLQSX(operand.Mem{Base: table, Disp: i*rowBytes + 4*field}, p)
		s.LEAQ(operand.Mem{Base: base, Index: p, Scale: scale}, p)
		return p
	}
	s.tiles(func() {
		s.fetchAhead("A")
		s.fetchAhead("C")
		eachRow := func(move func(i, v int, m operand.Mem, last bool)) {
			table, c := s.Load(s.Param("rows"), s.GP64()), s.Load(s.Param("c"), s.GP64())
			var second reg.Register
			if s.vectors == 2 {
				second = s.Load(s.Param("second"), s.GP64())
			}
			for i := range s.tile {
				p := row(table, c, i, 1)
				move(i, 0, operand.Mem{Base: p}, s.vectors == 1)
				if s.vectors == 2 {
					move(i, 1, operand.Mem{Base: p, Index: second, Scale: 1}, true)
				}
			}
		}
		s.clear()
		table, a := s.Load(s.Param("rows"), s.GP64()), s.Load(s.Param("a"), s.GP64())
		pointers := make([]reg.Register, s.tile)
		for i := range pointers {
			pointers[i] = row(table, a, i, 0)
		}
		s.eachSegment(func(field func(i int) reg.GPVirtual) {
			at, b := field(0), field(1)
			s.IMUL3Q(operand.U32(uint32(s.vectors*s.width())), b, b)
			s.ADDQ(s.argument("b"), b)
			element := func(i, u int) operand.Mem {
				return operand.Mem{Base: pointers[i], Index: at, Scale: scale, Disp: u * s.elem}
			}
			quarter := 16 / s.elem // elements that VBROADCASTF128 loads
			s.unrolled(field(2), 4, func(u int, single bool) {
				for v := range s.vectors {
					s.load(operand.Mem{Base: b, Disp: (u*s.vectors + v) * s.width()}, s.spare(v))
				}
				s.multiply(func(i int, to reg.VecPhysical) {
					if i >= s.shuffled() || single {
						s.broadcast(element(i, u), to)
						return
					}
					if u%quarter == 0 {
						s.VBROADCASTF128(element(i, u), s.held(i))
					}
					s.splatLane(u%quarter, s.held(i), to)
				})
			}, func(n int) {
				s.ADDQ(operand.U32(uint32(n)), at)
				s.ADDQ(operand.U32(uint32(n*s.vectors*s.width())), b)
			})
		})
		// Add C to the sums before any is stored, since the vectors of a row may overlap.
		s.CMPB(s.argument("accumulate"), operand.Imm(0))
		s.JEQ(s.ref("sums"))
		eachRow(func(i, v int, m operand.Mem, last bool) {
			if last && s.masked() {
				s.loadMasked(m, s.mask, s.spare(0))
			} else {
				s.load(m, s.spare(0))
			}
			s.pick(s.VADDPS, s.VADDPD, s.spare(0), s.acc(i, v), s.acc(i, v))
		})
		s.Label(s.label("sums"))
		if s.isa == avx2 && s.masked() {
			s.CMPQ(s.argument("last"), operand.Imm(uint64(s.lanes())))
			s.JEQ(s.ref("whole"))
			eachRow(func(i, v int, m operand.Mem, last bool) { s.storeMasked(s.acc(i, v), s.mask, m) })
			s.JMP(s.ref("stored"))
			s.Label(s.label("whole"))
		}
		eachRow(func(i, v int, m operand.Mem, last bool) {
			if last && s.isa == avx512 {
				s.storeMasked(s.acc(i, v), s.mask, m)
			} else {
				s.store(s.acc(i, v), m)
			}
		})
		s.Label(s.label("stored"))
		s.ADDQ(operand.U32(uint32(s.tile*rowBytes)), s.argument("rows"))
	})
}

func (s *segmented) strided(stem string) {
	s.text(stem, fmt.Sprintf(stridedSignature, s.typ()),
		"computes m rows of a segmented product whose rows are neighbours in A. The unit of A's offsets, strides "+
			"along k, and the place of B's second vector are in bytes; `last` lanes of that vector count. C is packed.")
	s.tiles(func() {
		c := s.Load(s.Param("c"), s.GP64())
		each := func(move func(m, v operand.Op)) {
			for i := range s.tile {
				for v := range s.vectors {
					move(operand.Mem{Base: c, Disp: (i*s.vectors + v) * s.width()}, s.acc(i, v))
				}
			}
		}
		s.start(func() { each(s.load) })
		acs, brs := s.Load(s.Param("acs"), s.GP64()), s.Load(s.Param("brs"), s.GP64())
		var second reg.Register
		if s.vectors == 2 {
			second = s.Load(s.Param("second"), s.GP64())
		}
		s.eachSegment(func(field func(i int) reg.GPVirtual) {
			a, b := field(0), field(1)
			s.IMULQ(s.argument("unit"), a)
			s.ADDQ(s.argument("a"), a)
			s.IMULQ(brs, b)
			s.ADDQ(s.argument("b"), b)
			s.unrolled(field(2), 2, func(int, bool) {
				for v := range s.vectors {
					m := operand.Mem{Base: b}
					if v > 0 {
						m.Index, m.Scale = second, 1
					}
					if v == s.vectors-1 && s.masked() {
						s.loadMasked(m, s.mask, s.spare(v))
					} else {
						s.load(m, s.spare(v))
					}
				}
				s.multiply(func(i int, to reg.VecPhysical) { s.broadcast(operand.Mem{Base: a, Disp: i * s.elem}, to) })
				s.ADDQ(acs, a)
				s.ADDQ(brs, b)
			}, func(int) {})
		})
		each(func(m, v operand.Op) { s.store(v, m) })
		s.ADDQ(operand.U32(uint32(s.tile*s.elem)), s.argument("a"))
		s.ADDQ(operand.U32(uint32(s.tile*s.vectors*s.width())), s.argument("c"))
	})
}

package main

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

type isa int

const (
	avx2 isa = iota
	avx512
)

func (i isa) String() string { return [...]string{"avx2", "avx512"}[i] }

// generator is avo's context with an instruction set and an element size (4 or 8 bytes); its methods emit
// instructions of that width.
type generator struct {
	*build.Context
	isa  isa
	elem int
	// integer makes names and types those of int32.
	integer bool
	// held are the patterns that stay in registers throughout a function.
	held map[uint64]reg.VecVirtual
	// half makes fresh vectors of 16 bytes.
	half bool
	data map[string]operand.Mem
	// wrappers are Go functions that check lengths and call the assembly.
	wrappers []string
}

func (g *generator) width() int { return [...]int{32, 64}[g.isa] } // bytes of a vector
func (g *generator) lanes() int { return g.width() / g.elem }
func (g *generator) typ() string {
	if g.integer {
		return "int32"
	}
	return map[int]string{4: "float32", 8: "float64"}[g.elem]
}
func (g *generator) suffix() string {
	name := map[int]string{4: "F32", 8: "F64"}[g.elem]
	if g.integer {
		name = "I32"
	}
	return name + [...]string{"AVX2", "AVX512"}[g.isa]
}

// text opens a function named by its stem, the element and the level.
func (g *generator) text(stem, signature, doc string) {
	g.Function(stem + g.suffix())
	g.nosplit()
	g.SignatureExpr(signature)
	g.Doc(wrap(stem + g.suffix() + " " + doc)...)
	g.Pragma("noescape")
}

// wrap splits a comment into lines.
func wrap(text string) []string {
	const columns = 112
	lines := []string{""}
	for word := range strings.FieldsSeq(text) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case utf8.RuneCountInString(*last+" "+word) <= columns:
			*last += " " + word
		default:
			lines = append(lines, word)
		}
	}
	return lines
}

func (g *generator) nosplit() { g.Attributes(attr.NOSPLIT) }

// phys is vector register i.
func (g *generator) phys(i int) reg.VecPhysical {
	if g.isa == avx512 {
		return zmm[i]
	}
	return ymm[i]
}

// vec is a fresh virtual vector register.
func (g *generator) vec() reg.VecVirtual {
	if g.half {
		return g.XMM()
	}
	if g.isa == avx512 {
		return g.ZMM()
	}
	return g.YMM()
}

var ymm = []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
	reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15}

var zmm = []reg.VecPhysical{reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
	reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
	reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
	reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31}

// pick emits the form of an instruction for the element's width.
func (g *generator) pick(ps, pd func(...operand.Op), ops ...operand.Op) {
	if g.elem == 4 {
		ps(ops...)
	} else {
		pd(ops...)
	}
}

func (g *generator) load(m, v operand.Op)      { g.pick(g.VMOVUPS, g.VMOVUPD, m, v) }
func (g *generator) store(v, m operand.Op)     { g.pick(g.VMOVUPS, g.VMOVUPD, v, m) }
func (g *generator) broadcast(m, v operand.Op) { g.pick(g.VBROADCASTSS, g.VBROADCASTSD, m, v) }
func (g *generator) fma(a, b, acc operand.Op)  { g.pick(g.VFMADD231PS, g.VFMADD231PD, a, b, acc) }
func (g *generator) zero(v operand.Op)         { g.pick(g.xorps, g.xorpd, v, v, v) }
func (g *generator) xorps(ops ...operand.Op)   { g.VXORPS(ops...) }
func (g *generator) xorpd(ops ...operand.Op)   { g.VXORPD(ops...) }
func (g *generator) compare(i int, b, a, m operand.Op) {
	g.pick(g.VCMPPS, g.VCMPPD, operand.Imm(uint64(i)), b, a, m)
}

// constant is a fresh register with x in every lane.
func (g *generator) constant(x float64) reg.VecVirtual {
	v := g.vec()
	g.load(g.splat(x), v)
	return v
}

// inRegister loads a value that is a constant in memory.
func (g *generator) inRegister(x operand.Op) reg.Register {
	if r, ok := x.(reg.Register); ok {
		return r
	}
	v := g.vec()
	g.load(x, v)
	return v
}

// loadMasked loads the lanes that the mask selects, and 0 into the others, whose memory it does not touch.
func (g *generator) loadMasked(m, mask, v operand.Op) {
	switch {
	case g.isa == avx512 && g.elem == 4:
		g.VMOVUPS_Z(m, mask, v)
	case g.isa == avx512:
		g.VMOVUPD_Z(m, mask, v)
	case g.elem == 4:
		g.VMASKMOVPS(m, mask, v)
	default:
		g.VMASKMOVPD(m, mask, v)
	}
}

// storeMasked stores the lanes that the mask selects.
func (g *generator) storeMasked(v, mask, m operand.Op) {
	switch {
	case g.isa == avx512:
		g.pick(g.VMOVUPS, g.VMOVUPD, v, mask, m)
	case g.elem == 4:
		g.VMASKMOVPS(v, mask, m)
	default:
		g.VMASKMOVPD(v, mask, m)
	}
}

// storeFirst stores the first n lanes of v, 0 ≤ n ≤ lanes, which mask selects. AVX2's masked store is slow on some
// processors (tens of micro-operations on Zen), so with AVX2 it stores halves, and changes v.
func (g *generator) storeFirst(label string, v, n reg.Register, mask operand.Op, m operand.Mem) {
	if g.isa == avx512 {
		g.storeMasked(v, mask, m)
		return
	}
	p, x := g.GP64(), v.(reg.Vec).AsX()
	g.LEAQ(m, p)
	size := g.width() // of the piece to store
	for lanes := g.lanes(); lanes > 0; lanes /= 2 {
		next := fmt.Sprintf("%sBelow%d", label, lanes)
		g.TESTQ(operand.U32(uint32(lanes)), n)
		g.JEQ(operand.LabelRef(next))
		to := operand.Mem{Base: p}
		switch size {
		case 32:
			g.VMOVUPS(v, to)
			g.JMP(operand.LabelRef(label + "Stored"))
		case 16:
			g.VMOVUPS(x, to)
			g.VEXTRACTF128(operand.Imm(1), v, x)
		case 8:
			g.VMOVLPS(x, to)
			g.VPERMILPD(operand.Imm(1), x, x)
		case 4:
			g.VMOVSS(x, to)
		}
		if lanes > 1 && size < 32 {
			g.ADDQ(operand.Imm(uint64(size)), p)
		}
		g.Label(next)
		size /= 2
	}
	g.Label(label + "Stored")
}

// firstLanes makes the mask of the first n lanes, 0 ≤ n ≤ lanes. In AVX2 it is a window on a table of ones and
// then zeros.
func (g *generator) firstLanes(n reg.Register, mask operand.Op) {
	if g.isa == avx512 {
		// (1<<n) − 1; BZHI takes the low n bits of all ones.
		ones := g.GP64()
		g.MOVQ(operand.I64(-1), ones)
		g.BZHIQ(n, ones, ones)
		g.KMOVW(ones.As32(), mask)
		return
	}
	table := g.table("ones", func() {
		for i := range 16 {
			g.AppendDatum(operand.U32(uint32(0xffffffff * uint64(1-i/8))))
		}
	})
	at, address := g.GP64(), g.GP64()
	g.LEAQ(table, address)
	g.MOVQ(operand.U32(uint32(g.lanes())), at)
	g.SUBQ(n, at)
	g.VMOVUPS(operand.Mem{Base: address, Index: at, Scale: uint8(g.elem)}, mask)
}

// mask is a fresh register for a mask.
func (g *generator) mask() reg.Register {
	if g.isa == avx512 {
		return g.K()
	}
	return g.YMM()
}

// table is a read-only datum of the generated file, emitted at its first use.
func (g *generator) table(name string, fill func()) operand.Mem {
	if m, ok := g.data[name]; ok {
		return m
	}
	if g.data == nil {
		g.data = map[string]operand.Mem{}
	}
	m := g.StaticGlobal(name + [...]string{"AVX2", "AVX512"}[g.isa])
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	fill()
	g.data[name] = m
	return m
}

// splat is a vector with the float x in every lane.
func (g *generator) splat(x float64) operand.Op { return g.bits(g.pattern(x)) }

func (g *generator) pattern(x float64) uint64 {
	if g.elem == 4 {
		return uint64(math.Float32bits(float32(x)))
	}
	return math.Float64bits(x)
}

// hold loads patterns into registers, where bits finds them until the function ends.
func (g *generator) hold(patterns ...uint64) {
	g.held = map[uint64]reg.VecVirtual{}
	for _, x := range patterns {
		v := g.vec()
		g.load(g.bits(x), v)
		g.held[x] = v
	}
}

// bits is a vector, held or in memory, with the pattern x in every lane.
func (g *generator) bits(x uint64) operand.Op {
	if v, ok := g.held[x]; ok {
		if g.half {
			return v.AsX()
		}
		return v
	}
	return g.table(fmt.Sprintf("bits%d_%x", 8*g.elem, x), func() {
		for range g.lanes() {
			if g.elem == 4 {
				g.AppendDatum(operand.U32(uint32(x)))
			} else {
				g.AppendDatum(operand.U64(x))
			}
		}
	})
}

func (g *generator) ret() {
	g.held = nil
	g.VZEROUPPER()
	g.RET()
}

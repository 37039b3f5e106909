package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// formula emits the instructions that compute an element from its operands.
type formula func(g *generator, x []operand.Op) operand.Op

// loop is dst[i] = f(inputs[i]...). All elements take the same instructions, in vectors or in parts of one, so
// that an element's bits do not depend on its position.
type loop struct {
	*generator
	f      formula
	src    []reg.Register
	dst, i reg.Register
	limit  float64
}

// elementwise writes the loop of a few instructions: four vectors at once, then one, then the rest by halves of a
// vector. The rest reads only its elements: a masked load would wait for stores to the memory behind them, which
// in small arrays is often the result of the last kernel. The held patterns stay in registers.
func (g *generator) elementwise(stem string, inputs []string, f formula, held ...uint64) {
	l := g.open(stem, inputs, f)
	g.hold(held...)
	n := g.Load(g.Param("n"), g.GP64())
	l.vectors(n, 4, "vector")
	l.vectors(n, 1, "rest")
	if g.isa == avx512 {
		l.masked(n)
	} else {
		l.halves(n)
	}
	g.Label("done")
	g.ret()
}

// transcendentalLoop writes the loop of many instructions, one vector at a time and the rest under a mask. With a
// limit, it stops before a vector that has an element of greater magnitude, and returns the number of elements
// done.
func (g *generator) transcendentalLoop(stem string, limit float64, f formula) {
	var l *loop
	if limit == 0 {
		l = g.open(stem, []string{"a"}, f)
	} else {
		g.text(stem, fmt.Sprintf("func(dst, a *%s, n int) (done int)", g.typ()),
			fmt.Sprintf("computes dst[i] = %s(a[i]) for n elements, or up to the vector of the first element "+
				"whose magnitude is above %g.", stem, limit))
		l = g.begin([]string{"a"}, f)
	}
	l.limit = limit
	n := g.Load(g.Param("n"), g.GP64())
	l.vectors(n, 1, "rest")
	l.masked(n)
	g.Label("done")
	if limit > 0 {
		g.ADDQ(n, l.i)
		g.Label("leave")
		g.Store(l.i, g.ReturnIndex(0))
	}
	g.ret()
}

// within leaves the loop if an element of x is beyond the limit.
func (l *loop) within(x operand.Op) {
	if l.limit == 0 {
		return
	}
	magnitude := l.op2(l.VANDPS, l.VANDPD, l.bits(l.signBit()-1), x)
	bits := l.GP32()
	if l.isa == avx512 {
		m := l.K()
		l.compare(gtOQ, l.splat(l.limit), magnitude, m)
		l.KMOVW(m, bits)
	} else {
		m := l.vec()
		l.compare(gtOQ, l.splat(l.limit), magnitude, m)
		if l.elem == 4 {
			l.VMOVMSKPS(m, bits)
		} else {
			l.VMOVMSKPD(m, bits)
		}
	}
	l.TESTL(bits, bits)
	l.JNE(operand.LabelRef("leave"))
}

// open begins a function and the Go function of slices that calls it.
func (g *generator) open(stem string, inputs []string, f formula) *loop {
	name := stem + g.suffix()
	params := strings.Join(inputs, ", ")
	g.Function(name + "Unchecked")
	g.nosplit()
	g.SignatureExpr(fmt.Sprintf("func(dst, %s *%s, n int)", params, g.typ()))
	g.Doc(name + "Unchecked is the loop of " + name + ".")
	g.Pragma("noescape")

	var lengths, slices, pointers []string
	for _, x := range inputs {
		lengths = append(lengths, x+"[:len(dst)]")
		slices = append(slices, x+"[i]")
		pointers = append(pointers, "unsafe.SliceData("+x+")")
	}
	arguments := strings.Join(pointers, ", ") + ", len(dst)"
	space := " "
	if len(inputs) > 2 {
		space = "\n\t\t" // longer lines are hard to read
	}
	g.wrappers = append(g.wrappers, fmt.Sprintf(`// %[1]s computes dst[i] = %[2]s(%[3]s).
func %[1]s(dst, %[4]s []%[5]s) {
	%[4]s = %[6]s
	%[1]sUnchecked(unsafe.SliceData(dst),%[7]s%[8]s)
}
`, name, stem, strings.Join(slices, ", "), params, g.typ(), strings.Join(lengths, ", "), space, arguments))

	return g.begin(inputs, f)
}

// begin loads the pointers.
func (g *generator) begin(inputs []string, f formula) *loop {
	l := &loop{generator: g, f: f, dst: g.Load(g.Param("dst"), g.GP64())}
	for _, x := range inputs {
		l.src = append(l.src, g.Load(g.Param(x), g.GP64()))
	}
	l.i = g.GP64()
	g.XORQ(l.i, l.i)
	return l
}

func (l *loop) at(p reg.Register, vector int) operand.Mem {
	return operand.Mem{Base: p, Index: l.i, Scale: uint8(l.elem), Disp: vector * l.width()}
}

// vectors loops while at least unroll vectors are left, then jumps to next.
func (l *loop) vectors(n reg.Register, unroll int, next string) {
	step := operand.U32(uint32(unroll * l.lanes()))
	name := fmt.Sprintf("vectors%d", unroll)
	l.Label(name)
	l.CMPQ(n, step)
	l.JLT(operand.LabelRef(next))
	for v := range unroll {
		var x []operand.Op
		for _, p := range l.src {
			r := l.vec()
			l.load(l.at(p, v), r)
			x = append(x, r)
		}
		l.within(x[0])
		l.store(l.f(l.generator, x), l.at(l.dst, v))
	}
	l.ADDQ(step, l.i)
	l.SUBQ(step, n)
	l.JMP(operand.LabelRef(name))
	l.Label(next)
}

// halves computes the last n elements, fewer than a vector, by the binary digits of n.
func (l *loop) halves(n reg.Register) {
	l.half = true
	for lanes := l.lanes() / 2; lanes > 0; lanes /= 2 {
		next := fmt.Sprintf("below%d", lanes)
		l.TESTQ(operand.U32(uint32(lanes)), n)
		l.JEQ(operand.LabelRef(next))
		var x []operand.Op
		for _, p := range l.src {
			r := l.vec()
			switch lanes * l.elem {
			case 16:
				l.VMOVUPS(l.at(p, 0), r)
			case 8:
				l.VMOVSD(l.at(p, 0), r)
			case 4:
				l.VMOVSS(l.at(p, 0), r)
			}
			x = append(x, r)
		}
		y := l.inRegister(l.f(l.generator, x))
		switch lanes * l.elem {
		case 16:
			l.VMOVUPS(y, l.at(l.dst, 0))
		case 8:
			l.VMOVLPS(y, l.at(l.dst, 0))
		case 4:
			l.VMOVSS(y, l.at(l.dst, 0))
		}
		if lanes > 1 {
			l.ADDQ(operand.Imm(uint64(lanes)), l.i)
		}
		l.Label(next)
	}
	l.half = false
}

// masked computes the last n elements, fewer than a vector, as one vector.
func (l *loop) masked(n reg.Register) {
	l.TESTQ(n, n)
	l.JLE(operand.LabelRef("done"))
	mask := l.mask()
	l.firstLanes(n, mask)
	var x []operand.Op
	for _, p := range l.src {
		r := l.vec()
		l.loadMasked(l.at(p, 0), mask, r)
		x = append(x, r)
	}
	l.within(x[0])
	l.storeFirst("rest", l.inRegister(l.f(l.generator, x)), n, mask, l.at(l.dst, 0))
}

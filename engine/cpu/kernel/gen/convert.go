package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// convert writes the conversions between element types, and fill.
func convert(g *generator) {
	g.conversion("F32ToF64", 4, 8, g.VCVTPS2PD)
	g.conversion("F64ToF32", 8, 4, g.VCVTPD2PSY)
	g.conversion("I32ToF32", 4, 4, g.VCVTDQ2PS)
	g.conversion("I32ToF64", 4, 8, g.VCVTDQ2PD)
	g.conversion("F32ToI32", 4, 4, g.VCVTTPS2DQ)
	g.conversion("F64ToI32", 8, 4, g.VCVTTPD2DQY)
	for _, g.elem = range []int{4, 8} {
		g.fill()
	}
	g.equal()
}

// conversion goes by the lanes of the wider type; the other side is as many lanes of a narrower register.
func (g *generator) conversion(name string, from, to int, emit func(...operand.Op)) {
	types := map[byte]string{'I': "int32", 'F': map[int]string{4: "float32", 8: "float64"}[from]}
	out := map[byte]string{'I': "int32", 'F': map[int]string{4: "float32", 8: "float64"}[to]}
	stem := "convert" + name + "AVX2"
	g.Function(stem)
	g.Attributes(attr.NOSPLIT)
	g.SignatureExpr(fmt.Sprintf("func(dst *%s, src *%s, n int)", out[name[5]], types[name[0]]))
	g.Doc(stem + " converts n elements.")
	g.Pragma("noescape")
	dst := g.Load(g.Param("dst"), g.GP64())
	src := g.Load(g.Param("src"), g.GP64())
	n := g.Load(g.Param("n"), g.GP64())
	lanes := 32 / max(from, to)
	vector := func(elem int) reg.Register {
		if lanes*elem == 16 {
			return g.XMM()
		}
		return g.YMM()
	}
	g.Label("vector")
	g.CMPQ(n, operand.Imm(uint64(lanes)))
	g.JLT(operand.LabelRef("rest"))
	x, y := vector(from), vector(to)
	g.VMOVUPS(operand.Mem{Base: src}, x)
	emit(x, y)
	g.VMOVUPS(y, operand.Mem{Base: dst})
	g.ADDQ(operand.Imm(uint64(lanes*from)), src)
	g.ADDQ(operand.Imm(uint64(lanes*to)), dst)
	g.SUBQ(operand.Imm(uint64(lanes)), n)
	g.JMP(operand.LabelRef("vector"))

	g.Label("rest")
	g.TESTQ(n, n)
	g.JLE(operand.LabelRef("done"))
	mask := func(elem int) reg.Register {
		g.elem = elem
		m := g.YMM()
		g.firstLanes(n, m)
		if lanes*elem == 16 {
			return m.AsX()
		}
		return m
	}
	x, y = vector(from), vector(to)
	in := mask(from)
	g.loadMasked(operand.Mem{Base: src}, in, x)
	emit(x, y)
	outMask := mask(to)
	g.storeMasked(y, outMask, operand.Mem{Base: dst})
	g.Label("done")
	g.ret()
}

// equal compares int32.
func (g *generator) equal() {
	g.elem, g.integer = 4, true
	g.elementwise("eq", []string{"a", "b"}, func(g *generator, x []operand.Op) operand.Op {
		v := g.vec()
		g.VPCMPEQD(x[1], x[0], v)
		g.VPSRLD(operand.Imm(31), v, v)
		return v
	})
	g.integer = false
}

func (g *generator) fill() {
	g.text("fill", fmt.Sprintf("func(dst *%[1]s, n int, x %[1]s)", g.typ()), "sets n elements to x.")
	dst := g.Load(g.Param("dst"), g.GP64())
	n := g.Load(g.Param("n"), g.GP64())
	x := g.vec()
	g.broadcast(g.paramAddr("x"), x)
	for _, vectors := range []int{4, 1} {
		name, next := fmt.Sprintf("vectors%d", vectors), map[int]string{4: "vectors1", 1: "rest"}[vectors]
		g.Label(name)
		g.CMPQ(n, operand.Imm(uint64(vectors*g.lanes())))
		g.JLT(operand.LabelRef(next))
		for v := range vectors {
			g.store(x, operand.Mem{Base: dst, Disp: v * g.width()})
		}
		g.ADDQ(operand.Imm(uint64(vectors*g.width())), dst)
		g.SUBQ(operand.Imm(uint64(vectors*g.lanes())), n)
		g.JMP(operand.LabelRef(name))
	}
	g.Label("rest")
	g.TESTQ(n, n)
	g.JLE(operand.LabelRef("done"))
	mask := g.mask()
	g.firstLanes(n, mask)
	g.storeFirst("rest", x, n, mask, operand.Mem{Base: dst})
	g.Label("done")
	g.ret()
}

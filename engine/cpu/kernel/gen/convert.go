package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// convert writes the conversions between element types, and the comparison of integers.
func convert(g *generator) {
	g.conversion("F32ToF64", 4, 8, g.VCVTPS2PD, false)
	g.conversion("F32ToF64", 4, 8, g.VCVTPS2PD, true)
	g.conversion("F64ToF32", 8, 4, g.VCVTPD2PSY, false)
	g.conversion("I32ToF32", 4, 4, g.VCVTDQ2PS, false)
	g.conversion("I32ToF64", 4, 8, g.VCVTDQ2PD, false)
	g.conversion("F32ToI32", 4, 4, g.VCVTTPS2DQ, false)
	g.conversion("F64ToI32", 8, 4, g.VCVTTPD2DQY, false)
	g.equal()
}

// conversion works on the lanes of the wider type; the other side is as many lanes of a narrower register. If
// scaled, the result, of float64, is multiplied by a number. Four vectors in each round, and lines fetched ahead
// across the ends of pages, keep pace with memory.
func (g *generator) conversion(name string, from, to int, convert func(...operand.Op), scaled bool) {
	const ahead = 2048 // bytes
	types := map[byte]string{'I': "int32", 'F': map[int]string{4: "float32", 8: "float64"}[from]}
	out := map[byte]string{'I': "int32", 'F': map[int]string{4: "float32", 8: "float64"}[to]}
	stem, more, does := "convert"+name+"AVX2", "", "converts n elements."
	if scaled {
		stem, more, does = "scale"+name+"AVX2", ", scale float64", "converts n elements and multiplies them by scale."
	}
	g.Function(stem)
	g.Attributes(attr.NOSPLIT)
	g.SignatureExpr(fmt.Sprintf("func(dst *%s, src *%s, n int%s)", out[name[5]], types[name[0]], more))
	g.Doc(stem + " " + does)
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
	emit := convert
	if scaled {
		scale := g.YMM()
		g.VBROADCASTSD(g.paramAddr("scale"), scale)
		emit = func(op ...operand.Op) {
			convert(op...)
			g.VMULPD(scale, op[1], op[1])
		}
	}
	for _, vectors := range []int{4, 1} {
		name, next := fmt.Sprintf("vectors%d", vectors), map[int]string{4: "vectors1", 1: "rest"}[vectors]
		g.Label(name)
		g.CMPQ(n, operand.Imm(uint64(vectors*lanes)))
		g.JLT(operand.LabelRef(next))
		if vectors > 1 {
			for line := 0; line < vectors*lanes*from; line += 64 {
				g.PREFETCHT0(operand.Mem{Base: src, Disp: ahead + line})
			}
		}
		for v := range vectors {
			x, y := vector(from), vector(to)
			g.VMOVUPS(operand.Mem{Base: src, Disp: v * lanes * from}, x)
			emit(x, y)
			g.VMOVUPS(y, operand.Mem{Base: dst, Disp: v * lanes * to})
		}
		g.ADDQ(operand.Imm(uint64(vectors*lanes*from)), src)
		g.ADDQ(operand.Imm(uint64(vectors*lanes*to)), dst)
		g.SUBQ(operand.Imm(uint64(vectors*lanes)), n)
		g.JMP(operand.LabelRef(name))
	}

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
	x, y := vector(from), vector(to)
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

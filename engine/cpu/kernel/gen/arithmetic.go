package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// arithmetic writes the elementwise functions of a few instructions.
func arithmetic(g *generator) {
	for _, g.elem = range []int{4, 8} {
		one := []uint64{g.pattern(1)}
		for _, f := range []struct {
			stem string
			emit formula
			held []uint64
		}{
			{"add", two((*generator).vadd), nil},
			{"sub", two((*generator).vsub), nil},
			{"mul", two((*generator).vmul), nil},
			{"div", two((*generator).vdiv), nil},
			{"max", two((*generator).vmax), nil},
			{"min", two((*generator).vmin), nil},
			{"eq", relation(eqOQ), one},
			{"ne", relation(neUQ), one},
			{"lt", relation(ltOQ), one},
			{"le", relation(leOQ), one},
			{"gt", relation(gtOQ), one},
			{"ge", relation(geOQ), one},
		} {
			g.elementwise(f.stem, []string{"a", "b"}, f.emit, f.held...)
		}
		for _, f := range []struct {
			stem string
			join func(g *generator, product, c operand.Op) reg.VecVirtual
		}{
			{"mulAdd", (*generator).vadd},
			{"mulSub", (*generator).vsub},
			{"negMulAdd", func(g *generator, product, c operand.Op) reg.VecVirtual { return g.vsub(c, product) }},
		} {
			g.elementwise(f.stem, []string{"a", "b", "c"}, func(g *generator, x []operand.Op) operand.Op {
				return f.join(g, g.vmul(x[0], x[1]), x[2])
			})
		}
		g.elementwise("choose", []string{"p", "a", "b"}, func(g *generator, x []operand.Op) operand.Op {
			zero := g.vec()
			g.zero(zero)
			return g.blend(neUQ, zero, x[0], x[1], x[2])
		})
		g.elementwise("neg", []string{"a"}, func(g *generator, x []operand.Op) operand.Op {
			return g.op2(g.VXORPS, g.VXORPD, g.bits(g.signBit()), x[0])
		}, g.signBit())
		g.elementwise("abs", []string{"a"}, func(g *generator, x []operand.Op) operand.Op {
			return g.op2(g.VANDPS, g.VANDPD, g.bits(g.signBit()-1), x[0])
		}, g.signBit()-1)
		g.elementwise("sqrt", []string{"a"}, func(g *generator, x []operand.Op) operand.Op {
			return g.vsqrt(x[0])
		})
		g.elementwise("rsqrt", []string{"a"}, func(g *generator, x []operand.Op) operand.Op {
			root := g.vsqrt(x[0])
			return g.vdiv(g.splat(1), root)
		}, one...)
		g.elementwise("sign", []string{"a"}, func(g *generator, x []operand.Op) operand.Op {
			zero := g.vec()
			g.zero(zero)
			up := g.relation(gtOQ, zero, x[0])
			down := g.relation(ltOQ, zero, x[0])
			return g.blend(unordered, x[0], x[0], x[0], g.vsub(up, down))
		}, one...)
	}
}

// Predicates of VCMPPS: ordered ones are false for NaN; none signals.
const (
	eqOQ      = 0x00
	unordered = 0x03
	neUQ      = 0x04
	ordered   = 0x07
	geOQ      = 0x1d
	gtOQ      = 0x1e
	ltOQ      = 0x11
	leOQ      = 0x12
	notGeUQ   = 0x19 // true for NaN
)

func (g *generator) signBit() uint64 { return 1 << (8*g.elem - 1) }

// op2 emits the form of a two-operand instruction for the element's width; b is the instruction's last source.
func (g *generator) op2(ps, pd func(...operand.Op), b, a operand.Op) reg.VecVirtual {
	v := g.vec()
	g.pick(ps, pd, b, a, v)
	return v
}

func (g *generator) vadd(a, b operand.Op) reg.VecVirtual { return g.op2(g.VADDPS, g.VADDPD, b, a) }
func (g *generator) vsub(a, b operand.Op) reg.VecVirtual { return g.op2(g.VSUBPS, g.VSUBPD, b, a) }
func (g *generator) vmul(a, b operand.Op) reg.VecVirtual { return g.op2(g.VMULPS, g.VMULPD, b, a) }
func (g *generator) vdiv(a, b operand.Op) reg.VecVirtual { return g.op2(g.VDIVPS, g.VDIVPD, b, a) }
func (g *generator) vsqrt(a operand.Op) reg.VecVirtual {
	v := g.vec()
	g.pick(g.VSQRTPS, g.VSQRTPD, a, v)
	return v
}

// vmax and vmin are the instructions, which return their second operand if either is NaN, except that a NaN in a stays.
func (g *generator) vmax(a, b operand.Op) reg.VecVirtual {
	return g.blend(unordered, a, a, a, g.op2(g.VMAXPS, g.VMAXPD, b, a))
}
func (g *generator) vmin(a, b operand.Op) reg.VecVirtual {
	return g.blend(unordered, a, a, a, g.op2(g.VMINPS, g.VMINPD, b, a))
}

// blend is yes where `a predicate b`, else no.
func (g *generator) blend(predicate int, b, a, yes, no operand.Op) reg.VecVirtual {
	v := g.vec()
	if g.isa == avx512 {
		m := g.K()
		g.compare(predicate, b, a, m)
		g.pick(g.VBLENDMPS, g.VBLENDMPD, yes, no, m, v)
		return v
	}
	m := g.vec()
	g.compare(predicate, b, a, m)
	if g.elem == 4 {
		g.VBLENDVPS(m, yes, no, v)
	} else {
		g.VBLENDVPD(m, yes, no, v)
	}
	return v
}

// relation is 1 where `a predicate b`, else 0.
func (g *generator) relation(predicate int, b, a operand.Op) reg.VecVirtual {
	v := g.vec()
	if g.isa == avx512 {
		m := g.K()
		g.compare(predicate, b, a, m)
		g.loadMasked(g.splat(1), m, v)
		return v
	}
	g.compare(predicate, b, a, v)
	g.pick(g.VANDPS, g.VANDPD, g.splat(1), v, v)
	return v
}

func two(f func(g *generator, a, b operand.Op) reg.VecVirtual) func(*generator, []operand.Op) operand.Op {
	return func(g *generator, x []operand.Op) operand.Op { return f(g, x[0], x[1]) }
}

func relation(predicate int) func(*generator, []operand.Op) operand.Op {
	return func(g *generator, x []operand.Op) operand.Op { return g.relation(predicate, x[1], x[0]) }
}

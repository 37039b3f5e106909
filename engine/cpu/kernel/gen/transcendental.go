package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transcendental writes the float32 functions. Polynomials are interpolated at Chebyshev nodes with 40 digits, which is within
// a factor of two of the best of their degree; the error bounds in the comments are theirs, the functions' are in a test.
func transcendental(g *generator) {
	g.elem = 4
	for _, f := range []struct {
		stem string
		emit func(g *generator, x operand.Op) operand.Op
	}{
		{"exp", (*generator).exp},
		{"expm1", (*generator).expm1},
		{"log", (*generator).log},
		{"log1p", (*generator).log1p},
		{"tanh", (*generator).tanh},
		{"logistic", (*generator).logistic},
		{"erf", (*generator).erf},
	} {
		g.transcendentalLoop(f.stem, func(g *generator, x []operand.Op) operand.Op { return f.emit(g, x[0]) })
	}
}

func (g *generator) constant(x float64) reg.VecVirtual {
	v := g.vec()
	g.load(g.splat(x), v)
	return v
}

func (g *generator) copyOf(x operand.Op) reg.VecVirtual {
	v := g.vec()
	g.VMOVAPS(x, v)
	return v
}

// muladd is a·b + c and negmuladd c − a·b, rounded once.
func (g *generator) muladd(a, b, c operand.Op) reg.VecVirtual {
	v := g.copyOf(c)
	g.VFMADD231PS(b, a, v)
	return v
}
func (g *generator) negmuladd(a, b, c operand.Op) reg.VecVirtual {
	v := g.copyOf(c)
	g.VFNMADD231PS(b, a, v)
	return v
}

// polynomial is Horner's scheme, highest power first.
func (g *generator) polynomial(x operand.Op, c ...float64) reg.VecVirtual {
	v := g.constant(c[0])
	for _, c := range c[1:] {
		g.VFMADD213PS(g.splat(c), x, v)
	}
	return v
}

func (g *generator) and(a operand.Op, bits uint64) reg.VecVirtual {
	return g.op2(g.VANDPS, g.VANDPD, g.bits(bits), a)
}

func (g *generator) abs(x operand.Op) reg.VecVirtual { return g.and(x, g.signBit()-1) }

// withSign gives x ≥ 0 the sign of s.
func (g *generator) withSign(x, s operand.Op) reg.VecVirtual {
	return g.op2(g.VORPS, g.VORPD, g.and(s, g.signBit()), x)
}

// below and above bound x and let NaN through: the instructions answer their second operand if one is NaN.
func (g *generator) below(bound float64, x operand.Op) reg.VecVirtual {
	return g.op2(g.VMINPS, g.VMINPD, x, g.constant(bound))
}
func (g *generator) above(bound float64, x operand.Op) reg.VecVirtual {
	return g.op2(g.VMAXPS, g.VMAXPD, x, g.constant(bound))
}

// tiny is x where |x| < bound, else y: for functions that are x to first order, where the rest would lose −0 or subnormals.
func (g *generator) tiny(bound float64, x, y operand.Op) operand.Op {
	return g.blend(ltOQ, g.constant(bound), g.abs(x), x, y)
}

// reduced splits x = n·ln 2 + r with |r| ≤ ln 2/2, ln 2 in two parts, and gives n, r and e^r − 1 − r = r²·P(r), as P and r².
func (g *generator) reduced(x operand.Op) (n, r, p, square operand.Op) {
	whole := g.vmul(x, g.splat(math.Log2E))
	g.VROUNDPS(operand.Imm(0), whole, whole)
	const high = 0x1.62e4p-1 // 15 bits, so that n·high is exact
	rest := g.negmuladd(whole, g.splat(high), x)
	rest = g.negmuladd(whole, g.splat(math.Ln2-high), rest)
	// Relative error of r²·P within e^r: 2⁻²⁷.
	p = g.polynomial(rest, 0.00139262508315, 0.00836323288368, 0.041666554213, 0.166665766661, 0.5)
	return whole, rest, p, g.vmul(rest, rest)
}

// power is 2^n for integers n of [−126, 127] in an int32 vector.
func (g *generator) power(n operand.Op) reg.VecVirtual {
	v := g.vec()
	g.VPADDD(g.bits(127), n, v)
	g.VPSLLD(operand.Imm(23), v, v)
	return v
}

// expOf is e^x for x in [−104, 89] or NaN, scaled by 2^⌊n/2⌋ and 2^⌈n/2⌉ so that subnormals and the overflow are rounded once.
func (g *generator) expOf(x operand.Op) operand.Op {
	n, r, p, square := g.reduced(x)
	y := g.vadd(g.muladd(p, square, r), g.splat(1))
	whole, half, rest := g.vec(), g.vec(), g.vec()
	g.VCVTPS2DQ(n, whole)
	g.VPSRAD(operand.Imm(1), whole, half)
	g.VPSUBD(half, whole, rest)
	return g.vmul(g.vmul(y, g.power(half)), g.power(rest))
}

func (g *generator) exp(x operand.Op) operand.Op {
	return g.expOf(g.above(-104, g.below(89, x)))
}

// expm1Of is e^x − 1 for x in [−20, 89] or NaN: 2·(2^(n−1)·(e^r − 1) + (2^(n−1) − ½)), which does not overflow before e^x.
func (g *generator) expm1Of(x operand.Op) operand.Op {
	n, r, p, square := g.reduced(x)
	y := g.muladd(p, square, r)
	whole := g.vec()
	g.VCVTPS2DQ(n, whole)
	g.VPSUBD(g.bits(1), whole, whole)
	scale := g.power(whole)
	y = g.muladd(y, scale, g.vsub(scale, g.splat(0.5)))
	return g.vadd(y, y)
}

func (g *generator) expm1(x operand.Op) operand.Op {
	return g.tiny(0x1p-24, x, g.expm1Of(g.above(-20, g.below(89, x))))
}

// tanh is t/(t + 2) with t = e^2|x| − 1; it is 1 from |x| = 9.02 on.
func (g *generator) tanh(x operand.Op) operand.Op {
	a := g.abs(x)
	t := g.expm1Of(g.below(20, g.vadd(a, a)))
	y := g.vdiv(t, g.vadd(t, g.splat(2)))
	return g.tiny(0x1p-13, x, g.withSign(y, x))
}

// logistic is 1/(1 + e^−x), for x < 0 as e^x/(1 + e^x), so that neither side overflows.
func (g *generator) logistic(x operand.Op) operand.Op {
	e := g.expOf(g.above(-104, g.op2(g.VORPS, g.VORPD, g.bits(g.signBit()), x)))
	one := g.constant(1)
	zero := g.vec()
	g.zero(zero)
	return g.vdiv(g.blend(ltOQ, zero, x, e, one), g.vadd(e, one))
}

// log splits x = 2^e·(1 + f) with 1 + f in [√½, √2), and log x = e·ln 2 + f − f²/2 + f³·P(f), ln 2 in two parts.
func (g *generator) log(x operand.Op) operand.Op {
	const rootHalf = 0x3f3504f3
	smallest := g.constant(0x1p-126)
	zero := g.vec()
	g.zero(zero)
	scaled := g.blend(ltOQ, smallest, x, g.vmul(x, g.splat(0x1p23)), x)
	less := g.vec()
	g.compare(ltOQ, smallest, x, less)
	g.VANDPS(g.splat(23), less, less)
	i, e, f := g.vec(), g.vec(), g.vec()
	g.VPSUBD(g.bits(rootHalf), scaled, i)
	g.VPSRAD(operand.Imm(23), i, e)
	g.VCVTDQ2PS(e, e)
	g.VSUBPS(less, e, e)
	g.VANDPS(g.bits(1<<23-1), i, f)
	g.VPADDD(g.bits(rootHalf), f, f)
	g.VSUBPS(g.splat(1), f, f)

	// Relative error of f³·P within log(1 + f): 2⁻²⁷.
	p := g.polynomial(f, 0.0697161147145, -0.114797338466, 0.116854199235, -0.124256873315, 0.142490576457,
		-0.166678023195, 0.200007157489, -0.24999996958, 0.3333333118)
	square := g.vmul(f, f)
	const high = 0x1.63p-1 // 9 bits, so that e·high is exact
	y := g.vmul(g.vmul(f, square), p)
	y = g.muladd(e, g.splat(math.Ln2-high), y)
	y = g.negmuladd(square, g.splat(0.5), y)
	y = g.vadd(f, y)
	y = g.muladd(e, g.splat(high), y)

	infinity := g.constant(math.Inf(1))
	y = g.blend(eqOQ, infinity, x, infinity, y)
	y = g.blend(eqOQ, zero, x, g.constant(math.Inf(-1)), y)
	nan := g.vec()
	g.load(g.bits(0x7fc00000), nan)
	return g.blend(notGeUQ, zero, x, nan, y)
}

// notGeUQ is true of NaN.
const notGeUQ = 0x19

// log1p is log u + (x − (u − 1))/u with u = 1 + x rounded: the last term is what the rounding lost, to first order.
func (g *generator) log1p(x operand.Op) operand.Op {
	u := g.vadd(x, g.splat(1))
	y := g.log(u)
	lost := g.vdiv(g.vsub(x, g.vsub(u, g.splat(1))), u)
	sum := g.vadd(y, lost)
	return g.tiny(0x1p-24, x, g.blend(eqOQ, g.constant(math.Inf(1)), g.abs(y), y, sum))
}

// erf is x + x·P(x²) up to 0.93, and 1 − e^−(t + t·Q(t)) with t = |x| above; it is 1 from 3.93 on.
func (g *generator) erf(x operand.Op) operand.Op {
	// Relative error 2⁻³⁰.
	p := g.polynomial(g.vmul(x, x), 8.33471861521e-5, -0.000813470933212, 0.00520036858686, -0.0268591514724, 0.112836915197,
		-0.376126335171, 0.128379166621)
	small := g.muladd(p, x, x)
	t := g.below(3.93, g.abs(x))
	// Relative error of the exponent 2⁻²³, of erf 2⁻²⁵.
	q := g.polynomial(t, -9.89115907133e-7, 3.34385012022e-5, -0.000492246815622, 0.00427935585479, -0.0250871409676,
		0.107790927746, 0.634190692371, 0.128891362479)
	q = g.muladd(q, t, t)
	e := g.expOf(g.op2(g.VXORPS, g.VXORPD, g.bits(g.signBit()), q))
	large := g.withSign(g.vsub(g.constant(1), e), x)
	return g.blend(ltOQ, g.constant(0.93), g.abs(x), small, large)
}

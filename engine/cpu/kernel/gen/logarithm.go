package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// split writes a normal x > 0 as 2^e·s with s in [√½, √2). biased is e + bias as an integer.
func (m formulas) split(x operand.Op) (biased, e, s operand.Op) {
	root := by[uint64](m, 0x3f3504f3, 0x3fe6a09e667f3bcd)
	one := m.bias() << m.digits()
	i := m.plus(x, m.raw(one-root))
	biased = m.right(i, m.digits())
	whole := math.Ldexp(1, m.digits()) // an integer in its lowest bits adds to its value
	e = m.sub(m.or(biased, m.num(whole)), m.num(whole+float64(m.bias())))
	s = m.plus(m.and(i, m.raw(1<<m.digits()-1)), m.raw(root))
	return biased, e, s
}

// logOf is e·ln 2 + log(1 + f), ln 2 in two parts.
func (m formulas) logOf(e, f operand.Op) operand.Op {
	square := m.mul(f, f)
	if m.bytes() == 4 {
		// log(1 + f) = f − f²/2 + f³·P(f). Relative error of f³·P within it: 2⁻²⁷.
		p := m.polynomial(f, 0.0697161147145, -0.114797338466, 0.116854199235, -0.124256873315, 0.142490576457,
			-0.166678023195, 0.200007157489, -0.24999996958, 0.3333333118)
		const high = 0x1.63p-1 // 9 bits, so that e·high is exact
		y := m.mul(m.mul(f, square), p)
		y = m.fma(e, m.num(math.Ln2-high), y)
		y = m.fnma(square, m.num(0.5), y)
		return m.fma(e, m.num(high), m.add(f, y))
	}
	// log(1 + f) = f − (f²/2 − s·(f²/2 + R(s²))) with s = f/(2 + f): Lg1 … Lg7 of FreeBSD's e_log.c, error 2⁻⁵⁸.
	s := m.div(f, m.add(f, m.num(2)))
	z := m.mul(s, s)
	r := m.mul(z, m.polynomial(z, 1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01,
		2.222219843214978396e-01, 2.857142874366239149e-01, 3.999999999940941908e-01, 6.666666666666735130e-01))
	half := m.mul(square, m.num(0.5))
	y := m.fma(s, m.add(half, r), m.mul(e, m.num(1.90821492927058770002e-10)))
	return m.fma(e, m.num(6.93147180369123816490e-01), m.sub(f, m.sub(half, y)))
}

func (m formulas) log(x operand.Op) operand.Op {
	smallest, up := by(m, 0x1p-126, 0x1p-1022), by(m, 23.0, 54)
	subnormal := func(yes, no operand.Op) operand.Op { return m.where(ltOQ, x, m.num(smallest), yes, no) }
	_, e, s := m.split(subnormal(m.mul(x, m.num(math.Ldexp(1, int(up)))), x))
	e = m.sub(e, subnormal(m.num(up), m.num(0)))
	return m.logEnds(x, 0, m.logOf(e, m.sub(s, m.num(1))))
}

// logEnds is y, except for x = +Inf, for x = pole, and below it, where the result is NaN.
func (m formulas) logEnds(x operand.Op, pole float64, y operand.Op) operand.Op {
	infinity := by[uint64](m, 0x7f800000, 0x7ff0000000000000)
	nan := infinity | 1<<(m.digits()-1)
	y = m.where(eqOQ, x, m.raw(infinity), m.raw(infinity), y)
	y = m.where(eqOQ, x, m.num(pole), m.raw(infinity|m.signBit()), y)
	return m.where(notGeUQ, x, m.num(pole), m.raw(nan), y)
}

// log1p is log u with u = 1 + x rounded; the part that the rounding lost is added to f. Where u is near 1, f is
// then x itself.
func (m formulas) log1p(x operand.Op) operand.Op {
	u := m.add(x, m.num(1))
	lost := m.sub(x, m.sub(u, m.num(1)))
	biased, e, s := m.split(u)
	// 2^(1−e), which is 0 for the greatest e and never has the wrong sign.
	scale := m.left(m.minus(m.raw(2*m.bias()+1), biased), m.digits())
	f := m.fma(m.mul(lost, m.num(0.5)), scale, m.sub(s, m.num(1)))
	return m.logEnds(x, -1, m.signed(m.logOf(e, f), x))
}

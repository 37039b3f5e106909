package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// farthest is the largest argument of sin and cos that vector code reduces.
func farthest(m machine) float64 { return by(m, 0x1p17, 0x1p30) }

func (m formulas) sin(x operand.Op) operand.Op {
	y := m.quadrant(x, 0)
	// Below, the function equals x to all digits; −0 stays.
	return m.where(ltOQ, m.abs(x), m.num(by(m, 0x1p-13, 0x1p-27)), x, y)
}

func (m formulas) cos(x operand.Op) operand.Op { return m.quadrant(x, 1) }

// quadrant is sin(x + turns·π/2). It subtracts n·π/2 in three parts (Cody and Waite): the first difference is
// exact in an FMA, since the leading digits of x and of the product cancel. The second is rounded once; the third
// part is too small for that, and is added to the polynomial.
func (m formulas) quadrant(x operand.Op, turns uint64) operand.Op {
	part := by(m, [3]float64{0x1.921fb6p+0, -0x1.777a5cp-25, -0x1.ee59dap-50},
		[3]float64{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110})
	k := m.fma(x, m.num(2/math.Pi), m.magic())
	n := m.sub(k, m.magic())
	r := m.fnma(n, m.num(part[1]), m.fnma(n, m.num(part[0]), x))
	low := m.mul(n, m.num(-part[2]))

	z := m.mul(r, r)
	// Relative errors 2⁻²⁸ and 2⁻⁵⁸.
	sin := m.polynomial(z, by(m,
		[]float64{-0.000195096635449665111, 0.00833212355388182678, -0.166666541212521922},
		[]float64{1.58969925360349381e-10, -2.5050761935345441e-8, 2.75573137198707456e-6, -0.000198412698299026166,
			0.00833333333332255901, -0.166666666666666328})...)
	sin = m.add(r, m.fma(m.mul(r, z), sin, low))
	// Errors 2⁻³³ and 2⁻⁶⁴.
	cos := m.polynomial(z, by(m,
		[]float64{0.0000244307128361443351, -0.00138873041224279703, 0.041666645685200734},
		[]float64{-1.13612973944377742e-11, 2.08757579581341809e-9, -2.75573146336547963e-7, 0.0000248015872905739473,
			-0.001388888888887613, 0.0416666666666666132})...)
	w := m.fnma(z, m.num(0.5), m.num(1))
	lost := m.fnma(z, m.num(0.5), m.sub(m.num(1), w))
	cos = m.add(w, m.fma(m.mul(z, z), cos, lost))

	if turns > 0 {
		k = m.plus(k, m.raw(turns))
	}
	top := 8*m.bytes() - 1
	odd := m.or(m.left(k, top), m.num(1)) // ±1: a comparison of subnormal patterns could be slow
	y := m.where(ltOQ, odd, m.num(0), cos, sin)
	return m.xor(y, m.and(m.left(k, top-1), m.sign()))
}

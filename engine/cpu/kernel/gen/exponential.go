package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// exponent is x = n·ln 2 + r with |r| ≤ ln 2/2, and e^r = 1 + r + r²·P(r).
type exponent struct{ k, n, r, p, square operand.Op } // k is magic + n

// reduce subtracts n·ln 2 in two parts. The first part of ln 2 ends in enough zeros to make its product with n exact.
func (m formulas) reduce(x operand.Op) exponent {
	k := m.fma(x, m.num(math.Log2E), m.magic())
	n := m.sub(k, m.magic())
	high := by(m, 0x1.62e4p-1, 0x1.62e42feep-1)
	low := by(m, math.Ln2-0x1.62e4p-1, 0x1.a39ef35793c76p-33)
	r := m.fnma(n, m.num(high), x)
	r = m.fnma(n, m.num(low), r)
	// Relative errors of r²·P within e^r: 2⁻²⁷ and 2⁻⁵⁷.⁹.
	p := m.polynomial(r, by(m,
		[]float64{0.00139262508315, 0.00836323288368, 0.041666554213, 0.166665766661, 0.5},
		[]float64{2.49991174906707532e-8, 2.76305811352838561e-7, 2.75575912947304294e-6, 0.0000248014922651169649,
			0.000198412694990097774, 0.00138888889443225687, 0.00833333333349880058, 0.0416666666665280431,
			0.166666666666664048, 0.50000000000000108})...)
	return exponent{k, n, r, p, m.mul(r, r)}
}

// expOf is e^x of x between the bounds of exp, scaled by 2^⌊n/2⌉ and 2^(n−⌊n/2⌉) so that subnormals and the
// overflow are rounded once.
func (m formulas) expOf(x operand.Op) operand.Op {
	e := m.reduce(x)
	y := m.add(m.fma(e.p, e.square, e.r), m.num(1))
	half := m.fma(e.n, m.num(0.5), m.magic())
	rest := m.minus(e.k, half)
	return m.mul(m.mul(y, m.power(half, 0)), m.power(rest, 0))
}

// lowest and highest are well beyond the arguments where e^x becomes 0 or +Inf.
func (m formulas) lowest() operand.Op  { return m.num(by(m, -104.0, -746)) }
func (m formulas) highest() operand.Op { return m.num(by(m, 89.0, 710)) }

func (m formulas) exp(x operand.Op) operand.Op {
	return m.expOf(m.most(m.lowest(), m.least(m.highest(), x)))
}

// expm1 is 2·(2^(n−1)·e^r − ½), which does not overflow before e^x.
func (m formulas) expm1(x operand.Op) operand.Op {
	e := m.reduce(m.most(m.num(by(m, -20.0, -40)), m.least(m.highest(), x)))
	y := m.add(m.scaled(e, -1, 0.5))
	// Below, the function equals x to all digits, and halving would lose digits of a subnormal number.
	return m.where(ltOQ, m.abs(x), m.num(by(m, 0x1p-24, 0x1p-54)), x, m.add(y, y))
}

// scaled is 2^(n+shift)·e^r − one with one = 2^shift, as a number and the part that its roundings lost.
func (m formulas) scaled(e exponent, shift int, one float64) (y, low operand.Op) {
	part := m.fma(e.p, e.square, e.r)
	partLow := m.fma(e.p, e.square, m.sub(e.r, part))
	scale := m.power(e.k, shift)
	rest := m.sub(scale, m.num(one))
	y = m.fma(part, scale, rest)
	return y, m.fma(partLow, scale, m.fma(part, scale, m.sub(rest, y)))
}

// quotient is a/d where a and d are sums of a number and a small correction.
func (m formulas) quotient(a, aLow, d, dLow operand.Op) operand.Op {
	inverse := m.div(m.num(1), d)
	q := m.mul(a, inverse)
	rest := m.fnma(q, d, a)
	if aLow != nil {
		rest = m.add(rest, aLow)
	}
	return m.fma(m.fnma(q, dLow, rest), inverse, q)
}

// tanh is t/(t + 2) with t = e^2|x| − 1; t and the sum include the parts that their roundings lost.
func (m formulas) tanh(x operand.Op) operand.Op {
	a := m.abs(x)
	e := m.reduce(m.least(m.num(by(m, 20.0, 40)), m.add(a, a)))
	t, tLow := m.scaled(e, 0, 1)
	d := m.add(t, m.num(2))
	dLow := m.add(m.sub(t, m.sub(d, m.num(2))), tLow)
	return m.signed(m.quotient(t, tLow, d, dLow), x)
}

// logistic is 1/(1 + e^−x), for x < 0 as e^x/(1 + e^x), so that neither side overflows.
func (m formulas) logistic(x operand.Op) operand.Op {
	e := m.expOf(m.most(m.lowest(), m.or(x, m.sign())))
	d := m.add(e, m.num(1))
	dLow := m.sub(e, m.sub(d, m.num(1)))
	return m.quotient(m.where(ltOQ, x, m.num(0), e, m.num(1)), nil, d, dLow)
}

// erf is x + x·P(x²) near 0, and 1 − e^−g(|x|) above, with g = −log(1 − erf).
func (m formulas) erf(x operand.Op) operand.Op {
	// Relative errors 2⁻³⁰ and 2⁻⁶⁰.
	p := m.polynomial(m.mul(x, x), by(m,
		[]float64{8.33471861521e-5, -0.000813470933212, 0.00520036858686, -0.0268591514724, 0.112836915197,
			-0.376126335171, 0.128379166621},
		[]float64{-8.4818480815329894422e-10, 1.4046051987067641502e-8, -1.6275478208951088074e-7, 1.6455214306041838923e-6,
			-0.000014925299775969166339, 0.0001205532104433215891, -0.00085483267549970100848, 0.005223977621604923758,
			-0.026866170644806851051, 0.11283791670953705451, -0.37612638903183728045, 0.1283791670955125732})...)
	small := m.fma(p, x, x)
	t := m.least(m.num(by(m, 3.93, 5.95)), m.abs(x))
	var g operand.Op
	if m.bytes() == 4 {
		// g = t + t·Q(t). Relative error of g 2⁻²³, of erf 2⁻²⁵.
		q := m.polynomial(t, -9.89115907133e-7, 3.34385012022e-5, -0.000492246815622, 0.00427935585479, -0.0250871409676,
			0.107790927746, 0.634190692371, 0.128891362479)
		g = m.fma(q, t, t)
	} else {
		// g = t² + Q(t − 3), whose Q is small, and so are its roundings. Error of erf 2⁻⁵⁸.
		q := m.polynomial(m.sub(t, m.num(3)),
			-1.351374981394108346e-12, -1.2499073217206773668e-11, -4.3866449694607696783e-11,
			-7.0566496702342993576e-11, 1.2410003140773227878e-10, 2.3321900840941187003e-10, 1.1413998308958504868e-9,
			-7.5295959720107782592e-10, -1.2490369051437721146e-8, 1.3520022368091069149e-7, -1.0693383080231791184e-6,
			7.1161720855205375053e-6, -0.000043081353886114821689, 0.00024569212504911151449, -0.0013533105431813615233,
			0.007411891761585022614, -0.042605781198335129171, 0.303753689004643749, 1.7203630419812165214)
		g = m.fma(t, t, q)
	}
	e := m.reduce(m.xor(g, m.sign()))
	tail := m.mul(m.add(m.fma(e.p, e.square, e.r), m.num(1)), m.power(e.k, 0))
	large := m.signed(m.sub(m.num(1), tail), x)
	return m.where(ltOQ, m.abs(x), m.num(by(m, 0.93, 0.9)), small, large)
}

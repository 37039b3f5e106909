package kernel

import (
	"math"
	"math/big"
	"sync"
)

// The oracle of the float64 functions: power series in numbers of 256 bits, from their definitions.

const oracleBits = 256

func bigOf(x float64) *big.Float { return new(big.Float).SetPrec(oracleBits).SetFloat64(x) }
func plus(a, b *big.Float) *big.Float {
	return new(big.Float).SetPrec(oracleBits).Add(a, b)
}
func minus(a, b *big.Float) *big.Float {
	return new(big.Float).SetPrec(oracleBits).Sub(a, b)
}
func times(a, b *big.Float) *big.Float {
	return new(big.Float).SetPrec(oracleBits).Mul(a, b)
}
func over(a, b *big.Float) *big.Float {
	return new(big.Float).SetPrec(oracleBits).Quo(a, b)
}

// series adds terms until they do not matter. Each is the previous one times z/d(k).
func series(first, z *big.Float, d func(k int) float64) *big.Float {
	sum, term := first, first
	for k := 1; term.Sign() != 0 && term.MantExp(nil) > sum.MantExp(nil)-oracleBits; k++ {
		term = over(times(term, z), bigOf(d(k)))
		sum = plus(sum, term)
	}
	return sum
}

// inverseTangent is the arctangent of 1/n for sign −1, or the inverse hyperbolic tangent for sign +1.
func inverseTangent(n, sign float64) *big.Float {
	power, z := over(bigOf(1), bigOf(n)), over(bigOf(sign), bigOf(n*n))
	sum := power
	for k := 1; power.MantExp(nil) > -oracleBits; k++ {
		power = times(power, z)
		sum = plus(sum, over(power, bigOf(float64(2*k+1))))
	}
	return sum
}

var ln2 = sync.OnceValue(func() *big.Float { return times(bigOf(2), inverseTangent(3, 1)) })
var halfPi = sync.OnceValue(func() *big.Float { // Machin
	return minus(times(bigOf(8), inverseTangent(5, -1)), times(bigOf(2), inverseTangent(239, -1)))
})

// splitBy writes x = n·unit + r with |r| about half of unit.
func splitBy(x, unit *big.Float) (n int, r *big.Float) {
	q, _ := over(x, unit).Float64()
	n = int(math.RoundToEven(q))
	return n, minus(x, times(bigOf(float64(n)), unit))
}

func bigExpm1(x *big.Float) *big.Float {
	if x.MantExp(nil) < -10 {
		return series(x, x, func(k int) float64 { return float64(k + 1) })
	}
	return minus(bigExp(x), bigOf(1))
}

func bigExp(x *big.Float) *big.Float {
	n, r := splitBy(x, ln2())
	e := series(bigOf(1), r, func(k int) float64 { return float64(k) })
	return new(big.Float).SetMantExp(e, n)
}

// bigLog corrects a float64 by e^y, each time to three times as many digits (Halley).
func bigLog(x *big.Float) *big.Float {
	m := new(big.Float).SetPrec(oracleBits)
	n := x.MantExp(m)
	if m.Cmp(bigOf(math.Sqrt2/2)) < 0 {
		m, n = times(m, bigOf(2)), n-1
	}
	near, _ := m.Float64()
	y := bigOf(math.Log(near))
	for range 3 {
		e := bigExp(y)
		y = plus(y, times(bigOf(2), over(minus(m, e), plus(m, e))))
	}
	return plus(y, times(bigOf(float64(n)), ln2()))
}

func bigSin(x float64, turns int) *big.Float {
	n, r := splitBy(bigOf(x), halfPi())
	n += turns
	minusSquare := new(big.Float).Neg(times(r, r))
	y := bigOf(1)
	if n&1 == 0 {
		y = r
	}
	start := 1 - n&1
	y = series(y, minusSquare, func(k int) float64 { return float64((2*k + start) * (2*k - 1 + start)) })
	if n&2 != 0 {
		y = new(big.Float).Neg(y)
	}
	return y
}

func bigErf(x float64) *big.Float {
	if math.Abs(x) > 7 {
		return bigOf(math.Copysign(1, x))
	}
	power, z := bigOf(x), times(bigOf(-x), bigOf(x))
	sum := power
	for k := 1; power.MantExp(nil) > sum.MantExp(nil)-oracleBits; k++ {
		power = over(times(power, z), bigOf(float64(k)))
		sum = plus(sum, over(power, bigOf(float64(2*k+1))))
	}
	root := new(big.Float).SetPrec(oracleBits).Sqrt(times(bigOf(2), halfPi()))
	return over(times(bigOf(2), sum), root)
}

// bigTruth has the functions where they are neither 0 nor infinite nor NaN, for |x| up to 2²⁰, sin and cos up to 2³⁰.
var bigTruth = map[string]func(x float64) *big.Float{
	"Exp":   func(x float64) *big.Float { return bigExp(bigOf(x)) },
	"Expm1": func(x float64) *big.Float { return bigExpm1(bigOf(x)) },
	"Log":   func(x float64) *big.Float { return bigLog(bigOf(x)) },
	"Log1p": func(x float64) *big.Float {
		if math.Abs(x) < 0x1p-60 {
			return times(bigOf(x), minus(bigOf(1), bigOf(x/2)))
		}
		return bigLog(plus(bigOf(1), bigOf(x)))
	},
	"Tanh": func(x float64) *big.Float {
		t := bigExpm1(bigOf(2 * x))
		return over(t, plus(t, bigOf(2)))
	},
	"Logistic": func(x float64) *big.Float { return over(bigOf(1), plus(bigOf(1), bigExp(bigOf(-x)))) },
	"Erf":      bigErf,
	"Sin":      func(x float64) *big.Float { return bigSin(x, 0) },
	"Cos":      func(x float64) *big.Float { return bigSin(x, 1) },
}

// bigULPs is the distance of got from want in units of want's last place as a float64, subnormal or not.
func bigULPs(got float64, want *big.Float) float64 {
	r, _ := want.Float64()
	switch {
	case got != got:
		return math.Inf(1)
	case got == r:
		return 0
	case math.IsInf(r, 0) || math.IsInf(got, 0):
		if math.Abs(got) == math.MaxFloat64 || math.Abs(r) == math.MaxFloat64 {
			return 1
		}
		return math.Inf(1)
	}
	d := new(big.Float).Abs(minus(bigOf(got), want))
	e, _ := new(big.Float).SetMantExp(d, -max(want.MantExp(nil)-53, -1074)).Float64()
	return e
}

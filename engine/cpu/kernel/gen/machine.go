package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// machine is the target of a transcendental function: AVX2, AVX-512 or plain Go. All do the same operations and so
// agree bit for bit. Values are elements, as numbers or as their bit patterns.
type machine interface {
	bytes() int // of an element
	num(x float64) operand.Op
	raw(x uint64) operand.Op

	add(a, b operand.Op) operand.Op
	sub(a, b operand.Op) operand.Op
	mul(a, b operand.Op) operand.Op
	div(a, b operand.Op) operand.Op
	fma(a, b, c operand.Op) operand.Op  // a·b + c, rounded once
	fnma(a, b, c operand.Op) operand.Op // c − a·b, rounded once
	// horner is p·x + c, rounded once; p is lost.
	horner(p, x, c operand.Op) operand.Op
	least(a, b operand.Op) operand.Op // b if either is NaN
	most(a, b operand.Op) operand.Op
	// where is yes where `a predicate b`, else no.
	where(predicate int, a, b, yes, no operand.Op) operand.Op

	and(a, b operand.Op) operand.Op
	or(a, b operand.Op) operand.Op
	xor(a, b operand.Op) operand.Op
	plus(a, b operand.Op) operand.Op // of patterns as integers
	minus(a, b operand.Op) operand.Op
	left(a operand.Op, bits int) operand.Op
	right(a operand.Op, bits int) operand.Op // from zeros
}

// vectors is the machine of a generator's vector instructions.
type vectors struct{ *generator }

func (m vectors) bytes() int               { return m.elem }
func (m vectors) num(x float64) operand.Op { return m.splat(x) }
func (m vectors) raw(x uint64) operand.Op  { return m.bits(x) }

func (m vectors) add(a, b operand.Op) operand.Op { return m.vadd(m.swapped(a, b)) }
func (m vectors) mul(a, b operand.Op) operand.Op { return m.vmul(m.swapped(a, b)) }
func (m vectors) sub(a, b operand.Op) operand.Op { return m.vsub(m.inRegister(a), b) }
func (m vectors) div(a, b operand.Op) operand.Op { return m.vdiv(m.inRegister(a), b) }
func (m vectors) least(a, b operand.Op) operand.Op {
	return m.op2(m.VMINPS, m.VMINPD, b, m.inRegister(a))
}
func (m vectors) most(a, b operand.Op) operand.Op {
	return m.op2(m.VMAXPS, m.VMAXPD, b, m.inRegister(a))
}
func (m vectors) where(predicate int, a, b, yes, no operand.Op) operand.Op {
	return m.blend(predicate, b, m.inRegister(a), yes, m.inRegister(no))
}

func (m vectors) and(a, b operand.Op) operand.Op {
	a, b = m.swapped(a, b)
	return m.op2(m.VANDPS, m.VANDPD, b, a)
}
func (m vectors) or(a, b operand.Op) operand.Op {
	a, b = m.swapped(a, b)
	return m.op2(m.VORPS, m.VORPD, b, a)
}
func (m vectors) xor(a, b operand.Op) operand.Op {
	a, b = m.swapped(a, b)
	return m.op2(m.VXORPS, m.VXORPD, b, a)
}
func (m vectors) plus(a, b operand.Op) operand.Op {
	a, b = m.swapped(a, b)
	return m.op2(m.vpaddd, m.vpaddq, b, a)
}
func (m vectors) minus(a, b operand.Op) operand.Op {
	return m.op2(m.vpsubd, m.vpsubq, b, m.inRegister(a))
}
func (m vectors) left(a operand.Op, bits int) operand.Op {
	return m.op2(m.vpslld, m.vpsllq, a, operand.Imm(uint64(bits)))
}
func (m vectors) right(a operand.Op, bits int) operand.Op {
	return m.op2(m.vpsrld, m.vpsrlq, a, operand.Imm(uint64(bits)))
}

func (m vectors) fma(a, b, c operand.Op) operand.Op {
	v := m.fresh(c)
	a, b = m.swapped(a, b)
	m.pick(m.VFMADD231PS, m.VFMADD231PD, b, a, v)
	return v
}
func (m vectors) fnma(a, b, c operand.Op) operand.Op {
	v := m.fresh(c)
	a, b = m.swapped(a, b)
	m.pick(m.VFNMADD231PS, m.VFNMADD231PD, b, a, v)
	return v
}
func (m vectors) horner(p, x, c operand.Op) operand.Op {
	v := p
	if _, constant := p.(operand.Mem); constant {
		v = m.fresh(p)
	}
	m.pick(m.VFMADD213PS, m.VFMADD213PD, c, x, v)
	return v
}

// swapped puts a constant last, where instructions allow it.
func (m vectors) swapped(a, b operand.Op) (operand.Op, operand.Op) {
	if _, constant := a.(operand.Mem); constant {
		return b, a
	}
	return a, b
}

// fresh is a copy of x in a register that may be overwritten.
func (m vectors) fresh(x operand.Op) reg.VecVirtual {
	v := m.vec()
	m.load(x, v)
	return v
}

// The integer instructions, which have a fixed number of operands, in the form of the others.
func (m vectors) vpaddd(o ...operand.Op) { m.VPADDD(o[0], o[1], o[2]) }
func (m vectors) vpaddq(o ...operand.Op) { m.VPADDQ(o[0], o[1], o[2]) }
func (m vectors) vpsubd(o ...operand.Op) { m.VPSUBD(o[0], o[1], o[2]) }
func (m vectors) vpsubq(o ...operand.Op) { m.VPSUBQ(o[0], o[1], o[2]) }
func (m vectors) vpslld(o ...operand.Op) { m.VPSLLD(o[1], o[0], o[2]) }
func (m vectors) vpsllq(o ...operand.Op) { m.VPSLLQ(o[1], o[0], o[2]) }
func (m vectors) vpsrld(o ...operand.Op) { m.VPSRLD(o[1], o[0], o[2]) }
func (m vectors) vpsrlq(o ...operand.Op) { m.VPSRLQ(o[1], o[0], o[2]) }

// formulas adds functions made of a machine's operations.
type formulas struct{ machine }

// by chooses a constant for float32 or float64.
func by[T any](m machine, single, double T) T {
	if m.bytes() == 4 {
		return single
	}
	return double
}

func (m formulas) digits() int      { return by(m, 23, 52) } // of the significand, less its first
func (m formulas) bias() uint64     { return by[uint64](m, 127, 1023) }
func (m formulas) signBit() uint64  { return 1 << (8*m.bytes() - 1) }
func (m formulas) sign() operand.Op { return m.raw(m.signBit()) }
func (m formulas) abs(x operand.Op) operand.Op {
	return m.and(x, m.raw(m.signBit()-1))
}

// signed gives x the sign of s; x is not negative, or has the sign of s already.
func (m formulas) signed(x, s operand.Op) operand.Op { return m.or(x, m.and(s, m.sign())) }

// polynomial takes the coefficient of the highest power first. A long one is split into even and odd powers, whose
// chains do not wait for each other.
func (m formulas) polynomial(x operand.Op, c ...float64) operand.Op {
	if len(c) < 10 {
		return m.chain(x, c)
	}
	square := m.mul(x, x)
	var even, odd []float64
	for i, c := range c {
		if i%2 == 0 {
			even = append(even, c)
		} else {
			odd = append(odd, c)
		}
	}
	if len(c)%2 == 0 {
		even, odd = odd, even
	}
	return m.fma(m.chain(square, odd), x, m.chain(square, even))
}

func (m formulas) chain(x operand.Op, c []float64) operand.Op {
	p := m.num(c[0])
	for _, c := range c[1:] {
		p = m.horner(p, x, m.num(c))
	}
	return p
}

// magic is 1½·2^digits: its sum with a small number is the nearest integer, in the lowest bits of the pattern.
func (m formulas) magic() operand.Op { return m.num(math.Ldexp(1.5, m.digits())) }

// power is 2^(n+shift) for an integer n that was added to magic.
func (m formulas) power(n operand.Op, shift int) operand.Op {
	return m.left(m.plus(n, m.raw(m.bias()+uint64(shift))), m.digits())
}

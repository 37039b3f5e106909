package graph

import "slices"

func unary(op Op, x *Value) *Value {
	if !x.typ.DType.IsFloat() && op != OpNeg && op != OpAbs && op != OpSign && op != OpStopGradient {
		fail(op, []*Value{x}, "needs a floating-point operand; convert it first")
	}
	return &Value{op: op, in: []*Value{x}, typ: x.typ}
}

// Neg, and the functions below it, apply a function to each element.
func Neg(x *Value) *Value {
	if x.op == OpNeg {
		return x.in[0]
	}
	return unary(OpNeg, x)
}
func Exp(x *Value) *Value      { return unary(OpExp, x) }
func Expm1(x *Value) *Value    { return unary(OpExpm1, x) } // e^x − 1, exact near 0
func Log(x *Value) *Value      { return unary(OpLog, x) }
func Log1p(x *Value) *Value    { return unary(OpLog1p, x) } // log(1 + x), exact near 0
func Tanh(x *Value) *Value     { return unary(OpTanh, x) }
func Logistic(x *Value) *Value { return unary(OpLogistic, x) } // 1/(1 + e^−x)
func Sqrt(x *Value) *Value     { return unary(OpSqrt, x) }
func Rsqrt(x *Value) *Value    { return unary(OpRsqrt, x) } // 1/√x
func Sin(x *Value) *Value      { return unary(OpSin, x) }
func Cos(x *Value) *Value      { return unary(OpCos, x) }
func Abs(x *Value) *Value      { return unary(OpAbs, x) }
func Sign(x *Value) *Value     { return unary(OpSign, x) }
func Erf(x *Value) *Value      { return unary(OpErf, x) }

// StopGradient is x itself, constant under differentiation.
func StopGradient(x *Value) *Value { return unary(OpStopGradient, x) }

// Convert changes the dtype of each element; to int32 it truncates towards zero.
func Convert(x *Value, d DType) *Value {
	if x.typ.DType == d {
		return x
	}
	return &Value{op: OpConvert, in: []*Value{x}, typ: Type{d, x.typ.Shape}}
}

func elementwise(op Op, in ...*Value) *Value {
	shape := in[0].typ.Shape
	for _, v := range in {
		if v.typ.DType != in[0].typ.DType {
			fail(op, in, "operands differ in dtype; convert one")
		}
		if len(shape) == 0 {
			shape = v.typ.Shape
		}
	}
	for i, v := range in {
		if len(v.typ.Shape) == 0 {
			in[i] = Broadcast(v, shape)
		} else if !slices.Equal(v.typ.Shape, shape) {
			fail(op, in, "operands differ in shape")
		}
	}
	return &Value{op: op, in: in, typ: Type{in[0].typ.DType, shape}}
}

// Add, and the functions below it, apply a function of two arguments to each pair of elements.
func Add(a, b *Value) *Value {
	switch {
	case filled(a, 0) && fits(b, a):
		return b
	case filled(b, 0) && fits(a, b):
		return a
	}
	return elementwise(OpAdd, a, b)
}

func Sub(a, b *Value) *Value {
	if filled(b, 0) && fits(a, b) {
		return a
	}
	return elementwise(OpSub, a, b)
}

func Mul(a, b *Value) *Value {
	switch {
	case filled(a, 1) && fits(b, a):
		return b
	case filled(b, 1) && fits(a, b):
		return a
	case filled(a, -1) && fits(b, a):
		return Neg(b)
	case filled(b, -1) && fits(a, b):
		return Neg(a)
	}
	return elementwise(OpMul, a, b)
}

// fits reports whether a op c has the type of a when c is a constant.
func fits(a, c *Value) bool {
	return a.typ.DType == c.typ.DType && (len(c.typ.Shape) == 0 || slices.Equal(a.typ.Shape, c.typ.Shape))
}

func Div(a, b *Value) *Value { return elementwise(OpDiv, a, b) }
func Max(a, b *Value) *Value { return elementwise(OpMax, a, b) }
func Min(a, b *Value) *Value { return elementwise(OpMin, a, b) }
func Pow(a, b *Value) *Value { return elementwise(OpPow, a, b) }

// Compare is 1 where the relation holds and 0 elsewhere, in the operands' dtype. With a NaN only NE holds.
func Compare(o Order, a, b *Value) *Value {
	v := elementwise(OpCompare, a, b)
	v.attr.Order = o
	return v
}

// Select takes a where pred is not 0, else b.
func Select(pred, a, b *Value) *Value { return elementwise(OpSelect, pred, a, b) }

// Scale multiplies by a number.
func Scale(x *Value, c float64) *Value { return Mul(x, Const(x.typ.DType, c)) }

// Shift adds a number.
func Shift(x *Value, c float64) *Value { return Add(x, Const(x.typ.DType, c)) }

// Square is x·x.
func Square(x *Value) *Value { return Mul(x, x) }

// ReLU is max(0, x). NaN stays NaN, and the derivative at 0 is 0.
func ReLU(x *Value) *Value { return Max(like(x, 0), x) }

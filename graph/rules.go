package graph

import "math"

// rule holds the rules of a primitive but for its shape, which its constructor checks.
type rule struct {
	// jvp gives v's tangent from its operands' tangents, nil for zero; not all are nil.
	jvp func(v *Value, t []*Value) *Value
	// vjp gives the operands' cotangents from v's. Those not needed may be left nil, as may zeros.
	vjp func(v, c *Value, need []bool) []*Value
	// batch applies v to operands, some of which have a new leading axis of size n. The result has that axis too.
	batch func(v *Value, in []*Value, batched []bool, n int) *Value
}

var rules [NumOps]rule

func init() {
	// partials gives ∂v/∂(operand i), elementwise; nil is zero.
	partials := map[Op]func(v *Value, i int) *Value{
		OpNeg:      func(v *Value, _ int) *Value { return like(v, -1) },
		OpExp:      func(v *Value, _ int) *Value { return v },
		OpExpm1:    func(v *Value, _ int) *Value { return Shift(v, 1) },
		OpLog:      func(v *Value, _ int) *Value { return Div(like(v, 1), v.in[0]) },
		OpLog1p:    func(v *Value, _ int) *Value { return Div(like(v, 1), Shift(v.in[0], 1)) },
		OpTanh:     func(v *Value, _ int) *Value { return Sub(like(v, 1), Square(v)) },
		OpLogistic: func(v *Value, _ int) *Value { return Mul(v, Sub(like(v, 1), v)) },
		OpSqrt:     func(v *Value, _ int) *Value { return Div(like(v, 0.5), v) },
		OpRsqrt:    func(v *Value, _ int) *Value { return Scale(Mul(v, Square(v)), -0.5) },
		OpSin:      func(v *Value, _ int) *Value { return Cos(v.in[0]) },
		OpCos:      func(v *Value, _ int) *Value { return Neg(Sin(v.in[0])) },
		OpAbs:      func(v *Value, _ int) *Value { return Sign(v.in[0]) },
		OpSign:     func(*Value, int) *Value { return nil },
		OpErf: func(v *Value, _ int) *Value {
			return Scale(Exp(Neg(Square(v.in[0]))), 2/math.Sqrt(math.Pi))
		},
		OpStopGradient: func(*Value, int) *Value { return nil },
		OpAdd:          func(v *Value, _ int) *Value { return like(v, 1) },
		OpSub:          func(v *Value, i int) *Value { return like(v, float64(1-2*i)) },
		OpMul:          func(v *Value, i int) *Value { return v.in[1-i] },
		OpDiv: func(v *Value, i int) *Value {
			if i == 0 {
				return Div(like(v, 1), v.in[1])
			}
			return Neg(Div(v, v.in[1]))
		},
		OpMax: func(v *Value, i int) *Value { return Compare([]Order{GE, LT}[i], v.in[0], v.in[1]) },
		OpMin: func(v *Value, i int) *Value { return Compare([]Order{LE, GT}[i], v.in[0], v.in[1]) },
		OpPow: func(v *Value, i int) *Value {
			a, b := v.in[0], v.in[1]
			if i == 0 {
				return powerRule(a, b)
			}
			zero := like(v, 0)
			positive := Compare(GT, a, zero)
			return Select(positive, Mul(v, Log(Select(positive, a, like(v, 1)))), zero)
		},
		OpCompare: func(*Value, int) *Value { return nil },
	}
	for op, partial := range partials {
		rules[op] = elementwiseRule(partial)
	}
	rules[OpSelect] = rule{
		jvp: func(v *Value, t []*Value) *Value {
			a, b := t[1], t[2]
			if a == nil && b == nil {
				return nil
			}
			return Select(v.in[0], orZero(a, v), orZero(b, v))
		},
		vjp: func(v, c *Value, need []bool) []*Value {
			z := like(v, 0)
			return []*Value{nil, Select(v.in[0], c, z), Select(v.in[0], z, c)}
		},
		batch: batchElementwise,
	}
	rules[OpConvert] = linear(
		func(v, t *Value) *Value { return Convert(t, v.typ.DType) },
		func(v, c *Value) *Value { return Convert(c, v.in[0].typ.DType) },
		func(v, x *Value, n int) *Value { return Convert(x, v.typ.DType) })
	structureRules()
	contractionRules()
}

// powerRule is ∂(a^b)/∂a = b·a^(b−1), and 0 at a = b = 0. There a base of 1 avoids 0·0^(−1). Masking the product
// instead would hide its derivatives, of which ∂/∂b is a^(−1) wherever b = 0.
func powerRule(a, b *Value) *Value {
	if b.op == OpConstant && len(b.attr.Data) == 1 {
		switch n := b.attr.Data[0]; n {
		case 0:
			return nil
		case 1:
			return like(b, 1)
		case 2:
			return Scale(a, 2)
		default:
			return Scale(Pow(a, like(b, n-1)), n)
		}
	}
	base := Select(a, a, Select(b, a, like(a, 1)))
	return Mul(b, Pow(base, Shift(b, -1)))
}

func orZero(t, v *Value) *Value {
	if t == nil {
		return like(v, 0)
	}
	return t
}

func addMaybe(a, b *Value) *Value {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return Add(a, b)
}

func elementwiseRule(partial func(v *Value, i int) *Value) rule {
	return rule{
		jvp: func(v *Value, t []*Value) (sum *Value) {
			for i := range t {
				if t[i] == nil {
					continue
				}
				if p := partial(v, i); p != nil {
					sum = addMaybe(sum, Mul(t[i], p))
				}
			}
			return sum
		},
		vjp: func(v, c *Value, need []bool) []*Value {
			out := make([]*Value, len(v.in))
			for i := range v.in {
				if !need[i] {
					continue
				}
				if p := partial(v, i); p != nil {
					out[i] = Mul(c, p)
				}
			}
			return out
		},
		batch: batchElementwise,
	}
}

// linear makes the rule of a primitive that is linear in its only floating-point operand, the first.
func linear(
	apply func(v, t *Value) *Value, transpose func(v, c *Value) *Value, batch func(v, x *Value, n int) *Value,
) rule {
	return rule{
		jvp: func(v *Value, t []*Value) *Value {
			if t[0] == nil {
				return nil
			}
			return apply(v, t[0])
		},
		vjp: func(v, c *Value, need []bool) []*Value {
			out := make([]*Value, len(v.in))
			if need[0] {
				out[0] = transpose(v, c)
			}
			return out
		},
		batch: func(v *Value, in []*Value, _ []bool, n int) *Value { return batch(v, in[0], n) },
	}
}

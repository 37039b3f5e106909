package graph

import (
	"math"
	"slices"
)

// rule is what each primitive knows beside its shape, which its constructor checks.
type rule struct {
	// jvp gives v's tangent from its operands' tangents, nil for zero; not all are nil.
	jvp func(v *Value, t []*Value) *Value
	// vjp gives the operands' cotangents from v's. Those not needed may be left nil, as may zeros.
	vjp func(v, c *Value, need []bool) []*Value
	// batch applies v to operands some of which have a new leading axis of size n, and so does its result.
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

// powerRule is ∂(a^b)/∂a = b·a^(b−1), and 0 at a = b = 0. There 0·0^(−1) is kept away by a base of 1, not by masking the product: a
// mask would hide the product's own derivatives, of which ∂/∂b is a^(−1) wherever b = 0.
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
func linear(apply func(v, t *Value) *Value, transpose func(v, c *Value) *Value, batch func(v, x *Value, n int) *Value) rule {
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

func structureRules() {
	rules[OpReshape] = linear(
		func(v, t *Value) *Value { return Reshape(t, v.typ.Shape...) },
		func(v, c *Value) *Value { return Reshape(c, v.in[0].typ.Shape...) },
		func(v, x *Value, n int) *Value { return Reshape(x, concat([]int{n}, v.typ.Shape)...) })
	rules[OpTranspose] = linear(
		func(v, t *Value) *Value { return Transpose(t, v.attr.Axes...) },
		func(v, c *Value) *Value { return Transpose(c, inverse(v.attr.Axes)...) },
		func(v, x *Value, n int) *Value {
			return Transpose(x, concat([]int{0}, shifted(v.attr.Axes, 1))...)
		})
	rules[OpBroadcast] = linear(
		func(v, t *Value) *Value { return Broadcast(t, v.typ.Shape, v.attr.Axes...) },
		func(v, c *Value) *Value {
			return ReduceSum(c, without(upTo(v.typ.Rank()), v.attr.Axes)...)
		},
		func(v, x *Value, n int) *Value {
			return Broadcast(x, concat([]int{n}, v.typ.Shape), concat([]int{0}, shifted(v.attr.Axes, 1))...)
		})
	rules[OpSlice] = linear(
		func(v, t *Value) *Value { return Slice(t, v.attr.Low, v.attr.High, v.attr.Step) },
		func(v, c *Value) *Value {
			high := make([]int, v.typ.Rank())
			for i, n := range v.typ.Shape {
				high[i] = v.in[0].typ.Shape[i] - v.attr.Low[i] - max(0, (n-1)*v.attr.Step[i]+1)
			}
			return Pad(c, v.attr.Low, high, v.attr.Step)
		},
		func(v, x *Value, n int) *Value {
			return Slice(x, concat([]int{0}, v.attr.Low), concat([]int{n}, v.attr.High), concat([]int{1}, v.attr.Step))
		})
	rules[OpPad] = linear(
		func(v, t *Value) *Value { return Pad(t, v.attr.Low, v.attr.High, v.attr.Step) },
		func(v, c *Value) *Value {
			limit := make([]int, v.typ.Rank())
			for i, n := range v.in[0].typ.Shape {
				limit[i] = v.attr.Low[i] + max(0, (n-1)*v.attr.Step[i]+1)
			}
			return Slice(c, v.attr.Low, limit, v.attr.Step)
		},
		func(v, x *Value, n int) *Value {
			return Pad(x, concat([]int{0}, v.attr.Low), concat([]int{0}, v.attr.High), concat([]int{1}, v.attr.Step))
		})
	rules[OpConcatenate] = rule{
		jvp: func(v *Value, t []*Value) *Value {
			full := make([]*Value, len(t))
			for i := range t {
				full[i] = orZero(t[i], v.in[i])
			}
			return Concatenate(v.attr.Axis, full...)
		},
		vjp: func(v, c *Value, need []bool) []*Value {
			out, at := make([]*Value, len(v.in)), 0
			for i, o := range v.in {
				low, high := make([]int, v.typ.Rank()), slices.Clone(v.typ.Shape)
				low[v.attr.Axis], high[v.attr.Axis] = at, at+o.typ.Shape[v.attr.Axis]
				at = high[v.attr.Axis]
				if need[i] {
					out[i] = Slice(c, low, high, nil)
				}
			}
			return out
		},
		batch: func(v *Value, in []*Value, batched []bool, n int) *Value {
			return Concatenate(v.attr.Axis+1, repeatUnbatched(in, batched, n)...)
		},
	}
	rules[OpReduceSum] = linear(
		func(v, t *Value) *Value { return ReduceSum(t, v.attr.Axes...) },
		func(v, c *Value) *Value {
			return Broadcast(c, v.in[0].typ.Shape, without(upTo(v.in[0].typ.Rank()), v.attr.Axes)...)
		},
		func(v, x *Value, n int) *Value { return ReduceSum(x, shifted(v.attr.Axes, 1)...) })
	rules[OpReduceMax] = linear(
		func(v, t *Value) *Value { return ReduceSum(Mul(t, firstMaximum(v)), v.attr.Axis) },
		func(v, c *Value) *Value {
			x := v.in[0].typ
			return Mul(Broadcast(c, x.Shape, without(upTo(x.Rank()), []int{v.attr.Axis})...), firstMaximum(v))
		},
		func(v, x *Value, n int) *Value { return ReduceMax(x, v.attr.Axis+1) })
	rules[OpArgMax] = rule{
		jvp:   func(*Value, []*Value) *Value { return nil },
		vjp:   func(v, _ *Value, _ []bool) []*Value { return make([]*Value, 1) },
		batch: func(v *Value, in []*Value, _ []bool, n int) *Value { return ArgMax(in[0], v.attr.Axis+1) },
	}
	rules[OpGather] = linear(
		func(v, t *Value) *Value { return Gather(t, v.in[1]) },
		func(v, c *Value) *Value { return ScatterAdd(c, v.in[1], v.in[0].typ.Shape[0]) }, nil)
	rules[OpGather].batch = batchGather
	rules[OpScatterAdd] = linear(
		func(v, t *Value) *Value { return ScatterAdd(t, v.in[1], v.attr.Rows) },
		func(v, c *Value) *Value { return Gather(c, v.in[1]) }, nil)
	rules[OpScatterAdd].batch = batchScatterAdd
}

// firstMaximum is 1 at the first maximum along the reduced axis of v's operand and 0 elsewhere.
func firstMaximum(v *Value) *Value {
	x, axis := v.in[0], v.attr.Axis
	index := Type{Int32, x.typ.Shape}
	at := Broadcast(ArgMax(x, axis), index.Shape, without(upTo(index.Rank()), []int{axis})...)
	return Convert(Compare(EQ, Iota(index, axis), at), x.typ.DType)
}

func contractionRules() {
	rules[OpDot] = rule{
		jvp: bilinear(func(v, a, b *Value) *Value { return Dot(a, b, v.attr.Dot) }),
		vjp: func(v, c *Value, need []bool) []*Value {
			out := make([]*Value, 2)
			if need[0] {
				out[0] = dotCotangent(v, c, 0)
			}
			if need[1] {
				out[1] = dotCotangent(v, c, 1)
			}
			return out
		},
		batch: batchDot,
	}
	rules[OpConv] = convolutionRule(OpConvInput, false, OpConvWeight, false)
	rules[OpConvInput] = convolutionRule(OpConv, false, OpConvWeight, true)
	rules[OpConvWeight] = convolutionRule(OpConvInput, true, OpConv, false)
}

func bilinear(apply func(v, a, b *Value) *Value) func(v *Value, t []*Value) *Value {
	return func(v *Value, t []*Value) (sum *Value) {
		if t[0] != nil {
			sum = apply(v, t[0], v.in[1])
		}
		if t[1] != nil {
			sum = addMaybe(sum, apply(v, v.in[0], t[1]))
		}
		return sum
	}
}

// dotCotangent contracts v's cotangent with one operand over that operand's free axes, which gives the other's cotangent, its axes in
// some order. Of the two orders of operands it takes one that needs no transpose, if there is one.
func dotCotangent(v, c *Value, which int) *Value {
	ax := v.attr.Dot
	a, b := v.in[0], v.in[1]
	lf, rf := ax.free(a.typ.Rank(), b.typ.Rank())
	nb := len(ax.LeftBatch)
	other, otherBatch, otherFree, otherContract := b, ax.RightBatch, rf, ax.RightContract
	mineBatch, mineFree, mineContract := ax.LeftBatch, lf, ax.LeftContract
	cShared := span(nb+len(lf), v.typ.Rank()) // c's axes: batch, left free, right free
	if which == 1 {
		other, otherBatch, otherFree, otherContract = a, ax.LeftBatch, lf, ax.LeftContract
		mineBatch, mineFree, mineContract, cShared = ax.RightBatch, rf, ax.RightContract, span(nb, nb+len(lf))
	}
	// The contracted axes appear in the result in the order in which they stand in the other operand.
	order := argsort(otherContract)
	contracted := pick(mineContract, order)

	first := slices.Concat(mineBatch, mineFree, contracted) // c on the left
	if isIdentity(first) {
		return Dot(c, other, DotAxes{LeftBatch: upTo(nb), RightBatch: otherBatch, LeftContract: cShared, RightContract: otherFree})
	}
	second := slices.Concat(mineBatch, contracted, mineFree) // c on the right
	d := Dot(other, c, DotAxes{LeftBatch: otherBatch, RightBatch: upTo(nb), LeftContract: otherFree, RightContract: cShared})
	return Transpose(d, inverse(second)...)
}

// argsort gives the positions of s in increasing order of their values.
func argsort(s []int) []int {
	p := upTo(len(s))
	slices.SortFunc(p, func(i, j int) int { return s[i] - s[j] })
	return p
}

// convolutionRule differentiates one of the three convolutions v = f(a, b). The cotangent of a is opA of (c, b), that of b is opB of
// (a, c), each with its operands swapped if asked. A cotangent has the instance axis of c; where the operand has none, it is summed.
func convolutionRule(opA Op, swapA bool, opB Op, swapB bool) rule {
	return rule{
		jvp: bilinear(func(v, a, b *Value) *Value { return convolution(v.op, a, b, v.attr.Conv) }),
		vjp: func(v, c *Value, need []bool) []*Value {
			out := make([]*Value, 2)
			pull := func(i int, op Op, x, y *Value, swap bool) {
				if !need[i] {
					return
				}
				if swap {
					x, y = y, x
				}
				out[i] = convolution(op, x, y, v.attr.Conv)
				if out[i].typ.Rank() > v.in[i].typ.Rank() {
					out[i] = ReduceSum(out[i], 0)
				}
			}
			pull(0, opA, c, v.in[1], swapA)
			pull(1, opB, v.in[0], c, swapB)
			return out
		},
		batch: batchConvolution,
	}
}

package graph

import "slices"

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

// dotCotangent contracts v's cotangent with one operand over that operand's free axes, which gives the other's
// cotangent with its axes in some order. If one of the two orders of operands needs no transpose, it uses that
// one.
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
	// The contracted axes appear in the result in the order of the other operand.
	order := argsort(otherContract)
	contracted := pick(mineContract, order)

	first := slices.Concat(mineBatch, mineFree, contracted) // c on the left
	if isIdentity(first) {
		return Dot(c, other, DotAxes{
			LeftBatch: upTo(nb), RightBatch: otherBatch, LeftContract: cShared, RightContract: otherFree,
		})
	}
	second := slices.Concat(mineBatch, contracted, mineFree) // c on the right
	d := Dot(other, c, DotAxes{
		LeftBatch: otherBatch, RightBatch: upTo(nb), LeftContract: otherFree, RightContract: cShared,
	})
	return Transpose(d, inverse(second)...)
}

// argsort gives the positions of s in increasing order of their values.
func argsort(s []int) []int {
	p := upTo(len(s))
	slices.SortFunc(p, func(i, j int) int { return s[i] - s[j] })
	return p
}

// convolutionRule differentiates one of the three convolutions v = f(a, b). The cotangent of a is opA of (c, b),
// that of b is opB of (a, c), with operands swapped where swapA or swapB is set. A cotangent has the instance axis
// of c; where the operand has none, it is summed.
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

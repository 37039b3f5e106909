package graph

import "slices"

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

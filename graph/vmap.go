package graph

import "slices"

func concat(a, b []int) []int { return slices.Concat(a, b) }

// Vmap applies f to each element along the leading axis of the xs, and stacks the results along a leading axis. f
// is called once, on values that lack that axis. Values that it closes over are shared, and what depends only on
// them is computed once. Each element of the result is, bit for bit, what f alone would give.
func Vmap(f func(xs []*Value) []*Value, xs ...*Value) []*Value {
	if len(xs) == 0 || xs[0].typ.Rank() == 0 {
		fail(OpBroadcast, xs, "Vmap needs operands with a leading axis")
	}
	n := xs[0].typ.Shape[0]
	element := make([]*Value, len(xs))
	mapped := map[*Value]*Value{}
	for i, x := range xs {
		if x.typ.Rank() == 0 || x.typ.Shape[0] != n {
			fail(OpBroadcast, xs, "Vmap operands differ in their leading axis")
		}
		element[i] = Input("", Type{x.typ.DType, x.typ.Shape[1:]})
		mapped[element[i]] = x
	}
	ys := f(element)
	for _, v := range topological(ys) {
		if mapped[v] != nil {
			continue
		}
		in, batched, any := slices.Clone(v.in), make([]bool, len(v.in)), false
		for i, o := range v.in {
			if m := mapped[o]; m != nil {
				in[i], batched[i], any = m, true, true
			}
		}
		if any {
			m := rules[v.op].batch(v, in, batched, n)
			if m.op == v.op && (v.op.Elementwise() || v.op == OpReduceSum) {
				m.attr.Mapped = v.attr.Mapped + 1
			}
			mapped[v] = m
		}
	}
	out := make([]*Value, len(ys))
	for i, y := range ys {
		if out[i] = mapped[y]; out[i] == nil {
			out[i] = repeat(y, n)
		}
	}
	return out
}

// repeat gives v a leading axis of size n.
func repeat(v *Value, n int) *Value {
	r := v.typ.Rank()
	return Broadcast(v, concat([]int{n}, v.typ.Shape), span(1, r+1)...)
}

// repeatUnbatched gives every operand the leading axis.
func repeatUnbatched(in []*Value, batched []bool, n int) []*Value {
	for i := range in {
		if !batched[i] {
			in[i] = repeat(in[i], n)
		}
	}
	return in
}

func batchElementwise(v *Value, in []*Value, batched []bool, n int) *Value {
	in = repeatUnbatched(in, batched, n)
	return &Value{op: v.op, in: in, typ: Type{v.typ.DType, concat([]int{n}, v.typ.Shape)}, attr: v.attr}
}

func batchGather(v *Value, in []*Value, batched []bool, n int) *Value {
	x, index := in[0], in[1]
	if !batched[0] {
		return Gather(x, index)
	}
	// Row i of element b is row b·rows + i of all elements' rows, concatenated.
	rows := x.typ.Shape[1]
	flat := Reshape(x, concat([]int{n * rows}, x.typ.Shape[2:])...)
	return Gather(flat, offsetIndices(index, batched[1], n, rows))
}

func batchScatterAdd(v *Value, in []*Value, batched []bool, n int) *Value {
	rows := v.attr.Rows
	index := offsetIndices(in[1], batched[1], n, rows)
	x := repeatUnbatched(in[:1], batched, n)[0]
	return Reshape(ScatterAdd(x, index, n*rows), concat([]int{n}, v.typ.Shape)...)
}

// offsetIndices adds b·rows to the indices of element b. An index out of range must not reach into another
// element's rows: a negative one stays, a large one moves beyond all rows.
func offsetIndices(index *Value, batched bool, n, rows int) *Value {
	if !batched {
		index = repeat(index, n)
	}
	offset := Mul(Iota(index.typ, 0), like(index, float64(rows)))
	offset = Select(Compare(LT, index, like(index, float64(rows))), offset, like(index, float64(n*rows)))
	return Select(Compare(LT, index, like(index, 0)), index, Add(index, offset))
}

func batchDot(v *Value, in []*Value, batched []bool, n int) *Value {
	ax := v.attr.Dot
	if batched[0] && !batched[1] && len(ax.LeftBatch) == 0 {
		// One more free axis of the left operand, which comes first in the result.
		return Dot(in[0], in[1], DotAxes{LeftContract: shifted(ax.LeftContract, 1), RightContract: ax.RightContract})
	}
	// A shared operand is repeated along a batch axis; engines read it with stride 0.
	in = repeatUnbatched(in, batched, n)
	return Dot(in[0], in[1], DotAxes{
		LeftBatch: concat([]int{0}, shifted(ax.LeftBatch, 1)), RightBatch: concat([]int{0}, shifted(ax.RightBatch, 1)),
		LeftContract: shifted(ax.LeftContract, 1), RightContract: shifted(ax.RightContract, 1),
	})
}

func batchConvolution(v *Value, in []*Value, batched []bool, n int) *Value {
	ia, ib := Instanced(v)
	if !ia && !ib {
		return convolution(v.op, in[0], in[1], v.attr.Conv)
	}
	// Merge the new axis into the instance axis. An operand with neither stays shared.
	inst := v.typ.Shape[0]
	for i, instanced := range []bool{ia, ib} {
		x := in[i]
		switch {
		case instanced && !batched[i]:
			x = repeat(x, n)
		case !instanced && batched[i]:
			s := x.typ.Shape
			x = Broadcast(x, slices.Concat(s[:1], []int{inst}, s[1:]), append([]int{0}, span(2, len(s)+1)...)...)
		}
		if instanced || batched[i] {
			s := x.typ.Shape
			x = Reshape(x, concat([]int{n * inst}, s[2:])...)
		}
		in[i] = x
	}
	y := convolution(v.op, in[0], in[1], v.attr.Conv)
	return Reshape(y, concat([]int{n}, v.typ.Shape)...)
}

package graph

import "slices"

// Iota counts 0, 1, 2 … along one axis of an array of type t.
func Iota(t Type, axis int) *Value {
	if axis < 0 || axis >= t.Rank() {
		panic(&ShapeError{Op: OpIota, Operands: []Type{t}, Reason: "no such axis"})
	}
	return &Value{op: OpIota, typ: t, attr: Attr{Axis: axis}}
}

// Reshape gives the elements, in row-major order, another shape of the same size.
func Reshape(x *Value, shape ...int) *Value {
	if slices.Equal(x.typ.Shape, shape) {
		return x
	}
	if negative(shape) {
		fail(OpReshape, []*Value{x}, "%v has a negative size", shape)
	}
	if sizeOf(shape) != x.typ.Size() {
		fail(OpReshape, []*Value{x}, "%v has another size", shape)
	}
	if x.op == OpReshape {
		return Reshape(x.in[0], shape...)
	}
	if x.op == OpConstant && len(x.attr.Data) == 1 {
		return Full(Type{x.typ.DType, slices.Clone(shape)}, x.attr.Data[0])
	}
	return &Value{op: OpReshape, in: []*Value{x}, typ: Type{x.typ.DType, slices.Clone(shape)}}
}

// Transpose permutes axes: axis i of the result is axis perm[i] of x.
func Transpose(x *Value, perm ...int) *Value {
	if len(perm) != x.typ.Rank() || !isPermutation(perm) {
		fail(OpTranspose, []*Value{x}, "%v is not a permutation of its axes", perm)
	}
	if isIdentity(perm) {
		return x
	}
	if x.op == OpTranspose {
		return Transpose(x.in[0], compose(x.attr.Axes, perm)...)
	}
	shape := make([]int, len(perm))
	for i, p := range perm {
		shape[i] = x.typ.Shape[p]
	}
	return &Value{op: OpTranspose, in: []*Value{x}, typ: Type{x.typ.DType, shape}, attr: Attr{Axes: slices.Clone(perm)}}
}

// Broadcast repeats x along new axes: axis i of x becomes axis axes[i] of the result. The axes increase, and the
// sizes agree.
func Broadcast(x *Value, shape []int, axes ...int) *Value {
	if len(axes) != x.typ.Rank() {
		fail(OpBroadcast, []*Value{x}, "%d axes named for rank %d", len(axes), x.typ.Rank())
	}
	if negative(shape) {
		fail(OpBroadcast, []*Value{x}, "%v has a negative size", shape)
	}
	for i, a := range axes {
		if a < 0 || a >= len(shape) || shape[a] != x.typ.Shape[i] || i > 0 && a <= axes[i-1] {
			fail(OpBroadcast, []*Value{x}, "to %v along %v", shape, axes)
		}
	}
	if len(shape) == x.typ.Rank() {
		return x
	}
	if x.op == OpConstant && len(x.attr.Data) == 1 {
		return Full(Type{x.typ.DType, slices.Clone(shape)}, x.attr.Data[0])
	}
	if x.op == OpBroadcast {
		inner := make([]int, len(x.attr.Axes))
		for i, a := range x.attr.Axes {
			inner[i] = axes[a]
		}
		return Broadcast(x.in[0], shape, inner...)
	}
	t := Type{x.typ.DType, slices.Clone(shape)}
	return &Value{op: OpBroadcast, in: []*Value{x}, typ: t, attr: Attr{Axes: slices.Clone(axes)}}
}

// Slice takes the elements start ≤ i < limit of each axis, every stride-th. A nil stride is 1 everywhere.
func Slice(x *Value, start, limit, stride []int) *Value {
	r := x.typ.Rank()
	if stride == nil {
		stride = ones(r)
	}
	if len(start) != r || len(limit) != r || len(stride) != r {
		fail(OpSlice, []*Value{x}, "start %v, limit %v and stride %v do not have its rank", start, limit, stride)
	}
	shape, whole := make([]int, r), true
	for i := range r {
		if start[i] < 0 || limit[i] < start[i] || limit[i] > x.typ.Shape[i] || stride[i] < 1 {
			fail(OpSlice, []*Value{x}, "start %v, limit %v, stride %v", start, limit, stride)
		}
		shape[i] = (limit[i] - start[i] + stride[i] - 1) / stride[i]
		whole = whole && shape[i] == x.typ.Shape[i]
	}
	if whole {
		return x
	}
	return &Value{op: OpSlice, in: []*Value{x}, typ: Type{x.typ.DType, shape},
		attr: Attr{Low: slices.Clone(start), High: slices.Clone(limit), Step: slices.Clone(stride)}}
}

// Pad surrounds x with zeros: low before and high after on each axis, and step−1 between neighbours. A nil step is
// 1 everywhere.
func Pad(x *Value, low, high, step []int) *Value {
	r := x.typ.Rank()
	if step == nil {
		step = ones(r)
	}
	if len(low) != r || len(high) != r || len(step) != r {
		fail(OpPad, []*Value{x}, "low %v, high %v and step %v do not have its rank", low, high, step)
	}
	shape, whole := make([]int, r), true
	for i, n := range x.typ.Shape {
		if low[i] < 0 || high[i] < 0 || step[i] < 1 {
			fail(OpPad, []*Value{x}, "low %v, high %v, step %v", low, high, step)
		}
		shape[i] = low[i] + high[i] + max(0, (n-1)*step[i]+1)
		whole = whole && shape[i] == n
	}
	if whole {
		return x
	}
	return &Value{op: OpPad, in: []*Value{x}, typ: Type{x.typ.DType, shape},
		attr: Attr{Low: slices.Clone(low), High: slices.Clone(high), Step: slices.Clone(step)}}
}

// Concatenate joins arrays along an axis.
func Concatenate(axis int, xs ...*Value) *Value {
	if len(xs) == 1 {
		return xs[0]
	}
	if len(xs) == 0 || axis < 0 || axis >= xs[0].typ.Rank() {
		fail(OpConcatenate, xs, "along axis %d", axis)
	}
	shape := slices.Clone(xs[0].typ.Shape)
	shape[axis] = 0
	for _, x := range xs {
		if x.typ.DType != xs[0].typ.DType || x.typ.Rank() != len(shape) {
			fail(OpConcatenate, xs, "operands differ in dtype or rank")
		}
		for i, n := range x.typ.Shape {
			if i != axis && n != shape[i] {
				fail(OpConcatenate, xs, "operands differ in another axis than %d", axis)
			}
		}
		shape[axis] += x.typ.Shape[axis]
	}
	return &Value{op: OpConcatenate, in: slices.Clone(xs), typ: Type{xs[0].typ.DType, shape}, attr: Attr{Axis: axis}}
}

// ReduceSum adds up over the named axes, which the result lacks. Without axes it is the sum of all elements.
func ReduceSum(x *Value, axes ...int) *Value {
	if len(axes) == 0 {
		axes = upTo(x.typ.Rank())
	}
	axes = slices.Clone(axes)
	slices.Sort(axes)
	for i, a := range axes {
		if a < 0 || a >= x.typ.Rank() || i > 0 && a == axes[i-1] {
			fail(OpReduceSum, []*Value{x}, "over axes %v", axes)
		}
	}
	if len(axes) == 0 {
		return x
	}
	t := Type{x.typ.DType, without(x.typ.Shape, axes)}
	return &Value{op: OpReduceSum, in: []*Value{x}, typ: t, attr: Attr{Axes: axes}}
}

func reduceOne(op Op, x *Value, axis int, d DType) *Value {
	if axis < 0 || axis >= x.typ.Rank() {
		fail(op, []*Value{x}, "over axis %d", axis)
	}
	if x.typ.Shape[axis] == 0 && x.typ.Size() == 0 && sizeOf(without(x.typ.Shape, []int{axis})) > 0 {
		fail(op, []*Value{x}, "axis %d is empty: there is no maximum", axis)
	}
	return &Value{op: op, in: []*Value{x}, typ: Type{d, without(x.typ.Shape, []int{axis})}, attr: Attr{Axis: axis}}
}

// ReduceMax is the maximum over one axis, which the result lacks; NaN if any element is NaN.
func ReduceMax(x *Value, axis int) *Value { return reduceOne(OpReduceMax, x, axis, x.typ.DType) }

// ArgMax is the index, int32, of the first maximum over one axis, which the result lacks. A NaN counts as a maximum.
func ArgMax(x *Value, axis int) *Value { return reduceOne(OpArgMax, x, axis, Int32) }

// Gather takes rows of x, the slices along its first axis: result[i…, r…] = x[index[i…], r…]. Indices out of range
// are an error when the program runs.
func Gather(x, index *Value) *Value {
	if x.typ.Rank() == 0 || index.typ.DType != Int32 {
		fail(OpGather, []*Value{x, index}, "needs rows and int32 indices")
	}
	return &Value{op: OpGather, in: []*Value{x, index},
		typ: Type{x.typ.DType, slices.Concat(index.typ.Shape, x.typ.Shape[1:])}}
}

// ScatterAdd is Gather's transpose: an array of the given number of rows, result[index[i…], r…] += x[i…, r…], in
// the order of i.
func ScatterAdd(x, index *Value, rows int) *Value {
	k := index.typ.Rank()
	if index.typ.DType != Int32 || x.typ.Rank() < k || !slices.Equal(x.typ.Shape[:k], index.typ.Shape) {
		fail(OpScatterAdd, []*Value{x, index}, "needs int32 indices for the leading axes of the first operand")
	}
	if rows < 0 {
		fail(OpScatterAdd, []*Value{x, index}, "into %d rows, a negative number", rows)
	}
	return &Value{op: OpScatterAdd, in: []*Value{x, index},
		typ: Type{x.typ.DType, slices.Concat([]int{rows}, x.typ.Shape[k:])}, attr: Attr{Rows: rows}}
}

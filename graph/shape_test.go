package graph_test

import (
	"errors"
	"strings"
	"testing"

	"basin/graph"
)

// badShapes lists misuses of each primitive that can be misused, with what the error must say besides the
// primitive's name and the operands' types.
var badShapes = []struct {
	op    graph.Op
	says  string
	types []graph.Type
	f     func(in []*graph.Value) *graph.Value
}{
	{graph.OpConstant, "5 elements given", nil, func([]*graph.Value) *graph.Value {
		return graph.Literal(f64(2, 3), make([]float64, 5))
	}},
	{graph.OpIota, "no such axis", nil, func([]*graph.Value) *graph.Value { return graph.Iota(f64(2), 1) }},
	{graph.OpExp, "floating-point", []graph.Type{i32(3)}, apply1(graph.Exp)},
	{graph.OpExpm1, "floating-point", []graph.Type{i32(3)}, apply1(graph.Expm1)},
	{graph.OpLog, "floating-point", []graph.Type{i32(3)}, apply1(graph.Log)},
	{graph.OpLog1p, "floating-point", []graph.Type{i32(3)}, apply1(graph.Log1p)},
	{graph.OpTanh, "floating-point", []graph.Type{i32(3)}, apply1(graph.Tanh)},
	{graph.OpLogistic, "floating-point", []graph.Type{i32(3)}, apply1(graph.Logistic)},
	{graph.OpSqrt, "floating-point", []graph.Type{i32(3)}, apply1(graph.Sqrt)},
	{graph.OpRsqrt, "floating-point", []graph.Type{i32(3)}, apply1(graph.Rsqrt)},
	{graph.OpSin, "floating-point", []graph.Type{i32(3)}, apply1(graph.Sin)},
	{graph.OpCos, "floating-point", []graph.Type{i32(3)}, apply1(graph.Cos)},
	{graph.OpErf, "floating-point", []graph.Type{i32(3)}, apply1(graph.Erf)},
	{graph.OpAdd, "differ in shape", []graph.Type{f64(2, 3), f64(3)}, apply2(graph.Add)},
	{graph.OpAdd, "differ in dtype", []graph.Type{f64(2), graph.T(graph.Float32, 2)}, apply2(graph.Add)},
	{graph.OpSub, "differ in shape", []graph.Type{f64(2), f64(1)}, apply2(graph.Sub)},
	{graph.OpMul, "differ in shape", []graph.Type{f64(2), f64(3)}, apply2(graph.Mul)},
	{graph.OpDiv, "differ in dtype", []graph.Type{f64(2), i32(2)}, apply2(graph.Div)},
	{graph.OpMax, "differ in shape", []graph.Type{f64(2), f64(3)}, apply2(graph.Max)},
	{graph.OpMin, "differ in shape", []graph.Type{f64(2), f64(3)}, apply2(graph.Min)},
	{graph.OpPow, "differ in dtype", []graph.Type{f64(2), i32(2)}, apply2(graph.Pow)},
	{graph.OpCompare, "differ in shape", []graph.Type{f64(2), f64(3)}, apply2(func(a, b *graph.Value) *graph.Value {
		return graph.Compare(graph.LT, a, b)
	})},
	{graph.OpSelect, "differ in dtype", []graph.Type{i32(2), f64(2)}, func(in []*graph.Value) *graph.Value {
		return graph.Select(in[0], in[1], in[1])
	}},
	{graph.OpReshape, "another size", []graph.Type{f64(2, 3)}, func(in []*graph.Value) *graph.Value {
		return graph.Reshape(in[0], 5)
	}},
	{graph.OpReshape, "negative", []graph.Type{f64(2, 3)}, func(in []*graph.Value) *graph.Value {
		return graph.Reshape(in[0], -2, -3)
	}},
	{graph.OpTranspose, "permutation", []graph.Type{f64(2, 3)}, func(in []*graph.Value) *graph.Value {
		return graph.Transpose(in[0], 0, 0)
	}},
	{graph.OpTranspose, "permutation", []graph.Type{f64(2, 3)}, func(in []*graph.Value) *graph.Value {
		return graph.Transpose(in[0], 0, 2)
	}},
	{graph.OpBroadcast, "2 axes named", []graph.Type{f64(3)}, func(in []*graph.Value) *graph.Value {
		return graph.Broadcast(in[0], []int{3, 2}, 0, 1)
	}},
	{graph.OpBroadcast, "along [1]", []graph.Type{f64(3)}, func(in []*graph.Value) *graph.Value {
		return graph.Broadcast(in[0], []int{3, 2}, 1)
	}},
	{graph.OpBroadcast, "along [1 0]", []graph.Type{f64(2, 2)}, func(in []*graph.Value) *graph.Value {
		return graph.Broadcast(in[0], []int{2, 2, 2}, 1, 0)
	}},
	{graph.OpBroadcast, "along [2]", []graph.Type{f64(3)}, func(in []*graph.Value) *graph.Value {
		return graph.Broadcast(in[0], []int{2, 3}, 2)
	}},
	{graph.OpBroadcast, "negative", []graph.Type{f64(3)}, func(in []*graph.Value) *graph.Value {
		return graph.Broadcast(in[0], []int{3, -2}, 0)
	}},
	{graph.OpSlice, "limit [4]", []graph.Type{f64(3)}, func(in []*graph.Value) *graph.Value {
		return graph.Slice(in[0], []int{0}, []int{4}, nil)
	}},
	{graph.OpSlice, "rank", []graph.Type{f64(3)}, func(in []*graph.Value) *graph.Value {
		return graph.Slice(in[0], []int{0, 0}, []int{3, 3}, nil)
	}},
	{graph.OpSlice, "stride [0]", []graph.Type{f64(3)}, func(in []*graph.Value) *graph.Value {
		return graph.Slice(in[0], []int{0}, []int{3}, []int{0})
	}},
	{graph.OpPad, "low [-1]", []graph.Type{f64(3)}, func(in []*graph.Value) *graph.Value {
		return graph.Pad(in[0], []int{-1}, []int{0}, nil)
	}},
	{graph.OpPad, "rank", []graph.Type{f64(3)}, func(in []*graph.Value) *graph.Value {
		return graph.Pad(in[0], nil, nil, nil)
	}},
	{graph.OpConcatenate, "another axis than 0", []graph.Type{f64(2, 3), f64(2, 4)}, func(in []*graph.Value) *graph.Value {
		return graph.Concatenate(0, in...)
	}},
	{graph.OpConcatenate, "axis 2", []graph.Type{f64(2, 3), f64(2, 3)}, func(in []*graph.Value) *graph.Value {
		return graph.Concatenate(2, in...)
	}},
	{graph.OpConcatenate, "rank", []graph.Type{f64(2, 3), f64(2)}, func(in []*graph.Value) *graph.Value {
		return graph.Concatenate(0, in...)
	}},
	{graph.OpReduceSum, "axes [1 1]", []graph.Type{f64(2, 3)}, func(in []*graph.Value) *graph.Value {
		return graph.ReduceSum(in[0], 1, 1)
	}},
	{graph.OpReduceSum, "axes [2]", []graph.Type{f64(2, 3)}, func(in []*graph.Value) *graph.Value {
		return graph.ReduceSum(in[0], 2)
	}},
	{graph.OpReduceMax, "axis 1", []graph.Type{f64(2)}, func(in []*graph.Value) *graph.Value {
		return graph.ReduceMax(in[0], 1)
	}},
	{graph.OpReduceMax, "no maximum", []graph.Type{f64(0, 2)}, func(in []*graph.Value) *graph.Value {
		return graph.ReduceMax(in[0], 0)
	}},
	{graph.OpArgMax, "no maximum", []graph.Type{f64(0)}, func(in []*graph.Value) *graph.Value {
		return graph.ArgMax(in[0], 0)
	}},
	{graph.OpGather, "int32", []graph.Type{f64(3, 2), f64(2)}, apply2(graph.Gather)},
	{graph.OpGather, "rows", []graph.Type{f64(), i32(2)}, apply2(graph.Gather)},
	{graph.OpScatterAdd, "leading axes", []graph.Type{f64(3, 2), i32(2)}, func(in []*graph.Value) *graph.Value {
		return graph.ScatterAdd(in[0], in[1], 4)
	}},
	{graph.OpScatterAdd, "negative", []graph.Type{f64(2), i32(2)}, func(in []*graph.Value) *graph.Value {
		return graph.ScatterAdd(in[0], in[1], -1)
	}},
	{graph.OpDot, "differ in size", []graph.Type{f64(2, 3), f64(4, 5)}, apply2(graph.MatMul)},
	{graph.OpDot, "dtype", []graph.Type{f64(2, 3), graph.T(graph.Float32, 3, 5)}, apply2(graph.MatMul)},
	{graph.OpDot, "dtype", []graph.Type{i32(2, 3), i32(3, 5)}, apply2(graph.MatMul)},
	{graph.OpDot, "differ in size", []graph.Type{f64(2, 3), f64(3, 2)}, func(in []*graph.Value) *graph.Value {
		return graph.Dot(in[0], in[1], graph.DotAxes{LeftContract: []int{2}, RightContract: []int{0}})
	}},
	{graph.OpDot, "differ in size", []graph.Type{f64(2, 3), f64(3, 2)}, func(in []*graph.Value) *graph.Value {
		return graph.Dot(in[0], in[1], graph.DotAxes{LeftContract: []int{1}, RightContract: []int{2}})
	}},
	{graph.OpDot, "twice", []graph.Type{f64(3, 3), f64(3, 3)}, func(in []*graph.Value) *graph.Value {
		return graph.Dot(in[0], in[1],
			graph.DotAxes{LeftBatch: []int{0}, RightBatch: []int{0}, LeftContract: []int{0}, RightContract: []int{1}})
	}},
	{graph.OpConv, "[2 3 5]", []graph.Type{f64(2, 3, 6), f64(4, 3, 3)}, apply2(conv(graph.Conv, nil))},
	{graph.OpConv, "2 and 3 instances", []graph.Type{f64(2, 2, 3, 5), f64(3, 4, 3, 3)}, apply2(conv(graph.Conv, nil))},
	{graph.OpConv, "groups must divide", []graph.Type{f64(2, 3, 5), f64(4, 3, 3)},
		apply2(conv(graph.Conv, func(g *graph.Geometry) { g.Groups = 2 }))},
	{graph.OpConv, "at least 1", []graph.Type{f64(2, 3, 5), f64(4, 3, 3)},
		apply2(conv(graph.Conv, func(g *graph.Geometry) { g.Stride[0] = 0 }))},
	{graph.OpConv, "at least 1", []graph.Type{f64(2, 3, 5), f64(4, 3, 3)},
		apply2(conv(graph.Conv, func(g *graph.Geometry) { g.Dilation[0] = 0 }))},
	{graph.OpConv, "at least 1", []graph.Type{f64(2, 3, 5), f64(4, 3, 3)},
		apply2(conv(graph.Conv, func(g *graph.Geometry) { g.Kernel[0] = 0 }))},
	{graph.OpConv, "at least 1", []graph.Type{f64(2, 3, 5), f64(4, 3, 3)},
		apply2(conv(graph.Conv, func(g *graph.Geometry) { g.Low[0] = -1 }))},
	{graph.OpConv, "at least 1", []graph.Type{f64(2, 3, 5), f64(4, 3, 3)},
		apply2(conv(graph.Conv, func(g *graph.Geometry) { g.High[0] = -1 }))},
	{graph.OpConv, "rank must be 1 or 2", []graph.Type{f64(2, 3, 5), f64(4, 3, 3)},
		apply2(conv(graph.Conv, func(g *graph.Geometry) { g.Size = nil }))},
	{graph.OpConv, "differ in rank", []graph.Type{f64(2, 3, 5), f64(4, 3, 3)},
		apply2(conv(graph.Conv, func(g *graph.Geometry) { g.Low = nil }))},
	{graph.OpConvInput, "[2 4 3]", []graph.Type{f64(2, 3, 5), f64(4, 3, 3)}, apply2(conv(graph.ConvInput, nil))},
	{graph.OpConvWeight, "[2 4 3]", []graph.Type{f64(2, 3, 5), f64(4, 3, 3)}, apply2(conv(graph.ConvWeight, nil))},
}

// total are the primitives that take any operand.
var total = map[graph.Op]bool{
	graph.OpInput: true, graph.OpNeg: true, graph.OpAbs: true, graph.OpSign: true, graph.OpStopGradient: true,
	graph.OpConvert: true,
}

func f64(shape ...int) graph.Type { return graph.T(graph.Float64, shape...) }
func i32(shape ...int) graph.Type { return graph.T(graph.Int32, shape...) }

func apply1(f func(x *graph.Value) *graph.Value) func(in []*graph.Value) *graph.Value {
	return func(in []*graph.Value) *graph.Value { return f(in[0]) }
}

func apply2(f func(a, b *graph.Value) *graph.Value) func(in []*graph.Value) *graph.Value {
	return func(in []*graph.Value) *graph.Value { return f(in[0], in[1]) }
}

// conv is f with the geometry x [2,3,5], w [4,3,3], y [2,4,3], changed.
func conv(
	f func(a, b *graph.Value, g *graph.Geometry) *graph.Value, change func(*graph.Geometry),
) func(a, b *graph.Value) *graph.Value {
	g := &graph.Geometry{
		Batch: 2, In: 3, Out: 4, Groups: 1,
		Size: []int{5}, Kernel: []int{3}, Stride: []int{1}, Low: []int{0}, High: []int{0}, Dilation: []int{1},
	}
	if change != nil {
		change(g)
	}
	return func(a, b *graph.Value) *graph.Value { return f(a, b, g) }
}

// TestShapeErrors: each misuse is an error of Trace that names the primitive, all operands' types and the reason.
func TestShapeErrors(t *testing.T) {
	covered := map[graph.Op]bool{}
	for _, c := range badShapes {
		covered[c.op] = true
		p, err := graph.Trace(func(in []*graph.Value) []*graph.Value { return []*graph.Value{c.f(in)} }, c.types...)
		var bug *graph.ShapeError
		if !errors.As(err, &bug) {
			t.Errorf("%v of %v: program %v, error %v", c.op, c.types, p, err)
			continue
		}
		want := []string{c.op.String() + "(", c.says}
		for _, typ := range c.types {
			want = append(want, typ.String())
		}
		for _, w := range want {
			if bug.Op != c.op || !strings.Contains(err.Error(), w) {
				t.Errorf("%v of %v: the error %q does not say %q", c.op, c.types, err, w)
			}
		}
	}
	for op := graph.Op(0); int(op) < graph.NumOps; op++ {
		if covered[op] == total[op] {
			t.Errorf("primitive %v: must have a misuse in badShapes, or be listed as total", op)
		}
	}
}

// TestTransformationErrors: misused transformations are errors of Trace too.
func TestTransformationErrors(t *testing.T) {
	for _, c := range []struct {
		says string
		f    func(x, y *graph.Value) []*graph.Value // of x [3] and y [2,3]
	}{
		{"JVP of 1 values with 2 vectors", func(x, y *graph.Value) []*graph.Value {
			return graph.JVP([]*graph.Value{x}, []*graph.Value{x}, []*graph.Value{x, x})
		}},
		{"must have the type", func(x, y *graph.Value) []*graph.Value {
			return graph.JVP([]*graph.Value{x}, []*graph.Value{x}, []*graph.Value{y})
		}},
		{"must have the type", func(x, y *graph.Value) []*graph.Value {
			return graph.VJP([]*graph.Value{x}, []*graph.Value{x}, []*graph.Value{y})
		}},
		{"scalar", func(x, y *graph.Value) []*graph.Value { return graph.Grad(graph.Sin(x), x) }},
		{"leading axis", func(x, y *graph.Value) []*graph.Value {
			return graph.Vmap(func(in []*graph.Value) []*graph.Value { return in }, x, y)
		}},
		{"leading axis", func(x, y *graph.Value) []*graph.Value {
			return graph.Vmap(func(in []*graph.Value) []*graph.Value { return in }, graph.ReduceSum(x))
		}},
		{"not an input of the program", func(x, y *graph.Value) []*graph.Value {
			var kept *graph.Value
			graph.Vmap(func(in []*graph.Value) []*graph.Value { kept = in[0]; return in }, y)
			return []*graph.Value{graph.Add(x, kept)}
		}},
	} {
		_, err := graph.Trace(func(in []*graph.Value) []*graph.Value { return c.f(in[0], in[1]) }, f64(3), f64(2, 3))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("error %v, want one that says %q", err, c.says)
		}
	}
}

// TestTracePanics: only shape bugs become errors.
func TestTracePanics(t *testing.T) {
	defer func() {
		if r := recover(); r != "another bug" {
			t.Errorf("recovered %v", r)
		}
	}()
	graph.Trace(func([]*graph.Value) []*graph.Value { panic("another bug") })
}

package enginetest

import "basin/graph"

func one(op graph.Op, d Domain, shape []int, f func(x *graph.Value) *graph.Value) Case {
	return Case{Op: op, Operands: []Operand{operand(d, shape...)}, Build: func(in []*graph.Value) *graph.Value {
		return f(in[0])
	}}
}

func moveCases() (cases []Case) {
	for _, c := range []struct{ from, to []int }{
		{[]int{3, 4}, []int{2, 6}}, {[]int{1}, []int{}}, {[]int{}, []int{1, 1}}, {[]int{0, 3}, []int{5, 0}},
		{[]int{2, 3, 5}, []int{30}},
	} {
		cases = append(cases, one(graph.OpReshape, Real, c.from, func(x *graph.Value) *graph.Value {
			return graph.Reshape(x, c.to...)
		}))
	}
	for _, c := range []struct{ shape, perm []int }{
		{[]int{7, 9}, []int{1, 0}}, {[]int{33, 18}, []int{1, 0}}, {[]int{2, 3, 5}, []int{2, 0, 1}},
		{[]int{2, 3, 5}, []int{1, 0, 2}},
		{[]int{2, 3, 5}, []int{2, 1, 0}}, {[]int{1, 4, 1}, []int{2, 1, 0}}, {[]int{0, 3}, []int{1, 0}},
		{[]int{2, 3, 4, 5}, []int{0, 2, 3, 1}},
	} {
		cases = append(cases, one(graph.OpTranspose, Real, c.shape, func(x *graph.Value) *graph.Value {
			return graph.Transpose(x, c.perm...)
		}))
	}
	for _, c := range []struct{ shape, to, axes []int }{
		{[]int{}, []int{3}, []int{}}, {[]int{}, []int{2, 0}, []int{}}, {[]int{3}, []int{3, 5}, []int{0}},
		{[]int{3}, []int{5, 3}, []int{1}},
		{[]int{3, 2}, []int{3, 4, 2}, []int{0, 2}}, {[]int{1}, []int{1, 4}, []int{0}},
		{[]int{3}, []int{0, 3}, []int{1}}, {[]int{0}, []int{3, 0}, []int{1}},
		{[]int{5}, []int{2, 5, 3}, []int{1}}, {[]int{19}, []int{3, 19}, []int{1}},
	} {
		cases = append(cases, one(graph.OpBroadcast, Real, c.shape, func(x *graph.Value) *graph.Value {
			return graph.Broadcast(x, c.to, c.axes...)
		}))
	}
	for _, c := range []struct{ shape, start, limit, stride []int }{
		{[]int{7}, []int{2}, []int{6}, nil}, {[]int{7}, []int{1}, []int{7}, []int{3}},
		{[]int{7}, []int{0}, []int{7}, []int{2}},
		{[]int{4, 5}, []int{1, 0}, []int{3, 5}, nil}, {[]int{4, 5}, []int{0, 1}, []int{4, 4}, []int{2, 1}},
		{[]int{4, 5}, []int{2, 0}, []int{2, 5}, nil},
		{[]int{0, 5}, []int{0, 1}, []int{0, 4}, []int{1, 2}},
		{[]int{3, 4, 5}, []int{0, 1, 1}, []int{3, 3, 5}, []int{2, 1, 2}},
	} {
		cases = append(cases, one(graph.OpSlice, Real, c.shape, func(x *graph.Value) *graph.Value {
			return graph.Slice(x, c.start, c.limit, c.stride)
		}))
	}
	for _, c := range []struct{ shape, low, high, step []int }{
		{[]int{3}, []int{2}, []int{1}, nil}, {[]int{3}, []int{0}, []int{1}, []int{3}},
		{[]int{2, 3}, []int{1, 0}, []int{0, 2}, []int{2, 1}},
		{[]int{0}, []int{2}, []int{1}, []int{2}}, {[]int{2, 0}, []int{0, 0}, []int{1, 0}, nil},
		{[]int{1}, []int{1}, []int{1}, []int{4}},
	} {
		cases = append(cases, one(graph.OpPad, Real, c.shape, func(x *graph.Value) *graph.Value {
			return graph.Pad(x, c.low, c.high, c.step)
		}))
	}
	for _, c := range []struct {
		axis   int
		shapes [][]int
	}{
		{0, [][]int{{2}, {3}}}, {0, [][]int{{2, 3}, {1, 3}, {0, 3}}}, {1, [][]int{{2, 3}, {2, 1}, {2, 4}}},
		{1, [][]int{{0, 3}, {0, 2}}}, {1, [][]int{{2, 3, 2}, {2, 1, 2}}},
	} {
		k := Case{Op: graph.OpConcatenate, Build: func(in []*graph.Value) *graph.Value {
			return graph.Concatenate(c.axis, in...)
		}}
		for _, s := range c.shapes {
			k.Operands = append(k.Operands, operand(Real, s...))
		}
		cases = append(cases, k)
	}
	cases = append(cases, Case{Op: graph.OpConcatenate, Operands: []Operand{operand(Real, 2, 3)},
		Build: func(in []*graph.Value) *graph.Value { return graph.Concatenate(0, in[0], graph.Square(in[0]), in[0]) }})
	for _, f := range []func(x *graph.Value) *graph.Value{
		func(x *graph.Value) *graph.Value { return graph.Transpose(x, 1, 0) },
		func(x *graph.Value) *graph.Value { return graph.Broadcast(x, []int{3, 2, 5}, 0, 2) },
		func(x *graph.Value) *graph.Value { return graph.Slice(x, []int{0, 1}, []int{3, 5}, []int{2, 2}) },
		func(x *graph.Value) *graph.Value { return graph.Pad(x, []int{1, 1}, []int{0, 2}, []int{1, 2}) },
		func(x *graph.Value) *graph.Value { return graph.Concatenate(1, x, x) },
		func(x *graph.Value) *graph.Value { return graph.ReduceSum(x, 1) },
		func(x *graph.Value) *graph.Value { return graph.ReduceMax(x, 0) },
		func(x *graph.Value) *graph.Value { return graph.ArgMax(x, 1) },
	} {
		c := one(f(graph.Input("", graph.T(graph.Int32, 3, 5))).Op(), Integers, []int{3, 5}, f)
		c.Operands[0].Int, c.Rough = true, true
		cases = append(cases, c)
	}
	return cases
}

func reduceCases() (cases []Case) {
	for _, c := range []struct{ shape, axes []int }{
		{[]int{3, 4}, nil}, {[]int{3, 4}, []int{0}}, {[]int{3, 4}, []int{1}}, {[]int{2, 3, 5}, []int{0, 2}},
		{[]int{2, 3, 5}, []int{1}},
		{[]int{0, 3}, []int{0}}, {[]int{0, 3}, []int{1}}, {[]int{3, 0}, nil}, {[]int{1, 1}, []int{0}},
		{[]int{131}, nil}, {[]int{17, 35}, []int{0}},
		{[]int{2, 3, 2, 5}, []int{0, 2, 3}},
	} {
		k := one(graph.OpReduceSum, Real, c.shape, func(x *graph.Value) *graph.Value { return graph.ReduceSum(x, c.axes...) })
		k.Terms = graph.T(graph.Float64, c.shape...).Size()
		cases = append(cases, k)
	}
	for _, c := range []struct {
		shape []int
		axis  int
	}{{[]int{1}, 0}, {[]int{7}, 0}, {[]int{3, 5}, 0}, {[]int{3, 5}, 1}, {[]int{2, 3, 4}, 1}, {[]int{3, 0}, 0},
		{[]int{4, 33}, 1}} {
		cases = append(cases,
			one(graph.OpReduceMax, Distinct, c.shape, func(x *graph.Value) *graph.Value { return graph.ReduceMax(x, c.axis) }),
			one(graph.OpArgMax, Distinct, c.shape, func(x *graph.Value) *graph.Value { return graph.ArgMax(x, c.axis) }))
	}
	return cases
}

func rowCases() (cases []Case) {
	for _, c := range []struct {
		rows         int
		index, width []int
	}{{5, []int{4}, []int{3}}, {5, []int{2, 3}, []int{2, 2}}, {3, []int{}, []int{4}}, {4, []int{9}, []int{}},
		{3, []int{0}, []int{2}}, {2, []int{3}, []int{0}}, {1, []int{1}, []int{1}}} {
		full := append([]int{c.rows}, c.width...)
		picked := append(append([]int{}, c.index...), c.width...)
		cases = append(cases,
			Case{Op: graph.OpGather, Operands: []Operand{operand(Real, full...), integers(Below(c.rows), c.index...)},
				Build: func(in []*graph.Value) *graph.Value { return graph.Gather(in[0], in[1]) }},
			Case{Op: graph.OpScatterAdd,
				Operands: []Operand{operand(Real, picked...), integers(Below(c.rows), c.index...)}, Terms: 9,
				Build: func(in []*graph.Value) *graph.Value { return graph.ScatterAdd(in[0], in[1], c.rows) }})
	}
	return append(cases,
		Case{Op: graph.OpGather, Operands: []Operand{integers(Integers, 4, 2), integers(Below(4), 5)}, Rough: true,
			Build: func(in []*graph.Value) *graph.Value { return graph.Gather(in[0], in[1]) }},
		Case{Op: graph.OpScatterAdd, Operands: []Operand{integers(Integers, 5, 2), integers(Below(4), 5)}, Rough: true,
			Build: func(in []*graph.Value) *graph.Value { return graph.ScatterAdd(in[0], in[1], 4) }})
}

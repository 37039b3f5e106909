package enginetest

import "basin/graph"

// elementShapes are those at which each elementwise primitive is tested: a scalar, one element, a vector's tail,
// no element.
var elementShapes = [][]int{{}, {1}, {3, 5}, {2, 0, 3}, {67}}

func leafCases() []Case {
	literal := []float64{0.5, -1, 2, 3.25, 0, -7}
	return []Case{
		{Op: graph.OpInput, Operands: []Operand{operand(Real, 3)}, Build: func(in []*graph.Value) *graph.Value {
			return in[0]
		}},
		{Op: graph.OpConstant, Operands: []Operand{operand(Real, 2, 3)}, Build: func(in []*graph.Value) *graph.Value {
			return graph.Mul(in[0], graph.Literal(in[0].Type(), literal))
		}},
		{Op: graph.OpConstant, Operands: []Operand{operand(Real, 2, 3)}, Build: func(in []*graph.Value) *graph.Value {
			return graph.Div(graph.Full(in[0].Type(), 3), graph.Shift(graph.Square(in[0]), 2))
		}},
		{Op: graph.OpIota, Operands: []Operand{operand(Real, 2, 3, 2)}, Build: func(in []*graph.Value) *graph.Value {
			return graph.Mul(in[0], graph.Iota(in[0].Type(), 1))
		}},
		{Op: graph.OpIota, Operands: []Operand{operand(Real, 4)}, Build: func(in []*graph.Value) *graph.Value {
			return graph.Mul(in[0], graph.Convert(graph.Iota(graph.T(graph.Int32, 4), 0), in[0].DType()))
		}},
	}
}

func unaryCases() (cases []Case) {
	add := func(op graph.Op, d Domain, f func(*graph.Value) *graph.Value, rough bool, shapes ...[]int) {
		for _, shape := range shapes {
			cases = append(cases, Case{Op: op, Rough: rough, Operands: []Operand{operand(d, shape...)},
				Build: func(in []*graph.Value) *graph.Value { return f(in[0]) }})
		}
	}
	for _, u := range []struct {
		op     graph.Op
		domain Domain
		f      func(*graph.Value) *graph.Value
	}{
		{graph.OpNeg, Real, graph.Neg},
		{graph.OpExp, Real, graph.Exp},
		{graph.OpExpm1, Real, graph.Expm1},
		{graph.OpLog, Positive, graph.Log},
		{graph.OpLog1p, Above(-1), graph.Log1p},
		{graph.OpTanh, Real, graph.Tanh},
		{graph.OpLogistic, Real, graph.Logistic},
		{graph.OpSqrt, Positive, graph.Sqrt},
		{graph.OpRsqrt, Positive, graph.Rsqrt},
		{graph.OpSin, Real, graph.Sin},
		{graph.OpCos, Real, graph.Cos},
		{graph.OpAbs, Lattice(0.25), graph.Abs},
		{graph.OpSign, Lattice(0.25), graph.Sign},
		{graph.OpErf, Real, graph.Erf},
		{graph.OpConvert, Lattice(0.25), func(x *graph.Value) *graph.Value {
			return graph.Convert(graph.Convert(x, graph.Int32), x.DType())
		}},
	} {
		add(u.op, u.domain, u.f, false, elementShapes...)
	}
	// Its derivative is not the function's, on purpose.
	add(graph.OpStopGradient, Real, graph.StopGradient, true, elementShapes...)
	add(graph.OpConvert, Real, otherPrecision, true, elementShapes...)
	for _, f := range []func(*graph.Value) *graph.Value{graph.Neg, graph.Abs, graph.Sign, graph.StopGradient,
		toFloat32, toFloat64} {
		c := Case{Operands: []Operand{integers(Integers, 3, 5)}, Rough: true, Build: func(in []*graph.Value) *graph.Value {
			return f(in[0])
		}}
		c.Op = f(graph.Input("", graph.T(graph.Int32))).Op()
		cases = append(cases, c)
	}
	return cases
}

func toFloat32(x *graph.Value) *graph.Value { return graph.Convert(x, graph.Float32) }
func toFloat64(x *graph.Value) *graph.Value { return graph.Convert(x, graph.Float64) }

func otherPrecision(x *graph.Value) *graph.Value {
	if x.DType() == graph.Float64 {
		return toFloat32(x)
	}
	return toFloat64(x)
}

func binaryCases() (cases []Case) {
	comparing := func(o graph.Order) func(a, b *graph.Value) *graph.Value {
		return func(a, b *graph.Value) *graph.Value { return graph.Compare(o, a, b) }
	}
	type binary struct {
		op   graph.Op
		a, b Domain
		f    func(a, b *graph.Value) *graph.Value
	}
	table := []binary{
		{graph.OpAdd, Real, Real, graph.Add},
		{graph.OpSub, Real, Real, graph.Sub},
		{graph.OpMul, Real, Real, graph.Mul},
		{graph.OpDiv, Real, Lattice(0.25), graph.Div},
		{graph.OpMax, Lattice(0), Lattice(0.25), graph.Max},
		{graph.OpMin, Lattice(0), Lattice(0.25), graph.Min},
		{graph.OpPow, Positive, Real, graph.Pow},
	}
	for o := graph.EQ; o <= graph.GE; o++ {
		table = append(table, binary{graph.OpCompare, Lattice(0), Lattice(0.25), comparing(o)})
	}
	for _, b := range table {
		build := func(in []*graph.Value) *graph.Value { return b.f(in[0], in[1]) }
		for _, shape := range elementShapes {
			cases = append(cases,
				Case{Op: b.op, Operands: []Operand{operand(b.a, shape...), operand(b.b, shape...)}, Build: build})
		}
		cases = append(cases,
			Case{Op: b.op, Operands: []Operand{operand(b.a), operand(b.b, 3, 5)}, Build: build},
			Case{Op: b.op, Operands: []Operand{operand(b.a, 3, 5), operand(b.b)}, Build: build},
			Case{Op: b.op, Operands: []Operand{integers(Integers, 3, 5), integers(Integers, 3, 5)}, Build: build, Rough: true})
	}
	for n := -2.0; n <= 3; n++ { // whole powers of either sign, of operands of either sign
		cases = append(cases, Case{Op: graph.OpPow, Operands: []Operand{operand(Lattice(0.25), 7)},
			Build: func(in []*graph.Value) *graph.Value { return graph.Pow(in[0], graph.Const(in[0].DType(), n)) }})
	}
	choose := func(in []*graph.Value) *graph.Value { return graph.Select(in[0], in[1], in[2]) }
	masked := func(in []*graph.Value) *graph.Value {
		return graph.Select(graph.Compare(graph.LT, in[0], in[1]), graph.Mul(in[0], in[1]), graph.Sin(in[0]))
	}
	for _, shape := range elementShapes {
		cases = append(cases,
			Case{Op: graph.OpSelect, Operands: []Operand{operand(Lattice(0.25), shape...),
				operand(Real, shape...), operand(Real, shape...)}, Build: choose},
			Case{Op: graph.OpSelect,
				Operands: []Operand{operand(Lattice(0), shape...), operand(Lattice(0.25), shape...)}, Build: masked})
	}
	return append(cases,
		Case{Op: graph.OpSelect, Operands: []Operand{operand(Lattice(0.25)), operand(Real, 4), operand(Real, 4)},
			Build: choose},
		Case{Op: graph.OpSelect, Operands: []Operand{integers(Integers, 9), integers(Integers, 9),
			integers(Integers, 9)}, Build: choose, Rough: true})
}

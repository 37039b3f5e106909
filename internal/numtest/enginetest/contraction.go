package enginetest

import "basin/graph"

func dotCases() (cases []Case) {
	for _, c := range []struct {
		a, b []int
		ax   graph.DotAxes
	}{
		// matrix products in the four layouts, matrix with vector, inner and outer products
		{[]int{3, 5}, []int{5, 4}, graph.DotAxes{LeftContract: []int{1}, RightContract: []int{0}}},
		{[]int{3, 5}, []int{4, 5}, graph.DotAxes{LeftContract: []int{1}, RightContract: []int{1}}},
		{[]int{5, 3}, []int{5, 4}, graph.DotAxes{LeftContract: []int{0}, RightContract: []int{0}}},
		{[]int{5, 3}, []int{4, 5}, graph.DotAxes{LeftContract: []int{0}, RightContract: []int{1}}},
		{[]int{3, 5}, []int{5}, graph.DotAxes{LeftContract: []int{1}, RightContract: []int{0}}},
		{[]int{5}, []int{3, 5}, graph.DotAxes{LeftContract: []int{0}, RightContract: []int{1}}},
		{[]int{7}, []int{7}, graph.DotAxes{LeftContract: []int{0}, RightContract: []int{0}}},
		{[]int{3}, []int{4}, graph.DotAxes{}},
		{[]int{}, []int{4}, graph.DotAxes{}},
		// one element, and no elements: an empty sum is 0
		{[]int{1, 1}, []int{1, 1}, graph.DotAxes{LeftContract: []int{1}, RightContract: []int{0}}},
		{[]int{3, 0}, []int{0, 4}, graph.DotAxes{LeftContract: []int{1}, RightContract: []int{0}}},
		{[]int{0, 3}, []int{3, 4}, graph.DotAxes{LeftContract: []int{1}, RightContract: []int{0}}},
		{[]int{3, 2}, []int{2, 0}, graph.DotAxes{LeftContract: []int{1}, RightContract: []int{0}}},
		// beyond one register block
		{[]int{13, 37}, []int{33, 37}, graph.DotAxes{LeftContract: []int{1}, RightContract: []int{1}}},
		// batch axes, in front, in the middle, in another order
		{[]int{2, 3, 5}, []int{2, 5, 4}, graph.DotAxes{LeftBatch: []int{0}, RightBatch: []int{0},
			LeftContract: []int{2}, RightContract: []int{1}}},
		{[]int{3, 2, 5}, []int{5, 4, 2}, graph.DotAxes{LeftBatch: []int{1}, RightBatch: []int{2},
			LeftContract: []int{2}, RightContract: []int{0}}},
		{[]int{2, 3, 4}, []int{3, 2, 4}, graph.DotAxes{LeftBatch: []int{0, 1}, RightBatch: []int{1, 0},
			LeftContract: []int{2}, RightContract: []int{2}}},
		{[]int{2, 3}, []int{2, 3}, graph.DotAxes{LeftBatch: []int{0}, RightBatch: []int{0}}},
		{[]int{3}, []int{3}, graph.DotAxes{LeftBatch: []int{0}, RightBatch: []int{0}}},
		{[]int{0, 3, 2}, []int{0, 2, 2}, graph.DotAxes{LeftBatch: []int{0}, RightBatch: []int{0},
			LeftContract: []int{2}, RightContract: []int{1}}},
		// several contracted and free axes, in orders that differ between the operands
		{[]int{2, 3, 4}, []int{4, 5, 2}, graph.DotAxes{LeftContract: []int{2, 0}, RightContract: []int{0, 2}}},
		{[]int{2, 3, 4}, []int{4, 5, 2}, graph.DotAxes{LeftContract: []int{0, 2}, RightContract: []int{2, 0}}},
		{[]int{2, 3, 4}, []int{5, 3, 2}, graph.DotAxes{LeftContract: []int{1}, RightContract: []int{1}}},
		{[]int{2, 3, 4, 2}, []int{2, 4, 3, 3}, graph.DotAxes{LeftBatch: []int{3}, RightBatch: []int{0},
			LeftContract: []int{2, 1}, RightContract: []int{1, 3}}},
	} {
		terms := 1
		for _, a := range c.ax.LeftContract {
			terms *= c.a[a]
		}
		cases = append(cases,
			Case{Op: graph.OpDot, Operands: []Operand{operand(Real, c.a...), operand(Real, c.b...)}, Terms: terms,
				Build: func(in []*graph.Value) *graph.Value { return graph.Dot(in[0], in[1], c.ax) }})
	}
	// The same value on both sides.
	return append(cases, Case{Op: graph.OpDot, Operands: []Operand{operand(Real, 3, 4)}, Terms: 4,
		Build: func(in []*graph.Value) *graph.Value { return graph.Linear(in[0], in[0]) }})
}

// axis is one spatial axis of a geometry.
type axis struct{ size, kernel, stride, low, high, dilation int }

func geometry(batch, in, out, groups int, axes ...axis) *graph.Geometry {
	g := &graph.Geometry{Batch: batch, In: in, Out: out, Groups: groups}
	for _, a := range axes {
		g.Size, g.Kernel, g.Stride = append(g.Size, a.size), append(g.Kernel, a.kernel), append(g.Stride, a.stride)
		g.Low, g.High = append(g.Low, a.low), append(g.High, a.high)
		g.Dilation = append(g.Dilation, a.dilation)
	}
	return g
}

// geometries are small, and together vary each field independently.
func geometries() []*graph.Geometry {
	return []*graph.Geometry{
		geometry(2, 3, 2, 1, axis{5, 3, 1, 1, 1, 1}),
		geometry(1, 4, 2, 2, axis{8, 3, 3, 2, 0, 2}),
		geometry(2, 2, 3, 1, axis{4, 3, 1, 1, 1, 1}, axis{5, 2, 1, 0, 0, 1}),
		geometry(1, 2, 2, 1, axis{6, 3, 2, 1, 1, 1}, axis{4, 3, 2, 1, 1, 1}), // the last row of padding is never read
		geometry(2, 2, 4, 2, axis{4, 2, 1, 0, 1, 2}, axis{4, 3, 2, 2, 1, 1}),
		geometry(1, 3, 3, 3, axis{3, 3, 1, 1, 1, 1}, axis{3, 3, 1, 1, 1, 1}), // depthwise
		geometry(2, 3, 2, 1, axis{3, 1, 2, 0, 0, 1}, axis{3, 1, 2, 0, 0, 1}), // a shortcut
		geometry(1, 1, 1, 1, axis{2, 3, 1, 0, 0, 1}, axis{2, 3, 1, 0, 0, 1}), // no window fits
		geometry(0, 2, 2, 1, axis{3, 2, 1, 0, 0, 1}),
		geometry(1, 0, 2, 1, axis{3, 2, 1, 0, 0, 1}),
	}
}

func convolutionCases() (cases []Case) {
	for i, g := range geometries() {
		x, w, y := g.InputShape(), g.WeightShape(), g.OutputShape()
		for _, c := range []struct {
			op   graph.Op
			f    func(a, b *graph.Value, g *graph.Geometry) *graph.Value
			a, b []int
		}{
			{graph.OpConv, graph.Conv, x, w}, {graph.OpConvInput, graph.ConvInput, y, w},
			{graph.OpConvWeight, graph.ConvWeight, x, y},
		} {
			terms := graph.T(graph.Float64, w...).Size() + graph.T(graph.Float64, y...).Size() // a bound
			add := func(a, b []int) {
				cases = append(cases, Case{Op: c.op, Operands: []Operand{operand(Real, a...), operand(Real, b...)}, Terms: terms,
					Build: func(in []*graph.Value) *graph.Value { return c.f(in[0], in[1], g) }})
			}
			add(c.a, c.b)
			if i%2 == 0 { // instance axes on one operand, on the other, on both
				add(append([]int{2}, c.a...), c.b)
				add(c.a, append([]int{3}, c.b...))
				add(append([]int{2}, c.a...), append([]int{2}, c.b...))
			}
		}
	}
	return cases
}

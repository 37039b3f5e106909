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
		{[]int{2, 3, 5}, []int{2, 5, 4}, graph.DotAxes{LeftBatch: []int{0}, RightBatch: []int{0}, LeftContract: []int{2}, RightContract: []int{1}}},
		{[]int{3, 2, 5}, []int{5, 4, 2}, graph.DotAxes{LeftBatch: []int{1}, RightBatch: []int{2}, LeftContract: []int{2}, RightContract: []int{0}}},
		{[]int{2, 3, 4}, []int{3, 2, 4}, graph.DotAxes{LeftBatch: []int{0, 1}, RightBatch: []int{1, 0}, LeftContract: []int{2}, RightContract: []int{2}}},
		{[]int{2, 3}, []int{2, 3}, graph.DotAxes{LeftBatch: []int{0}, RightBatch: []int{0}}},
		{[]int{3}, []int{3}, graph.DotAxes{LeftBatch: []int{0}, RightBatch: []int{0}}},
		{[]int{0, 3, 2}, []int{0, 2, 2}, graph.DotAxes{LeftBatch: []int{0}, RightBatch: []int{0}, LeftContract: []int{2}, RightContract: []int{1}}},
		// several contracted and free axes, in orders that differ between the operands
		{[]int{2, 3, 4}, []int{4, 5, 2}, graph.DotAxes{LeftContract: []int{2, 0}, RightContract: []int{0, 2}}},
		{[]int{2, 3, 4}, []int{4, 5, 2}, graph.DotAxes{LeftContract: []int{0, 2}, RightContract: []int{2, 0}}},
		{[]int{2, 3, 4}, []int{5, 3, 2}, graph.DotAxes{LeftContract: []int{1}, RightContract: []int{1}}},
		{[]int{2, 3, 4, 2}, []int{2, 4, 3, 3}, graph.DotAxes{LeftBatch: []int{3}, RightBatch: []int{0}, LeftContract: []int{2, 1}, RightContract: []int{1, 3}}},
	} {
		terms := 1
		for _, a := range c.ax.LeftContract {
			terms *= c.a[a]
		}
		cases = append(cases, Case{Op: graph.OpDot, Operands: []Operand{operand(Real, c.a...), operand(Real, c.b...)}, Terms: terms,
			Build: func(in []*graph.Value) *graph.Value { return graph.Dot(in[0], in[1], c.ax) }})
	}
	// The same value on both sides.
	return append(cases, Case{Op: graph.OpDot, Operands: []Operand{operand(Real, 3, 4)}, Terms: 4,
		Build: func(in []*graph.Value) *graph.Value { return graph.Linear(in[0], in[0]) }})
}

// geometries are small, and between them use each field apart from the others.
func geometries() []*graph.Geometry {
	return []*graph.Geometry{
		{Batch: 2, In: 3, Out: 2, Groups: 1, Size: []int{5}, Kernel: []int{3}, Stride: []int{1}, Low: []int{1}, High: []int{1}, Dilation: []int{1}},
		{Batch: 1, In: 4, Out: 2, Groups: 2, Size: []int{8}, Kernel: []int{3}, Stride: []int{3}, Low: []int{2}, High: []int{0}, Dilation: []int{2}},
		{Batch: 2, In: 2, Out: 3, Groups: 1, Size: []int{4, 5}, Kernel: []int{3, 2}, Stride: []int{1, 1}, Low: []int{1, 0}, High: []int{1, 0}, Dilation: []int{1, 1}},
		{Batch: 1, In: 2, Out: 2, Groups: 1, Size: []int{6, 4}, Kernel: []int{3, 3}, Stride: []int{2, 2}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 1}}, // the last row of padding is never read
		{Batch: 2, In: 2, Out: 4, Groups: 2, Size: []int{4, 4}, Kernel: []int{2, 3}, Stride: []int{1, 2}, Low: []int{0, 2}, High: []int{1, 1}, Dilation: []int{2, 1}},
		{Batch: 1, In: 3, Out: 3, Groups: 3, Size: []int{3, 3}, Kernel: []int{3, 3}, Stride: []int{1, 1}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 1}}, // depthwise
		{Batch: 2, In: 3, Out: 2, Groups: 1, Size: []int{3, 3}, Kernel: []int{1, 1}, Stride: []int{2, 2}, Low: []int{0, 0}, High: []int{0, 0}, Dilation: []int{1, 1}}, // a shortcut
		{Batch: 1, In: 1, Out: 1, Groups: 1, Size: []int{2, 2}, Kernel: []int{3, 3}, Stride: []int{1, 1}, Low: []int{0, 0}, High: []int{0, 0}, Dilation: []int{1, 1}}, // no window fits
		{Batch: 0, In: 2, Out: 2, Groups: 1, Size: []int{3}, Kernel: []int{2}, Stride: []int{1}, Low: []int{0}, High: []int{0}, Dilation: []int{1}},
		{Batch: 1, In: 0, Out: 2, Groups: 1, Size: []int{3}, Kernel: []int{2}, Stride: []int{1}, Low: []int{0}, High: []int{0}, Dilation: []int{1}},
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
			{graph.OpConv, graph.Conv, x, w}, {graph.OpConvInput, graph.ConvInput, y, w}, {graph.OpConvWeight, graph.ConvWeight, x, y},
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

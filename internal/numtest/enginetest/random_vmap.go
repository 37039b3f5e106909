package enginetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"basin/engine"
	"basin/graph"

	"pgregory.net/rapid"
)

// testRandomVmap maps random networks over any of their inputs, along any axis, and compares each element with the
// result of the program alone, bit for bit.
func testRandomVmap(t *testing.T, e engine.Engine) {
	rapid.Check(t, func(rt *rapid.T) {
		d := precision(rt)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		shapes, room := networkShapes(rt)
		batch := rapid.IntRange(1, 3).Draw(rt, "batch")
		derivative := rapid.IntRange(0, 3).Draw(rt, "derivative")
		var mapped []bool
		for range shapes {
			mapped = append(mapped, rapid.Bool().Draw(rt, "mapped"))
		}
		mapped[rapid.IntRange(0, len(mapped)-1).Draw(rt, "mapped at least")] = true
		isMapped := func(i int) bool { return mapped[i] }
		elements := make([][]engine.Array, batch)
		for b := range elements {
			for i, s := range shapes {
				typ := graph.T(d, s...)
				a := Fill(typ, Real(rng, typ.Size()))
				if b > 0 && !mapped[i] {
					a = elements[0][i]
				}
				elements[b] = append(elements[b], a)
			}
		}
		stacked, axis := slices.Clone(elements[0]), make([]int, len(shapes))
		for i := range stacked {
			if mapped[i] {
				column := make([]engine.Array, batch)
				for b := range column {
					column[b] = elements[b][i]
				}
				if rapid.IntRange(0, 2).Draw(rt, "along another axis") == 0 {
					axis[i] = rapid.IntRange(0, len(shapes[i])).Draw(rt, "axis")
				}
				stacked[i] = stackAlong(axis[i], column)
			}
		}
		var alone *graph.Program // drawn once, from the values inside Vmap
		p := Trace(rt, func(in []*graph.Value) []*graph.Value {
			in = slices.Clone(in)
			for i := range in {
				if axis[i] > 0 {
					in[i] = graph.Transpose(in[i], leading(axis[i], in[i].Type().Rank())...)
				}
			}
			return mapSome(func(xs []*graph.Value) []*graph.Value {
				ys := randomNetwork(rt, xs, derivative, room)
				alone = &graph.Program{Inputs: slices.Clone(xs), Outputs: ys}
				return ys
			}, isMapped, in)
		}, stacked...)
		got, err := engine.Evaluate(e, p, stacked...)
		if err != nil {
			rt.Fatal(err)
		}
		for b := range batch {
			want, err := engine.Evaluate(e, alone, elements[b]...)
			if err != nil {
				rt.Fatal(err)
			}
			for j := range want {
				SameBits(rt, fmt.Sprintf("output %d, %v, mapped %v, element %d of %d", j, alone.Outputs[j],
					mapped, b, batch), Element(got[j], b), want[j])
			}
		}
	})
}

// stackAlong joins arrays of one type along a new axis.
func stackAlong(axis int, parts []engine.Array) engine.Array {
	typ := parts[0].Type
	outer, inner := 1, 1
	for i, n := range typ.Shape {
		if i < axis {
			outer *= n
		} else {
			inner *= n
		}
	}
	a := engine.NewArray(graph.T(typ.DType, slices.Insert(slices.Clone(typ.Shape), axis, len(parts))...))
	for b, p := range parts {
		for o := range outer {
			for i := range inner {
				a.Set((o*len(parts)+b)*inner+i, p.At(o*inner+i))
			}
		}
	}
	return a
}

// leading is the permutation that puts one axis before all others.
func leading(axis, rank int) []int {
	p := []int{axis}
	for a := range rank {
		if a != axis {
			p = append(p, a)
		}
	}
	return p
}

// networkShapes draws shapes for convolutions and norms of images, and the largest size of a value.
func networkShapes(rt *rapid.T) (shapes [][]int, room int) {
	draw := func(what string, low, high int) int { return rapid.IntRange(low, high).Draw(rt, what) }
	c, size, room := draw("channels", 1, 5), draw("side", 1, 5), 1500
	n := draw("images", 0, 4)
	if draw("scale", 0, 4) == 4 { // large enough for what engines do to large programs
		c, size, n, room = draw("more channels", 1, 20), draw("larger side", 6, 17), draw("more images", 1, 12), 80000
	}
	image := []int{n, c, size, size}
	if draw("line", 0, 3) == 0 {
		image = []int{n, c, size * 3}
	}
	kernel := slices.Clone(image)
	kernel[0] = c
	for i := 2; i < len(kernel); i++ {
		kernel[i] = draw("kernel", 1, 3)
	}
	odd := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 3).Draw(rt, "other shape")
	return [][]int{image, kernel, {c}, image, odd}, room
}

// randomNetwork grows a program from xs, and derivatives of it: none, gradients, tangents, or both.
func randomNetwork(rt *rapid.T, xs []*graph.Value, derivative, room int) []*graph.Value {
	d := xs[0].DType()
	g := &growth{rt: rt, smooth: false, exact: true, room: room, values: slices.Clone(xs)}
	ys := g.outputs()
	if derivative == 0 {
		return ys
	}
	loss := graph.Const(d, 0)
	for _, y := range ys {
		if y.DType() == d {
			loss = graph.Add(loss, graph.ReduceSum(graph.Tanh(y)))
		}
	}
	if derivative != 2 {
		ys = append(ys, graph.Grad(loss, xs...)...)
	}
	if derivative == 1 {
		return ys
	}
	var at []*graph.Value
	for _, y := range ys {
		if y.DType() == d {
			at = append(at, y)
		}
	}
	return append(ys, graph.JVP(at, []*graph.Value{xs[0], xs[1]}, []*graph.Value{graph.Sin(xs[3]), graph.Cos(xs[1])})...)
}

// testRandomDonation donates inputs of random programs to outputs, and compares several runs in place with runs
// that copy.
func testRandomDonation(t *testing.T, e engine.Engine) {
	rapid.Check(t, func(rt *rapid.T) {
		d := precision(rt)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		shapes, room := networkShapes(rt)
		derivative := rapid.IntRange(0, 1).Draw(rt, "derivative")
		var in []engine.Array
		for _, s := range shapes {
			typ := graph.T(d, s...)
			in = append(in, Fill(typ, Real(rng, typ.Size())))
		}
		var donate []int
		p := Trace(rt, func(xs []*graph.Value) []*graph.Value {
			donate = nil
			g := &growth{rt: rt, exact: true, room: room, values: slices.Clone(xs)}
			ys := g.outputs()
			if derivative == 1 {
				loss := graph.Const(d, 0)
				for _, y := range ys {
					if y.DType() == d {
						loss = graph.Add(loss, graph.ReduceSum(graph.Tanh(y)))
					}
				}
				g.values = append(g.values, graph.Grad(loss, xs...)...)
			}
			var out []*graph.Value
			for i, x := range xs {
				var same []*graph.Value
				for _, v := range g.values {
					if v.Type().Equal(x.Type()) {
						same = append(same, v)
					}
				}
				y := same[g.draw("output", 0, len(same)-1)]
				switch g.draw("update", 0, 3) {
				case 0:
					y = graph.Sub(y, graph.Scale(x, 0.25))
				case 1:
					y = graph.Scale(graph.Sub(x, graph.Mul(y, same[g.draw("second", 0, len(same)-1)])), 0.3)
				}
				out = append(out, y)
				donor := 0
				if g.draw("donated", 0, 3) > 0 {
					donor = i + 1
				}
				donate = append(donate, donor)
			}
			if x, y := xs[0].Type(), xs[3].Type(); x.Equal(y) && donate[0] > 0 && donate[3] > 0 &&
				g.draw("exchanged", 0, 1) == 1 {
				donate[0], donate[3] = donate[3], donate[0]
			}
			for _, y := range ys {
				out, donate = append(out, y), append(donate, 0)
			}
			return out
		}, in...)
		apart := clone(in)
		inPlace, out := bind(rt, e, p, engine.Options{Donate: donate}, in...)
		copying, want := bind(rt, e, p, engine.Options{}, apart...)
		for run := range 3 {
			must(rt, inPlace)
			must(rt, copying)
			for j := range want {
				SameBits(rt, fmt.Sprintf("run %d, output %d, %v, donate %v", run, j, p.Outputs[j], donate), out[j], want[j])
				if donate[j] > 0 {
					for i := range want[j].Len() {
						apart[donate[j]-1].Set(i, want[j].At(i))
					}
				}
			}
			for i := range in {
				SameBits(rt, fmt.Sprintf("input %d after the run", i), in[i], apart[i])
			}
		}
	})
}

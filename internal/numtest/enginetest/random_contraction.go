package enginetest

import (
	"math/rand/v2"
	"slices"
	"testing"

	"basin/engine"
	"basin/engine/reference"
	"basin/graph"

	"pgregory.net/rapid"
)

// wholeNumbers draws operands such that products and sums are exact in float32, so that every order of summation
// gives one result.
func wholeNumbers(rt *rapid.T, types ...graph.Type) []engine.Array {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
	in := make([]engine.Array, len(types))
	for i, typ := range types {
		in[i] = Fill(typ, Integers(rng, typ.Size()))
	}
	return in
}

func precision(rt *rapid.T) graph.DType {
	return rapid.SampledFrom([]graph.DType{graph.Float32, graph.Float64}).Draw(rt, "dtype")
}

// exactly compares e with the reference, without tolerance.
func exactly(rt *rapid.T, e engine.Engine, f Function, in []engine.Array) {
	got, want := Call(rt, e, f, in...), Call(rt, reference.Engine{}, f, in...)
	for i := range want {
		Equal(rt, "result", got[i], want[i])
	}
}

// testRandomDots draws any numbers of batch, free and contracted axes, in any order in each operand.
func testRandomDots(t *testing.T, e engine.Engine) {
	rapid.Check(t, func(rt *rapid.T) {
		sizes := func(what string, most int) []int {
			largest := rapid.SampledFrom([]int{3, 9, 40}).Draw(rt, "largest")
			s := rapid.SliceOfN(rapid.IntRange(0, largest), 0, most).Draw(rt, what)
			for graph.T(graph.Float32, s...).Size() > 100 {
				s = s[1:]
			}
			return s
		}
		batch, contracted, left, right := sizes("batch", 2), sizes("contracted", 2), sizes("left", 2), sizes("right", 2)
		// Each operand's axes have a random order: order[i] is the place of the i-th of batch, contracted, free.
		layout := func(what string, free []int) (shape, order []int) {
			all := slices.Concat(batch, contracted, free)
			order = permutation(rt, what, len(all))
			shape = make([]int, len(all))
			for i, at := range order {
				shape[at] = all[i]
			}
			return shape, order
		}
		a, inA := layout("left axes", left)
		b, inB := layout("right axes", right)
		nb, nc := len(batch), len(batch)+len(contracted)
		ax := graph.DotAxes{LeftBatch: inA[:nb], RightBatch: inB[:nb], LeftContract: inA[nb:nc], RightContract: inB[nb:nc]}
		d := precision(rt)
		exactly(rt, e, func(in []*graph.Value) []*graph.Value { return []*graph.Value{graph.Dot(in[0], in[1], ax)} },
			wholeNumbers(rt, graph.T(d, a...), graph.T(d, b...)))
	})
}

func permutation(rt *rapid.T, what string, n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	return rapid.Permutation(p).Draw(rt, what)
}

// testRandomConvolutions draws geometries, and instance axes for either operand, both or none, for all three
// primitives.
func testRandomConvolutions(t *testing.T, e engine.Engine) {
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(what string, low, high int) int { return rapid.IntRange(low, high).Draw(rt, what) }
		groups := draw("groups", 1, 3)
		g := &graph.Geometry{Batch: draw("batch", 0, 3), In: groups * draw("in", 0, 5),
			Out: groups * draw("out", 0, 5), Groups: groups}
		for range draw("rank", 1, 2) {
			g.Size = append(g.Size, draw("size", 0, 9))
			g.Kernel = append(g.Kernel, draw("kernel", 1, 4))
			g.Stride = append(g.Stride, draw("stride", 1, 3))
			g.Low = append(g.Low, draw("low", 0, 3))
			g.High = append(g.High, draw("high", 0, 3))
			g.Dilation = append(g.Dilation, draw("dilation", 1, 3))
		}
		shapes := [3][]int{g.InputShape(), g.WeightShape(), g.OutputShape()}
		instances := draw("instances", 1, 3)
		instanced := rapid.SliceOfN(rapid.Bool(), 3, 3).Draw(rt, "instanced")
		d := precision(rt)
		var types []graph.Type
		for i, s := range shapes {
			if instanced[i] {
				s = append([]int{instances}, s...)
			}
			types = append(types, graph.T(d, s...))
		}
		exactly(rt, e, func(in []*graph.Value) []*graph.Value {
			x, w, y := in[0], in[1], in[2]
			return []*graph.Value{graph.Conv(x, w, g), graph.ConvInput(y, w, g), graph.ConvWeight(x, y, g)}
		}, wholeNumbers(rt, types...))
	})
}

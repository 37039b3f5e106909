package enginetest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"basin/engine"
	"basin/graph"

	"pgregory.net/rapid"
)

// testSplit cuts random programs in two by graph.Split and compares the two halves, run in turn, with the whole,
// bit for bit. Then only late inputs change, and only the second half runs again.
func testSplit(t *testing.T, e engine.Engine) {
	rapid.Check(t, func(rt *rapid.T) {
		d := precision(rt)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		shape := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 3)
		first := shape.Draw(rt, "shape")
		var in []engine.Array
		var late []int
		for i, s := range [][]int{first, first, shape.Draw(rt, "other shape")} {
			typ := graph.T(d, s...)
			in = append(in, Fill(typ, Real(rng, typ.Size())))
			if rapid.Bool().Draw(rt, "late") {
				late = append(late, i)
			}
		}
		derive := rapid.Bool().Draw(rt, "differentiated")
		p := Trace(rt, func(xs []*graph.Value) []*graph.Value {
			ys := (&growth{rt: rt, smooth: derive, values: append([]*graph.Value(nil), xs...)}).outputs()
			if derive {
				ys = append(ys, graph.JVP(ys, xs[:1], []*graph.Value{graph.Sin(xs[1])})...)
			}
			return ys
		}, in...)
		early, rest := graph.Split(p, late)
		var before []engine.Array
		isLate := map[int]bool{}
		for _, i := range late {
			isLate[i] = true
		}
		for i, a := range in {
			if !isLate[i] {
				before = append(before, a)
			}
		}
		evaluate := func(p *graph.Program, in []engine.Array) []engine.Array {
			out, err := engine.Evaluate(e, p, in...)
			if err != nil {
				rt.Fatal(err)
			}
			return out
		}
		crossing := evaluate(early, before)
		for range 2 {
			want, got := evaluate(p, in), evaluate(rest, append(append([]engine.Array(nil), in...), crossing...))
			for i := range want {
				SameBits(rt, fmt.Sprintf("output %d, %v, late %v", i, p.Outputs[i], late), got[i], want[i])
			}
			for _, i := range late {
				in[i] = Fill(in[i].Type, Real(rng, in[i].Len()))
			}
		}
	})
}

package enginetest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"basin/engine"
	"basin/graph"
)

// testVmapBits: Vmap gives each element, bit for bit, the result of the program alone, whatever the batch size.
// Otherwise a resumed sweep, or one with other blocks of probes, would differ from an undisturbed one.
func testVmapBits(t *testing.T, e engine.Engine) {
	for _, n := range []Network{MLP(graph.Tanh), ConvNet(graph.ReLU, true), ConvNet(graph.ReLU, false)} {
		k, m := len(n.Params), len(n.Data)
		for _, share := range []struct {
			name   string
			mapped func(i int) bool // of the inputs: parameters, data, vectors
		}{
			{"data", func(i int) bool { return i >= k && i < k+m }},
			{"parameters", func(i int) bool { return i < k }},
			{"vectors", func(i int) bool { return i >= k+m }},
			{"all", func(int) bool { return true }},
		} {
			for _, d := range []graph.DType{graph.Float32, graph.Float64} {
				t.Run(fmt.Sprintf("%s/%s/%v", n.Name, share.name, d), func(t *testing.T) {
					sameBitsMapped(t, e, n, d, share.mapped)
				})
			}
		}
	}
}

func sameBitsMapped(t *testing.T, e engine.Engine, n Network, d graph.DType, isMapped func(i int) bool) {
	const largest = 7
	rng := rand.New(rand.NewPCG(16, 17))
	var elements [][]engine.Array // of all inputs, one list for each element of the largest batch
	for b := range largest {
		params, data := n.Arrays(rng, d)
		in := append(append(params, data...), Case{Operands: n.Params}.Arrays(rng, d)...)
		for i := range in {
			if b > 0 && !isMapped(i) {
				in[i] = elements[0][i]
			}
		}
		elements = append(elements, in)
	}
	var alone [][]engine.Array
	run, out, in := rebindable(t, e, n.everything, elements[0])
	for _, element := range elements {
		overwrite(in, element)
		must(t, run)
		alone = append(alone, clone(out))
	}
	for _, size := range []int{1, 2, 3, largest} {
		stacked := make([]engine.Array, len(in))
		for i := range stacked {
			if stacked[i] = elements[0][i]; isMapped(i) {
				column := make([]engine.Array, size)
				for b := range column {
					column[b] = elements[b][i]
				}
				stacked[i] = Stack(column...)
			}
		}
		got := Call(t, e, func(in []*graph.Value) []*graph.Value { return mapSome(n.everything, isMapped, in) }, stacked...)
		for j := range got {
			for b := range size {
				SameBits(t, fmt.Sprintf("batch of %d, result %d, element %d", size, j, b), Element(got[j], b), alone[b][j])
			}
		}
	}
}

// mapSome is Vmap of f over some of its arguments.
func mapSome(f Function, isMapped func(i int) bool, in []*graph.Value) []*graph.Value {
	var xs []*graph.Value
	for i, v := range in {
		if isMapped(i) {
			xs = append(xs, v)
		}
	}
	return graph.Vmap(func(xs []*graph.Value) []*graph.Value {
		full, k := make([]*graph.Value, len(in)), 0
		for i, v := range in {
			if full[i] = v; isMapped(i) {
				full[i] = xs[k]
				k++
			}
		}
		return f(full)
	}, xs...)
}

// rebindable compiles f once for arrays of the given types.
func rebindable(t TB, e engine.Engine, f Function, like []engine.Array) (engine.Run, []engine.Array, []engine.Array) {
	t.Helper()
	in := clone(like)
	run, out := bind(t, e, Trace(t, f, in...), engine.Options{}, in...)
	return run, out, in
}

func overwrite(to, from []engine.Array) {
	for i := range to {
		for k := range to[i].Len() {
			to[i].Set(k, from[i].At(k))
		}
	}
}

// testAllocations: nothing is allocated from the second run on.
func testAllocations(t *testing.T, e engine.Engine) {
	for _, n := range []Network{MLP(graph.ReLU), ConvNet(graph.ReLU, true)} {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			params, data := n.Arrays(rand.New(rand.NewPCG(18, 19)), d)
			in := append(append(params, data...), params...)
			run, _ := bind(t, e, Trace(t, n.everything, in...), engine.Options{}, in...)
			must(t, run)
			if allocations := testing.AllocsPerRun(20, func() { must(t, run) }); allocations != 0 {
				t.Errorf("%s in %v: %v allocations a run", n.Name, d, allocations)
			}
		}
	}
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, c := range Cases() {
			in := c.Arrays(rand.New(rand.NewPCG(20, 21)), d)
			run, _ := bind(t, e, Trace(t, func(in []*graph.Value) []*graph.Value {
				return []*graph.Value{c.Build(in)}
			}, in...), engine.Options{}, in...)
			must(t, run)
			if allocations := testing.AllocsPerRun(2, func() { must(t, run) }); allocations != 0 {
				t.Errorf("%s in %v: %v allocations a run", c.Name, d, allocations)
			}
		}
	}
}

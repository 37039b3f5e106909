package enginetest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"basin/engine"
	"basin/engine/reference"
	"basin/graph"
)

// testLarge uses operands larger than any block that an engine may cut its work into: contractions of whole
// numbers, exact in any order, and moves and reductions of long arrays.
func testLarge(t *testing.T, e engine.Engine) {
	rng := rand.New(rand.NewPCG(22, 23))
	image := &graph.Geometry{Batch: 2, In: 9, Out: 18, Groups: 1, Size: []int{17, 33}, Kernel: []int{3, 3},
		Stride: []int{2, 1}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 1}}
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		whole := func(shape ...int) engine.Array {
			typ := graph.T(d, shape...)
			return Fill(typ, Integers(rng, typ.Size()))
		}
		for _, c := range []struct {
			name string
			f    func(a, b *graph.Value) *graph.Value
			a, b engine.Array
		}{
			{"x·w", graph.MatMul, whole(131, 701), whole(701, 67)},
			{"x·wᵀ", graph.Linear, whole(131, 701), whole(67, 701)},
			{"xᵀ·w", func(a, b *graph.Value) *graph.Value {
				return graph.Dot(a, b, graph.DotAxes{LeftContract: []int{0}, RightContract: []int{0}})
			}, whole(701, 131), whole(701, 67)},
			{"inner", func(a, b *graph.Value) *graph.Value {
				return graph.Dot(a, b, graph.DotAxes{LeftContract: []int{0}, RightContract: []int{0}})
			}, whole(9001), whole(9001)},
			{"conv", func(a, b *graph.Value) *graph.Value {
				return graph.Conv(a, b, image)
			}, whole(image.InputShape()...), whole(image.WeightShape()...)},
			{"conv-input", func(a, b *graph.Value) *graph.Value {
				return graph.ConvInput(a, b, image)
			}, whole(image.OutputShape()...), whole(image.WeightShape()...)},
			{"conv-weight", func(a, b *graph.Value) *graph.Value {
				return graph.ConvWeight(a, b, image)
			}, whole(image.InputShape()...), whole(image.OutputShape()...)},
			{"transpose", func(a, b *graph.Value) *graph.Value {
				return graph.Transpose(graph.Add(a, b), 2, 0, 1)
			}, whole(7, 130, 67), whole(7, 130, 67)},
			{"sums of rows", func(a, b *graph.Value) *graph.Value {
				return graph.ReduceSum(graph.Mul(a, b), 1)
			}, whole(67, 2001), whole(67, 2001)},
			{"sums of columns", func(a, b *graph.Value) *graph.Value {
				return graph.ReduceSum(graph.Mul(a, b), 0)
			}, whole(2001, 67), whole(2001, 67)},
			{"sum of all", func(a, b *graph.Value) *graph.Value {
				return graph.ReduceSum(graph.Mul(a, b))
			}, whole(2001, 67), whole(2001, 67)},
			{"maxima", func(a, b *graph.Value) *graph.Value {
				return graph.ReduceMax(graph.Mul(a, b), 0)
			}, whole(2001, 67), whole(2001, 67)},
		} {
			f := func(in []*graph.Value) []*graph.Value { return []*graph.Value{c.f(in[0], in[1])} }
			got, want := Call(t, e, f, c.a, c.b), Call(t, reference.Engine{}, f, c.a, c.b)
			Equal(t, fmt.Sprintf("%s in %v", c.name, d), got[0], want[0])
		}
	}
}

// testRowBits: a row of x·wᵀ has the same bits however many rows x has, and so has the product of that row alone.
// A sum of reals is long enough to be cut into blocks.
func testRowBits(t *testing.T, e engine.Engine) {
	rng := rand.New(rand.NewPCG(24, 25))
	linear := func(in []*graph.Value) []*graph.Value { return []*graph.Value{graph.Linear(in[0], in[1])} }
	single := func(in []*graph.Value) []*graph.Value {
		return []*graph.Value{graph.Dot(in[0], in[1], graph.DotAxes{LeftContract: []int{0}, RightContract: []int{1}})}
	}
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, k := range []int{5, 64, 1031} {
			x, w := Fill(graph.T(d, 33, k), Real(rng, 33*k)), Fill(graph.T(d, 19, k), Real(rng, 19*k))
			all := Call(t, e, linear, x, w)[0]
			for _, rows := range []int{1, 2, 5, 8, 13, 32} {
				some := Fill(graph.T(d, rows, k), Elements(x)[:rows*k])
				got := Call(t, e, linear, some, w)[0]
				for i := range rows {
					SameBits(t, fmt.Sprintf("row %d of %d, %d terms", i, rows, k), Element(got, i), Element(all, i))
				}
			}
			SameBits(t, fmt.Sprintf("a vector of %d terms", k), Call(t, e, single, Element(x, 0), w)[0], Element(all, 0))
		}
	}
}

// testWorkers: workers that share an engine, and compile each for itself, do not disturb each other.
func testWorkers(t *testing.T, e engine.Engine) {
	n := ConvNet(graph.ReLU, true)
	params, data := n.Arrays(rand.New(rand.NewPCG(26, 27)), graph.Float32)
	in := append(append(params, data...), params...)
	p := Trace(t, n.everything, in...)
	want, err := engine.Evaluate(e, p, in...)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 3 {
				got, err := engine.Evaluate(e, p, clone(in)...)
				if err != nil {
					t.Error(err)
					return
				}
				for i := range want {
					SameBits(t, "a worker's result", got[i], want[i])
				}
			}
		})
	}
	wait.Wait()
}

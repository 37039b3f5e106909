package graph_test

import (
	"fmt"
	"log"

	"basin/engine"
	"basin/engine/cpu"
	"basin/graph"
)

// run evaluates a program on the CPU engine and prints its outputs.
func run(p *graph.Program, in ...engine.Array) {
	e, err := cpu.New()
	if err != nil {
		log.Fatal(err)
	}
	out, err := engine.Evaluate(e, p, in...)
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range out {
		fmt.Printf("%v %.6g\n", a.Type, a.F64)
	}
}

// A program is traced once, for arrays of given types, and then runs on any engine.
func Example() {
	vector := graph.T(graph.Float64, 3)
	p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		x, y := in[0], in[1]
		return []*graph.Value{graph.ReLU(graph.Sub(x, y)), graph.ReduceSum(graph.Mul(x, y))}
	}, vector, vector)
	if err != nil {
		log.Fatal(err) // names the primitive and the shapes that do not fit
	}
	run(p, engine.Float64s([]float64{1, 2, 3}), engine.Float64s([]float64{3, 2, 1}))
	// Output:
	// float64[3] [0 0 2]
	// float64[] [10]
}

// loss is ½‖w·x‖² + Σ w³, of gradient x(x·w) + 3w² and Hessian xxᵀ + diag(6w).
func loss(w, x *graph.Value) *graph.Value {
	square := graph.Scale(graph.Square(graph.ReduceSum(graph.Mul(w, x))), 0.5)
	return graph.Add(square, graph.ReduceSum(graph.Mul(w, graph.Square(w))))
}

func ExampleGrad() {
	vector := graph.T(graph.Float64, 2)
	p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		return graph.Grad(loss(in[0], in[1]), in[0])
	}, vector, vector)
	if err != nil {
		log.Fatal(err)
	}
	run(p, engine.Float64s([]float64{1, 2}), engine.Float64s([]float64{10, 0}))
	// Output: float64[2] [103 12]
}

func ExampleHVP() {
	vector := graph.T(graph.Float64, 2)
	p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		w, x, v := in[0], in[1], in[2]
		return graph.HVP(loss(w, x), []*graph.Value{w}, []*graph.Value{v})
	}, vector, vector, vector)
	if err != nil {
		log.Fatal(err)
	}
	w, x := engine.Float64s([]float64{1, 2}), engine.Float64s([]float64{10, 0})
	run(p, w, x, engine.Float64s([]float64{1, 1}))
	// Output: float64[2] [106 12]
}

// The gradients of single samples: Vmap over the rows of x; w is shared.
func ExampleVmap() {
	p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		w, xs := in[0], in[1]
		return graph.Vmap(func(x []*graph.Value) []*graph.Value {
			return graph.Grad(loss(w, x[0]), w)
		}, xs)
	}, graph.T(graph.Float64, 2), graph.T(graph.Float64, 3, 2))
	if err != nil {
		log.Fatal(err)
	}
	run(p, engine.Float64s([]float64{1, 2}), engine.Float64s([]float64{10, 0, 0, 10, 1, 1}, 3, 2))
	// Output: float64[3,2] [103 12 3 212 6 15]
}

// The Laplacian of sin(πx)·y² at (½, 3): −π²·9 + 2.
func ExampleLaplacian() {
	p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		at := func(i int) *graph.Value {
			return graph.Reshape(graph.Slice(in[0], []int{i}, []int{i + 1}, nil))
		}
		u := graph.Mul(graph.Sin(graph.Scale(at(0), 3.141592653589793)), graph.Square(at(1)))
		return []*graph.Value{graph.Laplacian(u, in[0])}
	}, graph.T(graph.Float64, 2))
	if err != nil {
		log.Fatal(err)
	}
	run(p, engine.Float64s([]float64{0.5, 3}))
	// Output: float64[] [-86.8264]
}

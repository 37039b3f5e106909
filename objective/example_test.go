package objective_test

import (
	"fmt"
	"log"

	"basin/dataset"
	"basin/engine"
	"basin/engine/cpu"
	"basin/graph"
	"basin/model"
	"basin/objective"
	"basin/param"
	"basin/random"
	"basin/task"
)

// xor is the exclusive or: two classes that no linear function of the inputs separates.
func xor() *dataset.Set {
	return dataset.NewSet("xor", []int{2}, []float32{0, 0, 0, 1, 1, 0, 1, 1}, []int32{0, 1, 1, 0}, 2)
}

// The loss of a network as a function of its parameters, with derivatives.
func Example() {
	e, err := cpu.New()
	if err != nil {
		log.Fatal(err)
	}
	m, err := model.New(&model.MLP{Width: 3, Depth: 1, Activation: "tanh"}, []int{2}, 2)
	if err != nil {
		log.Fatal(err)
	}
	s := &objective.Setup{Engine: e, Model: m, Task: &task.Classification{Criterion: "cross-entropy"}}
	o, err := s.On(xor(), objective.Options{DType: graph.Float64})
	if err != nil {
		log.Fatal(err)
	}

	o.MoveTo(m.Init(random.Stream(1, "init", 0)), m.InitState())
	found, err := o.Evaluate()
	if err != nil {
		log.Fatal(err)
	}
	gradient, product := make([]float64, o.Dim()), make([]float64, o.Dim())
	if err := o.Gradient(gradient); err != nil {
		log.Fatal(err)
	}
	if err := o.Hessian().Apply(product, gradient); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d parameters, loss %.4f, accuracy %.0f %%\n", o.Dim(), found.Loss, found.Metrics[0])
	fmt.Printf("curvature along the gradient: %.4f\n", param.Dot(gradient, product)/param.Dot(gradient, gradient))
	// Output:
	// 17 parameters, loss 0.7051, accuracy 50 %
	// curvature along the gradient: 0.7196
}

// A step of gradient descent on ½‖x−y‖², where x is updated in place: three members move at once, each towards its
// target.
func ExampleFrame() {
	var layout param.Layout
	layout.Add("x", 2)
	f := &objective.Frame{Members: 3}
	x := f.Vector(layout, engine.NewArray(graph.T(graph.Float64, 3*layout.Size())))
	y := f.Own(engine.Float64s([]float64{1, 1, 2, 2, 3, 3}, 3, 2))
	rate := f.Shared(engine.Float64s([]float64{0.5}, []int{}...))

	e, err := cpu.New()
	if err != nil {
		log.Fatal(err)
	}
	step, err := f.Compile(e, func(b *objective.Body) {
		was := b.One(x)
		half := graph.Scale(graph.ReduceSum(graph.Square(graph.Sub(was, b.One(y)))), 0.5)
		b.Set(x, graph.Sub(was, graph.Mul(b.One(rate), graph.Grad(half, was)[0])))
	})
	if err != nil {
		log.Fatal(err)
	}
	run, err := step.Bind(f)
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		if err := run(); err != nil {
			log.Fatal(err)
		}
	}
	for member := range 3 {
		fmt.Println(f.Load(x, member))
	}
	// Output:
	// [0.75 0.75]
	// [1.5 1.5]
	// [2.25 2.25]
}

package path_test

import (
	"context"
	"fmt"
	"log"

	"basin/dataset"
	"basin/engine/cpu"
	"basin/graph"
	"basin/model"
	"basin/objective"
	"basin/param"
	"basin/path"
	"basin/task"
	"basin/train"
)

// The loss between two trained networks: along the line between them, and along a curve that was trained.
func Example() {
	e, err := cpu.New()
	if err != nil {
		log.Fatal(err)
	}
	m, err := model.New(&model.MLP{Width: 8, Depth: 1, Activation: "tanh"}, []int{2}, 2)
	if err != nil {
		log.Fatal(err)
	}
	xor := dataset.NewSet("xor", []int{2}, []float32{-1, -1, -1, 1, 1, -1, 1, 1}, []int32{0, 1, 1, 0}, 2)
	s := &objective.Setup{Engine: e, Model: m, Task: &task.Classification{Criterion: "cross-entropy"},
		Data: &dataset.Split{Train: xor}, Seed: 1, DType: graph.Float64}

	trainer, err := train.New(s, train.Recipe{Optimizer: &train.SGD{LR: 0.3, Momentum: 0.9},
		Batch: 4, Epochs: 200})
	if err != nil {
		log.Fatal(err)
	}
	ends, err := trainer.Run(context.Background(), train.Member{Replica: 0}, train.Member{Replica: 1})
	if err != nil {
		log.Fatal(err)
	}
	a, b := ends[0].Theta, ends[1].Theta

	gamma := path.Bezier(1)
	curve, err := path.NewCurve(s, path.CurveOptions{Gamma: gamma, Start: "midpoint",
		Rule: &train.SGD{LR: 0.1, Momentum: 0.9}, Epochs: 300, Batch: 4})
	if err != nil {
		log.Fatal(err)
	}
	bends, err := curve.Fit(context.Background(), a, b, "0-1")
	if err != nil {
		log.Fatal(err)
	}

	o, err := s.On(xor, objective.Options{DType: graph.Float64})
	if err != nil {
		log.Fatal(err)
	}
	ts := path.Uniform(5)
	line, err := path.Along(o, func(dst []float64, t float64) { param.Lerp(dst, a, b, t) }, ts)
	if err != nil {
		log.Fatal(err)
	}
	bent, err := path.Along(o, func(dst []float64, t float64) { path.CurvePoint(dst, gamma, t, a, bends[0], b) }, ts)
	if err != nil {
		log.Fatal(err)
	}
	for i, t := range ts {
		fmt.Printf("t = %.2f  line: loss %.2f, error %2.0f %%  curve: loss %.2f\n",
			t, line[i].Loss, line[i].Error, bent[i].Loss)
	}
	// Output:
	// t = 0.00  line: loss 0.00, error  0 %  curve: loss 0.00
	// t = 0.25  line: loss 0.01, error  0 %  curve: loss 0.00
	// t = 0.50  line: loss 0.38, error 25 %  curve: loss 0.01
	// t = 0.75  line: loss 0.09, error  0 %  curve: loss 0.02
	// t = 1.00  line: loss 0.00, error  0 %  curve: loss 0.00
}

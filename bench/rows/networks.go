package rows

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"basin/dataset"
	"basin/engine"
	"basin/model"
	"basin/objective"
	"basin/task"
	"basin/train"
)

// runner makes the row's work.
func (r Row) runner(e Engine) (runner, error) {
	switch r.Work() {
	case "gemm":
		return r.gemm(e.Kernels), nil
	case "conv":
		return r.convolution(e)
	case "step", "threads", "hvp", "hvps":
		m, set, err := r.subject()
		if err != nil {
			return nil, err
		}
		return r.network(m, set, e)
	}
	return nil, fmt.Errorf("%s is not timed in this process", r.Name)
}

// network makes the work of a row about a network.
func (r Row) network(m *model.Model, set *dataset.Set, e engine.Engine) (runner, error) {
	if work := r.Work(); work == "hvp" || work == "hvps" {
		return r.products(m, set, e)
	}
	return r.step(m, set, e)
}

// subject is the row's model, and noise for it: a batch, or for steps so many that few repeat, as far as they are
// small.
func (r Row) subject() (*model.Model, *dataset.Set, error) {
	m, err := r.model()
	if err != nil {
		return nil, nil, err
	}
	n := r.batch()
	if r.Work() == "step" && len(m.Input) == 1 {
		n *= 16
	}
	return m, noise(m, n), nil
}

// model is the row's network for its kind of inputs.
func (r Row) model() (*model.Model, error) {
	kind, sizes := r.architecture()
	images := []int{3, 32, 32}
	switch kind {
	case "mlp":
		last := len(sizes) - 1
		return model.New(&model.MLP{Widths: sizes[1:last], Activation: "relu"}, sizes[:1], sizes[last])
	case "resnet18":
		return model.New(&model.ResNet18{Width: sizes[0], Activation: "relu"}, images, 10)
	case "resnet20":
		return model.New(&model.ResNet20{Width: sizes[0], Activation: "relu"}, images, 10)
	}
	return nil, fmt.Errorf("%s: no row is about %s", r.Name, kind)
}

// noise is a set of n samples for a model.
func noise(m *model.Model, n int) *dataset.Set {
	r := rand.New(rand.NewPCG(1, 2))
	size := 1
	for _, d := range m.Input {
		size *= d
	}
	x, y := make([]float32, n*size), make([]int32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	for i := range y {
		y[i] = r.Int32N(int32(m.Outputs))
	}
	return dataset.NewSet("noise", m.Input, x, y, m.Outputs)
}

// classification is the task of a model on a set.
func classification(m *model.Model, set *dataset.Set, e engine.Engine) *objective.Setup {
	return &objective.Setup{Engine: e, Model: m, Task: &task.Classification{Criterion: "cross-entropy"},
		Data: &dataset.Split{Train: set, Test: set}, Seed: 1}
}

// recipe is that of the peers' steps.
func recipe(batch int) train.Recipe {
	return train.Recipe{Batch: batch, Epochs: math.MaxInt32,
		Optimizer: &train.SGD{LR: 1e-3, Momentum: 0.9, WeightDecay: 5e-4}}
}

var errEnough = errors.New("enough")

// step trains. Unlike the peers', its batches are gathered from the set in every step.
func (r Row) step(m *model.Model, set *dataset.Set, e engine.Engine) (runner, error) {
	t, err := train.New(classification(m, set, e), recipe(r.batch()))
	if err != nil {
		return nil, err
	}
	return func(tick func() bool) error {
		afterEach := func(func() *train.Snapshot) error {
			if tick() {
				return nil
			}
			return errEnough
		}
		_, err := t.Run(context.Background(), train.Member{Save: afterEach})
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	}, nil
}

// products are Hessian-vector products at a point that is moved to before each block, so that none keeps the
// primal pass of the last.
func (r Row) products(m *model.Model, set *dataset.Set, e engine.Engine) (runner, error) {
	o, err := classification(m, set, e).On(set, objective.Options{})
	if err != nil {
		return nil, err
	}
	return func(tick func() bool) error {
		rng := rand.New(rand.NewPCG(3, 4))
		theta, state, h := m.Init(rng), m.InitState(), o.Hessian()
		src, dst := make([]float64, r.Vectors()*h.Dim()), make([]float64, r.Vectors()*h.Dim())
		for i := range src {
			src[i] = rng.NormFloat64()
		}
		for {
			o.MoveTo(theta, state)
			if err := h.ApplyBlock(dst, src, r.Vectors()); err != nil || !tick() {
				return err
			}
		}
	}, nil
}

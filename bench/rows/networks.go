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
	"basin/spec"
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

// subject is the row's model, and noise for it: one batch, or sixteen for steps of fully connected networks,
// whose batches are small.
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
	if kind == "mlp" {
		last := len(sizes) - 1
		return model.New(spec.Model{Kind: "mlp", Widths: sizes[1:last], Activation: "relu"}, sizes[:1], sizes[last])
	}
	return model.New(spec.Model{Kind: kind, Width: sizes[0], Activation: "relu"}, []int{3, 32, 32}, 10)
}

// noise is a set of n samples for a model.
func noise(m *model.Model, n int) *dataset.Set {
	r := rand.New(rand.NewPCG(1, 2))
	s := &dataset.Set{Name: "noise", Shape: m.Input, Classes: m.Outputs}
	s.X, s.Y = make([]float32, n*s.Size()), make([]int32, n)
	for i := range s.X {
		s.X[i] = float32(r.NormFloat64())
	}
	for i := range s.Y {
		s.Y[i] = r.Int32N(int32(s.Classes))
	}
	return s
}

var errEnough = errors.New("enough")

// recipe is the training of the peers' steps.
func recipe(batch int) spec.Train {
	return spec.Train{Loss: "cross-entropy", Batch: batch, Epochs: math.MaxInt,
		Optimizer: spec.Optimizer{Kind: "sgd", LR: 1e-3, Momentum: 0.9, WeightDecay: 5e-4},
		Schedule:  spec.Schedule{Kind: "constant"}}
}

// step trains. Unlike the peers, it gathers its batch from the set in every step.
func (r Row) step(m *model.Model, set *dataset.Set, e engine.Engine) (runner, error) {
	t, err := train.New(e, m, set, recipe(r.batch()))
	if err != nil {
		return nil, err
	}
	return func(tick func() bool) error {
		observe := func(train.Step) error {
			if tick() {
				return nil
			}
			return errEnough
		}
		_, err := t.Run(context.Background(), 1, 0, train.Options{Observer: observe, WithoutGradient: true})
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	}, nil
}

// products are Hessian-vector products at a point that is set anew before each block, so that no block reuses
// the last primal pass.
func (r Row) products(m *model.Model, set *dataset.Set, e engine.Engine) (runner, error) {
	o, err := objective.New(e, m, set, objective.Options{})
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

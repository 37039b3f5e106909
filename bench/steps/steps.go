// Package steps is the Go side of bench/peers/mlp_step.py: one training step and one Hessian–vector product of fully connected nets,
// through the packages that a sweep runs them with, under the same names.
package steps

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"basin/dataset"
	"basin/engine"
	"basin/model"
	"basin/objective"
	"basin/spec"
	"basin/train"
)

// Case is one piece of work.
type Case struct {
	Name  string // step/64-16-16-10/32, hvp/64-16-16-10/200
	sizes []int
	n     int // samples of a batch, or of a Hessian
}

var digits = [][]int{{64, 1, 1, 10}, {64, 4, 4, 10}, {64, 16, 16, 10}, {64, 64, 64, 10}}

var mnist = []int{784, 256, 256, 10}

// Cases are those of mlp_step.py, in its order.
func Cases() []Case {
	var cases []Case
	add := func(kind string, sizes []int, n int) {
		name := strings.ReplaceAll(strings.Trim(fmt.Sprint(sizes), "[]"), " ", "-")
		cases = append(cases, Case{fmt.Sprintf("%s/%s/%d", kind, name, n), sizes, n})
	}
	for _, sizes := range digits {
		for _, b := range []int{8, 16, 32, 64, 128, 256, 512} {
			add("step", sizes, b)
		}
	}
	for _, b := range []int{64, 128, 256, 512} {
		add("step", mnist, b)
	}
	for _, sizes := range append(slices.Clone(digits), mnist) {
		add("hvp", sizes, 200)
	}
	return cases
}

// Runner does the work again and again, calling tick after each piece, until tick returns false.
type Runner func(tick func() bool) error

// Runner compiles the case on an engine.
func (c Case) Runner(e engine.Engine) (Runner, error) {
	last := len(c.sizes) - 1
	m, err := model.New(spec.Model{Kind: "mlp", Widths: c.sizes[1:last], Activation: "relu"}, c.sizes[:1], c.sizes[last])
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(c.Name, "hvp") {
		return c.product(e, m)
	}
	return c.step(e, m)
}

// set is noise: n samples with labels.
func (c Case) set(n int) *dataset.Set {
	r := rand.New(rand.NewPCG(1, 2))
	s := &dataset.Set{Name: "noise", Shape: c.sizes[:1], Classes: c.sizes[len(c.sizes)-1]}
	s.X, s.Y = make([]float32, n*c.sizes[0]), make([]int32, n)
	for i := range s.X {
		s.X[i] = float32(r.NormFloat64())
	}
	for i := range s.Y {
		s.Y[i] = r.Int32N(int32(s.Classes))
	}
	return s
}

var errEnough = errors.New("enough")

// step trains on 16 batches an epoch. Unlike the peer's, its batches are gathered from the set in every step.
func (c Case) step(e engine.Engine, m *model.Model) (Runner, error) {
	recipe := spec.Train{Loss: "cross-entropy", Batch: c.n, Epochs: 1 << 30,
		Optimizer: spec.Optimizer{Kind: "sgd", LR: 1e-3, Momentum: 0.9, WeightDecay: 5e-4}, Schedule: spec.Schedule{Kind: "constant"}}
	t, err := train.New(e, m, c.set(16*c.n), recipe)
	if err != nil {
		return nil, err
	}
	return func(tick func() bool) error {
		_, err := t.Run(context.Background(), 1, 0, train.Options{Observer: func(train.Step) error {
			if tick() {
				return nil
			}
			return errEnough
		}})
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	}, nil
}

func (c Case) product(e engine.Engine, m *model.Model) (Runner, error) {
	o, err := objective.New(e, m, c.set(c.n), objective.Options{})
	if err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(3, 4))
	o.MoveTo(m.Init(r), m.InitState())
	h := o.Hessian()
	src, dst := make([]float64, h.Dim()), make([]float64, h.Dim())
	for i := range src {
		src[i] = r.NormFloat64()
	}
	return func(tick func() bool) error {
		for {
			if err := h.Apply(dst, src); err != nil || !tick() {
				return err
			}
		}
	}, nil
}

// Median runs for a while, after a tenth of that to warm up, and gives the median time of a piece of work, as the peer does.
func (run Runner) Median(d time.Duration) (time.Duration, error) {
	var times []time.Duration
	for _, limit := range []time.Duration{d / 10, d} {
		times = times[:0]
		start := time.Now()
		last := start
		err := run(func() bool {
			now := time.Now()
			times = append(times, now.Sub(last))
			last = now
			return len(times) < 5 || now.Sub(start) < limit
		})
		if err != nil {
			return 0, err
		}
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

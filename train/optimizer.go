package train

import (
	"fmt"
	"math"

	"basin/engine"
	"basin/graph"
	"basin/spec"
)

// Rule is an optimizer's update as part of a program, as PyTorch does it. Rates, which change from step to step, enter as inputs.
//
//	sgd   g ← g + wd·θ;  m ← μ·m + g (m = g at the first step, which zero moments give);  θ ← θ − lr·(g + μ·m if nesterov else m)
//	adam  g ← g + wd·θ;  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  θ ← θ − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)
type Rule struct {
	Moments int // arrays like θ that it carries from step to step, zero at first. SGD: momentum; Adam: first and second moment
	Rates   int // scalars that SetRates sets
	spec    spec.Optimizer
	update  func(theta, g *graph.Value, m, rates []*graph.Value) (next *graph.Value, moments []*graph.Value)
}

// NewRule reads a spec.
func NewRule(s spec.Optimizer) (Rule, error) {
	switch s.Kind {
	case "sgd", "":
		r := Rule{Rates: 1, spec: s, update: sgd(s)}
		if s.Momentum != 0 {
			r.Moments = 1
		}
		return r, nil
	case "adam":
		return Rule{Moments: 2, Rates: 2, spec: s, update: adam(s)}, nil
	}
	return Rule{}, fmt.Errorf("train: optimizer: kind: %q is unknown; choose sgd or adam", s.Kind)
}

// Update gives the next θ and moments from the gradient g, each of θ's shape.
func (r Rule) Update(theta, g *graph.Value, moments, rates []*graph.Value) (next *graph.Value, nextMoments []*graph.Value) {
	if r.spec.WeightDecay != 0 {
		g = graph.Add(g, graph.Scale(theta, r.spec.WeightDecay))
	}
	return r.update(theta, g, moments, rates)
}

// UpdateAll is Update for each of several parameters. Moments come, and go, as all parameters' first, then all their second.
func (r Rule) UpdateAll(thetas, gs, moments, rates []*graph.Value) (next, nextMoments []*graph.Value) {
	n := len(thetas)
	next, nextMoments = make([]*graph.Value, n), make([]*graph.Value, len(moments))
	for i := range thetas {
		var own []*graph.Value
		for j := i; j < len(moments); j += n {
			own = append(own, moments[j])
		}
		next[i], own = r.Update(thetas[i], gs[i], own, rates)
		for j, v := range own {
			nextMoments[j*n+i] = v
		}
	}
	return next, nextMoments
}

// SetRates sets the scalars of a step, counted from 1.
func (r Rule) SetRates(rates []engine.Array, lr float64, step int) {
	if r.spec.Kind != "adam" {
		rates[0].Set(0, lr)
		return
	}
	t := float64(step)
	rates[0].Set(0, lr/(1-math.Pow(r.spec.Betas[0], t)))
	rates[1].Set(0, math.Sqrt(1-math.Pow(r.spec.Betas[1], t)))
}

func sgd(s spec.Optimizer) func(theta, g *graph.Value, m, rates []*graph.Value) (*graph.Value, []*graph.Value) {
	return func(theta, g *graph.Value, m, rates []*graph.Value) (*graph.Value, []*graph.Value) {
		if len(m) == 0 {
			return graph.Sub(theta, graph.Mul(rates[0], g)), nil
		}
		next := graph.Add(graph.Scale(m[0], s.Momentum), g)
		direction := next
		if s.Nesterov {
			direction = graph.Add(g, graph.Scale(next, s.Momentum))
		}
		return graph.Sub(theta, graph.Mul(rates[0], direction)), []*graph.Value{next}
	}
}

func adam(s spec.Optimizer) func(theta, g *graph.Value, m, rates []*graph.Value) (*graph.Value, []*graph.Value) {
	return func(theta, g *graph.Value, m, rates []*graph.Value) (*graph.Value, []*graph.Value) {
		b1, b2 := s.Betas[0], s.Betas[1]
		first := graph.Add(graph.Scale(m[0], b1), graph.Scale(g, 1-b1))
		second := graph.Add(graph.Scale(m[1], b2), graph.Scale(graph.Square(g), 1-b2))
		size := graph.Shift(graph.Div(graph.Sqrt(second), rates[1]), s.Eps)
		return graph.Sub(theta, graph.Mul(rates[0], graph.Div(first, size))), []*graph.Value{first, second}
	}
}

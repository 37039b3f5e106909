package train

import (
	"fmt"
	"math"

	"basin/engine"
	"basin/graph"
	"basin/spec"
)

// Optimizer updates a flat θ in place from a flat gradient, as PyTorch does. Rates that change from step to step enter as inputs.
type Optimizer struct {
	spec    spec.Optimizer
	moments []engine.Array // SGD: momentum; Adam: first and second moment
	rates   []engine.Array // scalars
	steps   int
	run     engine.Run
}

// NewOptimizer compiles the update.
//
//	sgd   g ← g + wd·θ;  m ← μ·m + g (m = g at the first step, which zero moments give);  θ ← θ − lr·(g + μ·m if nesterov else m)
//	adam  g ← g + wd·θ;  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  θ ← θ − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)
func NewOptimizer(e engine.Engine, s spec.Optimizer, theta, grad engine.Array) (*Optimizer, error) {
	o := &Optimizer{spec: s}
	flat, scalar := theta.Type, graph.T(theta.Type.DType)
	var update func(theta, g *graph.Value, m, rates []*graph.Value) (next *graph.Value, moments []*graph.Value)
	moments, rates := 0, 1
	switch s.Kind {
	case "sgd", "":
		update = sgd(s)
		if s.Momentum != 0 {
			moments = 1
		}
	case "adam":
		update = adam(s)
		moments, rates = 2, 2
	default:
		return nil, fmt.Errorf("train: optimizer: kind: %q is unknown; choose sgd or adam", s.Kind)
	}
	types := []graph.Type{flat, flat}
	for range moments {
		types = append(types, flat)
		o.moments = append(o.moments, engine.NewArray(flat))
	}
	for range rates {
		types = append(types, scalar)
		o.rates = append(o.rates, engine.NewArray(scalar))
	}
	p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		g := in[1]
		if s.WeightDecay != 0 {
			g = graph.Add(g, graph.Scale(in[0], s.WeightDecay))
		}
		next, m := update(in[0], g, in[2:2+moments], in[2+moments:])
		return append([]*graph.Value{next}, m...)
	}, types...)
	if err != nil {
		return nil, err
	}
	donate := []int{1}
	for i := range moments {
		donate = append(donate, 3+i)
	}
	x, err := e.Compile(p, engine.Options{Donate: donate})
	if err != nil {
		return nil, err
	}
	in := append(append([]engine.Array{theta, grad}, o.moments...), o.rates...)
	o.run, err = x.Bind(in, append([]engine.Array{theta}, o.moments...))
	return o, err
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

// Reset forgets all steps.
func (o *Optimizer) Reset() {
	o.steps = 0
	for _, m := range o.moments {
		clear(m.F32)
		clear(m.F64)
	}
}

// Step updates θ with the gradient as it stands.
func (o *Optimizer) Step(lr float64) error {
	o.steps++
	if o.spec.Kind == "adam" {
		t := float64(o.steps)
		o.rates[0].Set(0, lr/(1-math.Pow(o.spec.Betas[0], t)))
		o.rates[1].Set(0, math.Sqrt(1-math.Pow(o.spec.Betas[1], t)))
	} else {
		o.rates[0].Set(0, lr)
	}
	return o.run()
}

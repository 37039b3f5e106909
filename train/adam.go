package train

import (
	"math"

	"basin/graph"
)

// Adam is that of Kingma and Ba 2015 as PyTorch has it, with weight decay added to the gradient,
//
//	g ← g + wd·θ
//	m ← β₁m + (1−β₁)g
//	v ← β₂v + (1−β₂)g²
//	θ ← θ − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)
type Adam struct {
	LR          float64
	Betas       [2]float64 // β₁, β₂; usually 0.9, 0.999
	Eps         float64    // ε; usually 1e-8
	WeightDecay float64    // wd
}

// LearningRate implements Optimizer.
func (a *Adam) LearningRate() float64 { return a.LR }

// Memory implements Optimizer: m and v.
func (a *Adam) Memory() int { return 2 }

// Rates implements Rule.
func (a *Adam) Rates(dst []float64, lr float64, step int) []float64 {
	t := float64(step)
	return append(dst, lr/(1-math.Pow(a.Betas[0], t)), math.Sqrt(1-math.Pow(a.Betas[1], t)))
}

// Update implements Rule.
func (a *Adam) Update(theta, grad *graph.Value, memory, rates []*graph.Value) (*graph.Value, []*graph.Value) {
	grad = decayed(grad, theta, a.WeightDecay)
	b1, b2 := a.Betas[0], a.Betas[1]
	m := graph.Add(graph.Scale(memory[0], b1), graph.Scale(grad, 1-b1))
	v := graph.Add(graph.Scale(memory[1], b2), graph.Scale(graph.Square(grad), 1-b2))
	size := graph.Shift(graph.Div(graph.Sqrt(v), rates[1]), a.Eps)
	return graph.Sub(theta, graph.Mul(rates[0], graph.Div(m, size))), []*graph.Value{m, v}
}

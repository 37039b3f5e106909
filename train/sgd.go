package train

import "basin/graph"

// SGD is stochastic gradient descent as PyTorch has it,
//
//	g ← g + wd·θ
//	m ← μ·m + g                        (m = g at the first step, which zero memory gives)
//	θ ← θ − lr·(g + μ·m if Nesterov, else m)
type SGD struct {
	LR          float64
	Momentum    float64 // μ; 0: none
	Nesterov    bool
	WeightDecay float64 // wd
}

// LearningRate implements Optimizer.
func (s *SGD) LearningRate() float64 { return s.LR }

// Memory implements Optimizer: m, where there is momentum.
func (s *SGD) Memory() int {
	if s.Momentum == 0 {
		return 0
	}
	return 1
}

// Rates implements Rule.
func (s *SGD) Rates(dst []float64, lr float64, _ int) []float64 { return append(dst, lr) }

// Update implements Rule.
func (s *SGD) Update(theta, grad *graph.Value, memory, rates []*graph.Value) (*graph.Value, []*graph.Value) {
	grad = decayed(grad, theta, s.WeightDecay)
	if len(memory) == 0 {
		return graph.Sub(theta, graph.Mul(rates[0], grad)), nil
	}
	m := graph.Add(graph.Scale(memory[0], s.Momentum), grad)
	direction := m
	if s.Nesterov {
		direction = graph.Add(grad, graph.Scale(m, s.Momentum))
	}
	return graph.Sub(theta, graph.Mul(rates[0], direction)), []*graph.Value{m}
}

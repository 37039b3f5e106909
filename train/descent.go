package train

import (
	"basin/engine"
	"basin/graph"
	"basin/objective"
	"basin/param"
)

// Descent is a Rule at work on a vector of a frame: it has the rule's memory and rates there.
type Descent struct {
	rule   Rule
	frame  *objective.Frame
	theta  objective.Slot
	memory []objective.Slot
	inputs []objective.Slot // the rates as the program sees them
	arrays []engine.Array   // the rates
	rates  []float64
}

// NewDescent adds to a frame what the rule needs to move one of its vectors, theta, of a layout and dtype.
func NewDescent(f *objective.Frame, r Rule, theta objective.Slot, l param.Layout, d graph.DType) *Descent {
	x := &Descent{rule: r, frame: f, theta: theta, rates: r.Rates(nil, r.LearningRate(), 1)}
	for range r.Memory() {
		x.memory = append(x.memory, f.Vector(l, engine.NewArray(graph.T(d, max(1, f.Members)*l.Size()))))
	}
	for range x.rates {
		a := engine.NewArray(graph.T(d))
		x.arrays, x.inputs = append(x.arrays, a), append(x.inputs, f.Shared(a))
	}
	return x
}

// Update moves the vector within a program, given the gradient in each of its segments.
func (x *Descent) Update(b *objective.Body, grad []*graph.Value) {
	theta := b.Get(x.theta)
	var rates []*graph.Value
	for _, s := range x.inputs {
		rates = append(rates, b.One(s))
	}
	memory := make([][]*graph.Value, len(x.memory)) // by vector, then segment
	for i, s := range x.memory {
		memory[i] = b.Get(s)
	}
	next, nextMemory := make([]*graph.Value, len(theta)), make([][]*graph.Value, len(memory))
	for i := range theta {
		var own []*graph.Value
		for _, m := range memory {
			own = append(own, m[i])
		}
		next[i], own = x.rule.Update(theta[i], grad[i], own, rates)
		for j, v := range own {
			nextMemory[j] = append(nextMemory[j], v)
		}
	}
	b.Set(x.theta, next...)
	for j, s := range x.memory {
		b.Set(s, nextMemory[j]...)
	}
}

// SetRates readies the next run of the program, the step-th update at a learning rate; steps are counted from 1.
func (x *Descent) SetRates(lr float64, step int) {
	x.rates = x.rule.Rates(x.rates[:0], lr, step)
	for i, v := range x.rates {
		x.arrays[i].Set(0, v)
	}
}

// Memory copies a member's memory.
func (x *Descent) Memory(member int) [][]float64 {
	var out [][]float64
	for _, s := range x.memory {
		out = append(out, x.frame.Load(s, member))
	}
	return out
}

// SetMemory sets a member's memory; nil makes it zero.
func (x *Descent) SetMemory(member int, memory [][]float64) {
	for i, s := range x.memory {
		if memory == nil {
			x.frame.Clear(s, member)
		} else {
			x.frame.Store(s, member, memory[i])
		}
	}
}

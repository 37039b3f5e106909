package train

import (
	"basin/engine"
	"basin/graph"
	"basin/objective"
)

// Penalty is a function of the parameters that training adds to the loss. Its weight, which may change from epoch
// to epoch, is an input of the step. Losses and gradients that are reported are those of the data alone.
type Penalty interface {
	// Weight is that of an epoch, counted from 0.
	Weight(epoch int) float64
	// Value is a scalar, given all segments of the parameters, now and at the initialisation.
	Value(theta, initial []*graph.Value) *graph.Value
}

// penalised is a penalty in a frame.
type penalised struct {
	penalty Penalty
	frame   *objective.Frame
	initial objective.Slot
	weight  engine.Array
	input   objective.Slot // the weight as programs see it
}

// newPenalised adds to a frame what its programs need of the recipe's penalty; nil if there is none.
func (t *Trainer) newPenalised(f *objective.Frame) *penalised {
	if t.recipe.Penalty == nil {
		return nil
	}
	p := &penalised{penalty: t.recipe.Penalty, frame: f, weight: engine.NewArray(graph.T(t.setup.DType))}
	p.initial, p.input = t.vector(f), f.Shared(p.weight)
	return p
}

// term is what the penalty adds to the loss at theta.
func (p *penalised) term(b *objective.Body, theta []*graph.Value) *graph.Value {
	return graph.Mul(b.One(p.input), p.penalty.Value(theta, b.Get(p.initial)))
}

// start sets the initialisation of a member.
func (p *penalised) start(member int, r *run) {
	if p != nil {
		p.frame.Store(p.initial, member, r.initial())
	}
}

// setWeight readies the steps of an epoch.
func (p *penalised) setWeight(epoch int) {
	if p != nil {
		p.weight.Set(0, p.penalty.Weight(epoch))
	}
}

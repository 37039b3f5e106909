package train

import (
	"fmt"
	"math"
	"slices"

	"basin/engine"
	"basin/graph"
	"basin/objective"
)

// search is the training of one replica by a Search, step by step.
type search struct {
	*Trainer
	by        Search
	objective *objective.Objective
	penalty   *penaltyProgram // nil: none

	at    Snapshot  // the vectors of the run that it has
	value float64   // of the data's loss at the first point of the last step
	grad  []float64 // there
}

func newSearch(t *Trainer, by Search) (*search, error) {
	m := t.setup.Model
	if m.State.Size() > 0 || t.setup.Data.Fresh != nil {
		return nil, fmt.Errorf("train: optimizer: %T needs one loss throughout: it trains no network with batch norm, "+
			"and on no samples that are drawn afresh", by)
	}
	if m.HasNoise {
		return nil, fmt.Errorf("train: optimizer: %T needs one loss throughout: it trains no network with dropout", by)
	}
	s := &search{Trainer: t, by: by, grad: make([]float64, m.Params.Size())}
	var err error
	if s.objective, err = t.setup.On(t.setup.Data.Train, objective.Options{DType: t.setup.DType}); err != nil {
		return nil, err
	}
	if t.recipe.Penalty != nil {
		s.penalty, err = t.newPenaltyProgram()
	}
	return s, err
}

// step lets the search move once, on the whole set. What it leaves is rounded to the dtype of training, as
// checkpoints keep it.
func (s *search) step(_ []*run, u update, _ bool) error {
	calls := 0
	f := func(theta, grad []float64) (float64, error) {
		s.objective.MoveTo(theta, nil)
		e, err := s.objective.Evaluate()
		if err != nil {
			return 0, err
		}
		if grad != nil {
			if err := s.objective.Gradient(grad); err != nil {
				return 0, err
			}
		}
		if calls++; calls == 1 {
			s.value = e.Loss
			copy(s.grad, grad)
		}
		if s.penalty == nil {
			return e.Loss, nil
		}
		p, err := s.penalty.add(theta, grad)
		return e.Loss + p, err
	}
	s.value = math.NaN()
	if err := s.by.Step(f, s.at.Theta, s.at.Memory, u.lr); err != nil {
		return fmt.Errorf("train: optimizer: %w", err)
	}
	if s.setup.DType == graph.Float32 {
		for i, v := range s.at.Theta {
			s.at.Theta[i] = float64(float32(v))
		}
	}
	return nil
}

func (s *search) startEpoch(_ []*run, epoch int) {
	if s.penalty != nil {
		s.penalty.setWeight(epoch)
	}
}

func (s *search) store(_ int, r *run) {
	s.at = Snapshot{Theta: slices.Clone(r.at.Theta), State: slices.Clone(r.at.State)}
	for i := range s.by.Memory() {
		s.at.Memory = append(s.at.Memory, make([]float64, len(s.at.Theta)))
		if r.at.Memory != nil {
			copy(s.at.Memory[i], r.at.Memory[i])
		}
	}
	if s.penalty != nil {
		s.penalty.start(0, r)
	}
}

func (s *search) theta(int) []float64    { return slices.Clone(s.at.Theta) }
func (s *search) state(int) []float64    { return slices.Clone(s.at.State) }
func (s *search) loss(int) float64       { return s.value }
func (s *search) gradient(int) []float64 { return slices.Clone(s.grad) }

func (s *search) memory(int) (m [][]float64) {
	for _, v := range s.at.Memory {
		m = append(m, slices.Clone(v))
	}
	return m
}

func (s *search) finite(int) bool {
	for _, v := range s.at.Theta {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// penaltyProgram is the penalty alone, with its gradient.
type penaltyProgram struct {
	*penalised
	theta, grad objective.Slot
	value       engine.Array
	run         engine.Run
}

func (t *Trainer) newPenaltyProgram() (*penaltyProgram, error) {
	f := &objective.Frame{}
	p := &penaltyProgram{penalised: t.newPenalised(f), theta: t.vector(f), grad: t.vector(f),
		value: engine.NewArray(graph.T(t.setup.DType))}
	value := f.Shared(p.value)
	compiled, err := f.Compile(t.setup.Engine, func(b *objective.Body) {
		theta := b.Get(p.theta)
		term := p.term(b, theta)
		b.Set(value, term)
		b.Set(p.grad, graph.Grad(term, theta...)...)
	})
	if err != nil {
		return nil, err
	}
	p.run, err = compiled.Bind(f)
	return p, err
}

// add evaluates the penalty at theta, and adds its gradient to grad unless that is nil.
func (p *penaltyProgram) add(theta, grad []float64) (float64, error) {
	p.frame.Store(p.theta, 0, theta)
	if err := p.run(); err != nil {
		return 0, err
	}
	if grad != nil {
		for i, v := range p.frame.Load(p.grad, 0) {
			grad[i] += v
		}
	}
	return p.value.At(0), nil
}

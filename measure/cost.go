package measure

import (
	"basin/dataset"
	"basin/model"
)

// Cost is a rough number of multiplications, for the order of work and the remaining time alone.
type Cost float64

// Size is what costs depend on.
type Size struct {
	Products    float64 // multiplications of a pass over one sample
	Params      int
	Train, Test int // samples
}

// SizeOf is that of a model and its sets.
func SizeOf(m *model.Model, s *dataset.Split) Size {
	return Size{Products: float64(m.Products), Params: m.Params.Size(), Train: samples(s.Train),
		Test: samples(s.Test)}
}

// samples counts those of all parts of a set.
func samples(set *dataset.Set) (n int) {
	if set == nil {
		return 0
	}
	for _, p := range set.Parts {
		n += p.X.Len()
	}
	return n
}

// What a sample costs, in passes, and a call of a program, in multiplications.
const (
	evaluation     = 2
	hessianProduct = 12
	call           = 300_000
)

// evaluations is the cost of evaluating the loss on both sets.
func (s Size) evaluations() Cost { return Cost(float64(s.Train+s.Test) * evaluation * s.Products) }

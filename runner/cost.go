package runner

import (
	"basin/dataset"
	"basin/model"
	"basin/spec"
)

// Costs are rough multiplications, for the order of work and the ETA alone: a pass over a sample costs about six for each use of a
// parameter forward and back, a step of training about overhead beside that.
const (
	stepOverhead = 300_000
	pass         = 6
	hvp          = 12
)

func uses(m *model.Model) float64 { return float64(m.Products) }

func trainCost(m *model.Model, s *dataset.Split, t spec.Train) float64 {
	return float64(t.Epochs) * epochCost(m, s, t.Batch)
}

func epochCost(m *model.Model, s *dataset.Split, batch int) float64 {
	n := float64(s.Train.Len())
	return n*pass*uses(m) + n/float64(batch)*stepOverhead
}

func measureCost(m *model.Model, s *dataset.Split, settings any) float64 {
	both := float64(s.Train.Len() + s.Test.Len())
	switch t := settings.(type) {
	case *spec.Hessian:
		n := float64(t.Samples)
		if t.Samples < 0 {
			n = float64(s.Train.Len())
		}
		products := float64(t.Steps/2 + max(0, t.Trace.Probes) + max(0, t.Density.Probes)*t.Density.Steps/2)
		return products * (n*hvp*uses(m) + stepOverhead)
	case *spec.Connectivity:
		if t.Curve == "line" {
			return both * pass * uses(m)
		}
		return float64(t.Epochs) * epochCost(m, s, t.Batch)
	case *spec.Similarity:
		return float64(t.Samples) * uses(m)
	case *spec.Distance:
		return uses(m)
	}
	return both * 2 * uses(m)
}

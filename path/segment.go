// Package path walks through parameter space: along straight segments and Bézier curves between two networks, and
// reports the loss there.
package path

import (
	"fmt"
	"math"

	"basin/objective"
	"basin/task"
)

// Point is what was found at one place of a path.
type Point struct {
	T, Loss float64
	Error   float64 // share of predictions that are wrong, in per cent; NaN where the task knows none
}

// Uniform lists n ≥ 2 places from 0 to 1, as integers over an integer, so that ends and middle are exact.
func Uniform(n int) []float64 {
	ts := make([]float64, n)
	for i := range ts {
		ts[i] = float64(i) / float64(n-1)
	}
	return ts
}

// Along evaluates the objective at places of a path. Batch-norm statistics are recomputed at each, since those of
// the ends belong to other weights (Garipov et al. 2018).
func Along(o *objective.Objective, at func(dst []float64, t float64), ts []float64) ([]Point, error) {
	theta, state := make([]float64, o.Dim()), o.Model.InitState()
	points := make([]Point, len(ts))
	for i, t := range ts {
		at(theta, t)
		o.MoveTo(theta, state)
		if err := o.RecomputeState(state); err != nil {
			return nil, fmt.Errorf("path: at t = %g: %w", t, err)
		}
		e, err := o.Evaluate()
		if err != nil {
			return nil, fmt.Errorf("path: at t = %g: %w", t, err)
		}
		wrong, known := task.Error(o.Task, e.Metrics)
		if !known {
			wrong = math.NaN()
		}
		points[i] = Point{t, e.Loss, wrong}
	}
	return points, nil
}

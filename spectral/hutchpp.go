package spectral

import (
	"math/rand/v2"

	"basin/linop"
)

// HutchPP estimates the trace by Hutch++ (Meyer, Musco, Musco, Woodruff 2021): with Q an orthonormal basis of A·S
// for a random sketch S, and P = I − QQᵀ,
//
//	tr A = tr QᵀAQ + tr PAP
//
// the first part exact, the second by Hutchinson. A third of the Probes goes to S, a third to Q, the rest to
// Hutchinson, which stops as in Trace and alone has a standard error. It needs fewer products than Hutchinson's
// estimator where few eigenvalues carry the trace. N counts all products. The basis takes 8·dim·Probes/3 bytes.
func HutchPP(op linop.Operator, o TraceOptions, rng *rand.Rand, ws *Workspace) (TraceEstimate, error) {
	ws, o = orFresh(ws), o.withDefaults()
	dim := op.Dim()
	if dim <= o.Probes {
		return exactTrace(op, o, ws)
	}
	draw := func(x []float64) { rademacher(x, rng) }
	third := o.Probes / 3
	q := &ws.sketch
	q.reset(dim, third)
	whole := true
	err := products(op, third, o.Block, draw, func(_, y []float64) {
		before := norm(y)
		whole = whole && finite(before)
		if !whole {
			return
		}
		// What rounding leaves of a dependent column is not a direction in A's range.
		if left, _ := q.orthogonalize(y); left > breakdown*before {
			q.append(y, left)
		}
	}, ws)
	if err != nil {
		return TraceEstimate{}, err
	}
	if !whole {
		return traceEstimate(0, 0, third, third, EstimatorHutchPP, NonFinite, o), nil
	}

	captured, i := 0.0, 0
	column := func(x []float64) {
		copy(x, q.row(i))
		i++
	}
	if err := quadratic(op, q.size, o.Block, column, func(d float64) { captured += d }, ws); err != nil {
		return TraceEstimate{}, err
	}
	project := func(x []float64) {
		draw(x)
		q.orthogonalize(x)
	}
	spent := third + q.size
	var rest mean
	status := NotConverged
	for most := o.Probes - 2*third; rest.n < most && status == NotConverged; {
		if err := quadratic(op, min(checkEvery, most-rest.n), o.Block, project, rest.add, ws); err != nil {
			return TraceEstimate{}, err
		}
		status = traceStatus(captured+rest.value, rest.stdErr(), o)
	}
	spent += rest.n
	return traceEstimate(captured+rest.value, rest.stdErr(), spent, spent, EstimatorHutchPP, status, o), nil
}

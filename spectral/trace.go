package spectral

import (
	"math"
	"math/rand/v2"

	"basin/linop"
)

// TraceOptions of Trace. Zero values are the defaults.
type TraceOptions struct {
	Probes        int     // most probes; default 100
	RelativeError float64 // stop at a standard error of this share of |trace|; default 0.05; negative: use all probes
	Block         int     // probes that share one product, at most 10; default 10. It changes no bit
}

func (o TraceOptions) withDefaults() TraceOptions {
	o.Probes = orDefault(o.Probes, 100)
	o.RelativeError = orDefault(o.RelativeError, 0.05)
	o.Block = min(orDefault(o.Block, defaultBlock), checkEvery)
	return o
}

// checkEvery is the number of probes between two tests of the standard error. A test after each probe would stop
// at lucky streaks, and at counts that depend on the block.
const checkEvery = 10

// TraceEstimate is an estimate of a trace.
type TraceEstimate struct {
	Value     float64
	StdErr    float64 // standard error of Value; 0 when exact, NaN from a single probe
	N         int     // probes behind Value
	Estimator string
	Status    Status
	Products  int
}

// Trace estimates the trace by Hutchinson's estimator (Girard 1987; Hutchinson 1990): tr A = E vᵀAv for Rademacher
// v, of variance 2·Σ_{i≠j} A_ij². It stops when the standard error, tested after every 10 probes, is small enough,
// or after all Probes. Where the dimension is at most Probes it uses the unit vectors instead, which is exact.
//
// A standard error estimated from a few probes is itself uncertain by about 1/√(2(n−1)), 24 % at n = 10.
func Trace(op linop.Operator, o TraceOptions, rng *rand.Rand, ws *Workspace) (TraceEstimate, error) {
	ws, o = orFresh(ws), o.withDefaults()
	if op.Dim() <= o.Probes {
		return exactTrace(op, o, ws)
	}
	var m mean
	status := NotConverged
	for m.n < o.Probes && status == NotConverged {
		err := quadratic(op, min(checkEvery, o.Probes-m.n), o.Block, func(x []float64) { rademacher(x, rng) }, m.add, ws)
		if err != nil {
			return TraceEstimate{}, err
		}
		status = traceStatus(m.value, m.stdErr(), o)
	}
	return traceEstimate(m.value, m.stdErr(), m.n, m.n, EstimatorHutchinson, status, o), nil
}

func exactTrace(op linop.Operator, o TraceOptions, ws *Workspace) (TraceEstimate, error) {
	n, i, sum := op.Dim(), 0, 0.0
	unit := func(x []float64) {
		clear(x)
		x[i] = 1
		i++
	}
	if err := quadratic(op, n, o.Block, unit, func(d float64) { sum += d }, ws); err != nil {
		return TraceEstimate{}, err
	}
	return traceEstimate(sum, 0, n, n, EstimatorExactTrace, traceStatus(sum, 0, o), o), nil
}

func traceStatus(value, stdErr float64, o TraceOptions) Status {
	switch {
	case !finite(value):
		return NonFinite
	case stdErr <= o.RelativeError*math.Abs(value):
		return Converged
	}
	return NotConverged
}

func traceEstimate(
	value, stdErr float64, n, products int, estimator string, status Status, o TraceOptions,
) TraceEstimate {
	switch {
	case status == NonFinite:
		value, stdErr = math.NaN(), math.NaN()
	case o.RelativeError < 0: // all probes were asked for, and used
		status = Converged
	}
	return TraceEstimate{Value: value, StdErr: stdErr, N: n, Estimator: estimator, Status: status, Products: products}
}

package measure

import (
	"context"
	"fmt"
	"math"

	"basin/dataset"
	"basin/graph"
	"basin/linop"
	"basin/model"
	"basin/network"
	"basin/objective"
	"basin/random"
	"basin/record"
	"basin/spectral"
	"basin/task"
)

// Hessian is the spectrum of the Hessian of the data's loss, without weight decay, on one fixed, seeded set of
// training samples, the same for all replicas.
type Hessian struct {
	Samples     int     // the first of a seeded permutation; -1: all
	Mode        string  // which statistics batch norm uses: "eval", "batch"
	Eigenvalues int     // how many of the largest. The smallest is always found
	Tolerance   float64 // Ritz residual relative to the largest |eigenvalue|
	Steps       int     // most Lanczos steps
	Trace       Trace
	Density     Density
	DType       graph.DType // of the products
}

// Trace is Hutchinson's estimate with Rademacher probes.
type Trace struct {
	Probes        int     // at most; -1: no trace
	RelativeError float64 // stop once the standard error is this share of |trace|
}

// Density is that of the eigenvalues by stochastic Lanczos quadrature.
type Density struct {
	Probes int // -1: no density
	Steps  int // Lanczos steps a probe
}

// Quantities implements Settings.
func (h *Hessian) Quantities(task.Task) []record.Quantity {
	q := []string{record.EigenvalueMax, record.EigenvalueMin}
	if h.Trace.Probes > 0 {
		q = append(q, record.Trace)
	}
	if h.Density.Probes > 0 {
		q = append(q, record.Density)
	}
	return quantities(q...)
}

// Cost implements Settings.
func (h *Hessian) Cost(s Size) Cost {
	n := h.Samples
	if n < 0 {
		n = s.Train
	}
	products := float64(h.Steps/2 + max(0, h.Trace.Probes) + max(0, h.Density.Probes)*h.Density.Steps/2)
	return Cost(products * (float64(n)*hessianProduct*s.Products + call))
}

// New implements After.
func (h *Hessian) New(s *objective.Setup) (Measure, error) {
	return h.On(s, dataset.Subset(s.Data.Train, h.Samples, s.Seed), "train")
}

// On readies the measure on the samples of a set as they are; name says in records which they are.
func (h *Hessian) On(s *objective.Setup, set *dataset.Set, name string) (Measure, error) {
	if err := choose("hessian: mode", h.Mode, "eval", "batch"); err != nil {
		return nil, err
	}
	o := objective.Options{DType: h.DType}
	if h.Mode == "batch" {
		o.Mode = model.Batch
	}
	ob, err := s.On(set, o)
	return &hessian{h, s, ob, fmt.Sprintf("%s[%d]", name, set.Len())}, err
}

type hessian struct {
	settings  *Hessian
	setup     *objective.Setup
	objective *objective.Objective
	set       string
}

// cancellable is an operator that gives up when its context does: a spectrum of a large network takes hundreds of
// products.
type cancellable struct {
	linop.Operator
	ctx context.Context
}

func (c cancellable) Apply(dst, src []float64) error { return c.ApplyBlock(dst, src, 1) }

func (c cancellable) ApplyBlock(dst, src []float64, k int) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	return c.Operator.ApplyBlock(dst, src, k)
}

func (h *hessian) Measure(ctx context.Context, group []network.Network, f *Findings) error {
	d := h.objective.Options.DType
	if why, ok := diverged(group); ok {
		f.Missing(record.Diverged, why, provenance(h.setup, "", d, h.set), h.settings.Quantities(h.setup.Task)...)
		return nil
	}
	net := group[0]
	h.objective.MoveTo(net.Theta, net.State)
	dead, err := h.objective.Dead()
	if err != nil {
		return err
	}
	op := cancellable{h.objective.Hessian(), ctx}
	finish := func(r record.Record, estimator string, s spectral.Status) record.Record {
		r.Provenance = provenance(h.setup, estimator, d, h.set)
		switch {
		case s == spectral.NonFinite:
			r.Status, r.Reason = record.Diverged, "a Hessian-vector product is not finite"
		case dead:
			r.Status, r.Reason = record.Constant, deadReason
		case s == spectral.NotConverged:
			r.Status = record.NotConverged
			r.Reason = "the error bound was not reached within the budget; the standard error says how far it is"
		default:
			r.Status = record.OK
		}
		return r
	}
	if err := h.eigenvalues(op, net, f, finish); err != nil {
		return err
	}
	if h.settings.Trace.Probes > 0 {
		o := spectral.TraceOptions{Probes: h.settings.Trace.Probes, RelativeError: h.settings.Trace.RelativeError}
		t, err := spectral.Trace(op, o, random.Stream(h.setup.Seed, "trace", net.Replica), f.Workspace)
		if err != nil {
			return err
		}
		trace := record.Record{Quantity: record.Trace, Value: t.Value, StdErr: t.StdErr, N: t.N}
		f.Add(finish(trace, t.Estimator, t.Status))
	}
	if h.settings.Density.Probes > 0 {
		o := spectral.DensityOptions{Probes: h.settings.Density.Probes, Steps: h.settings.Density.Steps}
		e, err := spectral.SpectralDensity(op, o, random.Stream(h.setup.Seed, "density", net.Replica), f.Workspace)
		if err != nil {
			return err
		}
		density := record.Record{Quantity: record.Density, Value: e.Mean, StdErr: e.MeanStdErr, N: o.Probes,
			Array: record.Curve("lambda", e.Grid, record.Column{Name: "density", Data: e.Values})}
		f.Add(finish(density, spectral.EstimatorQuadrature, e.Status))
	}
	return nil
}

func (h *hessian) eigenvalues(op linop.Operator, net network.Network, f *Findings,
	finish func(record.Record, string, spectral.Status) record.Record) error {
	o := spectral.EigenOptions{K: h.settings.Eigenvalues, Tolerance: h.settings.Tolerance, Steps: h.settings.Steps}
	e, err := spectral.Eigenvalues(op, o, random.Stream(h.setup.Seed, "lanczos", net.Replica), f.Workspace)
	if err != nil {
		return err
	}
	if len(e.Values) == 0 {
		e.Values, e.Residuals = []float64{math.NaN()}, []float64{math.NaN()}
	}
	var out []record.Record
	for i, v := range e.Values {
		quantity := record.EigenvalueMax
		if i > 0 {
			quantity = fmt.Sprintf("eigenvalue_%d", i+1)
		}
		r := record.Record{Quantity: quantity, Value: v, StdErr: e.Residuals[i], N: e.Steps}
		out = append(out, finish(r, spectral.EstimatorLanczos, e.Status))
	}
	smallest := record.Record{Quantity: record.EigenvalueMin, Value: e.Min, StdErr: e.MinResidual, N: e.Steps}
	f.Add(append(out, finish(smallest, spectral.EstimatorLanczos, e.Status))...)
	return nil
}

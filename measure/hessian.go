package measure

import (
	"context"
	"fmt"
	"math"

	"basin/dataset"
	"basin/linop"
	"basin/model"
	"basin/network"
	"basin/objective"
	"basin/random"
	"basin/record"
	"basin/spec"
	"basin/spectral"
)

// hessian is the spectrum of the Hessian of the data loss on one fixed, seeded set of training samples, the same for all replicas.
type hessian struct {
	c         *Context
	s         spec.Hessian
	objective *objective.Objective
	set       string
}

func newHessian(c *Context, s spec.Hessian) (Measure, error) {
	return NewHessian(c, s, dataset.Subset(c.Split.Train, s.Samples, c.Seed), "train")
}

// NewHessian measures on the samples of a set as they are; name says in records which they are.
func NewHessian(c *Context, s spec.Hessian, set *dataset.Set, name string) (Measure, error) {
	o := objective.Options{Loss: c.Loss, DType: DTypeOf(s.DType)}
	if s.Mode == "batch" {
		o.Mode = model.Batch
	}
	ob, err := objective.New(c.Engine, c.Model, set, o)
	return &hessian{c, s, ob, fmt.Sprintf("%s[%d]", name, set.Len())}, err
}

func (h *hessian) quantities() []string {
	q := []string{record.EigenvalueMax, record.EigenvalueMin}
	if h.s.Trace.Probes > 0 {
		q = append(q, record.Trace)
	}
	if h.s.Density.Probes > 0 {
		q = append(q, record.Density)
	}
	return q
}

// cancellable is an operator that gives up when its context does: a spectrum of a large network takes hundreds of products.
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
		f.Missing(record.Diverged, why, h.c.provenance("", d, h.set), h.quantities()...)
		return nil
	}
	net := group[0]
	h.objective.MoveTo(net.Theta, net.State)
	logits, err := h.objective.Logits()
	if err != nil {
		return err
	}
	dead := objective.ConstantRows(logits, h.c.Model.Outputs)
	op := cancellable{h.objective.Hessian(), ctx}
	finish := func(r record.Record, estimator string, s spectral.Status) record.Record {
		r.Provenance = h.c.provenance(estimator, d, h.set)
		switch {
		case s == spectral.NonFinite:
			r.Status, r.Reason = record.Diverged, "a Hessian-vector product is not finite"
		case dead:
			r.Status, r.Reason = record.Constant, deadReason
		case s == spectral.NotConverged:
			r.Status, r.Reason = record.NotConverged, "the error bound was not reached within the budget; the standard error says how far it is"
		default:
			r.Status = record.OK
		}
		return r
	}
	if err := h.eigenvalues(op, net, f, finish); err != nil {
		return err
	}
	if h.s.Trace.Probes > 0 {
		o := spectral.TraceOptions{Probes: h.s.Trace.Probes, RelativeError: h.s.Trace.RelativeError}
		t, err := spectral.Trace(op, o, random.Stream(h.c.Seed, "trace", net.Replica), h.c.Workspace)
		if err != nil {
			return err
		}
		f.Add(finish(record.Record{Quantity: record.Trace, Value: t.Value, StdErr: t.StdErr, N: t.N}, t.Estimator, t.Status))
	}
	if h.s.Density.Probes > 0 {
		o := spectral.DensityOptions{Probes: h.s.Density.Probes, Steps: h.s.Density.Steps}
		e, err := spectral.SpectralDensity(op, o, random.Stream(h.c.Seed, "density", net.Replica), h.c.Workspace)
		if err != nil {
			return err
		}
		f.Add(finish(record.Record{Quantity: record.Density, Value: e.Mean, StdErr: e.MeanStdErr, N: h.s.Density.Probes,
			Array: record.Curve("lambda", e.Grid, record.Column{Name: "density", Data: e.Values})}, spectral.EstimatorQuadrature, e.Status))
	}
	return nil
}

func (h *hessian) eigenvalues(op linop.Operator, net network.Network, f *Findings,
	finish func(record.Record, string, spectral.Status) record.Record) error {
	o := spectral.EigenOptions{K: h.s.Eigenvalues, Tolerance: h.s.Tolerance, Steps: h.s.Steps}
	e, err := spectral.Eigenvalues(op, o, random.Stream(h.c.Seed, "lanczos", net.Replica), h.c.Workspace)
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
		out = append(out, finish(record.Record{Quantity: quantity, Value: v, StdErr: e.Residuals[i], N: e.Steps}, spectral.EstimatorLanczos, e.Status))
	}
	smallest := record.Record{Quantity: record.EigenvalueMin, Value: e.Min, StdErr: e.MinResidual, N: e.Steps}
	f.Add(append(out, finish(smallest, spectral.EstimatorLanczos, e.Status))...)
	return nil
}

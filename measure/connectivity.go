package measure

import (
	"context"
	"fmt"
	"math"

	"basin/param"
	"basin/path"
	"basin/record"
	"basin/spec"
)

// connectivity is the taxonomy's mode connectivity of two replicas,
//
//	mc = ½(e(θ₀) + e(θ₁)) − e(γ(t*)),  t* = argmax over the grid of |½(e(θ₀) + e(θ₁)) − e(γ(t))|
//
// with e the training error in per cent, or the loss, along a trained Bézier curve, and along the straight line. t* is an interior
// point of the grid unless the authors' way is asked for: with the ends on it, a flat curve between unequal ends would tie with
// opposite signs.
type connectivity struct {
	c     *Context
	s     spec.Connectivity
	p     *performance
	curve *path.Curve // nil: the line alone
}

func newConnectivity(c *Context, s spec.Connectivity) (Measure, error) {
	p, err := c.newPerformance()
	if err != nil {
		return nil, err
	}
	m := &connectivity{c: c, s: s, p: p}
	if s.Curve != "line" {
		m.curve, err = path.NewCurve(c.Engine, c.Model, c.Split.Train, path.CurveOptions{Loss: c.Loss, Epochs: s.Epochs, Batch: s.Batch,
			LR: s.LR, Momentum: s.Momentum, WeightDecay: s.WeightDecay, Start: s.Start, DType: c.DType})
	}
	return m, err
}

func (m *connectivity) Measure(ctx context.Context, group []Network) ([]record.Record, error) {
	from := m.c.provenance("straight line", m.c.DType, "train")
	quantities := []string{record.MCLine, record.MCLineLoss}
	if m.curve != nil {
		quantities = append(quantities, record.MC, record.MCLoss)
	}
	if why, ok := diverged(group); ok {
		return missing(group, record.Undefined, why, from, quantities...), nil
	}
	why, dead, err := m.p.dead(group)
	if err != nil {
		return nil, err
	}
	if dead {
		return missing(group, record.Constant, why, from, quantities...), nil
	}
	a, b := group[0].Theta, group[1].Theta
	ts := path.Uniform(m.s.Points)
	line, err := path.Along(m.p.train, func(dst []float64, t float64) { param.Lerp(dst, a, b, t) }, ts)
	if err != nil {
		return nil, err
	}
	out := m.records(group, line, from, record.MCLine, record.MCLineLoss, record.CurveLine)
	if m.curve == nil {
		return out, nil
	}
	bend, err := m.curve.Fit(ctx, a, b, m.c.Seed, fmt.Sprintf("%d-%d", group[0].Replica, group[1].Replica))
	if err != nil {
		return nil, err
	}
	bezier, err := path.Along(m.p.train, func(dst []float64, t float64) { path.Bezier(dst, a, bend, b, t) }, ts)
	if err != nil {
		return nil, err
	}
	from.Estimator = "quadratic Bézier curve, bend started at the " + m.s.Start
	return append(out, m.records(group, bezier, from, record.MC, record.MCLoss, record.CurveBezier)...), nil
}

func (m *connectivity) records(group []Network, points []path.Point, from record.Provenance, mc, mcLoss, curve string) []record.Record {
	cols := [][]float64{nil, nil, nil}
	for _, p := range points {
		cols[0], cols[1], cols[2] = append(cols[0], p.T), append(cols[1], p.Error), append(cols[2], p.Loss)
	}
	var out []record.Record
	for i, quantity := range []string{mc, mcLoss, curve} {
		r := record.Record{Quantity: quantity, Replicas: replicas(group), StdErr: math.NaN(), N: len(points), Provenance: from}
		if i < 2 {
			r.Value = barrier(cols[i+1], m.s.Compatible)
		} else {
			r.Value = barrier(cols[1], m.s.Compatible)
			r.Array = &record.Array{Columns: []string{"t", "error", "loss"}, Data: cols}
		}
		r.Status, r.Reason = finiteStatus(r.Value)
		out = append(out, r)
	}
	return out
}

// barrier is mc for the values of e along a path; ends says whether t* may be an end.
func barrier(e []float64, ends bool) float64 {
	last := len(e) - 1
	mean := (e[0] + e[last]) / 2
	lo, hi := 1, last-1
	if ends {
		lo, hi = 0, last
	}
	mc := math.NaN()
	for i := lo; i <= hi; i++ {
		d := mean - e[i]
		if math.IsNaN(d) {
			return d
		}
		if math.IsNaN(mc) || math.Abs(d) > math.Abs(mc) {
			mc = d
		}
	}
	return mc
}

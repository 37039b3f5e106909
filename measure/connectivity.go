package measure

import (
	"context"
	"fmt"
	"math"

	"basin/network"
	"basin/param"
	"basin/path"
	"basin/record"
	"basin/spec"
	"basin/train"
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

// quadratic is the kind of curve: one bend.
const quadratic = path.Bezier(1)

func newConnectivity(c *Context, s spec.Connectivity) (Measure, error) {
	p, err := c.newPerformance()
	if err != nil {
		return nil, err
	}
	m := &connectivity{c: c, s: s, p: p}
	if s.Curve != "line" {
		m.curve, err = path.NewCurve(c.Engine, c.Model, c.Split.Train, path.CurveOptions{Loss: c.Loss, DType: c.DType, Gamma: quadratic,
			Start: s.Start, Rule: train.SGD{LR: s.LR, Momentum: s.Momentum}, Decay: s.WeightDecay, Epochs: s.Epochs, Batch: s.Batch})
	}
	return m, err
}

func (m *connectivity) Measure(ctx context.Context, group []network.Network, f *Findings) error {
	from := m.c.provenance("straight line", m.c.DType, "train")
	quantities := []string{record.MCLine, record.MCLineLoss}
	if m.curve != nil {
		quantities = append(quantities, record.MC, record.MCLoss)
	}
	if why, ok := diverged(group); ok {
		f.Missing(record.Undefined, why, from, quantities...)
		return nil
	}
	why, dead, err := m.p.dead(group)
	if err != nil {
		return err
	}
	if dead {
		f.Missing(record.Constant, why, from, quantities...)
		return nil
	}
	a, b := group[0].Theta, group[1].Theta
	ts := path.Uniform(m.s.Points)
	line, err := path.Along(m.p.train, func(dst []float64, t float64) { param.Lerp(dst, a, b, t) }, ts)
	if err != nil {
		return err
	}
	f.Add(m.records(line, from, record.MCLine, record.MCLineLoss, record.CurveLine)...)
	if m.curve == nil {
		return nil
	}
	bends, err := m.curve.Fit(ctx, a, b, m.c.Seed, fmt.Sprintf("%d-%d", group[0].Replica, group[1].Replica))
	if err != nil {
		return err
	}
	bezier, err := path.Along(m.p.train, func(dst []float64, t float64) { path.At(dst, quadratic, t, a, bends[0], b) }, ts)
	if err != nil {
		return err
	}
	from.Estimator = "quadratic Bézier curve, bend started at the " + m.s.Start
	f.Add(m.records(bezier, from, record.MC, record.MCLoss, record.CurveBezier)...)
	return nil
}

func (m *connectivity) records(points []path.Point, from record.Provenance, mc, mcLoss, curve string) []record.Record {
	var ts, errors, losses []float64
	for _, p := range points {
		ts, errors, losses = append(ts, p.T), append(errors, p.Error), append(losses, p.Loss)
	}
	var out []record.Record
	for i, quantity := range []string{mc, mcLoss, curve} {
		r := record.Record{Quantity: quantity, StdErr: math.NaN(), N: len(points), Provenance: from}
		r.Value = barrier([][]float64{errors, losses, errors}[i], m.s.Compatible)
		if quantity == curve {
			r.Array = record.Curve("t", ts, record.Column{Name: "error", Data: errors}, record.Column{Name: "loss", Data: losses})
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

package measure

import (
	"context"
	"fmt"
	"math"

	"basin/network"
	"basin/objective"
	"basin/param"
	"basin/path"
	"basin/record"
	"basin/task"
	"basin/train"
)

// Connectivity is the mode connectivity of two replicas (Yang et al. 2021),
//
//	mc = ½(e(θ₀) + e(θ₁)) − e(γ(t*)),  t* = argmax over the grid of |½(e(θ₀) + e(θ₁)) − e(γ(t))|
//
// with e the training error in per cent, where the task has one, or the loss, along a trained Bézier curve, and
// along the straight line. t* is an interior point of the grid unless Compatible: with the ends on it, a flat
// curve between unequal ends would tie with opposite signs.
type Connectivity struct {
	Pairs       int    // how many pairs of replicas; -1: all
	Curve       string // "bezier" or "line": the line is evaluated in either case
	Epochs      int    // of training the curve; so are those that follow
	LR          float64
	Momentum    float64
	WeightDecay float64 // L2 on the curve point
	Batch       int
	Start       string // where the bend starts, as path.CurveOptions
	Points      int    // of evaluation, on [0,1], ends included
	Compatible  bool   // let t* be an end, as the authors' grid does
}

// OnPairs implements Paired.
func (c *Connectivity) OnPairs() int { return c.Pairs }

// Quantities implements Settings.
func (c *Connectivity) Quantities(t task.Task) (list []record.Quantity) {
	for _, curve := range c.curves() {
		list = append(list, quantities(c.names(t, curve)...)...)
	}
	return list
}

// curves are the paths that are evaluated: the line, and the curve if there is one.
func (c *Connectivity) curves() []bool {
	if c.Curve == "line" {
		return []bool{false}
	}
	return []bool{false, true}
}

// names are the quantities along the curve or the line: the error's, if there is an error, the loss's and the
// array.
func (*Connectivity) names(t task.Task, curve bool) []string {
	names := []string{record.MCLine, record.MCLineLoss, record.CurveLine}
	if curve {
		names = []string{record.MC, record.MCLoss, record.CurveBezier}
	}
	if _, known := task.Error(t, make([]float64, len(t.Metrics()))); !known {
		names = names[1:]
	}
	return names
}

// Cost implements Settings.
func (c *Connectivity) Cost(s Size) Cost {
	if c.Curve == "line" {
		return 3 * s.evaluations()
	}
	return Cost(float64(c.Epochs) * train.EpochCost(s.Products, s.Train, c.Batch))
}

// New implements After.
func (c *Connectivity) New(s *objective.Setup) (Measure, error) {
	if err := choose("connectivity: curve", c.Curve, "bezier", "line"); err != nil {
		return nil, err
	}
	m := &connectivity{settings: c, setup: s}
	var err error
	if c.Curve == "bezier" {
		m.curve, err = path.NewCurve(s, path.CurveOptions{Gamma: quadratic, Start: c.Start, Decay: c.WeightDecay,
			Rule: &train.SGD{LR: c.LR, Momentum: c.Momentum}, Epochs: c.Epochs, Batch: c.Batch})
	}
	return m, err
}

// quadratic is the kind of curve: one bend.
const quadratic = path.Bezier(1)

type connectivity struct {
	settings *Connectivity
	setup    *objective.Setup
	curve    *path.Curve // nil: the line alone
}

// Bytes implements Keeper.
func (m *connectivity) Bytes() int {
	if m.curve == nil {
		return 0
	}
	return m.curve.Bytes()
}

func (m *connectivity) Measure(ctx context.Context, group []network.Network, f *Findings) error {
	from := provenance(m.setup, "straight line", m.setup.DType, "train")
	status := record.Undefined
	why, missing := diverged(group)
	if !missing {
		var err error
		if why, missing, err = dead(m.setup, group); err != nil {
			return err
		}
		status = record.Constant
	}
	if missing {
		for _, curve := range m.settings.curves() {
			names := m.settings.names(m.setup.Task, curve)
			f.Missing(status, why, from, quantities(names[:len(names)-1]...)...)
		}
		return nil
	}
	o, err := m.setup.On(m.setup.Data.Train, objective.Options{DType: m.setup.DType})
	if err != nil {
		return err
	}
	a, b := group[0].Theta, group[1].Theta
	ts := path.Uniform(m.settings.Points)
	line, err := path.Along(o, func(dst []float64, t float64) { param.Lerp(dst, a, b, t) }, ts)
	if err != nil {
		return err
	}
	f.Add(m.records(line, from, false)...)
	if m.curve == nil {
		return nil
	}
	bends, err := m.curve.Fit(ctx, a, b, fmt.Sprintf("%d-%d", group[0].Replica, group[1].Replica))
	if err != nil {
		return err
	}
	bezier, err := path.Along(o, func(dst []float64, t float64) {
		path.CurvePoint(dst, quadratic, t, a, bends[0],
			b)
	}, ts)
	if err != nil {
		return err
	}
	from.Estimator = "quadratic Bézier curve, bend started at the " + m.settings.Start
	f.Add(m.records(bezier, from, true)...)
	return nil
}

// records are those of the names along a path: mc of the error and of the loss, and both with t.
func (m *connectivity) records(points []path.Point, from record.Provenance, curve bool) (out []record.Record) {
	var ts, errors, losses []float64
	for _, p := range points {
		ts, errors, losses = append(ts, p.T), append(errors, p.Error), append(losses, p.Loss)
	}
	names := m.settings.names(m.setup.Task, curve)
	values := [][]float64{errors, losses, errors}
	columns := []record.Column{{Name: "error", Data: errors}, {Name: "loss", Data: losses}}
	if len(names) == 2 { // no error
		values, columns = [][]float64{losses, losses}, columns[1:]
	}
	for i, name := range names {
		r := record.Record{Quantity: name, StdErr: math.NaN(), N: len(points), Provenance: from}
		r.Value = barrier(values[i], m.settings.Compatible)
		if i == len(names)-1 {
			r.Array = record.Curve("t", ts, columns...)
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

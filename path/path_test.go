package path

import (
	"context"
	"math"
	"slices"
	"testing"

	"basin/dataset"
	"basin/engine/cpu"
	"basin/graph"
	"basin/model"
	"basin/objective"
	"basin/param"
	"basin/random"
	"basin/spec"
)

func setting(t *testing.T, batchNorm bool) (*objective.Objective, *dataset.Set) {
	t.Helper()
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	split, err := dataset.Load(spec.Data{Set: "digits", Train: 1437, Fraction: 0.04, Normalize: "channel"}, dataset.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.New(spec.Model{Kind: "mlp", Width: 4, Depth: 1, Activation: "tanh", BatchNorm: batchNorm}, split.Train.Input(), split.Train.Classes)
	if err != nil {
		t.Fatal(err)
	}
	o, err := objective.New(e, m, split.Train, objective.Options{DType: graph.Float64})
	if err != nil {
		t.Fatal(err)
	}
	return o, split.Train
}

func newCurve(t *testing.T, o *objective.Objective, set *dataset.Set, c CurveOptions) *Curve {
	t.Helper()
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	c.DType = graph.Float64
	curve, err := NewCurve(e, o.Model, set, c)
	if err != nil {
		t.Fatal(err)
	}
	return curve
}

// TestCurveGradient: the gradient in the bend against central differences of L(γ(t)) + ½wd‖γ(t)‖².
func TestCurveGradient(t *testing.T) {
	o, set := setting(t, false)
	const wd, at = 0.1, 0.3
	c := newCurve(t, o, set, CurveOptions{Batch: set.Len(), WeightDecay: wd})
	a, bend, b := o.Model.Init(random.Stream(1, "a", 0)), o.Model.Init(random.Stream(1, "bend", 0)), o.Model.Init(random.Stream(1, "b", 0))
	objective.Store(c.a, a)
	objective.Store(c.b, b)
	objective.Store(c.bend, bend)
	c.t.Set(0, at)
	p := c.batches[set.Len()]
	for i := range p.index.I32 {
		p.index.I32[i] = int32(i)
	}
	c.rule.SetRates(c.rates, 1, 1)
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	value := func(bend []float64) float64 {
		gamma := make([]float64, len(bend))
		Bezier(gamma, a, bend, b, at)
		o.MoveTo(gamma, nil)
		e, err := o.Evaluate()
		if err != nil {
			t.Fatal(err)
		}
		return e.Loss + wd/2*param.Dot(gamma, gamma)
	}
	const h, tolerance = 1e-5, 1e-9 // the error of the difference is of the order h²
	for i := 0; i < len(bend); i += 37 {
		up, down := slices.Clone(bend), slices.Clone(bend)
		up[i] += h
		down[i] -= h
		want := (value(up) - value(down)) / (2 * h)
		if got := bend[i] - c.bend.F64[i]; math.Abs(got-want) > tolerance {
			t.Errorf("∂/∂φ_%d = %v, difference %v", i, got, want)
		}
	}
}

// TestFitLowersTheLoss along the curve below that along the line, and gives the same bits whatever was fitted before.
func TestFitLowersTheLoss(t *testing.T) {
	o, set := setting(t, true)
	a, b := o.Model.Init(random.Stream(1, "init", 0)), o.Model.Init(random.Stream(1, "init", 1))
	c := newCurve(t, o, set, CurveOptions{Batch: 16, Epochs: 40, LR: 0.05, Momentum: 0.9})
	fit := func(purpose string) []float64 {
		bend, err := c.Fit(context.Background(), a, b, 1, purpose)
		if err != nil {
			t.Fatal(err)
		}
		return bend
	}
	bend := fit("0-1")
	other := fit("0-2")
	if !slices.Equal(bend, fit("0-1")) {
		t.Error("other bits after another pair")
	}
	if slices.Equal(bend, other) {
		t.Error("two pairs drew the same")
	}
	ts := Uniform(5)
	line, err := Along(o, func(dst []float64, t float64) { param.Lerp(dst, a, b, t) }, ts)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := Along(o, func(dst []float64, t float64) { Bezier(dst, a, bend, b, t) }, ts)
	if err != nil {
		t.Fatal(err)
	}
	if curve[0] != line[0] || curve[4] != line[4] {
		t.Errorf("the ends of the curve %v %v are not those of the line %v %v", curve[0], curve[4], line[0], line[4])
	}
	if curve[2].Loss > 0.7*line[2].Loss {
		t.Errorf("the loss in the middle is %v on the curve, %v on the line", curve[2].Loss, line[2].Loss)
	}
	mean := func(points []Point) (m float64) {
		for _, p := range points {
			m += p.Loss / float64(len(points))
		}
		return m
	}
	if mean(curve) > 0.9*mean(line) {
		t.Errorf("the mean loss is %v along the curve, %v along the line", mean(curve), mean(line))
	}
}

// TestFitFollowsItsSchedule: a fit is plain descent along the curve's gradient, one t drawn a batch, at the schedule's rate.
func TestFitFollowsItsSchedule(t *testing.T) {
	const lr, epochs, rounding = 0.1, 10, 1e-12
	o, set := setting(t, false)
	a, b := o.Model.Init(random.Stream(1, "init", 0)), o.Model.Init(random.Stream(1, "init", 1))
	c := newCurve(t, o, set, CurveOptions{Batch: set.Len(), Epochs: epochs, LR: lr})
	got, err := c.Fit(context.Background(), a, b, 1, "0-1")
	if err != nil {
		t.Fatal(err)
	}
	param.Lerp(c.bend.F64, a, b, 0.5)
	rng := random.Stream(1, "curve/0-1", 0)
	rng.Uint64()                                                                    // the seed of the batches
	for _, rate := range []float64{1, 1, 1, 1, 1, 1, 0.7525, 0.505, 0.2575, 0.01} { // 1 until half, then linear to 0.01 at 0.9
		c.t.Set(0, rng.Float64())
		c.rule.SetRates(c.rates, 1, 1) // a step of rate 1 is minus the gradient
		before := slices.Clone(c.bend.F64)
		if err := c.batches[set.Len()].run(); err != nil {
			t.Fatal(err)
		}
		for i, x := range before {
			c.bend.F64[i] = x - lr*rate*(x-c.bend.F64[i])
		}
	}
	if d := param.Distance(got, c.bend.F64); d > rounding*param.Norm(got) {
		t.Errorf("the fit ends %v away, of %v", d, param.Norm(got))
	}
}

// TestFitIsAloneWithItsPair: a Curve that fitted other pairs, and a fresh one, give the same bits; in float32 as in float64.
func TestFitIsAloneWithItsPair(t *testing.T) {
	o, set := setting(t, true)
	a, b, c := o.Model.Init(random.Stream(1, "init", 0)), o.Model.Init(random.Stream(1, "init", 1)), o.Model.Init(random.Stream(1, "init", 2))
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, start := range []string{"midpoint", "random"} {
			options := CurveOptions{Batch: 16, Epochs: 3, LR: 0.05, Momentum: 0.9, WeightDecay: 5e-4, Start: start, DType: d}
			bend := func(others ...[]float64) []float64 {
				curve, err := NewCurve(e, o.Model, set, options)
				if err != nil {
					t.Fatal(err)
				}
				for _, other := range others {
					if _, err := curve.Fit(context.Background(), other, a, 1, "other"); err != nil {
						t.Fatal(err)
					}
				}
				fitted, err := curve.Fit(context.Background(), a, b, 1, "0-1")
				if err != nil {
					t.Fatal(err)
				}
				return fitted
			}
			if !slices.Equal(bend(), bend(c, b, c)) {
				t.Errorf("%v, %s: what was fitted before changes bits", d, start)
			}
		}
	}
}

// TestBendsStart where they are told to: in the middle of the line, or at an initialisation that the pair draws.
func TestBendsStart(t *testing.T) {
	o, set := setting(t, false)
	a, b := o.Model.Init(random.Stream(1, "init", 0)), o.Model.Init(random.Stream(1, "init", 1))
	middle := make([]float64, len(a))
	for i := range middle {
		middle[i] = (a[i] + b[i]) / 2
	}
	for start, want := range map[string][]float64{"": middle, "midpoint": middle, "random": o.Model.Init(random.Stream(1, "curve/0-1", 0))} {
		bend, err := newCurve(t, o, set, CurveOptions{Batch: 16, Start: start}).Fit(context.Background(), a, b, 1, "0-1")
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(bend, want) {
			t.Errorf("start %q: not where it should be", start)
		}
	}
}

// TestAlongEvaluatesEachPlace as if it were alone, with the batch-norm statistics of its own weights.
func TestAlongEvaluatesEachPlace(t *testing.T) {
	o, set := setting(t, true)
	a, b := o.Model.Init(random.Stream(1, "init", 0)), o.Model.Init(random.Stream(1, "init", 1))
	line := func(dst []float64, t float64) {
		for i := range dst {
			dst[i] = float64((1-t)*a[i]) + float64(t*b[i])
		}
	}
	ts := []float64{0.25, 1, 0, 0.5}
	points, err := Along(o, line, ts)
	if err != nil {
		t.Fatal(err)
	}
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range points {
		fresh, err := objective.New(e, o.Model, set, objective.Options{DType: graph.Float64})
		if err != nil {
			t.Fatal(err)
		}
		theta, state := make([]float64, len(a)), o.Model.InitState()
		line(theta, ts[i])
		fresh.MoveTo(theta, state)
		if err := fresh.RecomputeState(state); err != nil {
			t.Fatal(err)
		}
		want, err := fresh.Evaluate()
		if err != nil {
			t.Fatal(err)
		}
		if p.T != ts[i] || p.Loss != want.Loss || p.Error != 100-want.Accuracy {
			t.Errorf("place %d is %+v, alone it is %+v", i, p, want)
		}
		fresh.MoveTo(theta, o.Model.InitState())
		if stale, err := fresh.Evaluate(); err != nil || stale.Loss == p.Loss {
			t.Errorf("place %d: the statistics make no difference (%v)", i, err)
		}
	}
}

func TestUniformHasExactEndsAndMiddle(t *testing.T) {
	for _, n := range []int{3, 5, 11, 101} {
		if ts := Uniform(n); len(ts) != n || ts[0] != 0 || ts[n-1] != 1 || ts[n/2] != 0.5 {
			t.Errorf("Uniform(%d) = %v", n, ts)
		}
	}
}

func TestBezierEndsAndMiddle(t *testing.T) {
	a, bend, b, dst := []float64{1, 2}, []float64{10, 20}, []float64{3, 4}, make([]float64, 2)
	for _, c := range []struct {
		t    float64
		want []float64
	}{{0, a}, {1, b}, {0.5, []float64{1./4 + 10./2 + 3./4, 2./4 + 20./2 + 4./4}}} {
		if Bezier(dst, a, bend, b, c.t); !slices.Equal(dst, c.want) {
			t.Errorf("γ(%v) = %v, want %v", c.t, dst, c.want)
		}
	}
}

func TestCurveRate(t *testing.T) {
	for done, want := range map[float64]float64{0: 1, 0.5: 1, 0.7: 0.505, 0.9: 0.01, 1: 0.01} {
		if got := curveRate(done); math.Abs(got-want) > 1e-12 {
			t.Errorf("factor %v when %v is done, want %v", got, done, want)
		}
	}
}

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
	"basin/task"
	"basin/train"
)

// setting is a small network on some digits, with the objective there.
func setting(t *testing.T, batchNorm bool) (*objective.Setup, *objective.Objective) {
	t.Helper()
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	d := spec.Data{Set: "digits", Train: 1437, Fraction: 0.04, Normalize: "channel"}
	split, err := dataset.Load(d, dataset.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	a := &model.MLP{Width: 4, Depth: 1, Activation: "tanh", BatchNorm: batchNorm}
	m, err := model.New(a, split.Train.Input(), split.Train.Classes)
	if err != nil {
		t.Fatal(err)
	}
	s := &objective.Setup{Engine: e, Model: m, Task: &task.Classification{Criterion: "cross-entropy"}, Data: split,
		Seed:  1,
		DType: graph.Float64}
	o, err := s.On(split.Train, objective.Options{DType: graph.Float64})
	if err != nil {
		t.Fatal(err)
	}
	return s, o
}

// ends draws networks.
func ends(s *objective.Setup, n int) (points [][]float64) {
	for i := range n {
		points = append(points, s.Model.Init(random.Stream(1, "init", i)))
	}
	return points
}

func newCurve(t *testing.T, s *objective.Setup, c CurveOptions) *Curve {
	t.Helper()
	if c.Start == "" {
		c.Start = "midpoint"
	}
	if c.Gamma == nil {
		c.Gamma = Bezier(1)
	}
	curve, err := NewCurve(s, c)
	if err != nil {
		t.Fatal(err)
	}
	return curve
}

// TestCurveGradient: the gradient in the bend against central differences of L(γ(t)) + ½wd‖γ(t)‖².
func TestCurveGradient(t *testing.T) {
	s, o := setting(t, false)
	const wd, at = 0.1, 0.3
	c := newCurve(t, s, CurveOptions{Batch: o.Set.Len(), Rule: &train.SGD{LR: 1}, Decay: wd})
	a, bend, b := ends(s, 3)[0], ends(s, 3)[1], ends(s, 3)[2]
	for i, point := range [][]float64{a, bend, b} {
		c.frame.Store(c.points[i], 0, point)
	}
	all := make([]int32, o.Set.Len())
	for i := range all {
		all[i] = int32(i)
	}
	if err := c.step(all, at, 1, 1); err != nil {
		t.Fatal(err)
	}
	after := c.frame.Load(c.points[1], 0)
	value := func(bend []float64) float64 {
		gamma := make([]float64, len(bend))
		CurvePoint(gamma, Bezier(1), at, a, bend, b)
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
		if got := bend[i] - after[i]; math.Abs(got-want) > tolerance {
			t.Errorf("∂/∂φ_%d = %v, difference %v", i, got, want)
		}
	}
}

// TestFitLowersTheLoss along the curve below that along the line, and gives the same bits whatever was fitted
// before.
func TestFitLowersTheLoss(t *testing.T) {
	s, o := setting(t, true)
	a, b := ends(s, 2)[0], ends(s, 2)[1]
	c := newCurve(t, s, CurveOptions{Batch: 16, Epochs: 40, Rule: &train.SGD{LR: 0.05, Momentum: 0.9}})
	fit := func(purpose string) []float64 {
		bends, err := c.Fit(context.Background(), a, b, purpose)
		if err != nil {
			t.Fatal(err)
		}
		return bends[0]
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
	curve, err := Along(o, func(dst []float64, t float64) { CurvePoint(dst, Bezier(1), t, a, bend, b) }, ts)
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

// TestFitFollowsItsSchedule: a fit is plain descent along the curve's gradient, one t drawn a batch, at the
// schedule's rate.
func TestFitFollowsItsSchedule(t *testing.T) {
	const lr, epochs, rounding = 0.1, 10, 1e-12
	s, o := setting(t, false)
	a, b := ends(s, 2)[0], ends(s, 2)[1]
	c := newCurve(t, s, CurveOptions{Batch: o.Set.Len(), Epochs: epochs, Rule: &train.SGD{LR: lr}})
	got, err := c.Fit(context.Background(), a, b, "0-1")
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float64, len(a))
	param.Lerp(want, a, b, 0.5)
	rng := random.Stream(1, "curve/0-1", 0)
	batches, err := dataset.NewBatches(o.Set.Len(), o.Set.Len(), false, rng.Uint64(), 0)
	if err != nil {
		t.Fatal(err)
	}
	// The rate is 1 until half of the epochs, then linear to 0.01 at 0.9.
	for epoch, rate := range []float64{1, 1, 1, 1, 1, 1, 0.7525, 0.505, 0.2575, 0.01} {
		batches.Start(epoch)
		c.frame.Store(c.points[1], 0, want)
		if err := c.step(batches.At(0), rng.Float64(), 1, 1); err != nil { // a step of rate 1 is minus the gradient
			t.Fatal(err)
		}
		for i, x := range c.frame.Load(c.points[1], 0) {
			want[i] -= lr * rate * (want[i] - x)
		}
	}
	if d := param.Distance(got[0], want); d > rounding*param.Norm(want) {
		t.Errorf("the fit ends %v away, of %v", d, param.Norm(want))
	}
}

// TestFitIsAloneWithItsPair: a Curve that fitted other pairs, and a fresh one, give the same bits; in float32 as
// in float64.
func TestFitIsAloneWithItsPair(t *testing.T) {
	s, _ := setting(t, true)
	a, b, c := ends(s, 3)[0], ends(s, 3)[1], ends(s, 3)[2]
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, start := range []string{"midpoint", "random"} {
			s.DType = d
			options := CurveOptions{Start: start,
				Rule: &train.SGD{LR: 0.05, Momentum: 0.9}, Decay: 5e-4, Epochs: 3, Batch: 16}
			bend := func(others ...[]float64) []float64 {
				curve := newCurve(t, s, options)
				for _, other := range others {
					if _, err := curve.Fit(context.Background(), other, a, "other"); err != nil {
						t.Fatal(err)
					}
				}
				fitted, err := curve.Fit(context.Background(), a, b, "0-1")
				if err != nil {
					t.Fatal(err)
				}
				return fitted[0]
			}
			if !slices.Equal(bend(), bend(c, b, c)) {
				t.Errorf("%v, %s: what was fitted before changes bits", d, start)
			}
		}
	}
}

// TestBendsStart where they should: in the middle of the line, or at an initialisation that the pair draws.
func TestBendsStart(t *testing.T) {
	s, o := setting(t, false)
	a, b := ends(s, 2)[0], ends(s, 2)[1]
	middle := make([]float64, len(a))
	for i := range middle {
		middle[i] = (a[i] + b[i]) / 2
	}
	for start, want := range map[string][]float64{"midpoint": middle,
		"random": o.Model.Init(random.Stream(1, "curve/0-1", 0))} {
		bends, err := newCurve(t, s, CurveOptions{Rule: &train.SGD{LR: 1}, Batch: 16,
			Start: start}).Fit(context.Background(), a, b, "0-1")
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(bends[0], want) {
			t.Errorf("start %q: not where it should be", start)
		}
	}
}

// TestAlongEvaluatesEachPlace as if it were alone, with the batch-norm statistics of its weights.
func TestAlongEvaluatesEachPlace(t *testing.T) {
	s, o := setting(t, true)
	a, b := ends(s, 2)[0], ends(s, 2)[1]
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
	for i, p := range points {
		fresh, err := (&objective.Setup{Engine: s.Engine, Model: s.Model, Task: s.Task}).On(o.Set, o.Options)
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
		if p.T != ts[i] || p.Loss != want.Loss || p.Error != 100-want.Metrics[0] {
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

// TestBezierIsDeCasteljaus: the weights give what repeated interpolation gives, with any number of bends.
func TestBezierIsDeCasteljaus(t *testing.T) {
	const rounding = 1e-14
	points := [][]float64{{1, 2}, {10, 20}, {3, -4}, {-7, 0.5}}
	for bends := range 3 {
		for _, at := range []float64{0, 0.3, 0.5, 1} {
			got, level := make([]float64, 2), slices.Clone(points[:bends+2])
			CurvePoint(got, Bezier(bends), at, level...)
			for len(level) > 1 {
				var next [][]float64
				for i := range len(level) - 1 {
					p := make([]float64, 2)
					param.Lerp(p, level[i], level[i+1], at)
					next = append(next, p)
				}
				level = next
			}
			if d := param.Distance(got, level[0]); d > rounding {
				t.Errorf("%d bends: γ(%v) = %v, want %v", bends, at, got, level[0])
			}
		}
	}
	got := make([]float64, 2)
	if CurvePoint(got, Bezier(1), 1, points[:3]...); !slices.Equal(got, points[2]) {
		t.Errorf("γ(1) = %v, want the very end %v", got, points[2])
	}
}

// TestManyBendsLowerTheLoss below a single bend's start: all of them are trained.
func TestManyBendsLowerTheLoss(t *testing.T) {
	s, o := setting(t, false)
	a, b := ends(s, 2)[0], ends(s, 2)[1]
	c := newCurve(t, s, CurveOptions{Gamma: Bezier(3), Batch: 16, Epochs: 20,
		Rule: &train.SGD{LR: 0.05, Momentum: 0.9}})
	bends, err := c.Fit(context.Background(), a, b, "0-1")
	if err != nil {
		t.Fatal(err)
	}
	start := make([]float64, len(a))
	for i, bend := range bends {
		if param.Lerp(start, a, b, float64(i+1)/4); param.Distance(start, bend) < 0.1*param.Distance(a, b) {
			t.Errorf("bend %d stayed where it was", i)
		}
	}
	along, err := Along(o, func(dst []float64, t float64) {
		CurvePoint(dst, Bezier(3), t, a, bends[0], bends[1], bends[2],
			b)
	}, []float64{0, 0.5})
	if err != nil {
		t.Fatal(err)
	}
	if along[1].Loss > 0.7*along[0].Loss {
		t.Errorf("the loss in the middle is %v, at the end %v", along[1].Loss, along[0].Loss)
	}
}

func TestUnknownStartIsAnError(t *testing.T) {
	s, _ := setting(t, false)
	if _, err := NewCurve(s, CurveOptions{Start: "middle"}); err == nil {
		t.Error("a start called middle was taken")
	}
}

func TestCurveRate(t *testing.T) {
	for done, want := range map[float64]float64{0: 1, 0.5: 1, 0.7: 0.505, 0.9: 0.01, 1: 0.01} {
		if got := curveRate(done); math.Abs(got-want) > 1e-12 {
			t.Errorf("factor %v when %v is done, want %v", got, done, want)
		}
	}
}

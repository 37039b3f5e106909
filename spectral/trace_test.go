package spectral

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"basin/internal/numtest"
	"basin/linop"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

type estimator struct {
	name string
	run  func(linop.Operator, TraceOptions, *rand.Rand, *Workspace) (TraceEstimate, error)
}

var estimators = []estimator{{"hutchinson", Trace}, {"hutch++", HutchPP}}

// rough is a matrix without structure that estimators could find by luck: trace 300, off-diagonal elements of
// variance 1.
func rough(n int) *linop.Dense {
	a := mat.NewSymDense(n, nil)
	rng := stream(20)
	for i := range n {
		a.SetSym(i, i, 300/float64(n))
		for j := range i {
			a.SetSym(i, j, rng.NormFloat64())
		}
	}
	return linop.NewDense(a)
}

func TestExactTrace(t *testing.T) {
	for _, est := range estimators {
		for _, c := range numtest.Symmetric() {
			op := &numtest.Counter{Operator: linop.NewDense(c.A)}
			e, err := est.run(op, TraceOptions{}, stream(21), nil)
			if err != nil {
				t.Fatal(err)
			}
			near(t, est.name+" "+c.Name, e.Value, floats.Sum(c.Values), exact*largest(c.Values)*float64(op.Dim()))
			if e.StdErr != 0 || e.Status != Converged || e.Estimator != EstimatorExactTrace {
				t.Errorf("%s %s: %+v", est.name, c.Name, e)
			}
			if e.N != op.Dim() || e.Products != op.Products {
				t.Errorf("%s %s: %+v, with %d products in dimension %d", est.name, c.Name, e, op.Products, op.Dim())
			}
		}
	}
}

// The errors of many runs are of the size that the runs report: their ratio has mean 0 and deviation 1, and never
// reaches 6.
func TestTraceStdErrIsCalibrated(t *testing.T) {
	op, ws := rough(60), new(Workspace)
	const runs = 300
	for _, est := range estimators {
		var z, square mean
		for seed := range uint64(runs) {
			e, err := est.run(op, TraceOptions{Probes: 55, RelativeError: -1}, stream(seed), ws)
			if err != nil {
				t.Fatal(err)
			}
			if e.Status != Converged || e.N != 55 || e.Products > 55 {
				t.Fatalf("%s: %+v", est.name, e)
			}
			r := (e.Value - 300) / e.StdErr
			if math.Abs(r) > 6 {
				t.Errorf("%s, seed %d: off by %v standard errors", est.name, seed, r)
			}
			z.add(r)
			square.add(r * r)
		}
		const sigmas = 4 // of a mean of 300 values of deviation about 1, and of squares of deviation about 2
		near(t, est.name+": mean error in standard errors", z.value, 0, sigmas/math.Sqrt(runs))
		near(t, est.name+": mean square of it", square.value, 1, sigmas*2/math.Sqrt(runs))
	}
}

// The standard error is √(2·Σ_{i≠j} A_ij² / n).
func TestTraceStdErrFallsAsRootN(t *testing.T) {
	op := rough(400)
	variance := 0.0
	row, e := make([]float64, 400), make([]float64, 400)
	for i := range e {
		e[i] = 1
		if err := op.Apply(row, e); err != nil {
			t.Fatal(err)
		}
		e[i] = 0
		variance += 2 * (floats.Dot(row, row) - row[i]*row[i])
	}
	for _, n := range []int{25, 100, 390} {
		got, err := Trace(op, TraceOptions{Probes: n, RelativeError: -1}, stream(22), nil)
		if err != nil {
			t.Fatal(err)
		}
		want := math.Sqrt(variance / float64(n))
		near(t, fmt.Sprintf("standard error at %d probes", n), got.StdErr, want, 4*want/math.Sqrt(2*float64(n-1)))
	}
}

func TestTraceIgnoresBlock(t *testing.T) {
	op, ws := affine{rough(150), 1, 2}, new(Workspace)
	for _, est := range estimators {
		for _, o := range []TraceOptions{
			{Probes: 40, RelativeError: 1e-9}, {Probes: 100, RelativeError: 0.8}, {Probes: 37, RelativeError: -1},
		} {
			var want TraceEstimate
			for _, block := range []int{1, 3, 0, 7, 10, 64} {
				counter := &numtest.Counter{Operator: op}
				o.Block = block
				got, err := est.run(counter, o, stream(23), ws)
				if err != nil {
					t.Fatal(err)
				}
				if want.N == 0 {
					want = got
				}
				if got != want || got.Products != counter.Products {
					t.Errorf("%s, block %d: %+v with %d products, want %+v", est.name, block, got, counter.Products, want)
				}
			}
		}
	}
}

func TestTraceStops(t *testing.T) {
	op := affine{rough(150), 1, 2} // trace 600, Hutchinson's deviation about 210
	for _, c := range []struct {
		o           TraceOptions
		status      Status
		least, most int // probes
	}{
		{TraceOptions{Probes: 140, RelativeError: 0.05}, Converged, 21, 139},
		{TraceOptions{Probes: 140, RelativeError: 0.001}, NotConverged, 140, 140},
		{TraceOptions{Probes: 140, RelativeError: -1}, Converged, 140, 140},
		{TraceOptions{Probes: 4, RelativeError: 0.5}, Converged, 4, 4},
		{TraceOptions{Probes: 1}, NotConverged, 1, 1},
	} {
		e, err := Trace(op, c.o, stream(24), nil)
		if err != nil {
			t.Fatal(err)
		}
		if e.Status != c.status || e.N < c.least || e.N > c.most || e.Products != e.N {
			t.Errorf("%+v gives %+v", c.o, e)
		}
		if e.N != c.o.Probes && e.N%checkEvery != 0 {
			t.Errorf("%+v stops between tests: %+v", c.o, e)
		}
		if c.o.RelativeError > 0 && (e.StdErr <= c.o.RelativeError*math.Abs(e.Value)) != (e.Status == Converged) {
			t.Errorf("%+v: %s at %v ± %v", c.o, e.Status, e.Value, e.StdErr)
		}
	}
}

// Hutchinson's estimator with Rademacher probes is exact for a diagonal matrix, whatever the signs. The zero
// matrix leaves Hutch++ no sketch.
func TestTraceOfDiagonal(t *testing.T) {
	for _, c := range []struct {
		estimator
		op       diagonal
		products int
	}{
		{estimators[0], make(diagonal, 500), checkEvery},
		{estimators[0], outliers(500), checkEvery},
		{estimators[1], make(diagonal, 500), 20 + checkEvery},
	} {
		e, err := c.run(c.op, TraceOptions{Probes: 60}, stream(25), nil)
		if err != nil {
			t.Fatal(err)
		}
		near(t, c.name, e.Value, floats.Sum(c.op), exact*100)
		if e.Status != Converged || e.StdErr > exact*100 || e.Products != c.products {
			t.Errorf("%s: %+v", c.name, e)
		}
	}
}

// Hutch++ is exact where the rank is within its sketch; Hutchinson's estimator with as many products is not.
func TestHutchPPFindsLowRank(t *testing.T) {
	n := 200
	a := mat.NewSymDense(n, nil)
	rng := stream(26)
	trace := 0.0
	for k := range 6 {
		u := gaussian(rng, n)
		a.SymRankOne(a, float64(k-2), mat.NewVecDense(n, u))
		trace += float64(k-2) * floats.Dot(u, u)
	}
	op := linop.NewDense(a)
	plus, err := HutchPP(op, TraceOptions{Probes: 60, RelativeError: 1e-6}, stream(27), nil)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "rank 6", plus.Value, trace, 1e-10*math.Abs(trace))
	if plus.Status != Converged || plus.StdErr > 1e-10*math.Abs(trace) || plus.N != 20+6+10 {
		t.Errorf("%+v", plus)
	}
	plain, err := Trace(op, TraceOptions{Probes: 60, RelativeError: 1e-6}, stream(27), nil)
	if err != nil {
		t.Fatal(err)
	}
	if plain.Status != NotConverged || plain.StdErr < 0.01*math.Abs(trace) {
		t.Errorf("Hutchinson: %+v of %v", plain, trace)
	}
}

func TestTraceNotFinite(t *testing.T) {
	for _, est := range estimators {
		for _, at := range []int{0, 12, 25} {
			op, o := &poisoned{rough(60), at, 0, math.NaN()}, TraceOptions{Probes: 40, RelativeError: -1}
			e, err := est.run(op, o, stream(28), nil)
			if err != nil || e.Status != NonFinite || !math.IsNaN(e.Value) || !math.IsNaN(e.StdErr) {
				t.Errorf("%s, product %d: %+v, %v", est.name, at, e, err)
			}
		}
		for _, probes := range []int{10, 100} {
			_, err := est.run(failing{rough(60)}, TraceOptions{Probes: probes}, stream(28), nil)
			if !errors.Is(err, errProduct) {
				t.Errorf("%s: error %v", est.name, err)
			}
		}
	}
}

func TestMean(t *testing.T) {
	var m mean
	if m.add(1); m.value != 1 || !math.IsNaN(m.stdErr()) {
		t.Errorf("one value: %v ± %v", m.value, m.stdErr())
	}
	m.add(2)
	m.add(4) // variance (16+1+25)/9/2 = 7/3
	near(t, "mean", m.value, 7./3, exact)
	near(t, "standard error", m.stdErr(), math.Sqrt(7./9), exact)
}

func TestRademacher(t *testing.T) {
	const n = 100_000
	v := make([]float64, n)
	rademacher(v, stream(29))
	sum, pairs := 0.0, 0.0
	for i, x := range v {
		if x != 1 && x != -1 {
			t.Fatalf("element %d is %v", i, x)
		}
		sum += x
		pairs += x * v[(i+1)%n]
	}
	near(t, "sum", sum, 0, 5*math.Sqrt(n))
	near(t, "sum of neighbours' products", pairs, 0, 5*math.Sqrt(n))
}

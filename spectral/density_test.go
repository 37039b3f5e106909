package spectral

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"basin/internal/numtest"
	"basin/linop"

	"gonum.org/v1/gonum/floats"
)

// A quadrature of m steps gives vᵀAᵖv for p ≤ 2m−1, and not for p = 2m.
func TestQuadratureDegree(t *testing.T) {
	for _, c := range numtest.Symmetric() {
		size := largest(c.Values)
		if size == 0 || size < 1e-100 || size > 1e100 { // powers leave the floats
			continue
		}
		op := affine{linop.NewDense(c.A), 1 / size, 0}
		n := op.Dim()
		for _, m := range []int{1, 2, 3, 6} {
			d, err := SpectralDensity(op, DensityOptions{Probes: 1, Steps: m}, stream(30), nil)
			if err != nil {
				t.Fatal(err)
			}
			q := d.Quadratures[0]
			v := make([]float64, n)
			rademacher(v, stream(30))
			floats.Scale(1/math.Sqrt(float64(n)), v)
			power, next := slices.Clone(v), make([]float64, n)
			for p := range 2*m + 1 {
				want := floats.Dot(v, power)
				switch got := q.Moment(p); {
				case p < 2*m || len(q.Nodes) < m || m == n:
					near(t, fmt.Sprintf("%s, %d steps, moment %d", c.Name, m, p), got, want, exact)
				case c.Name == "gaussian" && !(got < want-1e-6): // its error there is −(β_1 … β_m)²
					t.Errorf("%d steps: moment %d is %v, not below %v", m, p, got, want)
				}
				if err := op.Apply(next, power); err != nil {
					t.Fatal(err)
				}
				power, next = next, power
			}
		}
	}
}

func TestDensityIgnoresBlock(t *testing.T) {
	op := linop.NewDense(numtest.Laplacian(70).A)
	var want Density
	for _, block := range []int{0, 1, 2, 3, 5, 9} {
		counter := &numtest.Counter{Operator: op}
		got, err := SpectralDensity(counter, DensityOptions{Probes: 5, Steps: 30, Block: block}, stream(31), nil)
		if err != nil {
			t.Fatal(err)
		}
		if want.Status == "" {
			want = got
			if counter.Calls != 30 {
				t.Errorf("%d block products for 30 steps in lock-step", counter.Calls)
			}
		}
		if !reflect.DeepEqual(got, want) || got.Products != counter.Products || got.Products != 150 || got.Steps != 30 {
			t.Errorf("block %d: %d products, %d steps", block, got.Products, got.Steps)
		}
	}
}

// A probe whose space ends early drops out and does not affect the others' bits.
func TestLockStepDropsEndedProbes(t *testing.T) {
	op := outliers(90)
	starts := make([][]float64, 4)
	for i := range starts {
		starts[i] = make([]float64, 90)
		rademacher(starts[i], stream(uint64(i)))
	}
	clear(starts[1])
	starts[1][1], starts[1][2], starts[1][3] = 1, 2, -1 // three eigenvectors: ends after three steps
	run := func(starts ...[]float64) []krylov {
		ws := new(Workspace)
		spaces := ws.krylovs(len(starts), 90, 25, 0)
		for i := range spaces {
			spaces[i].begin(starts[i])
		}
		for {
			if k, err := advance(op, spaces, ws); err != nil || k == 0 {
				return spaces
			}
		}
	}
	together := run(starts...)
	for i := range starts {
		alone := run(starts[i])[0]
		if !slices.Equal(alone.alpha, together[i].alpha) || !slices.Equal(alone.beta, together[i].beta) {
			t.Errorf("probe %d: the others changed its bits", i)
		}
		if want := []int{25, 3, 25, 25}[i]; together[i].steps() != want {
			t.Errorf("probe %d took %d steps, want %d", i, together[i].steps(), want)
		}
	}
	q, err := quadrature(&together[1], new(Workspace))
	if err != nil {
		t.Fatal(err)
	}
	want := Quadrature{[]float64{10, 20, 50}, []float64{1. / 6, 4. / 6, 1. / 6}}
	for i := range want.Nodes {
		near(t, "node", q.Nodes[i], want.Nodes[i], exact*50)
		near(t, "weight", q.Weights[i], want.Weights[i], exact)
	}
}

func TestDensityOfKnownSpectra(t *testing.T) {
	ws := new(Workspace)
	for _, c := range numtest.Symmetric() {
		t.Run(c.Name, func(t *testing.T) {
			n, size := len(c.Values), largest(c.Values)
			op := linop.NewDense(c.A)
			d, err := SpectralDensity(op, DensityOptions{Probes: 6}, stream(32), ws)
			if err != nil {
				t.Fatal(err)
			}
			if d.Status != Converged || len(d.Quadratures) != 6 {
				t.Fatalf("%s, %d quadratures", d.Status, len(d.Quadratures))
			}
			for _, q := range d.Quadratures {
				if !slices.IsSorted(q.Nodes) || floats.Min(q.Weights) < 0 || len(q.Nodes) > n {
					t.Errorf("quadrature %v", q)
				}
				near(t, "sum of weights", floats.Sum(q.Weights), 1, exact)
				near(t, "smallest node", min(q.Nodes[0], c.Values[0]), c.Values[0], exact*size)
				near(t, "largest node", max(q.Nodes[len(q.Nodes)-1], c.Values[n-1]), c.Values[n-1], exact*size)
			}
			// The curve holds mass 1 and, but for its cells' width, the same mean as the nodes.
			cell := d.Grid[1] - d.Grid[0]
			near(t, "mass", floats.Sum(d.Values)*cell, 1, exact)
			near(t, "mean of the curve", floats.Dot(d.Grid, d.Values)*cell, d.Mean, cell)
			// Six probes: a t distribution of 5 degrees exceeds 10 standard errors in 2 of 10,000 runs.
			trueMean, trueSecond := floats.Sum(c.Values)/float64(n), floats.Dot(c.Values, c.Values)/float64(n)
			near(t, "mean", d.Mean, trueMean, 10*d.MeanStdErr+exact*size)
			if size < 1e-100 || size > 1e100 {
				return // the second moment's variance leaves the floats
			}
			near(t, "second moment", d.SecondMoment, trueSecond, 10*d.SecondMomentStdErr+exact*size*size)
		})
	}
}

// Means over seeds are unbiased, and standard errors are the deviations that seeds show.
func TestDensityStdErrIsCalibrated(t *testing.T) {
	op, ws := rough(60), new(Workspace)
	a := 0.0
	row := make([]float64, 60)
	for i := range row {
		e := make([]float64, 60)
		e[i] = 1
		if err := op.Apply(row, e); err != nil {
			t.Fatal(err)
		}
		a += floats.Dot(row, row) / 60
	}
	const runs = 200
	var first, second, zz mean
	for seed := range uint64(runs) {
		d, err := SpectralDensity(op, DensityOptions{Probes: 20, Steps: 5}, stream(seed), ws)
		if err != nil {
			t.Fatal(err)
		}
		z := (d.Mean - 5) / d.MeanStdErr
		first.add(z)
		second.add((d.SecondMoment - a) / d.SecondMomentStdErr)
		zz.add(z * z)
	}
	const sigmas = 4
	near(t, "mean, in standard errors", first.value, 0, sigmas/math.Sqrt(runs))
	// The second moment is skewed, so its error is biased by a share of 1/√20.
	near(t, "second moment, in standard errors", second.value, 0, sigmas*1.5/math.Sqrt(runs))
	near(t, "mean square", zz.value, 1, sigmas*2/math.Sqrt(runs))
}

// The curve converges to the true spectrum smoothed alike: the Laplacian's, against a sum of Gaussians at its
// eigenvalues.
func TestDensityCurve(t *testing.T) {
	c := numtest.Laplacian(500)
	op := linop.NewDense(c.A)
	const variance = 0.04
	apart := func(probes int) float64 {
		d, err := SpectralDensity(op, DensityOptions{Probes: probes, Steps: 40, Variance: variance}, stream(33), nil)
		if err != nil {
			t.Fatal(err)
		}
		worst := 0.0
		for j, x := range d.Grid {
			want := 0.0
			for _, v := range c.Values {
				want += math.Exp(-(x-v)*(x-v)/(2*variance)) / math.Sqrt(2*math.Pi*variance) / 500
			}
			worst = max(worst, math.Abs(d.Values[j]-want))
			if z := math.Abs(d.Values[j]-want) / (d.StdErr[j] + 1e-5); z > 6 { // 1e-5: cells have a width
				t.Errorf("%d probes: %v at %v, want %v: %v standard errors", probes, d.Values[j], x, want, z)
			}
		}
		return worst
	}
	few, many := apart(16), apart(256)
	if many > few/2 || many > 0.02 { // √16 = 4 fewer on average; the peak is 0.4
		t.Errorf("largest error %v with 16 probes, %v with 256", few, many)
	}
}

// The picture of c·A is that of A with its axis scaled, and narrow Gaussians lose no mass between grid points.
func TestDensityScales(t *testing.T) {
	op := linop.NewDense(numtest.Laplacian(50).A)
	one, err := SpectralDensity(op, DensityOptions{}, stream(34), nil)
	if err != nil {
		t.Fatal(err)
	}
	big, err := SpectralDensity(affine{op, 1024, 0}, DensityOptions{}, stream(34), nil)
	if err != nil {
		t.Fatal(err)
	}
	for j := range one.Grid {
		near(t, "grid", big.Grid[j], 1024*one.Grid[j], exact*4096)
		near(t, "value", big.Values[j]*1024, one.Values[j], 1e-9)
	}
	narrow, err := SpectralDensity(op, DensityOptions{Variance: 1e-14, Points: 50}, stream(34), nil)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mass", floats.Sum(narrow.Values)*(narrow.Grid[1]-narrow.Grid[0]), 1, exact)
}

// A low rank ends the probes early in single precision too, whose noise spreads over all directions.
func TestDensityOfLowRank(t *testing.T) {
	cases := numtest.Symmetric()
	rank4 := slices.IndexFunc(cases, func(c numtest.SymmetricCase) bool { return c.Name == "rank 4 of 50" })
	low := linop.NewDense(cases[rank4].A)
	for name, op := range map[string]linop.Operator{"double": low, "single": single{low}} {
		d, err := SpectralDensity(op, DensityOptions{Probes: 40}, stream(35), nil)
		if err != nil {
			t.Fatal(err)
		}
		// Four eigenvalues and zero make five steps; now and then noise along a weak eigenvector passes for a sixth.
		if d.Steps > 6 || d.Products > 210 {
			t.Errorf("%s: %d steps, %d products; want 5, 200", name, d.Steps, d.Products)
		}
		var zero mean
		for _, q := range d.Quadratures {
			weight := 0.0
			for i, x := range q.Nodes {
				if math.Abs(x) < 1e-3 {
					weight += q.Weights[i]
				}
			}
			zero.add(weight)
		}
		near(t, name+": weight at zero", zero.value, 46./50, 4*zero.stdErr())
	}
}

func TestDensityNotFinite(t *testing.T) {
	op := linop.NewDense(numtest.Laplacian(40).A)
	for _, at := range []int{0, 5, 17} {
		d, err := SpectralDensity(&poisoned{op, at, 0, math.Inf(1)}, DensityOptions{Steps: 6}, stream(36), nil)
		if err != nil || d.Status != NonFinite || !math.IsNaN(d.Mean) || d.Values != nil || d.Quadratures != nil {
			t.Errorf("product %d: %+v, %v", at, d, err)
		}
	}
	if _, err := SpectralDensity(failing{op}, DensityOptions{}, stream(36), nil); !errors.Is(err, errProduct) {
		t.Errorf("error %v", err)
	}
}

func BenchmarkDensity(b *testing.B) {
	for _, n := range []int{75, 1000, 9000} {
		op, ws := outliers(n), new(Workspace)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := SpectralDensity(op, DensityOptions{}, stream(1), ws); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

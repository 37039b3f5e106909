package spectral

import (
	"math"
	"math/rand/v2"

	"basin/linop"
)

// probeResidual is the residual, relative to ‖A‖, that ends a probe's Krylov space. It is above the noise of float32
// products, which would otherwise drive a low-rank operator through all steps for weights of 1e-14, and far below
// what a density shows: leaving out such a residual moves vᵀf(A)v by its square.
const probeResidual = 1e-6

// DensityOptions of SpectralDensity. Zero values are the defaults.
type DensityOptions struct {
	Probes   int     // default 4
	Steps    int     // Lanczos steps a probe; default 80; never more than Dim
	Block    int     // probes that share each product; default all. Fewer take less memory; no bit changes
	Points   int     // grid points of the smoothed density; default 512
	Variance float64 // of the Gaussian that smooths it; default 1e-5·range², range being largest minus smallest node
}

func (o DensityOptions) withDefaults(dim int) DensityOptions {
	o.Probes = orDefault(o.Probes, 4)
	o.Steps = min(orDefault(o.Steps, 80), dim)
	o.Block = min(orDefault(o.Block, o.Probes), o.Probes)
	o.Points = orDefault(o.Points, 512)
	return o
}

// BasisBytes is the memory of the Lanczos bases, 8·steps·dim·block bytes.
func (o DensityOptions) BasisBytes(dim int) int64 {
	o = o.withDefaults(dim)
	return basisBytes(dim, o.Steps, o.Block)
}

// Quadrature is a discrete measure: mass Weights[i] at Nodes[i], ascending. Weights sum to 1.
type Quadrature struct{ Nodes, Weights []float64 }

// Moment is Σ w·θᵖ.
func (q Quadrature) Moment(p int) float64 {
	s := 0.0
	for i, w := range q.Weights {
		s += float64(w * math.Pow(q.Nodes[i], float64(p)))
	}
	return s
}

// Density is an estimate of the density of eigenvalues, of mass 1.
type Density struct {
	Quadratures []Quadrature // one a probe, as computed
	Grid        []float64    // centres of equal cells that hold all mass
	Values      []float64    // mean over probes of the smoothed density, averaged over each cell
	StdErr      []float64    // standard error of Values across probes; NaN from a single probe
	Variance    float64      // of the Gaussian used

	Mean, MeanStdErr                 float64 // of eigenvalues: tr A / Dim
	SecondMoment, SecondMomentStdErr float64 // of eigenvalues: ‖A‖_F² / Dim

	Status   Status // Converged or NonFinite
	Steps    int    // most steps that a probe took
	Products int
}

// SpectralDensity estimates the density of eigenvalues by stochastic Lanczos quadrature (Golub & Welsch 1969;
// Ubaru, Chen, Saad 2017; Ghorbani, Krishnan, Xiao 2019): for a probe v of norm 1, the eigenvalues θ_i of its
// Lanczos matrix and the squared first elements of their eigenvectors are the nodes and weights of a Gauss
// quadrature,
//
//	vᵀ f(A) v ≈ Σ_i w_i f(θ_i)
//
// exact for polynomials of degree up to 2·steps−1, whose mean over Rademacher probes is tr f(A)/Dim. A probe whose
// Krylov space ends early is exact for every f; the others continue without it.
//
// The smoothed curve is PyHessian's with two differences. Its variance follows the square of the range, so that the
// picture does not depend on the scale of A (PyHessian takes 1e-5·max(1, range): set Variance for that). Each grid
// value is the mean over its cell, so that no mass falls between grid points however narrow the Gaussian.
func SpectralDensity(op linop.Operator, o DensityOptions, rng *rand.Rand, ws *Workspace) (Density, error) {
	ws = orFresh(ws)
	dim := op.Dim()
	o = o.withDefaults(dim)
	var d Density
	var first, second mean
	for done := 0; done < o.Probes; {
		spaces := ws.krylovs(min(o.Block, o.Probes-done), dim, o.Steps, probeResidual)
		_, probe := ws.block(dim, 1)
		for i := range spaces {
			rademacher(probe, rng)
			spaces[i].begin(probe)
		}
		for {
			took, err := advance(op, spaces, ws)
			if err != nil {
				return Density{}, err
			}
			if took == 0 {
				break
			}
			d.Products += took
		}
		for i := range spaces {
			d.Steps = max(d.Steps, spaces[i].steps())
			if spaces[i].state == broken {
				d.Status = NonFinite
				continue
			}
			q, err := quadrature(&spaces[i], ws)
			if err != nil {
				return Density{}, err
			}
			d.Quadratures = append(d.Quadratures, q)
			first.add(q.Moment(1))
			second.add(q.Moment(2))
		}
		done += len(spaces)
	}
	if d.Status == NonFinite {
		nan := math.NaN()
		return Density{Mean: nan, MeanStdErr: nan, SecondMoment: nan, SecondMomentStdErr: nan,
			Status: NonFinite, Steps: d.Steps, Products: d.Products}, nil
	}
	d.Status = Converged
	d.Mean, d.MeanStdErr = first.value, first.stdErr()
	d.SecondMoment, d.SecondMomentStdErr = second.value, second.stdErr()
	d.smooth(o)
	return d, nil
}

// quadrature is the Gauss quadrature of a Krylov space (Golub & Welsch 1969).
func quadrature(k *krylov, ws *Workspace) (Quadrature, error) {
	m := k.steps()
	q := Quadrature{make([]float64, m), make([]float64, m)}
	copy(q.Nodes, k.alpha)
	ws.e = append(ws.e[:0], k.beta...)
	q.Weights[0] = 1
	if err := eigenTridiagonal(q.Nodes, ws.e, q.Weights); err != nil {
		return Quadrature{}, err
	}
	for i, s := range q.Weights {
		q.Weights[i] = s * s
	}
	return q, nil
}

package spectral

import (
	"math"
	"math/rand/v2"

	"basin/linop"
)

// EigenOptions of Eigenvalues. Zero values are the defaults.
type EigenOptions struct {
	K         int     // how many of the largest eigenvalues; default 5; at most Dim are found
	Tolerance float64 // most Ritz residual, relative to the largest |θ|; default 1e-3
	Steps     int     // most Lanczos steps; default 100; at least K, at most Dim
	Vectors   bool    // also return the Ritz vectors
}

func (o EigenOptions) withDefaults(dim int) EigenOptions {
	o.K = min(orDefault(o.K, 5), dim)
	o.Tolerance = orDefault(o.Tolerance, 1e-3)
	o.Steps = max(min(orDefault(o.Steps, 100), dim), o.K)
	return o
}

// negligible is the residual that closes a Krylov space: well below the tolerance, and above the noise of float32
// products at the default tolerance, so that a low rank shows in single precision too.
func (o EigenOptions) negligible() float64 { return 0.01 * o.Tolerance }

// BasisBytes is the memory of the Lanczos basis, 8·steps·dim bytes.
func (o EigenOptions) BasisBytes(dim int) int64 { return basisBytes(dim, o.withDefaults(dim).Steps, 1) }

// Eigen holds extreme eigenvalues. Within its residual of each Ritz value lies an eigenvalue; the error is smaller
// still, about the residual's square over the gap to the other eigenvalues. Residuals are those of the recurrence:
// products in single precision add about 1e-7 of the largest |θ|.
type Eigen struct {
	Values      []float64 // the K largest, descending
	Residuals   []float64 // ‖A·x − θ·x‖ = |β_m·s_mi| of each
	Min         float64   // the smallest
	MinResidual float64
	Vectors     [][]float64 // Vectors[i] belongs to Values[i], of norm 1; nil unless asked for
	MinVector   []float64
	Status      Status
	Steps       int // Lanczos steps, the length of the basis
	Products    int
}

// Eigenvalues finds the K largest eigenvalues of op and the smallest one by Lanczos from a Gaussian start that rng
// draws. It stops when all their residuals are within tolerance, at the most steps, or when the Krylov space is
// invariant, where Ritz values are exact.
//
// From one start vector Lanczos finds a repeated eigenvalue once. Where the space closes early (few distinct
// eigenvalues, a low rank) the search continues orthogonally to it until no copy among the K largest can be
// missing; where it converges earlier, copies may be missing.
func Eigenvalues(op linop.Operator, o EigenOptions, rng *rand.Rand, ws *Workspace) (Eigen, error) {
	ws = orFresh(ws)
	n := op.Dim()
	o = o.withDefaults(n)
	spaces := ws.krylovs(1, n, o.Steps, o.negligible())
	space := &spaces[0]
	w, start := ws.block(n, 1)
	for i := range start {
		start[i] = rng.NormFloat64()
	}
	space.begin(start)

	check := o.K + 1 // the step of the next test of convergence
	for {
		if _, err := advance(op, spaces, ws); err != nil {
			return Eigen{}, err
		}
		m := space.steps()
		if space.state == broken {
			return failedEigen(o, m), nil
		}
		if space.state == growing && m < check {
			continue
		}
		check = m + 1 + m/8 // a test costs m², a step a product: tests stay cheap and waste few steps
		r, err := ritz(space, ws)
		if err != nil {
			return Eigen{}, err
		}
		done := r.converged(o, space)
		if space.state == growing && !done {
			continue
		}
		if space.state == invariant && !done && m < space.capacity {
			space.restart(w, rng)
			continue
		}
		return r.answer(o, space, done, ws)
	}
}

// ritzValues are the eigenvalues of the Lanczos matrix, ascending, with their residuals.
type ritzValues struct {
	theta, residual []float64
	// The largest and the residual of the unbroken run that the space is in, which began after the last restart.
	runMax, runResidual float64
}

func ritz(k *krylov, ws *Workspace) (ritzValues, error) {
	solve := func(from int) (theta, last []float64, err error) {
		m := k.steps() - from
		ws.d, ws.e = append(ws.d[:0], k.alpha[from:]...), append(ws.e[:0], k.beta[from:]...)
		last = sized(ws.row, m)
		ws.row = last
		clear(last)
		last[m-1] = 1
		err = eigenTridiagonal(ws.d, ws.e, last)
		for i, s := range last {
			last[i] = math.Hypot(k.beta[k.steps()-1]*s, k.dropped)
		}
		return ws.d, last, err
	}
	var r ritzValues
	if k.run > 0 {
		theta, residual, err := solve(k.run)
		if err != nil {
			return r, err
		}
		r.runMax, r.runResidual = theta[len(theta)-1], residual[len(theta)-1]
	}
	theta, residual, err := solve(0)
	r.theta, r.residual = theta, residual
	if k.run == 0 {
		r.runMax, r.runResidual = theta[len(theta)-1], residual[len(theta)-1]
	}
	return r, err
}

// converged reports whether the wanted eigenvalues are found within tolerance.
func (r ritzValues) converged(o EigenOptions, k *krylov) bool {
	m := len(r.theta)
	if m < o.K {
		return false
	}
	if k.state == invariant {
		// Ritz values are exact (to 0.01 of the tolerance), but further copies of them may be left out. The last
		// run's random start had a component along every eigenvector that the earlier runs missed: what is still
		// missing cannot exceed that run's largest value.
		return m == k.dim || r.theta[m-o.K] >= r.runMax-o.negligible()*k.scale
	}
	tolerance := o.Tolerance * max(math.Abs(r.theta[0]), math.Abs(r.theta[m-1]))
	for i := m - o.K; i < m; i++ {
		if r.residual[i] > tolerance {
			return false
		}
	}
	return r.residual[0] <= tolerance && r.runResidual <= tolerance
}

func (r ritzValues) answer(o EigenOptions, k *krylov, done bool, ws *Workspace) (Eigen, error) {
	m := len(r.theta)
	e := Eigen{Status: NotConverged, Steps: m, Products: m, Min: r.theta[0], MinResidual: r.residual[0]}
	if done {
		e.Status = Converged
	}
	for i := m - 1; i >= m-o.K; i-- {
		e.Values = append(e.Values, r.theta[i])
		e.Residuals = append(e.Residuals, r.residual[i])
	}
	if !o.Vectors {
		return e, nil
	}
	// Vectors x_i = Vᵀ·s_i need all of S: its rows are the images of the unit vectors.
	s := make([][]float64, m)
	for i := range s {
		s[i] = make([]float64, m)
		s[i][i] = 1
	}
	ws.d, ws.e = append(ws.d[:0], k.alpha...), append(ws.e[:0], k.beta...)
	if err := eigenTridiagonal(ws.d, ws.e, s...); err != nil {
		return Eigen{}, err
	}
	vector := func(i int) []float64 {
		x := make([]float64, k.dim)
		for j := range m {
			axpy(x, s[j][i], k.row(j))
		}
		return x
	}
	e.MinVector = vector(0)
	for i := m - 1; i >= m-o.K; i-- {
		e.Vectors = append(e.Vectors, vector(i))
	}
	return e, nil
}

func failedEigen(o EigenOptions, steps int) Eigen {
	e := Eigen{Status: NonFinite, Steps: steps, Products: steps + 1, Min: math.NaN(), MinResidual: math.NaN()}
	for range o.K {
		e.Values = append(e.Values, math.NaN())
		e.Residuals = append(e.Residuals, math.NaN())
	}
	return e
}

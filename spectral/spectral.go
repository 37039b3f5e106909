// Package spectral estimates properties of a symmetric operator's spectrum from products with vectors alone: extreme
// eigenvalues (Lanczos), the trace (Hutchinson, Hutch++) and the density of eigenvalues (stochastic Lanczos
// quadrature).
// Every answer comes with its uncertainty, its cost, and a Status. Errors are those of the operator's
// products; NaN and infinite products are a Status. Results depend on the operator, the options and the random
// stream alone: block sizes change no bit.
package spectral

// Status says how an estimate ended.
type Status string

const (
	Converged    Status = "converged"     // the tolerance was met
	NotConverged Status = "not-converged" // the best estimate within the budget, with its error bound
	NonFinite    Status = "non-finite"    // a product held NaN or infinity: the values are NaN
)

// Names of the estimators, for provenance.
const (
	EstimatorLanczos    = "Lanczos, full reorthogonalisation"
	EstimatorHutchinson = "Hutchinson, Rademacher"
	EstimatorHutchPP    = "Hutch++, Rademacher"
	EstimatorExactTrace = "exact, unit vectors"
	EstimatorQuadrature = "stochastic Lanczos quadrature, Rademacher"
)

// Workspace keeps buffers from one call to the next, so that measuring many operators makes no garbage. The zero
// value is ready, nil stands for a fresh one; it serves one goroutine at a time and grows to the largest operator
// it has seen.
type Workspace struct {
	spaces   []krylov
	sketch   basis     // of Hutch++
	dst, src []float64 // of block products
	row      []float64 // of a matrix of eigenvectors
	d, e     []float64 // a Lanczos matrix being solved
}

func orFresh(ws *Workspace) *Workspace {
	if ws == nil {
		return new(Workspace)
	}
	return ws
}

// block returns buffers for k vectors of length n.
func (ws *Workspace) block(n, k int) (dst, src []float64) {
	ws.dst, ws.src = sized(ws.dst, n*k), sized(ws.src, n*k)
	return ws.dst, ws.src
}

// krylovs returns k empty Krylov spaces.
func (ws *Workspace) krylovs(k, dim, steps int, negligible float64) []krylov {
	for len(ws.spaces) < k {
		ws.spaces = append(ws.spaces, krylov{})
	}
	spaces := ws.spaces[:k]
	for i := range spaces {
		spaces[i].reset(dim, steps, negligible)
	}
	return spaces
}

// sized returns a slice of length n, in v's memory if it fits; its elements are arbitrary.
func sized(v []float64, n int) []float64 {
	if cap(v) < n {
		return make([]float64, n)
	}
	return v[:n]
}

// orDefault is x, or its documented default where x is zero.
func orDefault[T int | float64](x, otherwise T) T {
	if x == 0 {
		return otherwise
	}
	return x
}

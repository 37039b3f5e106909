package spectral

import (
	"math"
	"math/rand/v2"

	"basin/linop"
)

// breakdown is the size, relative to ‖A‖, below which a residual is rounding alone.
const breakdown = 64 * 0x1p-52

// krylov is the Lanczos recurrence (Lanczos 1950; Golub & Van Loan §10.1) with full reorthogonalisation: after m steps
//
//	A·Vᵀ = Vᵀ·T + β_m·v_{m+1}·e_mᵀ
//
// with orthonormal rows v_1 … v_m of V and the tridiagonal T of diagonal α_1 … α_m and off-diagonal β_1 … β_{m−1}.
type krylov struct {
	basis
	alpha, beta []float64 // len(alpha) = m steps; beta[m−1] is β_m, the norm of the residual
	scale       float64   // largest ‖A·v_j‖ so far, a lower bound of ‖A‖
	state       state
	capacity    int
	negligible  float64 // a residual this small, relative to scale, makes the space invariant
	run         int     // step of the last restart, whose β before it is 0
	dropped     float64 // largest residual that a restart took for zero
}

// state says whether a Krylov space can take another step.
type state int

const (
	growing   state = iota // the basis holds the next vector to multiply
	full                   // as many steps as asked for
	invariant              // A maps the space into itself, up to a negligible residual: T's eigenvalues are A's
	broken                 // a product was not finite
)

func (k *krylov) reset(dim, steps int, negligible float64) {
	k.capacity, k.negligible = min(steps, dim), max(negligible, breakdown)
	k.basis.reset(dim, k.capacity)
	k.alpha, k.beta = k.alpha[:0], k.beta[:0]
	k.scale, k.dropped, k.run, k.state = 0, 0, 0, growing
}

// begin makes v/‖v‖ the first vector.
func (k *krylov) begin(v []float64) { k.append(v, norm(v)) }

// restart continues an invariant space in a random direction orthogonal to it; w is scratch.
func (k *krylov) restart(w []float64, rng *rand.Rand) {
	last := &k.beta[len(k.beta)-1]
	k.dropped, *last = max(k.dropped, *last), 0
	k.run = len(k.alpha)
	k.appendRandom(w, rng)
	k.state = growing
}

// steps is m.
func (k *krylov) steps() int { return len(k.alpha) }

// next is the vector to multiply.
func (k *krylov) next() []float64 { return k.row(k.size - 1) }

// extend takes w = A·next(), which it overwrites.
func (k *krylov) extend(w []float64) {
	m := len(k.alpha)
	v := k.row(m)
	beta := 0.0
	if m > 0 {
		beta = k.beta[m-1]
		axpy(w, -beta, k.row(m-1))
	}
	alpha := dot(v, w)
	axpy(w, -alpha, v)
	left, last := k.orthogonalize(w)
	alpha += last
	if math.IsNaN(alpha+left) || math.IsInf(alpha, 0) || math.IsInf(left, 0) {
		k.state = broken
		return
	}
	k.alpha, k.beta = append(k.alpha, alpha), append(k.beta, left)
	k.scale = max(k.scale, math.Hypot(alpha, math.Hypot(beta, left)))
	switch {
	case m+1 == k.dim || left <= k.negligible*k.scale:
		k.state = invariant
	case m+1 == k.capacity:
		k.state = full
	default:
		k.append(w, left)
	}
}

// advance takes one step in every space that can grow, all of them through one block product, and returns how many
// took it. Spaces do not affect each other's bits.
func advance(op linop.Operator, spaces []krylov, ws *Workspace) (int, error) {
	n := op.Dim()
	dst, src := ws.block(n, len(spaces))
	k := 0
	for i := range spaces {
		if spaces[i].state == growing {
			copy(src[k*n:(k+1)*n], spaces[i].next())
			k++
		}
	}
	if k == 0 {
		return 0, nil
	}
	if err := op.ApplyBlock(dst[:k*n], src[:k*n], k); err != nil {
		return 0, err
	}
	j := 0
	for i := range spaces {
		if spaces[i].state == growing {
			spaces[i].extend(dst[j*n : (j+1)*n])
			j++
		}
	}
	return k, nil
}

// basisBytes is the memory of the bases of several spaces.
func basisBytes(dim, steps, spaces int) int64 {
	return 8 * int64(dim) * int64(min(steps, dim)) * int64(spaces)
}

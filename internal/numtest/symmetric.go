package numtest

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// SymmetricCase is a symmetric matrix with its eigenvalues, ascending.
type SymmetricCase struct {
	Name   string
	A      *mat.SymDense
	Values []float64
}

// Symmetric is the shared list of dense symmetric cases: what networks' Hessians look like, and what breaks
// algorithms. Spectra are planted by a random rotation or known in closed form, so no eigensolver is trusted for
// them.
func Symmetric() []SymmetricCase {
	spread := func(n int, f func(i int) float64) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = f(i)
		}
		return v
	}
	rng := rand.New(rand.NewPCG(7, 0))
	return []SymmetricCase{
		diagonal("1x1", 3.5),
		diagonal("1x1 zero", 0),
		diagonal("2x2", -1, 4),
		diagonal("zero", make([]float64, 20)...),
		diagonal("identity", spread(12, func(int) float64 { return 1 })...),
		diagonal("diagonal", spread(30, func(i int) float64 { return float64(i*i) - 100 })...),
		planted("gaussian", spread(60, func(int) float64 { return rng.NormFloat64() })),
		planted("negative definite", spread(40, func(i int) float64 { return -1 - float64(i)/7 })),
		planted("rank 4 of 50", spread(50, func(i int) float64 { return float64(max(0, 4-i)) * 2 })),
		planted("rank 2 indefinite", spread(33, func(i int) float64 { return []float64{5, -3, 0}[min(i, 2)] })),
		planted("repeated", spread(24, func(i int) float64 { return float64(i / 8) })),
		planted("repeated top", []float64{5, 5, 5, 2, 2, 1, 1, 1, 1, 0, 0, -1}),
		planted("wide range", spread(45, func(i int) float64 { return math.Pow(10, float64(4-i/3)) })),
		planted("few outliers and a bulk", spread(80, func(i int) float64 {
			if i < 5 {
				return float64(100 / (i + 1))
			}
			return 0.1 * rng.NormFloat64()
		})),
		planted("tiny", spread(15, func(i int) float64 { return 1e-130 * float64(i-3) })),
		planted("huge", spread(15, func(i int) float64 { return 1e130 * float64(i-3) })),
		Laplacian(64),
	}
}

// Laplacian is the second-difference matrix of n points with zero ends, whose eigenvalues are 2 − 2cos(πj/(n+1)),
// j = 1 … n.
func Laplacian(n int) SymmetricCase {
	a := mat.NewSymDense(n, nil)
	values := make([]float64, n)
	for i := range n {
		a.SetSym(i, i, 2)
		if i > 0 {
			a.SetSym(i-1, i, -1)
		}
		values[i] = 2 - 2*math.Cos(math.Pi*float64(i+1)/float64(n+1))
	}
	return SymmetricCase{"laplacian", a, values}
}

func diagonal(name string, d ...float64) SymmetricCase {
	a := mat.NewSymDense(len(d), nil)
	for i, x := range d {
		a.SetSym(i, i, x)
	}
	return SymmetricCase{name, a, slices.Sorted(slices.Values(d))}
}

// planted is Q·diag(values)·Qᵀ with Q a product of Householder reflections along random directions.
func planted(name string, values []float64) SymmetricCase {
	n := len(values)
	a := mat.NewDense(n, n, nil)
	for i, x := range values {
		a.Set(i, i, x)
	}
	rng := rand.New(rand.NewPCG(11, uint64(n)))
	for range 3 {
		v := mat.NewVecDense(n, gaussian(rng, n))
		reflection := mat.NewDense(n, n, nil)
		reflection.Outer(-2/mat.Dot(v, v), v, v)
		for i := range n {
			reflection.Set(i, i, 1+reflection.At(i, i))
		}
		var half mat.Dense
		half.Mul(reflection, a)
		a.Mul(&half, reflection)
	}
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, (a.At(i, j)+a.At(j, i))/2)
		}
	}
	return SymmetricCase{name, s, slices.Sorted(slices.Values(values))}
}

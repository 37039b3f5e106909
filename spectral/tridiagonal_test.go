package spectral

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestEigenTridiagonal(t *testing.T) {
	rng := stream(1)
	for _, c := range []struct {
		name string
		d, e []float64
	}{
		{"one", []float64{-3}, nil},
		{"two", []float64{1, 2}, []float64{3}},
		{"zero", make([]float64, 5), make([]float64, 4)},
		{"zero diagonal", make([]float64, 6), []float64{1, 2, 3, 4, 5}},
		{"split", []float64{3, 1, 2, 5}, []float64{1, 0, 1}},
		{"diagonal, out of order", []float64{3, 1, 2, -5}, make([]float64, 3)},
		{"repeated", []float64{1, 1, 1, 1}, []float64{1e-20, 0, 1e-9}},
		{"graded up", []float64{1e-8, 1e-4, 1, 1e4}, []float64{1e-6, 1e-2, 1e2}},
		{"graded down", []float64{1e4, 1, 1e-4, 1e-8}, []float64{1e2, 1e-2, 1e-6}},
		{"random", gaussian(rng, 100), gaussian(rng, 99)},
		{"huge", []float64{1e150, -1e150, 0}, []float64{1e149, 1e150}},
		{"tiny", []float64{1e-110, -1e-110, 0}, []float64{1e-109, 1e-110}}, // still smaller, gonum panics
	} {
		t.Run(c.name, func(t *testing.T) {
			n := len(c.d)
			a := mat.NewSymDense(n, nil)
			for i := range n {
				a.SetSym(i, i, c.d[i])
				if i > 0 {
					a.SetSym(i-1, i, c.e[i-1])
				}
			}
			var oracle mat.EigenSym
			if !oracle.Factorize(a, false) {
				t.Fatal("oracle failed")
			}
			want := oracle.Values(nil)
			size := largest(want)

			d, e := slices.Clone(c.d), append(slices.Clone(c.e), math.NaN()) // the last element is scratch
			s := make([][]float64, n)
			for i := range s {
				s[i] = make([]float64, n)
				s[i][i] = 1
			}
			if err := eigenTridiagonal(d, e, s...); err != nil {
				t.Fatal(err)
			}
			for i := range d {
				near(t, "eigenvalue", d[i], want[i], exact*size)
			}
			// S·Θ·Sᵀ = T and S·Sᵀ = I hold for vectors of repeated eigenvalues too.
			for i := range n {
				for j := range n {
					var tij, one float64
					for k := range n {
						tij += s[i][k] * d[k] * s[j][k]
						one += s[i][k] * s[j][k]
					}
					near(t, "SΘSᵀ", tij, a.At(i, j), exact*size)
					near(t, "SSᵀ", one, map[bool]float64{true: 1}[i == j], exact)
				}
			}
		})
	}
}

func TestEigenTridiagonalGivesUp(t *testing.T) {
	if err := eigenTridiagonal([]float64{1, math.NaN(), 2}, []float64{1, 1, 0}); err == nil {
		t.Error("eigenvalues of NaN")
	}
}

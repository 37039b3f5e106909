// Package numtest holds what tests of numerics share: conformance suites, cases and oracles. Only tests import it.
package numtest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"basin/linop"

	"gonum.org/v1/gonum/floats"
)

// Operator tests the contract of linop.Operator: symmetry, linearity, Apply equal to ApplyBlock bit for bit at
// several block sizes, sources unchanged, destinations overwritten. tol bounds errors relative to ‖A·u‖‖v‖ and the
// like: about 1e-12 for float64 products, 1e-4 for float32.
func Operator(t *testing.T, op linop.Operator, tol float64) {
	t.Helper()
	n := op.Dim()
	if n <= 0 {
		t.Fatalf("dimension %d", n)
	}
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	apply := func(src []float64) []float64 {
		t.Helper()
		dst, kept := make([]float64, n), slices.Clone(src)
		for i := range dst {
			dst[i] = math.NaN() // what dst held must not matter
		}
		if err := op.Apply(dst, src); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(src, kept) {
			t.Fatal("Apply changed its source")
		}
		return dst
	}

	t.Run("symmetric", func(t *testing.T) {
		for range 5 {
			u, v := gaussian(rng, n), gaussian(rng, n)
			au, av := apply(u), apply(v)
			left, right := floats.Dot(au, v), floats.Dot(u, av)
			if bound := tol * (norm(au)*norm(v) + norm(u)*norm(av)); !(math.Abs(left-right) <= bound) {
				t.Errorf("⟨Au,v⟩ = %v, ⟨u,Av⟩ = %v: apart by more than %v", left, right, bound)
			}
		}
	})
	t.Run("linear", func(t *testing.T) {
		for range 5 {
			u, v := gaussian(rng, n), gaussian(rng, n)
			a, b := rng.NormFloat64(), rng.NormFloat64()
			w := make([]float64, n)
			want := make([]float64, n)
			au, av := apply(u), apply(v)
			for i := range w {
				w[i] = a*u[i] + b*v[i]
				want[i] = a*au[i] + b*av[i]
			}
			got := apply(w)
			bound := tol * (math.Abs(a)*norm(au) + math.Abs(b)*norm(av))
			if d := floats.Distance(got, want, 2); !(d <= bound) {
				t.Errorf("‖A(au+bv) − aAu − bAv‖ = %v, more than %v", d, bound)
			}
		}
		for i, x := range apply(make([]float64, n)) {
			if x != 0 {
				t.Fatalf("(A·0)[%d] = %v", i, x)
			}
		}
	})
	t.Run("block", func(t *testing.T) {
		for _, k := range []int{1, 2, 3, 8} {
			src, dst := gaussian(rng, n*k), make([]float64, n*k)
			for i := range dst {
				dst[i] = math.NaN()
			}
			if err := op.ApplyBlock(dst, src, k); err != nil {
				t.Fatal(err)
			}
			for j := range k {
				want := apply(src[j*n : (j+1)*n])
				for i, x := range dst[j*n : (j+1)*n] {
					if math.Float64bits(x) != math.Float64bits(want[i]) {
						t.Fatalf("vector %d of a block of %d: element %d is %v, alone it is %v", j, k, i, x, want[i])
					}
				}
			}
		}
	})
}

func gaussian(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}

func norm(v []float64) float64 { return floats.Norm(v, 2) }

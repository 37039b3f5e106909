package spectral_test

import (
	"fmt"
	"log"

	"basin/linop"
	"basin/random"
	"basin/spectral"

	"gonum.org/v1/gonum/mat"
)

// chain is the second-difference matrix of n points with fixed ends. Its eigenvalues are 2 − 2cos(πj/(n+1)).
func chain(n int) linop.Operator {
	a := mat.NewSymDense(n, nil)
	for i := range n {
		a.SetSym(i, i, 2)
		if i > 0 {
			a.SetSym(i-1, i, -1)
		}
	}
	return linop.NewDense(a)
}

func ExampleEigenvalues() {
	o := spectral.EigenOptions{K: 2, Tolerance: 1e-6}
	e, err := spectral.Eigenvalues(chain(50), o, random.Stream(1, "example", 0), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: largest %.4f and %.4f, smallest %.4f\n", e.Status, e.Values[0], e.Values[1], e.Min)
	fmt.Println("within 1e-5:", e.Residuals[0] < 1e-5 && e.Residuals[1] < 1e-5 && e.MinResidual < 1e-5)
	// Output:
	// converged: largest 3.9962 and 3.9848, smallest 0.0038
	// within 1e-5: true
}

func ExampleTrace() {
	o := spectral.TraceOptions{RelativeError: 0.01}
	e, err := spectral.Trace(chain(500), o, random.Stream(1, "example", 0), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s after %d products: %.0f ± %.0f, the trace is 1000\n", e.Status, e.Products, e.Value, e.StdErr)
	// Output: converged after 40 products: 996 ± 8, the trace is 1000
}

// The share of eigenvalues below 2, half of them, is the mass of the density there.
func ExampleSpectralDensity() {
	d, err := spectral.SpectralDensity(chain(500), spectral.DensityOptions{}, random.Stream(1, "example", 0), nil)
	if err != nil {
		log.Fatal(err)
	}
	share, cell := 0.0, d.Grid[1]-d.Grid[0]
	for i, x := range d.Grid {
		if x < 2 {
			share += d.Values[i] * cell
		}
	}
	fmt.Printf("mean %.1f, share below 2 %.1f\n", d.Mean, share)
	// Output: mean 2.0, share below 2 0.5
}

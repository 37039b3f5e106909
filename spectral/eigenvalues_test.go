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
	"gonum.org/v1/gonum/mat"
)

// singleNoise is the effect on eigenvalues of rounding vectors and products to float32 (6e-8 each), relative to ‖A‖.
const singleNoise = 1e-6

// tight is a tolerance that leaves no copy of an eigenvalue of these small cases to chance: a space closes at a
// hundredth of it, which rounding reaches.
const tight = 1e-11

func TestEigenvaluesOfKnownSpectra(t *testing.T) {
	var ws Workspace
	for _, c := range numtest.Symmetric() {
		for _, k := range []int{1, 3, 5} {
			t.Run(fmt.Sprint(c.Name, "/", k), func(t *testing.T) {
				op := &numtest.Counter{Operator: linop.NewDense(c.A)}
				n := op.Dim()
				size := largest(c.Values)
				e, err := Eigenvalues(op, EigenOptions{K: k, Tolerance: tight, Steps: n, Vectors: true}, stream(2), &ws)
				if err != nil {
					t.Fatal(err)
				}
				k := min(k, n)
				if e.Status != Converged || len(e.Values) != k || e.Products != op.Products || e.Steps != op.Products {
					t.Fatalf("%d values, %s after %d steps, %d products of %d",
						len(e.Values), e.Status, e.Steps, e.Products, op.Products)
				}
				near(t, "smallest", e.Min, c.Values[0], tight*size)
				for i, x := range e.Values {
					near(t, fmt.Sprintf("value %d", i), x, c.Values[n-1-i], tight*size)
				}
				checkRitz(t, op, e, exact*size)
			})
		}
	}
}

// checkRitz tests residuals by products, and that the vectors are orthonormal.
func checkRitz(t *testing.T, op linop.Operator, e Eigen, tol float64) {
	t.Helper()
	values, residuals := append(slices.Clone(e.Values), e.Min), append(slices.Clone(e.Residuals), e.MinResidual)
	vectors := e.Vectors
	if e.Steps > len(vectors) { // else the smallest is among the largest
		vectors = append(slices.Clone(vectors), e.MinVector)
	}
	for i, x := range vectors {
		r := make([]float64, op.Dim())
		if err := op.Apply(r, x); err != nil {
			t.Fatal(err)
		}
		floats.AddScaled(r, -values[i], x)
		near(t, fmt.Sprintf("residual %d", i), residuals[i], floats.Norm(r, 2), tol)
		for j, y := range vectors[:i+1] {
			near(t, "⟨x,y⟩", floats.Dot(x, y), map[bool]float64{true: 1}[i == j], exact)
		}
	}
}

// Short of convergence, each Ritz value still has an eigenvalue within its residual.
func TestResidualsBoundErrors(t *testing.T) {
	c := numtest.Laplacian(400)
	op := linop.NewDense(c.A)
	for _, steps := range []int{8, 20, 60} {
		e, err := Eigenvalues(op, EigenOptions{K: 3, Tolerance: 1e-10, Steps: steps, Vectors: true}, stream(3), nil)
		if err != nil {
			t.Fatal(err)
		}
		if e.Status != NotConverged || e.Steps != steps {
			t.Errorf("%s after %d of %d steps", e.Status, e.Steps, steps)
		}
		checkRitz(t, op, e, exact*4)
		for i, x := range append(e.Values, e.Min) {
			distance := math.Inf(1)
			for _, v := range c.Values {
				distance = min(distance, math.Abs(v-x))
			}
			if r := append(e.Residuals, e.MinResidual)[i]; distance > r+exact*4 || r > 4 {
				t.Errorf("%d steps: value %v is %v from the spectrum, its residual is %v", steps, x, distance, r)
			}
		}
	}
}

// A spectrum like a trained network's: outliers over a bulk at zero. Defaults find it in far fewer steps than its
// dimension.
func outliers(n int) diagonal {
	d := make(diagonal, n)
	rng := stream(4)
	for i := range d {
		d[i] = 0.01 * rng.NormFloat64()
	}
	copy(d, []float64{-0.5, 50, 20, 10, 5, 4, 2})
	return d
}

func TestDefaults(t *testing.T) {
	for name, op := range map[string]linop.Operator{"double": outliers(5000), "single": single{outliers(5000)}} {
		e, err := Eigenvalues(op, EigenOptions{}, stream(5), nil)
		if err != nil {
			t.Fatal(err)
		}
		if e.Status != Converged || e.Steps > 60 {
			t.Errorf("%s: %s after %d steps", name, e.Status, e.Steps)
		}
		for i, want := range []float64{50, 20, 10, 5, 4} {
			if e.Residuals[i] > 1e-3*50 {
				t.Errorf("%s: residual %v", name, e.Residuals[i])
			}
			near(t, name, e.Values[i], want, e.Residuals[i]+singleNoise*50)
		}
		near(t, name+" smallest", e.Min, -0.5, e.MinResidual+singleNoise*50)
	}
}

func TestSinglePrecision(t *testing.T) {
	for _, c := range numtest.Symmetric() {
		if c.Name == "tiny" || c.Name == "huge" { // out of float32's range
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			size := largest(c.Values)
			n := len(c.Values)
			e, err := Eigenvalues(single{linop.NewDense(c.A)}, EigenOptions{K: 2, Tolerance: 1e-5, Steps: n}, stream(6), nil)
			if err != nil {
				t.Fatal(err)
			}
			if e.Status != Converged {
				t.Error(e.Status)
			}
			near(t, "smallest", e.Min, c.Values[0], e.MinResidual+singleNoise*size)
			near(t, "largest", e.Values[0], c.Values[n-1], e.Residuals[0]+singleNoise*size)
		})
	}
}

// A basis of the whole space leaves nothing to find, whatever noise the last residual holds.
func TestWholeSpace(t *testing.T) {
	c := numtest.Laplacian(30)
	e, err := Eigenvalues(single{linop.NewDense(c.A)}, EigenOptions{K: 3, Tolerance: 1e-12}, stream(11), nil)
	if err != nil {
		t.Fatal(err)
	}
	if e.Status != Converged || e.Steps != 30 {
		t.Errorf("%s after %d steps", e.Status, e.Steps)
	}
	for i, x := range e.Values {
		near(t, "value", x, c.Values[29-i], singleNoise*4)
	}
}

// A restart takes a negligible residual for zero; the reported residuals include it.
func TestDroppedResiduals(t *testing.T) {
	op := make(diagonal, 1000)
	for i := range op {
		op[i] = 1e-4 * float64(i) / 1000
	}
	copy(op, []float64{4, 4, 3, 2})
	e, err := Eigenvalues(op, EigenOptions{K: 4, Tolerance: 0.02, Vectors: true}, stream(12), nil)
	if err != nil {
		t.Fatal(err)
	}
	if e.Status != Converged || e.Steps > 12 {
		t.Errorf("%s after %d steps", e.Status, e.Steps)
	}
	for i, x := range e.Vectors {
		r := make([]float64, 1000)
		if err := op.Apply(r, x); err != nil {
			t.Fatal(err)
		}
		floats.AddScaled(r, -e.Values[i], x)
		near(t, "value", e.Values[i], op[i], 1e-4)
		if got := floats.Norm(r, 2); got > 1.5*e.Residuals[i]+exact {
			t.Errorf("value %v: residual %v, reported %v", e.Values[i], got, e.Residuals[i])
		}
	}
}

// Few distinct eigenvalues end the space early: one step for each, and one for each restart that copies need.
func TestEarlyEnd(t *testing.T) {
	zero := make(diagonal, 3000)
	low := make(diagonal, 3000)
	copy(low, []float64{4, 3, 2, 1})
	double := make(diagonal, 3000)
	copy(double, []float64{4, 4, 2, 2})
	for _, c := range []struct {
		name     string
		op       diagonal
		k, steps int
		want     []float64
	}{
		{"zero", zero, 5, 5, []float64{0, 0, 0, 0, 0}},
		{"rank 4, top only", low, 1, 5, []float64{4}},
		{"rank 4", low, 3, 6, []float64{4, 3, 2}}, // one more product shows that only zeros are left
		{"doubled", double, 4, 7, []float64{4, 4, 2, 2}},
	} {
		e, err := Eigenvalues(c.op, EigenOptions{K: c.k, Tolerance: 1e-10}, stream(7), nil)
		if err != nil {
			t.Fatal(err)
		}
		if e.Status != Converged || e.Steps > c.steps {
			t.Errorf("%s: %s after %d steps, want %d", c.name, e.Status, e.Steps, c.steps)
		}
		for i, x := range e.Values {
			near(t, c.name, x, c.want[i], exact*4)
		}
	}
}

func TestNotFinite(t *testing.T) {
	op := linop.NewDense(numtest.Laplacian(40).A)
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, at := range []int{0, 3} {
			e, err := Eigenvalues(&poisoned{op, at, 0, x}, EigenOptions{K: 2}, stream(8), nil)
			if err != nil || e.Status != NonFinite || !math.IsNaN(e.Values[1]) || !math.IsNaN(e.Min) || e.Products != at+1 {
				t.Errorf("%v in product %d: %+v, %v", x, at, e, err)
			}
		}
	}
	if _, err := Eigenvalues(failing{op}, EigenOptions{}, stream(8), nil); !errors.Is(err, errProduct) {
		t.Errorf("error %v", err)
	}
}

func TestWorkspaceChangesNothing(t *testing.T) {
	run := func(ws *Workspace) []any {
		var out []any
		for _, n := range []int{40, 7, 90} {
			op := linop.NewDense(numtest.Laplacian(n).A)
			e, err1 := Eigenvalues(op, EigenOptions{Vectors: true}, stream(9), ws)
			d, err2 := SpectralDensity(op, DensityOptions{Steps: 20}, stream(9), ws)
			tr, err3 := Trace(op, TraceOptions{Probes: 30}, stream(9), ws)
			hpp, err4 := HutchPP(op, TraceOptions{Probes: 30}, stream(9), ws)
			out = append(out, e, d, tr, hpp, err1, err2, err3, err4)
		}
		return out
	}
	used := new(Workspace)
	run(used)
	if fresh := run(nil); !reflect.DeepEqual(fresh, run(used)) {
		t.Error("results depend on what the workspace held")
	}
}

func TestOrthogonality(t *testing.T) {
	// Ritz values converge early here, where plain Lanczos loses orthogonality.
	op := outliers(500)
	ws := new(Workspace)
	if _, err := Eigenvalues(op, EigenOptions{Tolerance: 1e-300, Steps: 150}, stream(10), ws); err != nil {
		t.Fatal(err)
	}
	b := ws.spaces[0].basis
	v := mat.NewDense(b.size, b.dim, b.data[:b.size*b.dim])
	var gram mat.Dense
	gram.Mul(v, v.T())
	for i := range b.size {
		gram.Set(i, i, gram.At(i, i)-1)
	}
	if worst := max(mat.Max(&gram), -mat.Min(&gram)); worst > 1e-14 || b.size != 150 {
		t.Errorf("VVᵀ − I has an element of %v after %d steps", worst, b.size)
	}
}

func TestBasisBytes(t *testing.T) {
	if got := (EigenOptions{}).BasisBytes(9000); got != 8*100*9000 {
		t.Errorf("eigenvalues: %d bytes", got)
	}
	if got := (EigenOptions{}).BasisBytes(20); got != 8*20*20 {
		t.Errorf("few parameters: %d bytes", got)
	}
	if got := (DensityOptions{Probes: 6, Block: 3}).BasisBytes(9000); got != 8*80*9000*3 {
		t.Errorf("density: %d bytes", got)
	}
}

func BenchmarkEigenvalues(b *testing.B) {
	for _, n := range []int{75, 1000, 9000} {
		op, ws := outliers(n), new(Workspace)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Eigenvalues(op, EigenOptions{Tolerance: 1e-300, Steps: 80}, stream(1), ws); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

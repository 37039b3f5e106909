package spectral

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"basin/linop"

	"gonum.org/v1/gonum/floats"
)

// exact is the error of float64 Lanczos relative to ‖A‖: some hundreds of roundings.
const exact = 1e-12

func stream(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 99)) }

// diagonal is diag(d) without a matrix.
type diagonal []float64

func (d diagonal) Dim() int                       { return len(d) }
func (d diagonal) Apply(dst, src []float64) error { return d.ApplyBlock(dst, src, 1) }
func (d diagonal) ApplyBlock(dst, src []float64, k int) error {
	for i := range k {
		floats.MulTo(dst[i*len(d):(i+1)*len(d)], src[i*len(d):(i+1)*len(d)], d)
	}
	return nil
}

// affine is scale·A + shift·I.
type affine struct {
	linop.Operator
	scale, shift float64
}

func (o affine) Apply(dst, src []float64) error { return o.ApplyBlock(dst, src, 1) }
func (o affine) ApplyBlock(dst, src []float64, k int) error {
	err := o.Operator.ApplyBlock(dst, src, k)
	for i, x := range src {
		dst[i] = o.scale*dst[i] + o.shift*x
	}
	return err
}

// single rounds vectors and products to float32, as an engine in single precision does.
type single struct{ linop.Operator }

func (s single) Apply(dst, src []float64) error { return s.ApplyBlock(dst, src, 1) }
func (s single) ApplyBlock(dst, src []float64, k int) error {
	rounded := make([]float64, len(src))
	for i, x := range src {
		rounded[i] = float64(float32(x))
	}
	err := s.Operator.ApplyBlock(dst, rounded, k)
	for i, x := range dst {
		dst[i] = float64(float32(x))
	}
	return err
}

// poisoned multiplies as its operator does until the given product, one element of which is x.
type poisoned struct {
	linop.Operator
	at, seen int
	x        float64
}

func (p *poisoned) Apply(dst, src []float64) error { return p.ApplyBlock(dst, src, 1) }
func (p *poisoned) ApplyBlock(dst, src []float64, k int) error {
	err := p.Operator.ApplyBlock(dst, src, k)
	for i := range k {
		if p.seen == p.at {
			dst[i*p.Dim()+p.Dim()/2] = p.x
		}
		p.seen++
	}
	return err
}

var errProduct = errors.New("no product")

type failing struct{ linop.Operator }

func (failing) Apply(_, _ []float64) error             { return errProduct }
func (failing) ApplyBlock(_, _ []float64, _ int) error { return errProduct }

// near reports values apart by more than tol, NaN among them.
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s = %v, want %v within %.3g", what, got, want, tol)
	}
}

func largest(values []float64) float64 {
	return max(math.Abs(values[0]), math.Abs(values[len(values)-1]))
}

func gaussian(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}

package linop_test

import (
	"math"
	"testing"

	"basin/internal/numtest"
	"basin/linop"

	"gonum.org/v1/gonum/mat"
)

// rounding is that of float64 sums of a few dozen products.
const rounding = 1e-13

// matrix reads an operator's matrix off its products with unit vectors.
func matrix(t *testing.T, op linop.Operator) *mat.Dense {
	t.Helper()
	n := op.Dim()
	m := mat.NewDense(n, n, nil)
	e, column := make([]float64, n), make([]float64, n)
	for j := range n {
		e[j] = 1
		if err := op.Apply(column, e); err != nil {
			t.Fatal(err)
		}
		e[j] = 0
		m.SetCol(j, column)
	}
	return m
}

func TestOperators(t *testing.T) {
	for _, c := range numtest.Symmetric() {
		a := linop.NewDense(c.A)
		n := a.Dim()
		identity := mat.NewDiagDense(n, nil)
		for i := range n {
			identity.SetDiag(i, 1)
		}
		tests := []struct {
			name     string
			op       linop.Operator
			ca, ceye float64 // op = ca·A + ceye·I
		}{
			{"dense", a, 1, 0},
			{"scale", linop.Scale(-2.5, a), -2.5, 0},
			{"scale by zero", linop.Scale(0, a), 0, 0},
			{"shift", linop.Shift(a, 0.75), 1, 0.75},
			{"sum", linop.Sum(a, linop.Shift(a, 3), linop.Scale(4, a)), 6, 3},
			{"sum of one", linop.Sum(a), 1, 0},
			{"counter", &linop.Counter{Operator: a}, 1, 0},
		}
		for _, tt := range tests {
			t.Run(c.Name+"/"+tt.name, func(t *testing.T) {
				numtest.Operator(t, tt.op, rounding)
				var want, shift mat.Dense
				want.Scale(tt.ca, c.A)
				shift.Scale(tt.ceye, identity)
				want.Add(&want, &shift)
				got := matrix(t, tt.op)
				got.Sub(got, &want)
				if d, size := mat.Max(absolute(got)), mat.Max(absolute(&want)); d > rounding*size {
					t.Errorf("matrix is off by %v of %v", d, size)
				}
			})
		}
	}
}

func absolute(a *mat.Dense) *mat.Dense {
	var b mat.Dense
	b.Apply(func(_, _ int, x float64) float64 { return math.Abs(x) }, a)
	return &b
}

func TestCounter(t *testing.T) {
	c := &linop.Counter{Operator: linop.NewDense(mat.NewSymDense(2, []float64{1, 2, 2, 3}))}
	v, w := make([]float64, 6), make([]float64, 6)
	if err := c.Apply(w[:2], v[:2]); err != nil {
		t.Fatal(err)
	}
	if err := c.ApplyBlock(w, v, 3); err != nil {
		t.Fatal(err)
	}
	if c.Products != 4 || c.Calls != 2 {
		t.Errorf("%d products in %d calls, want 4 in 2", c.Products, c.Calls)
	}
}

func TestShapesPanic(t *testing.T) {
	two := linop.NewDense(mat.NewSymDense(2, nil))
	three := linop.NewDense(mat.NewSymDense(3, nil))
	for name, f := range map[string]func(){
		"short source":      func() { two.Apply(make([]float64, 2), make([]float64, 1)) },
		"long destination":  func() { two.ApplyBlock(make([]float64, 5), make([]float64, 4), 2) },
		"sum of unlike dim": func() { linop.Sum(two, three) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

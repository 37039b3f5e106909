package linop_test

import (
	"testing"

	"basin/internal/numtest"
	"basin/linop"

	"gonum.org/v1/gonum/mat"
)

// rounding is that of float64 sums of a few dozen products.
const rounding = 1e-13

// TestDense compares products with unit vectors, the columns, with the matrix.
func TestDense(t *testing.T) {
	for _, c := range numtest.Symmetric() {
		t.Run(c.Name, func(t *testing.T) {
			op := linop.NewDense(c.A)
			numtest.Operator(t, op, rounding)
			n := op.Dim()
			e, column := make([]float64, n), make([]float64, n)
			for j := range n {
				e[j] = 1
				if err := op.Apply(column, e); err != nil {
					t.Fatal(err)
				}
				e[j] = 0
				for i, x := range column {
					if x != c.A.At(i, j) {
						t.Fatalf("element %d, %d is %v, want %v", i, j, x, c.A.At(i, j))
					}
				}
			}
		})
	}
}

func TestDenseCopies(t *testing.T) {
	a := mat.NewSymDense(1, []float64{2})
	op := linop.NewDense(a)
	a.SetSym(0, 0, 3)
	dst := make([]float64, 1)
	if err := op.Apply(dst, []float64{1}); err != nil || dst[0] != 2 {
		t.Errorf("%v, %v: the operator shares the matrix's memory", dst, err)
	}
}

func TestShapesPanic(t *testing.T) {
	two := linop.NewDense(mat.NewSymDense(2, nil))
	for name, f := range map[string]func(){
		"short source":     func() { two.Apply(make([]float64, 2), make([]float64, 1)) },
		"long destination": func() { two.ApplyBlock(make([]float64, 5), make([]float64, 4), 2) },
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

package linop_test

import (
	"fmt"
	"log"

	"basin/linop"

	"gonum.org/v1/gonum/mat"
)

// gram is XXᵀ for rows x of X, without the n × n matrix.
type gram struct{ x [][]float64 }

func (g gram) Dim() int { return len(g.x) }

func (g gram) Apply(dst, src []float64) error { return g.ApplyBlock(dst, src, 1) }

func (g gram) ApplyBlock(dst, src []float64, k int) error {
	n := len(g.x)
	for v := range k {
		sum := make([]float64, len(g.x[0])) // Xᵀv
		for i, row := range g.x {
			for j, x := range row {
				sum[j] += src[v*n+i] * x
			}
		}
		for i, row := range g.x {
			dst[v*n+i] = 0
			for j, x := range row {
				dst[v*n+i] += x * sum[j]
			}
		}
	}
	return nil
}

// A new operator needs only products with vectors. Here one is compared with its matrix.
func Example() {
	var op linop.Operator = gram{[][]float64{{1, 2}, {0, 1}, {3, 0}}}
	matrix := linop.NewDense(mat.NewSymDense(3, []float64{
		5, 2, 3,
		2, 1, 0,
		3, 0, 9,
	}))
	got, want := make([]float64, 3), make([]float64, 3)
	v := []float64{1, 1, -1}
	if err := op.Apply(got, v); err != nil {
		log.Fatal(err)
	}
	if err := matrix.Apply(want, v); err != nil {
		log.Fatal(err)
	}
	fmt.Println(got, want)
	// Output: [4 3 -6] [4 3 -6]
}

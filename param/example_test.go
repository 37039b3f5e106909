package param_test

import (
	"fmt"
	"math/rand/v2"

	"basin/param"
)

// A network with one layer is a flat vector of two segments.
func Example() {
	var l param.Layout
	weight := l.Add("fc1.weight", 2, 2)
	bias := l.Add("fc1.bias", 2)

	start, end := make([]float64, l.Size()), make([]float64, l.Size())
	copy(param.View(end, weight), []float64{3, 4, 0, 0})
	copy(param.View(end, bias), []float64{0, 12})

	middle := make([]float64, l.Size())
	param.Lerp(middle, start, end, 0.5)
	fmt.Println(middle, param.Distance(start, end))
	// Output: [1.5 2 0 0 0 6] 13
}

// Each row of a weight is rescaled to the norm of that row of θ; biases are zero.
func ExampleGaussianDirection() {
	var l param.Layout
	weight := l.Add("fc1.weight", 3, 100)
	bias := l.Add("fc1.bias", 3)
	theta := make([]float64, l.Size())
	for i := range weight.Size {
		theta[i] = float64(i / 100) // rows of zeros, ones and twos
	}
	d := make([]float64, l.Size())
	param.GaussianDirection(d, theta, l, param.LeaveOut, rand.New(rand.NewPCG(1, 2)))
	for row := range weight.Rows() {
		fmt.Printf("%.6g ", param.Norm(d[100*row:100*(row+1)]))
	}
	fmt.Println(param.View(d, bias))
	// Output: 0 10 20 [0 0 0]
}

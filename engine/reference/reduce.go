package reference

import "math"

func reduceSum(y, x array, axes []int) {
	reduced := x.along(axes)
	for i, at := range x.along(x.others(axes...)) {
		for _, r := range reduced {
			y.data[i] += x.data[at+r]
		}
	}
}

// firstMaximum returns the position of the first maximum of x[at+r] over the offsets r. A NaN counts as a maximum.
func firstMaximum(x []float64, at int, reduced []int) int {
	best := 0
	for k, r := range reduced {
		b, e := x[at+reduced[best]], x[at+r]
		if e > b || math.IsNaN(e) && !math.IsNaN(b) {
			best = k
		}
	}
	return best
}

func reduceMax(y, x array, axis int) {
	reduced := x.along([]int{axis})
	for i, at := range x.along(x.others(axis)) {
		y.data[i] = x.data[at+reduced[firstMaximum(x.data, at, reduced)]]
	}
}

func argMax(y, x array, axis int) {
	reduced := x.along([]int{axis})
	for i, at := range x.along(x.others(axis)) {
		y.data[i] = float64(firstMaximum(x.data, at, reduced))
	}
}

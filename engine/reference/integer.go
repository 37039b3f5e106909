package reference

import "basin/graph"

// integers has the functions of int32 elements that float64 does not compute exactly. They wrap around.
var integers = map[graph.Op]func(x []float64) float64{
	graph.OpMul: func(x []float64) float64 { return float64(int32(x[0]) * int32(x[1])) },
	graph.OpDiv: func(x []float64) float64 { return float64(divide(int32(x[0]), int32(x[1]))) },
	graph.OpPow: func(x []float64) float64 { return float64(power(int32(x[0]), int32(x[1]))) },
}

// divide truncates towards zero; dividing by 0 gives 0.
func divide(a, b int32) int32 {
	if b == 0 {
		return 0
	}
	return a / b
}

// power multiplies b times by a; a negative power is 1 divided by the positive one.
func power(a, b int32) int32 {
	if b < 0 {
		switch {
		case a == 1 || a == -1 && b%2 == 0:
			return 1
		case a == -1:
			return -1
		}
		return 0
	}
	p := int32(1)
	for ; b > 0; b /= 2 {
		if b%2 == 1 {
			p *= a
		}
		a *= a
	}
	return p
}

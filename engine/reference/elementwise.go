package reference

import (
	"fmt"
	"math"

	"basin/graph"
)

func elementwise(v *graph.Value, y array, in []array) error {
	f := floats[v.Op()]
	switch {
	case v.Op() == graph.OpCompare:
		f = comparison(v.Attr().Order)
	case v.Op() == graph.OpConvert:
		f = func(x []float64) float64 { return x[0] }
		if y.typ.DType == graph.Int32 {
			f = func(x []float64) float64 { return truncate(x[0]) }
		}
	case y.typ.DType == graph.Int32 && integers[v.Op()] != nil:
		f = integers[v.Op()]
	}
	if f == nil {
		return fmt.Errorf("reference: unknown primitive %v", v.Op())
	}
	x := make([]float64, len(in))
	for i := range y.data {
		for k := range in {
			x[k] = in[k].data[i]
		}
		y.data[i] = f(x)
	}
	return nil
}

// floats has each function of floating-point elements. Those that are exact on integers serve int32 too.
var floats = map[graph.Op]func(x []float64) float64{
	graph.OpNeg:          func(x []float64) float64 { return -x[0] },
	graph.OpExp:          func(x []float64) float64 { return math.Exp(x[0]) },
	graph.OpExpm1:        func(x []float64) float64 { return math.Expm1(x[0]) },
	graph.OpLog:          func(x []float64) float64 { return math.Log(x[0]) },
	graph.OpLog1p:        func(x []float64) float64 { return math.Log1p(x[0]) },
	graph.OpTanh:         func(x []float64) float64 { return math.Tanh(x[0]) },
	graph.OpLogistic:     func(x []float64) float64 { return 1 / (1 + math.Exp(-x[0])) },
	graph.OpSqrt:         func(x []float64) float64 { return math.Sqrt(x[0]) },
	graph.OpRsqrt:        func(x []float64) float64 { return 1 / math.Sqrt(x[0]) },
	graph.OpSin:          func(x []float64) float64 { return math.Sin(x[0]) },
	graph.OpCos:          func(x []float64) float64 { return math.Cos(x[0]) },
	graph.OpAbs:          func(x []float64) float64 { return math.Abs(x[0]) },
	graph.OpSign:         func(x []float64) float64 { return sign(x[0]) },
	graph.OpErf:          func(x []float64) float64 { return math.Erf(x[0]) },
	graph.OpStopGradient: func(x []float64) float64 { return x[0] },
	graph.OpAdd:          func(x []float64) float64 { return x[0] + x[1] },
	graph.OpSub:          func(x []float64) float64 { return x[0] - x[1] },
	graph.OpMul:          func(x []float64) float64 { return x[0] * x[1] },
	graph.OpDiv:          func(x []float64) float64 { return x[0] / x[1] },
	graph.OpMax:          func(x []float64) float64 { return extreme(x[0], x[1], x[0] > x[1]) },
	graph.OpMin:          func(x []float64) float64 { return extreme(x[0], x[1], x[0] < x[1]) },
	graph.OpPow:          func(x []float64) float64 { return math.Pow(x[0], x[1]) },
	graph.OpSelect: func(x []float64) float64 {
		if x[0] != 0 {
			return x[1]
		}
		return x[2]
	},
}

// sign is −1, 0 or 1; +0 for −0, and NaN for NaN.
func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	case x == 0:
		return 0
	}
	return x
}

// extreme is a if first, else b, so the second of ±0; NaN if either is NaN.
func extreme(a, b float64, first bool) float64 {
	if first || math.IsNaN(a) {
		return a
	}
	return b
}

func comparison(o graph.Order) func(x []float64) float64 {
	holds := map[graph.Order]func(a, b float64) bool{
		graph.EQ: func(a, b float64) bool { return a == b },
		graph.NE: func(a, b float64) bool { return a != b },
		graph.LT: func(a, b float64) bool { return a < b },
		graph.LE: func(a, b float64) bool { return a <= b },
		graph.GT: func(a, b float64) bool { return a > b },
		graph.GE: func(a, b float64) bool { return a >= b },
	}[o]
	return func(x []float64) float64 {
		if holds(x[0], x[1]) {
			return 1
		}
		return 0
	}
}

package cpu

import (
	"basin/engine/cpu/kernel"
	"basin/graph"
)

// computeInt is the instruction of an int32 node. Integers index and count; their speed does not matter.
func computeInt(k *kernel.Kernels, n *node, out *stream[int32], in []*stream[int32]) instruction {
	each := func(f func(i int, x [3][]int32) int32) instruction {
		return func(lo, m int) {
			var x [3][]int32
			for j, s := range in {
				x[j] = s.tile(lo, m)
			}
			for i := range out.tile(lo, m) {
				out.tile(lo, m)[i] = f(i, x)
			}
		}
	}
	switch n.op {
	case copyOp:
		return each(func(i int, x [3][]int32) int32 { return x[0][i] })
	case graph.OpNeg:
		return each(func(i int, x [3][]int32) int32 { return -x[0][i] })
	case graph.OpAbs:
		return each(func(i int, x [3][]int32) int32 { return max(x[0][i], -x[0][i]) })
	case graph.OpSign:
		return each(func(i int, x [3][]int32) int32 { return truth(x[0][i] > 0) - truth(x[0][i] < 0) })
	case graph.OpSelect:
		return each(func(i int, x [3][]int32) int32 {
			if x[0][i] != 0 {
				return x[1][i]
			}
			return x[2][i]
		})
	}
	if n.op == graph.OpCompare && n.attr.Order == graph.EQ { // one-hot targets, in every step
		a, b := in[0], in[1]
		return func(lo, m int) { k.EqI32(out.tile(lo, m), a.tile(lo, m), b.tile(lo, m)) }
	}
	f := binaryInt(n)
	return each(func(i int, x [3][]int32) int32 { return f(x[0][i], x[1][i]) })
}

func binaryInt(n *node) func(a, b int32) int32 {
	switch n.op {
	case graph.OpAdd:
		return func(a, b int32) int32 { return a + b }
	case graph.OpSub:
		return func(a, b int32) int32 { return a - b }
	case graph.OpMul:
		return func(a, b int32) int32 { return a * b }
	case graph.OpDiv:
		return divideInt
	case graph.OpPow:
		return powerInt
	case graph.OpMax:
		return func(a, b int32) int32 { return max(a, b) }
	case graph.OpMin:
		return func(a, b int32) int32 { return min(a, b) }
	case graph.OpCompare:
		switch n.attr.Order {
		case graph.EQ:
			return func(a, b int32) int32 { return truth(a == b) }
		case graph.NE:
			return func(a, b int32) int32 { return truth(a != b) }
		case graph.LT:
			return func(a, b int32) int32 { return truth(a < b) }
		case graph.LE:
			return func(a, b int32) int32 { return truth(a <= b) }
		case graph.GT:
			return func(a, b int32) int32 { return truth(a > b) }
		default:
			return func(a, b int32) int32 { return truth(a >= b) }
		}
	}
	panic("cpu: " + n.op.String() + " is not defined on int32")
}

func truth(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// divideInt truncates towards zero; dividing by 0 gives 0.
func divideInt(a, b int32) int32 {
	if b == 0 {
		return 0
	}
	return a / b
}

// powerInt is a^b, which wraps around; a negative power is one over the positive one, truncated.
func powerInt(a, b int32) int32 {
	if b < 0 {
		if a < -1 || a > 1 {
			return 0
		}
		return divideInt(1, powerInt(a, 2+b%2))
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

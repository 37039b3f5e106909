package cpu

import (
	"basin/engine/cpu/kernel"
	"basin/graph"
)

// instruction computes elements lo … lo+n−1.
type instruction func(lo, n int)

// compute is the instruction of node n.
func (g *group) compute(n *node, out ref, in []ref) instruction {
	switch operandType := in[0].dtype; {
	case n.op == graph.OpConvert:
		return g.convert(out, in[0])
	case operandType == graph.Float32:
		return compute(g, n, ops[float32](g.b.k), out, in)
	case operandType == graph.Float64:
		return compute(g, n, ops[float64](g.b.k), out, in)
	default:
		return computeInt(g.b.k, n, resolve[int32](g, out), resolveAll[int32](g, in))
	}
}

func compute[T kernel.Float](g *group, n *node, k *kernel.Ops[T], out ref, in []ref) instruction {
	d, s := resolve[T](g, out), resolveAll[T](g, in)
	if n.op == copyOp {
		return func(lo, m int) { copy(d.tile(lo, m), s[0].tile(lo, m)) }
	}
	if n.op == graph.OpSelect {
		p, a, b := s[0], s[1], s[2]
		return func(lo, m int) { k.Select(d.tile(lo, m), p.tile(lo, m), a.tile(lo, m), b.tile(lo, m)) }
	}
	if len(s) == 1 {
		f, a := unary(k, n.op), s[0]
		return func(lo, m int) { f(d.tile(lo, m), a.tile(lo, m)) }
	}
	f, a, b := binary(k, n), s[0], s[1]
	return func(lo, m int) { f(d.tile(lo, m), a.tile(lo, m), b.tile(lo, m)) }
}

func unary[T kernel.Float](k *kernel.Ops[T], op graph.Op) kernel.Unary[T] {
	switch op {
	case graph.OpNeg:
		return k.Neg
	case graph.OpExp:
		return k.Exp
	case graph.OpExpm1:
		return k.Expm1
	case graph.OpLog:
		return k.Log
	case graph.OpLog1p:
		return k.Log1p
	case graph.OpTanh:
		return k.Tanh
	case graph.OpLogistic:
		return k.Logistic
	case graph.OpSqrt:
		return k.Sqrt
	case graph.OpRsqrt:
		return k.Rsqrt
	case graph.OpSin:
		return k.Sin
	case graph.OpCos:
		return k.Cos
	case graph.OpAbs:
		return k.Abs
	case graph.OpSign:
		return k.Sign
	case graph.OpErf:
		return k.Erf
	}
	panic("cpu: no kernel for " + op.String())
}

func binary[T kernel.Float](k *kernel.Ops[T], n *node) kernel.Binary[T] {
	switch n.op {
	case graph.OpAdd:
		return k.Add
	case graph.OpSub:
		return k.Sub
	case graph.OpMul:
		return k.Mul
	case graph.OpDiv:
		return k.Div
	case graph.OpMax:
		return k.Max
	case graph.OpMin:
		return k.Min
	case graph.OpPow:
		return k.Pow
	case graph.OpCompare:
		return [...]kernel.Binary[T]{graph.EQ: k.Eq, graph.NE: k.Ne, graph.LT: k.Lt, graph.LE: k.Le,
			graph.GT: k.Gt, graph.GE: k.Ge}[n.attr.Order]
	}
	panic("cpu: no kernel for " + n.op.String())
}

func (g *group) convert(out, in ref) instruction {
	k := g.b.k
	switch {
	case in.dtype == graph.Float32 && out.dtype == graph.Float64:
		return convert(g, k.F32ToF64, out, in)
	case in.dtype == graph.Float64 && out.dtype == graph.Float32:
		return convert(g, k.F64ToF32, out, in)
	case in.dtype == graph.Int32 && out.dtype == graph.Float32:
		return convert(g, k.I32ToF32, out, in)
	case in.dtype == graph.Int32 && out.dtype == graph.Float64:
		return convert(g, k.I32ToF64, out, in)
	case in.dtype == graph.Float32 && out.dtype == graph.Int32:
		return convert(g, k.F32ToI32, out, in)
	default:
		return convert(g, k.F64ToI32, out, in)
	}
}

func convert[A, B number](g *group, f func(dst []B, src []A), out, in ref) instruction {
	d, s := resolve[B](g, out), resolve[A](g, in)
	return func(lo, n int) { f(d.tile(lo, n), s.tile(lo, n)) }
}

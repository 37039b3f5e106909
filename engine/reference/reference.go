// Package reference runs programs by plain loops. It is the oracle that other engines are tested against, so it is
// written to be read, not to be fast: it interprets the values of a program in order, with one function for each
// primitive, and allocates each result.
//
// Arithmetic. Elements are held as float64, whatever their dtype, and each primitive's result is rounded once to
// its dtype. For float32 that is float32 arithmetic for + − × ÷ and √ (a float64 has more than 2·24+2 bits, so
// rounding twice is rounding once); exp and similar functions are those of float64, rounded; sums, dot products
// and convolutions accumulate in float64, in row-major order of the summands, and round once. int32 wraps around,
// as in Go.
package reference

import (
	"fmt"

	"basin/engine"
	"basin/graph"
)

// Engine is ready to use as its zero value, and safe for concurrent use.
type Engine struct{}

// Level is "reference".
func (Engine) Level() string { return "reference" }

// Compile checks that p is closed and that its donations fit. Outputs are written after everything else has run,
// so donations are safe.
func (Engine) Compile(p *graph.Program, o engine.Options) (engine.Executable, error) {
	if err := engine.Check(p, o); err != nil {
		return nil, err
	}
	x := &executable{program: p, order: p.Values(), slot: map[*graph.Value]int{}}
	for i, v := range x.order {
		x.slot[v] = i
	}
	return x, nil
}

type executable struct {
	program *graph.Program
	order   []*graph.Value
	slot    map[*graph.Value]int
}

// Bytes implements engine.Executable: nothing is held between runs.
func (x *executable) Bytes() int { return 0 }

// Bind checks the arguments.
func (x *executable) Bind(in, out []engine.Array) (engine.Run, error) {
	if err := engine.CheckArguments(x.program, in, out); err != nil {
		return nil, err
	}
	return func() error { return x.run(in, out) }, nil
}

func (x *executable) run(in, out []engine.Array) error {
	results := make([]array, len(x.order))
	for i, v := range x.program.Inputs {
		if slot, used := x.slot[v]; used {
			results[slot] = load(in[i])
		}
	}
	for slot, v := range x.order {
		if v.Op() == graph.OpInput {
			continue
		}
		operands := make([]array, len(v.Operands()))
		for i, o := range v.Operands() {
			operands[i] = results[x.slot[o]]
		}
		y, err := evaluate(v, operands)
		if err != nil {
			return err
		}
		y.round()
		results[slot] = y
	}
	for j, v := range x.program.Outputs {
		results[x.slot[v]].store(out[j])
	}
	return nil
}

// evaluate applies the primitive v to its operands' elements.
func evaluate(v *graph.Value, in []array) (array, error) {
	y := zeros(v.Type())
	switch op := v.Op(); op {
	case graph.OpConstant:
		constant(y, v.Attr())
	case graph.OpIota:
		count(y, v.Attr().Axis)
	case graph.OpReshape:
		copy(y.data, in[0].data)
	case graph.OpTranspose:
		transpose(y, in[0], v.Attr().Axes)
	case graph.OpBroadcast:
		broadcast(y, in[0], v.Attr().Axes)
	case graph.OpSlice:
		slice(y, in[0], v.Attr())
	case graph.OpPad:
		pad(y, in[0], v.Attr())
	case graph.OpConcatenate:
		concatenate(y, in, v.Attr().Axis)
	case graph.OpReduceSum:
		reduceSum(y, in[0], v.Attr().Axes)
	case graph.OpReduceMax:
		reduceMax(y, in[0], v.Attr().Axis)
	case graph.OpArgMax:
		argMax(y, in[0], v.Attr().Axis)
	case graph.OpGather:
		return y, gather(y, in[0], in[1])
	case graph.OpScatterAdd:
		return y, scatterAdd(y, in[0], in[1])
	case graph.OpDot:
		dot(y, in[0], in[1], v.Attr().Dot)
	case graph.OpConv, graph.OpConvInput, graph.OpConvWeight:
		convolution(op, y, in[0], in[1], v.Attr().Conv)
	default:
		if !op.Elementwise() {
			return y, fmt.Errorf("reference: unknown primitive %v", op)
		}
		return y, elementwise(v, y, in)
	}
	return y, nil
}

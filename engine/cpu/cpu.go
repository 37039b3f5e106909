// Package cpu runs programs fast on one machine's processor. Compile lowers a program in four passes:
//
//   - node.go, view.go, layout.go, sum.go: common subexpressions are shared; reshape, transpose, broadcast and
//     slice become strided views, folded into whatever reads them; images are kept channels last; what depends on
//     no input is computed once.
//   - accumulate.go, recompute.go, plan.go: products are added to products in place; work is ordered by levels;
//     elementwise work and sums of one level and size become one group; cheap values are computed again rather
//     than kept.
//   - place.go: outputs go to the caller's arrays, donated inputs are written in place, all else shares one arena
//     by liveness.
//   - bind.go: each step becomes a task, of units that threads may share (task.go). A group (group.go, loop.go,
//     stream.go, pair.go) runs as a chain of kernels over tiles that stay in the L1 cache; a contraction (dot.go,
//     conv.go) as matrix products.
//
// All arithmetic is in package kernel. A result's bits do not depend on the instruction set, except in
// transcendental functions, nor on the rest of the program: an element of a batch has the bits that it has
// alone. (A sum of products may round differently if graph.Split cuts the program within it: see
// distribute.go.)
package cpu

import (
	"basin/engine"
	"basin/engine/cpu/kernel"
	"basin/graph"
)

// Engine is an engine.Engine. The zero value is not usable; see New.
type Engine struct {
	k       *kernel.Kernels
	threads int
}

// New returns the engine for this machine's best instruction set, or for the one that the environment variable
// kernel.Env names.
func New() (*Engine, error) {
	level, err := kernel.Detect()
	if err != nil {
		return nil, err
	}
	return At(level), nil
}

// At returns the engine for an instruction set that the machine has.
func At(level kernel.Level) *Engine { return &Engine{kernel.For(level), 1} }

// WithThreads returns an engine of the same level that runs each program on up to n threads, for a single big
// model. Many small programs run best on one thread each, the default. Results do not depend on n.
func (e *Engine) WithThreads(n int) *Engine { return &Engine{e.k, max(1, n)} }

// Level names the instruction set in use.
func (e *Engine) Level() string { return e.k.Level.String() }

// Compile implements engine.Engine.
func (e *Engine) Compile(p *graph.Program, o engine.Options) (engine.Executable, error) {
	if err := engine.Check(p, o); err != nil {
		return nil, err
	}
	x := &executable{k: e.k, plan: newPlan(p, o), threads: e.threads,
		scratch: make([][3]engine.Array, e.threads), convolutions: map[string]any{}}
	if err := x.fillConstants(e); err != nil {
		return nil, err
	}
	return x, nil
}

// fillConstants computes what depends on no input.
func (x *executable) fillConstants(e *Engine) error {
	var folded []engine.Array
	if len(x.plan.folded) > 0 {
		out, err := engine.Evaluate(e, &graph.Program{Outputs: x.plan.folded})
		if err != nil {
			return err
		}
		folded = out
	}
	for _, n := range x.plan.constants {
		if n.folded > 0 {
			x.constants = append(x.constants, folded[n.folded-1])
			continue
		}
		a := engine.NewArray(n.typ)
		for i := range a.Len() {
			switch {
			case n.op == graph.OpIota:
				inner := rowMajor(n.typ.Shape)[n.attr.Axis]
				a.Set(i, float64(i/inner%n.typ.Shape[n.attr.Axis]))
			default:
				a.Set(i, n.attr.Data[i])
			}
		}
		x.constants = append(x.constants, a)
	}
	return nil
}

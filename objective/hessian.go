package objective

import (
	"fmt"

	"basin/engine"
	"basin/graph"
	"basin/linop"
)

// residualBytes bounds what a Hessian keeps of the primal passes over all chunks. Beyond it the chunks share one
// place, which holds what the chunk at hand needs. The bound looks at shapes alone, and no bit depends on which
// side of it an objective lies.
const residualBytes = 256 << 20

// Hessian is the Hessian of the loss at the current point, as an operator. It follows the objective when that
// moves.
//
// The primal pass, which all products at a point share, is a separate program (graph.Split), whose values the
// tangent program reads. It runs once a point for each chunk, or, where the values of all chunks would take too
// much memory, once for each block of vectors.
func (o *Objective) Hessian() linop.Operator { return hessian{o} }

type hessian struct{ o *Objective }

func (h hessian) Dim() int                       { return h.o.Dim() }
func (h hessian) Apply(dst, src []float64) error { return h.ApplyBlock(dst, src, 1) }

// tangent is the program that multiplies one vector, on one chunk, bound to the values of the chunk's primal pass.
type tangent struct {
	primal, product engine.Run
	values          *residual
}

// residual is what a primal pass leaves to tangent programs.
type residual struct {
	arrays map[string]engine.Array // by place and type
	chunk  int                     // whose values they are; −1: none's at the current point
}

func newResidual() *residual { return &residual{arrays: map[string]engine.Array{}, chunk: -1} }

// fit gives arrays of a residual for some types, the same ones for types that were asked for before.
func (o *Objective) fit(r *residual, types []graph.Type) (out []engine.Array) {
	for i, t := range types {
		key := fmt.Sprint(i, t)
		if _, ok := r.arrays[key]; !ok {
			r.arrays[key] = o.allocate(t)
		}
		out = append(out, r.arrays[key])
	}
	return out
}

// ApplyBlock multiplies k vectors, one by one: once the primal pass is shared, a block in one program would only
// push its values out of the cache.
func (h hessian) ApplyBlock(dst, src []float64, k int) error {
	o, p := h.o, h.Dim()
	if o.tangents == nil {
		if err := o.bindHessian(); err != nil {
			return err
		}
	}
	for i, t := range o.tangents {
		if t.values.chunk != i {
			if err := t.primal(); err != nil {
				return err
			}
			t.values.chunk = i
		}
		for v := range k {
			o.shared().Store(o.vector, 0, src[v*p:(v+1)*p])
			if err := t.product(); err != nil {
				return err
			}
			if err := o.shared().read(dst[v*p:(v+1)*p], o.image, 1/o.parts[o.chunks[i].part].total, i > 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// bindHessian compiles both parts for each size of chunk, and binds them for each chunk.
func (o *Objective) bindHessian() error {
	o.vector, o.image = o.addVector(o.Model.Params), o.addVector(o.Model.Params)
	programs := map[[2]int]*Split{} // by part and size
	bytes := 0
	for _, c := range o.chunks {
		kind := [2]int{c.part, c.to - c.from}
		if programs[kind] == nil {
			var err error
			programs[kind], err = c.CompileSplit(o.engine, []Slot{o.vector}, func(b *Body) {
				b.Set(o.image, graph.HVP(o.chunkSum(b, c.part), b.Get(o.theta), b.Get(o.vector))...)
			})
			if err != nil {
				return err
			}
			o.programs = append(o.programs, programs[kind].early, programs[kind].rest)
		}
		for _, t := range programs[kind].Crossing {
			bytes += t.Size() * width(t.DType)
		}
	}
	shared := newResidual()
	for _, c := range o.chunks {
		t := tangent{values: shared}
		if bytes <= o.residualBytes {
			t.values = newResidual()
		}
		split := programs[[2]int{c.part, c.to - c.from}]
		var err error
		if t.primal, t.product, err = split.Bind(c.Frame, o.fit(t.values, split.Crossing)); err != nil {
			return err
		}
		o.tangents = append(o.tangents, t)
	}
	return nil
}

package objective

import (
	"fmt"

	"basin/engine"
	"basin/graph"
	"basin/linop"
	"basin/model"
)

// residualBytes bounds what a Hessian keeps of the primal passes over all chunks. Beyond it the chunks share one place, which holds what
// the chunk at hand needs. The bound looks at shapes alone, and no bit depends on which side of it an objective lies.
const residualBytes = 256 << 20

// Hessian is the Hessian of the loss at the current point, as an operator. It follows the objective when that moves.
//
// The primal pass, which all products at a point share, is a program of its own (graph.Split), whose values the tangent program reads.
// It runs once a point for each chunk, or, where the values of all chunks would take too much memory, once for each block of vectors.
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
	chunk  int                     // whose values they are, −1 if nobody's at the current point
}

// ApplyBlock multiplies k vectors, one by one: once the primal pass is shared, a block in one program would only push its values out of
// the cache.
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
			if err := o.conversion.store(o.vector, src[v*p:(v+1)*p]); err != nil {
				return err
			}
			if err := t.product(); err != nil {
				return err
			}
			if err := o.conversion.load(dst[v*p:(v+1)*p], o.image, 1/float64(o.Set.Len()), i > 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// hessianPrograms are the primal and the tangent part of the product of one vector with the Hessian of the summed loss of n samples.
func (o *Objective) hessianPrograms(n int) (primal, product *graph.Program, err error) {
	types := model.Types(o.Model.Params, o.Options.DType)
	p, err := o.trace(n, func(theta, state []*graph.Value, x, y *graph.Value, v []*graph.Value) []*graph.Value {
		return graph.HVP(o.sum(theta, state, x, y), theta, v)
	}, types...)
	if err != nil {
		return nil, nil, err
	}
	var late []int
	for i := range types {
		late = append(late, len(p.Inputs)-len(types)+i)
	}
	primal, product = graph.Split(p, late)
	return primal, product, nil
}

// bindHessian compiles both parts for each size of chunk, and binds them for each chunk.
func (o *Objective) bindHessian() error {
	o.vector, o.image = engine.NewArray(o.theta.Type), engine.NewArray(o.theta.Type)
	primals, products := map[int]*graph.Program{}, map[int]*graph.Program{} // by size
	bytes := 0
	for _, c := range o.chunks {
		n := c.to - c.from
		if primals[n] == nil {
			var err error
			if primals[n], products[n], err = o.hessianPrograms(n); err != nil {
				return err
			}
		}
		for _, v := range primals[n].Outputs {
			bytes += v.Type().Size() * width(v.DType())
		}
	}
	shared := &residual{arrays: map[string]engine.Array{}, chunk: -1}
	for _, c := range o.chunks {
		n, values := c.to-c.from, shared
		if bytes <= o.residualBytes {
			values = &residual{arrays: map[string]engine.Array{}, chunk: -1}
		}
		primal, err := o.compile("primal", n, func() (*graph.Program, error) { return primals[n], nil })
		if err != nil {
			return err
		}
		product, err := o.compile("tangent", n, func() (*graph.Program, error) { return products[n], nil })
		if err != nil {
			return err
		}
		var crossing []engine.Array
		for i, v := range primals[n].Outputs {
			key := fmt.Sprint(i, v.Type())
			if _, ok := values.arrays[key]; !ok {
				values.arrays[key] = engine.NewArray(v.Type())
			}
			crossing = append(crossing, values.arrays[key])
		}
		t := tangent{values: values}
		if t.primal, err = primal.Bind(o.arguments(c), crossing); err != nil {
			return err
		}
		in := append(append(o.arguments(c), Segments(o.vector, o.Model.Params)...), crossing...)
		if t.product, err = product.Bind(in, Segments(o.image, o.Model.Params)); err != nil {
			return err
		}
		o.tangents = append(o.tangents, t)
	}
	return nil
}

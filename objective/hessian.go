package objective

import (
	"fmt"

	"basin/engine"
	"basin/graph"
	"basin/linop"
)

// blockSize is how many vectors one program multiplies with the Hessian at once. They share the primal pass. Trace estimates come in
// tens.
const blockSize = 10

// Hessian is the Hessian of the loss at the current point, as an operator. It follows the objective when that moves.
func (o *Objective) Hessian() linop.Operator { return hessian{o} }

type hessian struct{ o *Objective }

func (h hessian) Dim() int                       { return h.o.Dim() }
func (h hessian) Apply(dst, src []float64) error { return h.ApplyBlock(dst, src, 1) }

func (h hessian) ApplyBlock(dst, src []float64, k int) error {
	p := h.Dim()
	for k > 0 {
		n := min(k, blockSize)
		if err := h.o.hessianProducts(dst[:n*p], src[:n*p], n); err != nil {
			return err
		}
		dst, src, k = dst[n*p:], src[n*p:], k-n
	}
	return nil
}

// block holds the vectors of one program, segment by segment: [k, segment…] one after the other.
type block struct{ tangents, products engine.Array }

// hessianProducts multiplies k ≤ blockSize vectors.
func (o *Objective) hessianProducts(dst, src []float64, k int) error {
	if o.hessian[k] == nil {
		if err := o.bindHessian(k); err != nil {
			return err
		}
	}
	b := o.blocks[k]
	o.interleave(k, func(flat, blocked, n int) {
		if to := b.tangents; to.F32 != nil {
			for i, x := range src[flat : flat+n] {
				to.F32[blocked+i] = float32(x)
			}
		} else {
			copy(to.F64[blocked:blocked+n], src[flat:])
		}
	})
	clear(dst)
	for _, run := range o.hessian[k] {
		if err := run(); err != nil {
			return err
		}
		o.interleave(k, func(flat, blocked, n int) { accumulate(dst[flat:flat+n], part(b.products, blocked, n)) })
	}
	for i := range dst {
		dst[i] /= float64(o.Set.Len())
	}
	return nil
}

// interleave pairs each run of n places in k flat vectors, one after the other, with its places in a block.
func (o *Objective) interleave(k int, f func(flat, blocked, n int)) {
	p := o.Dim()
	for _, s := range o.Model.Params.Segments {
		for v := range k {
			f(v*p+s.Offset, k*s.Offset+v*s.Size, s.Size)
		}
	}
}

func (o *Objective) bindHessian(k int) error {
	d, p := o.Options.DType, o.Dim()
	b := &block{engine.NewArray(graph.T(d, k*p)), engine.NewArray(graph.T(d, k*p))}
	views := func(a engine.Array) []engine.Array {
		out := make([]engine.Array, 0, len(o.Model.Params.Segments))
		for _, s := range o.Model.Params.Segments {
			shape := append([]int{k}, s.Shape...)
			out = append(out, part(a, k*s.Offset, k*s.Size, shape...))
		}
		return out
	}
	var tangentTypes []graph.Type
	for _, s := range o.Model.Params.Segments {
		tangentTypes = append(tangentTypes, graph.T(d, append([]int{k}, s.Shape...)...))
	}
	var runs []engine.Run
	for _, c := range o.chunks {
		x, err := o.compile(fmt.Sprint("hessian", k), c.to-c.from, func() (*graph.Program, error) {
			return o.trace(c.to-c.from, func(theta, state []*graph.Value, x, y *graph.Value, v []*graph.Value) []*graph.Value {
				g := graph.Grad(o.sum(theta, state, x, y), theta...)
				return graph.Vmap(func(t []*graph.Value) []*graph.Value { return graph.JVP(g, theta, t) }, v...)
			}, tangentTypes...)
		})
		if err != nil {
			return err
		}
		run, err := x.Bind(append(o.arguments(c), views(b.tangents)...), views(b.products))
		if err != nil {
			return err
		}
		runs = append(runs, run)
	}
	o.blocks[k], o.hessian[k] = b, runs
	return nil
}

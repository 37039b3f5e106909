package objective

import (
	"fmt"

	"basin/engine"
	"basin/graph"
	"basin/linop"
)

// blockSize is how many vectors one program multiplies with the Hessian at once. The primal pass is shared in any case: a block saves
// the fixed cost of a run, but its intermediate values leave the cache. It changes no bit.
const blockSize = 1

// residualBytes bounds what a Hessian keeps of the primal pass, over all chunks. The bound looks at shapes alone, and no bit depends on
// which side of it an objective lies.
const residualBytes = 256 << 20

// Hessian is the Hessian of the loss at the current point, as an operator. It follows the objective when that moves.
//
// The primal pass, which all products at a point share, is made once a point and its values kept, as far as memory allows: a product
// then is its tangent part alone. Where they would take too much, each block of vectors makes a pass of its own.
func (o *Objective) Hessian() linop.Operator { return hessian{o} }

type hessian struct{ o *Objective }

func (h hessian) Dim() int                       { return h.o.Dim() }
func (h hessian) Apply(dst, src []float64) error { return h.ApplyBlock(dst, src, 1) }

func (h hessian) ApplyBlock(dst, src []float64, k int) error {
	p := h.Dim()
	for k > 0 {
		n := min(k, h.o.blockSize)
		if err := h.o.hessianProducts(dst[:n*p], src[:n*p], n); err != nil {
			return err
		}
		dst, src, k = dst[n*p:], src[n*p:], k-n
	}
	return nil
}

// products are the programs that multiply blocks of k vectors, one a chunk. Vectors lie segment by segment: [k, segment…] one after
// the other.
type products struct {
	tangents, products engine.Array
	runs               []engine.Run
}

// primal is the pass that the products of a chunk share.
type primal struct {
	run    engine.Run
	values []engine.Array // what it leaves to the tangent parts
	fresh  bool           // values are of the current point
}

// hessianProducts multiplies k vectors, no more than a block.
func (o *Objective) hessianProducts(dst, src []float64, k int) error {
	b := o.hessian[k]
	if b == nil {
		var err error
		if b, err = o.bindHessian(k); err != nil {
			return err
		}
		o.hessian[k] = b
	}
	o.interleave(k, func(flat, blocked, n int) { storeInto(b.tangents, blocked, src[flat:flat+n]) })
	for i, run := range b.runs {
		if o.primals != nil && !o.primals[i].fresh {
			if err := o.primals[i].run(); err != nil {
				return err
			}
			o.primals[i].fresh = true
		}
		if err := run(); err != nil {
			return err
		}
		o.interleave(k, func(flat, blocked, n int) {
			if i > 0 {
				accumulateScaled(dst[flat:flat+n], b.products, blocked, 1/float64(o.Set.Len()))
			} else {
				loadScaled(dst[flat:flat+n], b.products, blocked, 1/float64(o.Set.Len()))
			}
		})
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

func (o *Objective) bindHessian(k int) (*products, error) {
	d, p := o.Options.DType, o.Dim()
	b := &products{tangents: engine.NewArray(graph.T(d, k*p)), products: engine.NewArray(graph.T(d, k*p))}
	views := func(a engine.Array) []engine.Array { return Blocked(a, o.Model.Params, k) }
	split, err := o.splitHessian()
	if err != nil {
		return nil, err
	}
	for i, c := range o.chunks {
		x, err := o.compile(fmt.Sprint("hessian", k), c.to-c.from, func() (*graph.Program, error) {
			p, late, err := o.hessianProgram(c.to-c.from, k)
			if err == nil && split {
				_, p = graph.Split(p, late)
			}
			return p, err
		})
		if err != nil {
			return nil, err
		}
		in := append(o.arguments(c), views(b.tangents)...)
		if split {
			in = append(in, o.primals[i].values...)
		}
		run, err := x.Bind(in, views(b.products))
		if err != nil {
			return nil, err
		}
		b.runs = append(b.runs, run)
	}
	return b, nil
}

// hessianProgram multiplies k vectors on a chunk of n samples. late are the inputs that hold the vectors.
func (o *Objective) hessianProgram(n, k int) (p *graph.Program, late []int, err error) {
	var tangents []graph.Type
	for _, s := range o.Model.Params.Segments {
		tangents = append(tangents, graph.T(o.Options.DType, append([]int{k}, s.Shape...)...))
	}
	p, err = o.trace(n, func(theta, state []*graph.Value, x, y *graph.Value, v []*graph.Value) []*graph.Value {
		g := graph.Grad(o.sum(theta, state, x, y), theta...)
		return graph.Vmap(func(t []*graph.Value) []*graph.Value { return graph.JVP(g, theta, t) }, v...)
	}, tangents...)
	if err != nil {
		return nil, nil, err
	}
	for i := range tangents {
		late = append(late, len(p.Inputs)-len(tangents)+i)
	}
	return p, late, nil
}

// splitHessian decides whether the values of the primal pass are kept, and binds it. They are the same, in the same order, for every
// number of vectors.
func (o *Objective) splitHessian() (bool, error) {
	if o.primals != nil || o.unsplit {
		return !o.unsplit, nil
	}
	early := map[int]*graph.Program{} // by chunk size
	bytes := 0
	for _, c := range o.chunks {
		n := c.to - c.from
		if early[n] == nil {
			p, late, err := o.hessianProgram(n, 1)
			if err != nil {
				return false, err
			}
			early[n], _ = graph.Split(p, late)
		}
		for _, v := range early[n].Outputs {
			bytes += v.Type().Size() * width(v.DType())
		}
	}
	if bytes > o.residualBytes {
		o.unsplit = true
		return false, nil
	}
	primals := make([]primal, len(o.chunks))
	for i, c := range o.chunks {
		p := early[c.to-c.from]
		x, err := o.compile("primal", c.to-c.from, func() (*graph.Program, error) { return p, nil })
		if err != nil {
			return false, err
		}
		for _, v := range p.Outputs {
			primals[i].values = append(primals[i].values, engine.NewArray(v.Type()))
		}
		if primals[i].run, err = x.Bind(o.arguments(c), primals[i].values); err != nil {
			return false, err
		}
	}
	o.primals = primals
	return true, nil
}

// stale notes that the point has moved.
func (o *Objective) stale() {
	for i := range o.primals {
		o.primals[i].fresh = false
	}
}

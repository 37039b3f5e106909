package cpu

import (
	"basin/engine/cpu/kernel"
	"basin/graph"
)

// The three convolutions are matrix products with the patch matrix of one image and one group, [c·kernel, out], whose row (c, k…) holds
// for each output place the input element that kernel element k meets there:
//
//	Conv        y  [o, out]      = w [o, c·kernel] · patches
//	ConvWeight  dw [o, c·kernel] = Σ over images dy [o, out] · patchesᵀ
//	ConvInput   dx               = the patches wᵀ · dy [c·kernel, out], each element added back where it came from

// convolution is one of them, ready to run for one instance.
type convolution[T kernel.Float] struct {
	k                *kernel.Ops[T]
	geometry         *graph.Geometry
	patches, scratch []T
	channels, outs   int // a group
	kernel, out      int // elements: of a kernel, of an output image
	in               int // elements of an input image
}

func bindConvolution[T kernel.Float](b *binding, n *node) func() {
	g := n.attr.Conv
	c := &convolution[T]{
		k: ops[T](b.k), geometry: g,
		channels: g.In / g.Groups, outs: g.Out / g.Groups,
		kernel: sizeOf(g.Kernel), out: sizeOf(g.OutSize()), in: sizeOf(g.Size),
	}
	left, right, dst := contiguousOf[T](b, n.args[0]), contiguousOf[T](b, n.args[1]), memory[T](b, n)
	if len(dst) == 0 {
		return func() {}
	}
	if len(left) == 0 || len(right) == 0 || c.out == 0 {
		return func() { clear(dst) }
	}
	rows := c.channels * c.kernel
	need := rows*c.out + c.gemmScratch()
	scratch := elements[T](b.reserve(n.typ.DType, need))
	c.patches, c.scratch = scratch[:rows*c.out], scratch[rows*c.out:]

	run := map[graph.Op]func(dst, a, b []T){graph.OpConv: c.forward, graph.OpConvInput: c.input, graph.OpConvWeight: c.weight}[n.op]
	sizes := map[graph.Op][3]int{
		graph.OpConv:       {sizeOf(g.InputShape()), sizeOf(g.WeightShape()), sizeOf(g.OutputShape())},
		graph.OpConvInput:  {sizeOf(g.OutputShape()), sizeOf(g.WeightShape()), sizeOf(g.InputShape())},
		graph.OpConvWeight: {sizeOf(g.InputShape()), sizeOf(g.OutputShape()), sizeOf(g.WeightShape())},
	}[n.op]
	instances := len(dst) / sizes[2]
	return func() {
		for i := range instances {
			run(dst[i*sizes[2]:][:sizes[2]], instance(left, i, sizes[0]), instance(right, i, sizes[1]))
		}
	}
}

// instance is element i along the instance axis, or all of s if it has none.
func instance[T number](s []T, i, size int) []T {
	if len(s) == size {
		return s
	}
	return s[i*size:][:size]
}

func (c *convolution[T]) gemmScratch() int {
	rows := c.channels * c.kernel
	some := make([]T, rows*max(c.out, c.outs)+c.outs*c.out)
	w, p := kernel.Strided[T]{Data: some, Row: rows, Col: 1}, kernel.Strided[T]{Data: some, Row: c.out, Col: 1}
	return max(
		c.k.GemmScratch(c.outs, c.out, rows, w, p),
		c.k.GemmScratch(rows, c.out, c.outs, kernel.Strided[T]{Data: some, Row: 1, Col: rows}, p),
		c.k.GemmScratch(c.outs, rows, c.out, p, kernel.Strided[T]{Data: some, Row: 1, Col: c.out}))
}

// eachImage visits every image and group with the parts of x, w and y that belong to it.
func (c *convolution[T]) eachImage(x, w, y []T, f func(x, w, y []T)) {
	groups := c.geometry.Groups
	nx, nw, ny := c.channels*c.in, c.outs*c.channels*c.kernel, c.outs*c.out
	for i := range c.geometry.Batch {
		for g := range groups {
			at := i*groups + g
			f(x[at*nx:][:nx], w[g*nw:][:nw], y[at*ny:][:ny])
		}
	}
}

func (c *convolution[T]) forward(y, x, w []T) {
	rows := c.channels * c.kernel
	c.eachImage(x, w, y, func(x, w, y []T) {
		c.gather(x)
		c.k.Gemm(y, c.out, kernel.Strided[T]{Data: w, Row: rows, Col: 1}, kernel.Strided[T]{Data: c.patches, Row: c.out, Col: 1},
			c.outs, c.out, rows, false, c.scratch)
	})
}

func (c *convolution[T]) weight(dw, x, dy []T) {
	rows := c.channels * c.kernel
	clear(dw)
	c.eachImage(x, dw, dy, func(x, dw, dy []T) {
		c.gather(x)
		c.k.Gemm(dw, rows, kernel.Strided[T]{Data: dy, Row: c.out, Col: 1}, kernel.Strided[T]{Data: c.patches, Row: 1, Col: c.out},
			c.outs, rows, c.out, true, c.scratch)
	})
}

func (c *convolution[T]) input(dx, dy, w []T) {
	rows := c.channels * c.kernel
	clear(dx)
	c.eachImage(dx, w, dy, func(dx, w, dy []T) {
		c.k.Gemm(c.patches, c.out, kernel.Strided[T]{Data: w, Row: 1, Col: rows}, kernel.Strided[T]{Data: dy, Row: c.out, Col: 1},
			rows, c.out, c.outs, false, c.scratch)
		c.scatter(dx)
	})
}

// plane is the geometry as two spatial axes; a 1-D convolution has a first axis of size 1.
func (c *convolution[T]) plane(field func(*graph.Geometry) []int, missing int) (int, int) {
	s := field(c.geometry)
	if len(s) == 1 {
		return missing, s[0]
	}
	return s[0], s[1]
}

// eachRun visits the runs of the patch matrix that lie within the input: n elements of patches from p on meet x[q], x[q+step] ….
func (c *convolution[T]) eachRun(f func(p, q, n, step int)) {
	h, w := c.plane(func(g *graph.Geometry) []int { return g.Size }, 1)
	oh, ow := c.plane((*graph.Geometry).OutSize, 1)
	kh, kw := c.plane(func(g *graph.Geometry) []int { return g.Kernel }, 1)
	sh, sw := c.plane(func(g *graph.Geometry) []int { return g.Stride }, 1)
	ph, pw := c.plane(func(g *graph.Geometry) []int { return g.Low }, 0)
	dh, dw := c.plane(func(g *graph.Geometry) []int { return g.Dilation }, 1)
	p := 0
	for ch := range c.channels {
		for i := range kh {
			for j := range kw {
				// Output column b meets input column b·sw + j·dw − pw.
				shift := j*dw - pw
				from, to := 0, ow
				if shift < 0 {
					from = min(ow, (-shift+sw-1)/sw)
				}
				if last := w - 1 - shift; last < 0 {
					to = 0
				} else {
					to = min(ow, last/sw+1)
				}
				for a := range oh {
					if r := a*sh + i*dh - ph; r >= 0 && r < h && from < to {
						f(p+from, (ch*h+r)*w+from*sw+shift, to-from, sw)
					}
					p += ow
				}
			}
		}
	}
}

// gather fills the patch matrix from the channels of one group of one image.
func (c *convolution[T]) gather(x []T) {
	clear(c.patches)
	c.eachRun(func(p, q, n, step int) {
		if step == 1 {
			copy(c.patches[p:p+n], x[q:])
			return
		}
		for i := range n {
			c.patches[p+i] = x[q+i*step]
		}
	})
}

// scatter adds the patch matrix back to the image it came from.
func (c *convolution[T]) scatter(x []T) {
	c.eachRun(func(p, q, n, step int) {
		if step == 1 {
			c.k.Add(x[q:q+n], x[q:q+n], c.patches[p:p+n])
			return
		}
		for i := range n {
			x[q+i*step] += c.patches[p+i]
		}
	})
}

package reference

import (
	"basin/graph"
)

// dot: y[batch, i, j] = Σₖ a[batch, i, k]·b[batch, j, k], each of batch, i, j, k standing for any number of axes.
func dot(y, a, b array, ax graph.DotAxes) {
	left, right := ax.Free(len(a.typ.Shape), len(b.typ.Shape))
	aBatch, aFree, aSum := a.along(ax.LeftBatch), a.along(left), a.along(ax.LeftContract)
	bBatch, bFree, bSum := b.along(ax.RightBatch), b.along(right), b.along(ax.RightContract)
	at := 0
	for n := range aBatch {
		for _, i := range aFree {
			for _, j := range bFree {
				for k := range aSum {
					y.data[at] += float64(a.data[aBatch[n]+i+aSum[k]] * b.data[bBatch[n]+j+bSum[k]])
				}
				at++
			}
		}
	}
}

// convolution adds up, for each of the three primitives, the products over all taps (x, w, y) of the convolution y
// = x∗w:
//
//	y[n,o,p] += x[n,c, p·stride + k·dilation − low] · w[o,c,k]      Conv
//	x[…]     += y[…] · w[…]                                        ConvInput
//	w[…]     += x[…] · y[…]                                        ConvWeight
func convolution(op graph.Op, out, a, b array, g *graph.Geometry) {
	instances := 1
	plain := map[graph.Op][3][]int{ // shapes of out, a, b without an instance axis
		graph.OpConv:       {g.OutputShape(), g.InputShape(), g.WeightShape()},
		graph.OpConvInput:  {g.InputShape(), g.OutputShape(), g.WeightShape()},
		graph.OpConvWeight: {g.WeightShape(), g.InputShape(), g.OutputShape()},
	}[op]
	var step [3]int // between instances; 0 for an operand that all instances share
	for i, x := range []array{out, a, b} {
		if len(x.typ.Shape) > len(plain[i]) {
			instances = x.typ.Shape[0]
			step[i] = graph.T(x.typ.DType, plain[i]...).Size()
		}
	}
	for n := range instances {
		o, l, r := out.data[n*step[0]:], a.data[n*step[1]:], b.data[n*step[2]:]
		switch op {
		case graph.OpConv:
			taps(g, func(x, w, y int) { o[y] += float64(l[x] * r[w]) })
		case graph.OpConvInput:
			taps(g, func(x, w, y int) { o[x] += float64(l[y] * r[w]) })
		case graph.OpConvWeight:
			taps(g, func(x, w, y int) { o[w] += float64(l[x] * r[y]) })
		}
	}
}

// taps visits the positions in x, w and y of every product of one convolution.
func taps(g *graph.Geometry, visit func(x, w, y int)) {
	size, kernel, out := twoAxes(g.Size), twoAxes(g.Kernel), twoAxes(g.OutSize())
	stride, low, dilation := twoAxes(g.Stride), g.Low, twoAxes(g.Dilation)
	if len(low) == 1 {
		low = []int{0, low[0]}
	}
	in, outs := g.In/g.Groups, g.Out/g.Groups // channels of one group
	for n := range g.Batch {
		for o := range g.Out {
			for p := range out[0] {
				for q := range out[1] {
					for c := range in {
						for k := range kernel[0] {
							for l := range kernel[1] {
								i, j := p*stride[0]+k*dilation[0]-low[0], q*stride[1]+l*dilation[1]-low[1]
								if i < 0 || i >= size[0] || j < 0 || j >= size[1] {
									continue // padding
								}
								channel := o/outs*in + c
								visit(
									((n*g.In+channel)*size[0]+i)*size[1]+j,
									((o*in+c)*kernel[0]+k)*kernel[1]+l,
									((n*g.Out+o)*out[0]+p)*out[1]+q)
							}
						}
					}
				}
			}
		}
	}
}

// twoAxes makes one spatial axis the second of two, the first being of size (or stride, or dilation) 1.
func twoAxes(s []int) []int {
	if len(s) == 1 {
		return []int{1, s[0]}
	}
	return s
}

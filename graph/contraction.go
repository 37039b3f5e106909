package graph

import (
	"fmt"
	"slices"
)

// Dot multiplies and sums over the contracted axes of both operands; see DotAxes for the result's axes.
func Dot(a, b *Value, ax DotAxes) *Value {
	in := []*Value{a, b}
	if a.typ.DType != b.typ.DType || !a.typ.DType.IsFloat() {
		fail(OpDot, in, "operands must share a floating-point dtype")
	}
	match := func(what string, l, r []int) {
		if len(l) != len(r) {
			fail(OpDot, in, "%s axes %v and %v", what, l, r)
		}
		for i := range l {
			if l[i] < 0 || l[i] >= a.typ.Rank() || r[i] < 0 || r[i] >= b.typ.Rank() || a.typ.Shape[l[i]] != b.typ.Shape[r[i]] {
				fail(OpDot, in, "%s axes %v and %v differ in size", what, l, r)
			}
		}
	}
	match("batch", ax.LeftBatch, ax.RightBatch)
	match("contracted", ax.LeftContract, ax.RightContract)
	if hasDuplicate(slices.Concat(ax.LeftBatch, ax.LeftContract)) ||
		hasDuplicate(slices.Concat(ax.RightBatch, ax.RightContract)) {
		fail(OpDot, in, "an axis is named twice in %v", ax)
	}
	lf, rf := ax.free(a.typ.Rank(), b.typ.Rank())
	shape := slices.Concat(pick(a.typ.Shape, ax.LeftBatch), pick(a.typ.Shape, lf), pick(b.typ.Shape, rf))
	return &Value{op: OpDot, in: in, typ: Type{a.typ.DType, shape}, attr: Attr{Dot: ax}}
}

// free lists the axes of each operand that are neither batch nor contracted.
func (ax DotAxes) free(leftRank, rightRank int) (left, right []int) {
	left = without(upTo(leftRank), slices.Concat(ax.LeftBatch, ax.LeftContract))
	right = without(upTo(rightRank), slices.Concat(ax.RightBatch, ax.RightContract))
	return left, right
}

// Free lists the axes of each operand that are neither batch nor contracted, in order.
func (ax DotAxes) Free(leftRank, rightRank int) (left, right []int) {
	return ax.free(leftRank, rightRank)
}

func hasDuplicate(s []int) bool {
	s = slices.Clone(s)
	slices.Sort(s)
	return len(slices.Compact(s)) < len(s)
}

// MatMul is x·w for x [m,k] and w [k,n].
func MatMul(x, w *Value) *Value {
	return Dot(x, w, DotAxes{LeftContract: []int{1}, RightContract: []int{0}})
}

// Linear is x·wᵀ for x [m,k] and w [n,k], PyTorch's layout of a weight.
func Linear(x, w *Value) *Value {
	return Dot(x, w, DotAxes{LeftContract: []int{1}, RightContract: []int{1}})
}

// Geometry is all that a convolution needs besides its operands. It includes the input size, so that the
// derivatives of each of the three convolution primitives are the other two. The spatial rank is 1 or 2.
type Geometry struct {
	Batch, In, Out, Groups      int   // images, input channels, output channels; groups divide both
	Size, Kernel                []int // spatial sizes of the input and of the kernel
	Stride, Low, High, Dilation []int // High may exceed what the last window reaches
}

// OutSize is the spatial size of the output.
func (g *Geometry) OutSize() []int {
	out := make([]int, len(g.Size))
	for i := range out {
		reach := g.Dilation[i]*(g.Kernel[i]-1) + 1
		if n := g.Size[i] + g.Low[i] + g.High[i] - reach; n >= 0 {
			out[i] = n/g.Stride[i] + 1
		}
	}
	return out
}

func (g *Geometry) String() string { return fmt.Sprintf("%+v", *g) }

// InputShape, WeightShape and OutputShape are the shapes of the operands without an instance axis: x [n,c,size…],
// w [o,c/g,kernel…], y [n,o,out…], PyTorch's layouts.
func (g *Geometry) InputShape() []int { return slices.Concat([]int{g.Batch, g.In}, g.Size) }
func (g *Geometry) WeightShape() []int {
	return slices.Concat([]int{g.Out, g.In / max(1, g.Groups)}, g.Kernel)
}
func (g *Geometry) OutputShape() []int { return slices.Concat([]int{g.Batch, g.Out}, g.OutSize()) }

func (g *Geometry) check() string {
	d := len(g.Size)
	if d < 1 || d > 2 {
		return "spatial rank must be 1 or 2"
	}
	for _, s := range [][]int{g.Kernel, g.Stride, g.Low, g.High, g.Dilation} {
		if len(s) != d {
			return "size, kernel, stride, padding and dilation differ in rank"
		}
	}
	for i := range d {
		if g.Kernel[i] < 1 || g.Stride[i] < 1 || g.Dilation[i] < 1 || g.Low[i] < 0 || g.High[i] < 0 {
			return "kernel, stride and dilation must be at least 1, padding at least 0"
		}
	}
	if g.Groups < 1 || g.In%g.Groups != 0 || g.Out%g.Groups != 0 {
		return "groups must divide the input and output channels"
	}
	return ""
}

// convolution builds one of the three convolutions. Each operand may have one more leading axis than its plain shape,
// the instance axis: operand i of an instance is then paired with the other's i, or with all of it if the other
// has none.
func convolution(op Op, a, b *Value, g *Geometry) *Value {
	in := []*Value{a, b}
	if why := g.check(); why != "" {
		fail(op, in, "%s: %v", why, g)
	}
	sa, sb, sy := g.operandShapes(op)
	ia, oka := instances(a, sa)
	ib, okb := instances(b, sb)
	if !oka || !okb || a.typ.DType != b.typ.DType || !a.typ.DType.IsFloat() {
		fail(op, in, "needs operands of shapes %v and %v", sa, sb)
	}
	if ia >= 0 && ib >= 0 && ia != ib {
		fail(op, in, "%d and %d instances", ia, ib)
	}
	if n := max(ia, ib); n >= 0 {
		sy = slices.Concat([]int{n}, sy)
	}
	return &Value{op: op, in: in, typ: Type{a.typ.DType, sy}, attr: Attr{Conv: g}}
}

// operandShapes returns the plain shapes of both operands and of the result.
func (g *Geometry) operandShapes(op Op) (a, b, y []int) {
	switch op {
	case OpConv:
		return g.InputShape(), g.WeightShape(), g.OutputShape()
	case OpConvInput:
		return g.OutputShape(), g.WeightShape(), g.InputShape()
	default:
		return g.InputShape(), g.OutputShape(), g.WeightShape()
	}
}

// instances is the size of v's instance axis, −1 if it has none; ok is false if v has neither shape.
func instances(v *Value, plain []int) (n int, ok bool) {
	switch {
	case slices.Equal(v.typ.Shape, plain):
		return -1, true
	case v.typ.Rank() == len(plain)+1 && slices.Equal(v.typ.Shape[1:], plain):
		return v.typ.Shape[0], true
	}
	return 0, false
}

// Instanced reports whether each operand of a convolution has an instance axis.
func Instanced(v *Value) (a, b bool) {
	sa, sb, _ := v.attr.Conv.operandShapes(v.op)
	return v.in[0].typ.Rank() > len(sa), v.in[1].typ.Rank() > len(sb)
}

// Conv is the convolution (strictly, the cross-correlation) of x [n,c,size…] with w [o,c/groups,kernel…] → [n,o,out…].
func Conv(x, w *Value, g *Geometry) *Value { return convolution(OpConv, x, w, g) }

// ConvInput is the transpose of Conv in x: dy [n,o,out…], w → [n,c,size…].
func ConvInput(dy, w *Value, g *Geometry) *Value { return convolution(OpConvInput, dy, w, g) }

// ConvWeight is the transpose of Conv in w: x [n,c,size…], dy [n,o,out…] → [o,c/groups,kernel…].
func ConvWeight(x, dy *Value, g *Geometry) *Value { return convolution(OpConvWeight, x, dy, g) }

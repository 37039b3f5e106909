package cpu

import (
	"fmt"

	"basin/graph"
)

// view reads a stored value through an affine index map: element (i₀, i₁, …) of the view is element offset + Σ
// iₐ·strides[a] of base's buffer. Reshape, Transpose, Broadcast and Slice are views; they cost nothing until
// contiguous memory is needed.
type view struct {
	base    *node
	offset  int
	shape   []int
	strides []int
}

func whole(n *node) view { return view{base: n, shape: n.typ.Shape, strides: rowMajor(n.typ.Shape)} }

func rowMajor(shape []int) []int {
	s, n := make([]int, len(shape)), 1
	for i := len(shape) - 1; i >= 0; i-- {
		s[i] = n
		n *= shape[i]
	}
	return s
}

func sizeOf(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

func (w view) size() int { return sizeOf(w.shape) }

// contiguous reports whether the view's elements are adjacent in memory, in order.
func (w view) contiguous() bool {
	n := 1
	for i := len(w.shape) - 1; i >= 0; i-- {
		if w.shape[i] != 1 {
			if w.strides[i] != n {
				return w.size() == 0
			}
			n *= w.shape[i]
		}
	}
	return true
}

// identity reports whether the view is all of base's buffer, in order.
func (w view) identity() bool {
	return w.offset == 0 && w.size() == w.base.typ.Size() && w.contiguous()
}

// transposed reports whether neighbours in the view are apart in memory.
func (w view) transposed() bool {
	_, stride := mergeAxes(w.shape, w.strides)
	return len(stride) > 1 && stride[len(stride)-1] > 1
}

// permute lists the axes in another order: axis i of the result is axis axes[i] of w.
func (w view) permute(axes []int) view {
	r := view{base: w.base, offset: w.offset, shape: make([]int, len(axes)), strides: make([]int, len(axes))}
	for i, a := range axes {
		r.shape[i], r.strides[i] = w.shape[a], w.strides[a]
	}
	return r
}

// through applies the view primitive v to w; ok is false if the result is not an affine map of the same buffer.
func (w view) through(v *graph.Value) (r view, ok bool) {
	r = view{base: w.base, offset: w.offset, shape: v.Shape(), strides: make([]int, v.Type().Rank())}
	if v.Type().Size() == 0 { // nothing to read
		r.offset, r.strides = 0, rowMajor(r.shape)
		return r, true
	}
	a := v.Attr()
	switch v.Op() {
	case graph.OpStopGradient:
		return w, true
	case graph.OpTranspose:
		for i, p := range a.Axes {
			r.strides[i] = w.strides[p]
		}
	case graph.OpBroadcast:
		for i, p := range a.Axes {
			r.strides[p] = w.strides[i]
		}
	case graph.OpSlice:
		for i := range r.strides {
			r.offset += a.Low[i] * w.strides[i]
			r.strides[i] = a.Step[i] * w.strides[i]
		}
	case graph.OpReshape:
		r.strides, ok = reshapeStrides(w.shape, w.strides, v.Shape())
		return r, ok
	}
	return r, true
}

// reshapeStrides finds strides for a new shape over the same elements in the same order. Runs of axes that a
// reshape splits or joins must each be evenly strided.
func reshapeStrides(shape, strides, to []int) ([]int, bool) {
	if sizeOf(shape) == 0 {
		return rowMajor(to), true
	}
	// Axes of size 1 do not matter; axes that continue each other are one.
	size, stride := mergeAxes(shape, strides)
	out := make([]int, len(to))
	at := len(size) - 1
	left := 1 // what remains of size[at] to be split
	if at >= 0 {
		left = size[at]
	}
	step := 0
	if at >= 0 {
		step = stride[at]
	}
	for i := len(to) - 1; i >= 0; i-- {
		if to[i] == 1 {
			continue
		}
		if left == 1 {
			at--
			if at < 0 {
				return nil, false
			}
			left, step = size[at], stride[at]
		}
		if left%to[i] != 0 {
			return nil, false
		}
		out[i] = step
		left /= to[i]
		step *= to[i]
	}
	return out, true
}

// mergeAxes drops axes of size 1 and joins neighbours that one stride covers.
func mergeAxes(shape, strides []int) (size, stride []int) {
	for i, n := range shape {
		if n == 1 {
			continue
		}
		if k := len(size) - 1; k >= 0 && stride[k] == strides[i]*n {
			size[k] *= n
			stride[k] = strides[i]
		} else {
			size, stride = append(size, n), append(stride, strides[i])
		}
	}
	return size, stride
}

// single returns the size and stride of some axes taken as one, in order; ok is false if no single stride covers them.
func (w view) single(axes []int) (size, stride int, ok bool) {
	shape, strides := make([]int, len(axes)), make([]int, len(axes))
	for i, a := range axes {
		shape[i], strides[i] = w.shape[a], w.strides[a]
	}
	n := sizeOf(shape)
	s, t := mergeAxes(shape, strides)
	switch {
	case n == 0 || len(s) == 0:
		return n, 1, true
	case len(s) == 1:
		return s[0], t[0], true
	}
	return 0, 0, false
}

// key identifies a view.
func (w view) key() string { return fmt.Sprint(w.base.id, w.offset, w.shape, w.strides) }

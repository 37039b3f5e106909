package cpu

import (
	"slices"

	"basin/engine/cpu/kernel"
)

// dotOperands permutes the operands of a dot product to [batch…, free…, contracted…] on the left and [batch…, contracted…, free…] on
// the right, where free and contracted axes each are covered by one stride; what is not is copied.
func (l *lowering) dotOperands(n *node) []view {
	ax := n.attr.Dot
	a, b := n.args[0], n.args[1]
	lf, rf := ax.Free(len(a.shape), len(b.shape))
	a = a.permute(slices.Concat(ax.LeftBatch, lf, ax.LeftContract))
	b = b.permute(slices.Concat(ax.RightBatch, ax.RightContract, rf))
	nb := len(ax.LeftBatch)
	if _, ok := a.matrix(nb, len(lf)); !ok {
		a = whole(l.copyOf(a))
	}
	if _, ok := b.matrix(nb, len(ax.RightContract)); !ok {
		b = whole(l.copyOf(b))
	}
	return []view{a, b}
}

func (w view) permute(axes []int) view {
	r := view{base: w.base, offset: w.offset}
	for _, a := range axes {
		r.shape, r.strides = append(r.shape, w.shape[a]), append(r.strides, w.strides[a])
	}
	return r
}

// matrix is a batch of evenly strided matrices.
type matrix struct {
	rows, cols       int
	rowStep, colStep int
	offsets          []int // where each batch element starts
}

// matrix reads w as nb batch axes, then nr axes that make rows, then axes that make columns.
func (w view) matrix(nb, nr int) (m matrix, ok bool) {
	axes := make([]int, len(w.shape))
	for i := range axes {
		axes[i] = i
	}
	if m.rows, m.rowStep, ok = w.single(axes[nb : nb+nr]); !ok {
		return m, false
	}
	if m.cols, m.colStep, ok = w.single(axes[nb+nr:]); !ok {
		return m, false
	}
	m.offsets = []int{w.offset}
	for i := range nb {
		next := make([]int, 0, len(m.offsets)*w.shape[i])
		for _, o := range m.offsets {
			for k := range w.shape[i] {
				next = append(next, o+k*w.strides[i])
			}
		}
		m.offsets = next
	}
	return m, true
}

// dotMatrices gives both operands of a legalised dot product.
func dotMatrices(n *node) (a, b matrix) {
	ax := n.attr.Dot
	nb := len(ax.LeftBatch)
	free := len(n.args[0].shape) - nb - len(ax.LeftContract)
	a, _ = n.args[0].matrix(nb, free)
	b, _ = n.args[1].matrix(nb, len(ax.RightContract))
	return a, b
}

// bindDot runs one matrix product for each element of the batch.
func bindDot[T kernel.Float](b *binding, n *node) func() {
	k := ops[T](b.k)
	left, right := dotMatrices(n)
	x, y, c := memory[T](b, n.args[0].base), memory[T](b, n.args[1].base), memory[T](b, n)
	m, cols, inner := left.rows, right.cols, left.cols
	if len(c) == 0 {
		return func() {}
	}
	if inner == 0 {
		return func() { clear(c) }
	}
	operand := func(s []T, q matrix, i int) kernel.Strided[T] {
		return kernel.Strided[T]{Data: s[q.offsets[i]:], Row: q.rowStep, Col: q.colStep}
	}
	scratch := elements[T](b.reserve(n.typ.DType, k.GemmScratch(m, cols, inner, operand(x, left, 0), operand(y, right, 0))))
	return func() {
		for i := range left.offsets {
			k.Gemm(c[i*m*cols:], cols, operand(x, left, i), operand(y, right, i), m, cols, inner, false, scratch)
		}
	}
}

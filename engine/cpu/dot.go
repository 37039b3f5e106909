package cpu

import (
	"slices"

	"basin/engine/cpu/kernel"
)

// dotOperands permutes the operands of a dot product to [batch…, free…, contracted…] on the left and [batch…,
// contracted…, free…] on the right, where one stride covers the free axes and one the contracted axes; other
// operands are copied.
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

// matrix is a batch of evenly strided matrices.
type matrix struct {
	rows, cols       int
	rowStep, colStep int
	offsets          []int // where each batch element starts
}

// matrix reads w as nb batch axes, then nr axes of rows, then axes of columns.
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

// dotMatrices returns both operands of a legalised dot product.
func dotMatrices(n *node) (a, b matrix) {
	ax := n.attr.Dot
	nb := len(ax.LeftBatch)
	free := len(n.args[0].shape) - nb - len(ax.LeftContract)
	a, _ = n.args[0].matrix(nb, free)
	b, _ = n.args[1].matrix(nb, len(ax.RightContract))
	return a, b
}

// bindDot makes one matrix product for each element of the batch. Threads share the batch, or blocks of the longer
// side of C.
func bindDot[T kernel.Float](b *binding, n *node) *task {
	k := ops[T](b.k)
	left, right := dotMatrices(n)
	x, y, c := memory[T](b, n.args[0].base), memory[T](b, n.args[1].base), memory[T](b, n)
	m, cols, inner := left.rows, right.cols, left.cols
	if len(c) == 0 {
		return &task{}
	}
	if inner == 0 {
		return serial(func() { clear(c) })
	}
	t := &task{work: 2 * float64(len(c)) * float64(inner) * flopTime}
	batch, rows, columns := len(left.offsets), 1, 1 // numbers of blocks
	const block = 64
	if t.units = batch; b.threads > 1 && batch < 4*b.threads {
		if m >= cols {
			rows = ceil(m, block)
		} else {
			columns = ceil(cols, block)
		}
		t.units *= rows * columns
	}
	stretch := func(count, i, size int) (from, length int) {
		if count == 1 {
			return 0, size
		}
		return i * block, min(block, size-i*block)
	}
	for w := range b.workers(t) {
		a0, b0 := operand(x, &left, 0), operand(y, &right, 0)
		need := 0
		for _, u := range []int{0, rows*columns - 1} {
			_, h := stretch(rows, u, m)
			_, v := stretch(columns, u, cols)
			need = max(need, k.GemmScratch(h, v, inner, a0, b0))
		}
		scratch := elements[T](b.reserve(w, n.typ.DType, need))
		if rows*columns == 1 { // the common case
			t.run = append(t.run, func(from, to int) {
				for i := from; i < to; i++ {
					k.Gemm(c[i*m*cols:], cols, operand(x, &left, i), operand(y, &right, i), m, cols, inner, false, scratch)
				}
			})
			continue
		}
		t.run = append(t.run, func(from, to int) {
			for u := from; u < to; u++ {
				i := u / (rows * columns)
				top, height := stretch(rows, u%(rows*columns), m)
				side, width := stretch(columns, u%(rows*columns), cols)
				p, q := operand(x, &left, i), operand(y, &right, i)
				p.Data, q.Data = p.Data[top*p.Row:], q.Data[side*q.Col:]
				k.Gemm(c[(i*m+top)*cols+side:], cols, p, q, height, width, inner, false, scratch)
			}
		})
	}
	return t
}

// operand is element i of a batch of matrices in s.
func operand[T kernel.Float](s []T, q *matrix, i int) kernel.Strided[T] {
	return kernel.Strided[T]{Data: s[q.offsets[i]:], Row: q.rowStep, Col: q.colStep}
}

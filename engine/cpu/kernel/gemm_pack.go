package kernel

import "unsafe"

// packPanel copies cols columns of B, k rows of them, into rows of w elements.
func (g *blocks[T]) packPanel(dst []T, w int, b Strided[T], cols, k int) {
	switch {
	case b.Col == 1 && cols == w && w%g.line() == 0:
		g.copyColumns(dst, w, b.Data, b.Row, w, k)
	case b.Col == 1:
		for p := range k {
			copy(dst[p*w:p*w+cols], b.Data[p*b.Row:])
		}
	case b.Row == 1:
		g.transposed(dst, w, b.Data, b.Col, cols, k, true)
	default:
		for p := range k {
			for q := range cols {
				dst[p*w+q] = b.Data[p*b.Row+q*b.Col]
			}
		}
	}
}

// packA copies a block of A, m×k, into rows of stride k + padA.
func (g *blocks[T]) packA(dst []T, a Strided[T], m, k int) {
	rs := k + padA
	switch {
	case a.Col == 1:
		for i := range m {
			copy(dst[i*rs:i*rs+k], a.Data[i*a.Row:])
		}
	case a.Row == 1:
		g.transposed(dst, rs, a.Data, a.Col, k, m, false)
	default:
		for i := range m {
			for p := range k {
				dst[i*rs+p] = a.Data[i*a.Row+p*a.Col]
			}
		}
	}
}

// line is the number of elements of a cache line.
func (g *blocks[T]) line() int {
	var x T
	return 64 / int(unsafe.Sizeof(x))
}

// copyColumns writes dst[p·ds + j] = src[p·ss + j] for p < k and j < cols, whose elements fill whole cache lines.
func (g *blocks[T]) copyColumns(dst []T, ds int, src []T, ss, cols, k int) {
	size, line := int(unsafe.Sizeof(dst[0])), g.line()
	for j := 0; j < cols; j += line {
		_, _ = dst[(k-1)*ds+j+line-1], src[(k-1)*ss+j+line-1]
		g.copyLines((*byte)(unsafe.Pointer(&dst[j])), ds*size, (*byte)(unsafe.Pointer(&src[j])), ss*size, k)
	}
}

// transposed writes dst[p·ds + i] = src[i·ss + p] for i < rows, p < k.
func (g *blocks[T]) transposed(dst []T, ds int, src []T, ss, rows, k int, whole bool) {
	size := int(unsafe.Sizeof(dst[0]))
	g.transpose(&dst[0], ds*size, &src[0], ss*size, rows, k, whole)
}

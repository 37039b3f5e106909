package kernel

import "unsafe"

// thin are the kernels of products with one to three rows, which must run as fast as memory delivers B. (Products
// with as few columns are their transposes.)
type thin[T Float] struct {
	// combine continues the chains c[j] by a[p·acs]·b[p·brs + j] for combinedRows values of p.
	combine func(c, a *T, acs int, b *T, brs, n int)
	// dots[m] is for m columns and twice transposeLanes rows at a time, group[m] for half as many rows.
	dots, group [3]dotFunc[T]
}

// dotFunc computes y[j·ys + i] = Σ a[i·ars + p]·x[p·xrs + j·xcs]. Of the rows that are read together, the second
// half starts lag bytes before a, and xlag before x; a kernel of a single group has no second half.
type dotFunc[T Float] = func(y *T, ys int, a *T, ars int, x *T, xrs, xcs, rows, k int, accumulate bool, lag, xlag int)

const combinedRows = 8

// dotted computes C = A·B for A of one or two rows, and B whose columns are contiguous.
func (g *blocks[T]) dotted(s strategy, c []T, crs int, a, b *Strided[T], m, n, k int, accumulate bool) {
	size := int(unsafe.Sizeof(c[0]))
	columns, steps := n&^(2*g.transposeLanes-1), k&^(g.transposeLanes/2-1)
	switch {
	case columns == 0:
	case s == dottedApart:
		g.dotApart(c, crs, a, b, m, columns, steps, accumulate)
	default:
		g.thin.dots[m](&c[0], crs*size, &b.Data[0], b.Col*size, &a.Data[0], a.Col*size, a.Row*size, columns,
			steps, accumulate, 0, 0)
	}
	// The rest is computed row by row, by a kernel that takes a row of C for a column.
	left := func(j, n, p int, accumulate bool) {
		for i := range m {
			g.panels[1](n, k-p, &b.Data[j*b.Col+p], b.Col*size, size, &a.Data[i*a.Row+p*a.Col], a.Col*size,
				&c[i*crs+j], size, 1, accumulate)
		}
	}
	if steps < k {
		left(0, columns, steps, true)
	}
	if columns < n {
		left(columns, n-columns, 0, accumulate)
	}
}

// dotApart lets half of the columns that are read together follow the others at a distance: all their lines, and
// those fetched ahead, would fall into the same cache sets.
func (g *blocks[T]) dotApart(c []T, crs int, a, b *Strided[T], m, columns, steps int, accumulate bool) {
	size, half := int(unsafe.Sizeof(c[0])), g.transposeLanes
	from := func(j, p int) *T { return &b.Data[j*b.Col+p*b.Row] }
	x := func(p int) *T { return &a.Data[p*a.Col] }
	lag, xlag := lagging*size, lagging*a.Col*size
	for j := 0; j < columns; j += 2 * half {
		g.thin.group[m](&c[j], crs*size, from(j, 0), b.Col*size, x(0), a.Col*size, a.Row*size, half, lagging,
			accumulate, 0, 0)
		if !accumulate {
			for i := range m {
				clear(c[i*crs+j+half:][:half])
			}
		}
		g.thin.dots[m](&c[j], crs*size, from(j, lagging), b.Col*size, x(lagging), a.Col*size, a.Row*size, 2*half,
			steps-lagging, true, lag, xlag)
		g.thin.group[m](&c[j+half], crs*size, from(j+half, steps-lagging), b.Col*size, x(steps-lagging),
			a.Col*size, a.Row*size, half, lagging, true, 0, 0)
	}
}

// combined computes C = A·B for A of few rows, and B of unit column stride, as sums of multiples of B's rows.
func (g *blocks[T]) combined(c []T, crs int, a, b *Strided[T], m, n, k int, accumulate bool) {
	const chunk = 2048 // columns: C stays in L1
	size := int(unsafe.Sizeof(c[0]))
	columns := n &^ (2*g.transposeLanes - 1)
	for j := 0; j < columns; j += chunk {
		nc := min(chunk, columns-j)
		if !accumulate {
			for i := range m {
				clear(c[i*crs+j:][:nc])
			}
		}
		p := 0
		for ; p <= k-combinedRows; p += combinedRows {
			for i := range m {
				g.thin.combine(&c[i*crs+j], &a.Data[i*a.Row+p*a.Col], a.Col*size, &b.Data[p*b.Row+j], b.Row*size, nc)
			}
		}
		if p < k {
			g.inPlace(&c[j], crs, &a.Data[p*a.Col], a.Row, a.Col, &b.Data[p*b.Row+j], b.Row, m, nc, k-p, true)
		}
	}
	if columns < n {
		g.inPlace(&c[columns], crs, &a.Data[0], a.Row, a.Col, &b.Data[columns], b.Row, m, n-columns, k, accumulate)
	}
}

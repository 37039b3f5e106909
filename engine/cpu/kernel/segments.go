package kernel

import (
	"fmt"
	"unsafe"
)

// Segment is a part of a segmented sum: Count terms that read A from offset A (added to the row's offset) and the
// rows of B from row B.
type Segment struct{ A, B, Count int32 }

// Row holds the offsets, in elements, at which a gathered row reads A and writes C.
type Row struct{ A, C int32 }

// Panel is a set of neighbouring columns of C that one kernel computes: one or two vectors.
type Panel struct {
	At    int // the first column
	Width int // columns of a packed row: whole vectors

	lanes  int // of a vector
	second int // columns between the starts of the two vectors: a vector, or less where the second overlaps the first
	last   int // lanes of the last vector that count
}

// Vectors is the number of vectors of a packed row.
func (p *Panel) Vectors() int { return p.Width / p.lanes }

// Vector returns the place of vector v in a packed row, its first column of C, and its number of columns. Places
// beyond these columns are padding, which must hold numbers. Columns in two vectors have one result.
func (p *Panel) Vector(v int) (place, column, columns int) {
	columns = p.lanes
	if v == p.Vectors()-1 {
		columns = p.last
	}
	return v * p.lanes, p.At + v*p.second, columns
}

// Whole reports whether the places of a packed row are the panel's columns, in order.
func (p *Panel) Whole() bool { return p.Columns() == p.Width }

// Columns is the number of columns of C in the panel.
func (p *Panel) Columns() int {
	return p.Width - p.lanes - (p.lanes-p.second)*(p.Width/p.lanes-1) + p.last
}

// segmentKernels are those of one vector length.
type segmentKernels[T Float] struct {
	lanes                        int
	overlap                      bool // the last of several vectors is whole and overlaps the previous one
	gatheredWide, gatheredNarrow gatheredFunc[T]
	stridedWide, stridedNarrow   stridedFunc[T]

	transpose      transposeRowsFunc[T] // of up to transposeLanes rows
	transposeLanes int
	copyLines      func(dst *byte, ds int, src *byte, ss, k int) // copies k lines of 64 bytes
	fetch          func(p *byte, step, count int)
}

// transposeRowsFunc writes dst[p·ds + i] = src[i·ss + p] for up to one vector of rows i and k values of p, strides
// in bytes.
type transposeRowsFunc[T Float] = func(dst *T, ds int, src *T, ss, rows, k int, whole bool)

type gatheredFunc[T Float] = func(
	rows *int32, m int, a *T, segments *int32, count int, b, c *T, second, last int, accumulate bool,
	nextA *T, stepA, linesA int, nextC *T, stepC, linesC int,
)

type stridedFunc[T Float] = func(
	m int, a *T, unit, acs int, segments *int32, count int, b *T, brs, second, last int, c *T, accumulate bool,
)

// Panels divides n columns into panels.
func (o *Ops[T]) Panels(n int) []Panel {
	var panels []Panel
	k := o.segments[0]
	at := 0
	narrow := func(k segmentKernels[T], last int) {
		panels = append(panels, Panel{At: at, Width: k.lanes, lanes: k.lanes, last: last})
		at += last
	}
	if len(o.segments) > 1 && n%k.lanes == k.lanes/2 {
		narrow(o.segments[1], k.lanes/2)
	}
	if vectors := (n - at + k.lanes - 1) / k.lanes; vectors%2 == 1 {
		narrow(k, min(n-at, k.lanes))
	}
	for at < n {
		p := Panel{At: at, Width: 2 * k.lanes, lanes: k.lanes, second: k.lanes, last: min(k.lanes, n-at-k.lanes)}
		if k.overlap {
			p.second, p.last = p.last, k.lanes
		}
		panels = append(panels, p)
		at += 2 * k.lanes
	}
	return panels
}

func (o *Ops[T]) kernelsOf(p *Panel) *segmentKernels[T] {
	for i := range o.segments {
		if o.segments[i].lanes == p.lanes {
			return &o.segments[i]
		}
	}
	panic(fmt.Sprintf("kernel: a panel of vectors of %d lanes belongs to another level", p.lanes))
}

// Gathered computes, for each row r and each column j of the panel,
//
//	c[r.C + j] = Σ over the segments s, over p < s.Count: a[r.A + s.A + p] · b[s.B + p][j]
//
// as one chain of fused multiply-adds in that order, from 0. If accumulate, the sum is added to c. j counts from
// Panel.At, where c must start; b has packed rows of Panel.Width. Offsets in the tables are not checked.
func (o *Ops[T]) Gathered(p *Panel, rows []Row, a []T, segments []Segment, b, c []T, accumulate bool, next Next[T]) {
	if len(rows) == 0 {
		return
	}
	k := o.kernelsOf(p)
	f := k.gatheredWide
	if p.Width == p.lanes {
		f = k.gatheredNarrow
	}
	if f == nil {
		gatheredGeneric(p, rows, a, segments, b, c, accumulate)
		return
	}
	stepA, linesA := linesOf(next.A, len(rows))
	stepC, linesC := linesOf(next.C, len(rows))
	f(&rows[0].A, len(rows), unsafe.SliceData(a), segmentData(segments), len(segments),
		unsafe.SliceData(b), unsafe.SliceData(c), p.second*sizeOf[T](), p.last, accumulate,
		unsafe.SliceData(next.A), stepA, linesA, unsafe.SliceData(next.C), stepC, linesC)
}

// Next is the data that later calls will read and write. A call fetches it into the cache, tile by tile. It may be
// empty, and changes no result.
type Next[T Float] struct{ A, C []T }

const line = 64 // bytes that the cache moves at a time

// linesOf divides s among rows: lines of each, and the bytes from one to the next.
func linesOf[T Float](s []T, rows int) (step, lines int) {
	if step = len(s) * sizeOf[T]() / rows; step > 0 {
		lines = (step + line - 1) / line
		step /= lines
	}
	return step, lines
}

// Fetch prefetches the lines where n rows start, stride elements apart.
func (o *Ops[T]) Fetch(s []T, stride, n int) {
	if n = min(n, (len(s)+stride-1)/stride); n > 0 && o.segments[0].fetch != nil {
		o.segments[0].fetch((*byte)(unsafe.Pointer(&s[0])), stride*sizeOf[T](), n)
	}
}

// Strided computes, for each row i < m and each column j of the panel,
//
//	c[i][j] = Σ over the segments s, over p < s.Count: a[i + s.A·unit + p·acs] · b[(s.B + p)·brs + j]
//
// as Gathered does; here c has packed rows of Panel.Width, and b starts at the panel's first column.
func (o *Ops[T]) Strided(
	p *Panel, m int, a []T, unit, acs int, segments []Segment, b []T, brs int, c []T, accumulate bool,
) {
	if m <= 0 {
		return
	}
	c = c[:m*p.Width]
	k := o.kernelsOf(p)
	f := k.stridedWide
	if p.Width == p.lanes {
		f = k.stridedNarrow
	}
	if f == nil {
		stridedGeneric(p, m, a, unit, acs, segments, b, brs, c, accumulate)
		return
	}
	size := sizeOf[T]()
	f(m, unsafe.SliceData(a), unit*size, acs*size, segmentData(segments), len(segments), unsafe.SliceData(b),
		brs*size, p.second*size, p.last,
		&c[0], accumulate)
}

// TransposeRows writes dst[at + p·ds + i] = src[i·ss + p] for i < rows and p < columns; ds may be negative.
func (o *Ops[T]) TransposeRows(dst []T, at, ds int, src []T, ss, rows, columns int) {
	if rows <= 0 || columns <= 0 {
		return
	}
	last := at + (columns-1)*ds
	_, _, _ = dst[max(at, last)+rows-1], dst[min(at, last)], src[(rows-1)*ss+columns-1]
	k := &o.segments[0]
	if k.transpose == nil {
		for i := range rows {
			for p := range columns {
				dst[at+p*ds+i] = src[i*ss+p]
			}
		}
		return
	}
	size := sizeOf[T]()
	for i := 0; i < rows; i += k.transposeLanes {
		k.transpose(&dst[at+i], ds*size, &src[i*ss], ss*size, min(k.transposeLanes, rows-i), columns, false)
	}
}

// CopyRows writes dst[i·ds + j] = src[i·ss + j] for i < rows and j < columns.
func (o *Ops[T]) CopyRows(dst []T, ds int, src []T, ss, rows, columns int) {
	if rows <= 0 || columns <= 0 {
		return
	}
	_, _ = dst[(rows-1)*ds+columns-1], src[(rows-1)*ss+columns-1]
	size := sizeOf[T]()
	if k := &o.segments[0]; k.copyLines != nil && columns*size%line == 0 {
		for j := 0; j < columns; j += line / size {
			k.copyLines((*byte)(unsafe.Pointer(&dst[j])), ds*size, (*byte)(unsafe.Pointer(&src[j])), ss*size, rows)
		}
		return
	}
	for i := range rows {
		copy(dst[i*ds:i*ds+columns], src[i*ss:i*ss+columns])
	}
}

func segmentData(s []Segment) *int32 {
	if len(s) == 0 {
		return nil
	}
	return &s[0].A
}

func sizeOf[T Float]() int {
	var x T
	return int(unsafe.Sizeof(x))
}

// genericSegments has the vectors of AVX2, so that plain Go has the same panels.
func genericSegments[T Float]() []segmentKernels[T] {
	return []segmentKernels[T]{{lanes: 32 / sizeOf[T](), overlap: true}}
}

func gatheredGeneric[T Float](p *Panel, rows []Row, a []T, segments []Segment, b, c []T, accumulate bool) {
	n := p.Columns()
	first := n // columns of the first vector
	if p.second > 0 {
		first = p.second
	}
	var row [2 * 16]T // the widest panel
	sum := row[:n]
	for _, r := range rows {
		clear(sum)
		for _, s := range segments {
			for q := range int(s.Count) {
				x, from := a[int(r.A)+int(s.A)+q], b[(int(s.B)+q)*p.Width:]
				fmaRow(sum[:first], x, from)
				fmaRow(sum[first:], x, from[p.Width-p.lanes:])
			}
		}
		to := c[r.C:][:n]
		if !accumulate {
			copy(to, sum)
			continue
		}
		for j, x := range sum {
			to[j] += x
		}
	}
}

func stridedGeneric[T Float](
	p *Panel, m int, a []T, unit, acs int, segments []Segment, b []T, brs int, c []T, accumulate bool,
) {
	for i := range m {
		to := c[i*p.Width:][:p.Width]
		if !accumulate {
			clear(to)
		}
		for _, s := range segments {
			for q := range int(s.Count) {
				x, row := a[i+int(s.A)*unit+q*acs], b[(int(s.B)+q)*brs:]
				for v := range p.Vectors() {
					place, _, n := p.Vector(v)
					fmaRow(to[place:][:n], x, row[v*p.second:])
				}
			}
		}
	}
}

// fmaRow adds x·b to a row, rounding each element once.
func fmaRow[T Float](row []T, x T, b []T) {
	switch row := any(row).(type) {
	case []float32:
		fmaRow32(row, float32(x), any(b).([]float32), 1)
	case []float64:
		fmaRow64(row, float64(x), any(b).([]float64), 1)
	}
}

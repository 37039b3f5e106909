package kernel

import (
	"fmt"
	"unsafe"
)

// Segment is a stretch of a segmented sum: Count terms that read A from offset A on (in elements, beside the row's own offset)
// and the rows of B from B on.
type Segment struct{ A, B, Count int32 }

// Row is where a gathered row reads A and where its C is, in elements.
type Row struct{ A, C int32 }

// Panel is a set of neighbouring columns of C that one kernel computes: one or two vectors.
type Panel struct {
	At    int // the first column
	Width int // columns of a packed row: whole vectors

	lanes  int // of a vector
	second int // columns between the starts of the two vectors: a vector, or less where the second overlaps the first
	last   int // lanes of the last vector that count
}

// Column is the column of C in place i of a packed row, or −1 if that place is padding, which must hold a number.
func (p *Panel) Column(i int) int {
	v, l := i/p.lanes, i%p.lanes
	if v == p.Width/p.lanes-1 && l >= p.last {
		return -1
	}
	return p.At + v*p.second + l
}

// Place is a place in a packed row of column At + j, j < Columns.
func (p *Panel) Place(j int) int {
	if p.second > 0 && j >= p.second {
		return p.lanes + j - p.second
	}
	return j
}

// Columns is the number of columns of C in the panel.
func (p *Panel) Columns() int { return p.Width - p.lanes - (p.lanes-p.second)*(p.Width/p.lanes-1) + p.last }

// segmentKernels are those of one vector length.
type segmentKernels[T Float] struct {
	lanes                        int
	overlap                      bool // the last of several vectors is whole and overlaps the one before it
	gatheredWide, gatheredNarrow gatheredFunc[T]
	stridedWide, stridedNarrow   stridedFunc[T]
}

type gatheredFunc[T Float] = func(rows *int32, m int, a *T, segments *int32, count int, b, c *T, second, last int, accumulate bool)

type stridedFunc[T Float] = func(m int, a *T, acs int, segments *int32, count int, b *T, brs, second, last int, c *T, accumulate bool)

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
	panic(fmt.Sprintf("kernel: a panel of vectors of %d lanes is of another level", p.lanes))
}

// Gathered computes, for each row r and each column j of the panel,
//
//	c[r.C + j] = Σ over the segments s, over p < s.Count: a[r.A + s.A + p] · b[s.B + p][j]
//
// plus what was there if accumulate, as one chain of fused multiply-adds in that order. j counts from Panel.At, where c must
// start; b has packed rows of Panel.Width. Only the caller knows how far the offsets of his tables reach: they are not checked.
func (o *Ops[T]) Gathered(p *Panel, rows []Row, a []T, segments []Segment, b, c []T, accumulate bool) {
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
	f(&unsafe.SliceData(rows).A, len(rows), unsafe.SliceData(a), segmentData(segments), len(segments),
		unsafe.SliceData(b), unsafe.SliceData(c), p.second*sizeOf[T](), p.last, accumulate)
}

// Strided computes, for each row i < m and each column j of the panel,
//
//	c[i][j] = Σ over the segments s, over p < s.Count: a[i + s.A + p·acs] · b[(s.B + p)·brs + j]
//
// as Gathered does; here c has packed rows of Panel.Width, and b starts at the panel's first column.
func (o *Ops[T]) Strided(p *Panel, m int, a []T, acs int, segments []Segment, b []T, brs int, c []T, accumulate bool) {
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
		stridedGeneric(p, m, a, acs, segments, b, brs, c, accumulate)
		return
	}
	size := sizeOf[T]()
	f(m, unsafe.SliceData(a), acs*size, segmentData(segments), len(segments), unsafe.SliceData(b), brs*size, p.second*size, p.last,
		&c[0], accumulate)
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
	first := n // columns that the first vector gives
	if p.second > 0 {
		first = p.second
	}
	for _, r := range rows {
		to := c[r.C:][:n]
		if !accumulate {
			clear(to)
		}
		for _, s := range segments {
			for q := range int(s.Count) {
				x, row := a[int(r.A)+int(s.A)+q], b[(int(s.B)+q)*p.Width:]
				fmaRow(to[:first], x, row)
				fmaRow(to[first:], x, row[p.Width-p.lanes:])
			}
		}
	}
}

func stridedGeneric[T Float](p *Panel, m int, a []T, acs int, segments []Segment, b []T, brs int, c []T, accumulate bool) {
	vectors := p.Width / p.lanes
	for i := range m {
		to := c[i*p.Width:][:p.Width]
		if !accumulate {
			clear(to)
		}
		for _, s := range segments {
			for q := range int(s.Count) {
				x, row := a[i+int(s.A)+q*acs], b[(int(s.B)+q)*brs:]
				for v := range vectors {
					n := p.lanes
					if v == vectors-1 {
						n = p.last
					}
					fmaRow(to[v*p.lanes:][:n], x, row[v*p.second:])
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

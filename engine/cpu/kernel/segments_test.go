package kernel

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestSegmentsAreOneChainAnElement(t *testing.T) {
	forEach(t, testSegments[float32], testSegments[float64])
}

// drawSegments draws segments that read A below reach, and rows of B below rows.
func drawSegments(t *rapid.T, reach, step, rows int) []Segment {
	segments := make([]Segment, rapid.IntRange(0, 4).Draw(t, "segments"))
	for i := range segments {
		s := &segments[i]
		s.Count = int32(rapid.IntRange(0, min(rows, 1+reach/step, 11)).Draw(t, "count"))
		if s.Count > 0 {
			s.A = int32(rapid.IntRange(0, reach-int(s.Count-1)*step).Draw(t, "A"))
			s.B = int32(rapid.IntRange(0, rows-int(s.Count)).Draw(t, "B"))
		}
	}
	return segments
}

// segmentChain is the promised value: a and b are indexed by segment and term.
func segmentChain[T Float](start T, segments []Segment, a, b func(s Segment, p int) T) T {
	for _, s := range segments {
		for p := range int(s.Count) {
			row := []T{start}
			fmaRow(row, a(s, p), []T{b(s, p)})
			start = row[0]
		}
	}
	return start
}

func testSegments[T Float](t *testing.T, o *Ops[T]) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 70).Draw(t, "n")
		m := rapid.IntRange(0, 30).Draw(t, "m")
		accumulate := rapid.Bool().Draw(t, "accumulate")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		next := 0
		for _, p := range o.Panels(n) {
			p := p
			if p.At != next {
				t.Fatalf("%d columns: a panel starts at %d, not %d", n, p.At, next)
			}
			next += p.Columns()
			testGatheredPanel(t, o, r, &p, n, m, accumulate)
			testStridedPanel(t, o, r, &p, n, m, accumulate)
		}
		if next != n {
			t.Fatalf("%d columns: panels end at %d", n, next)
		}
	})
}

func testGatheredPanel[T Float](t *rapid.T, o *Ops[T], r *rand.Rand, p *Panel, n, m int, accumulate bool) {
	const reach, terms = 40, 30
	b, _ := guarded[T](terms*p.Width, 1)
	copy(b, random[T](r, len(b)))
	segments := drawSegments(t, reach, 1, terms)
	// Rows read anywhere and write to places in any order, with gaps between them.
	a, _ := guarded[T](100+reach+1, 3)
	copy(a, random[T](r, len(a)))
	rows := make([]Row, m)
	for i, at := range r.Perm(m) {
		rows[i] = Row{A: int32(r.IntN(100)), C: int32(at * (n + 1))}
	}
	c, intact := guarded[T]((m-1)*(n+1)+n+1, 5)
	copy(c, random[T](r, len(c)))
	want := append([]T(nil), c...)
	for _, row := range rows {
		for j := range p.Columns() {
			to := &want[int(row.C)+p.At+j]
			if !accumulate {
				*to = 0
			}
			*to = segmentChain(*to, segments,
				func(s Segment, q int) T { return a[int(row.A)+int(s.A)+q] },
				func(s Segment, q int) T { return b[(int(s.B)+q)*p.Width+p.Place(j)] })
		}
	}
	o.Gathered(p, rows, a, segments, b, c[min(len(c), p.At):], accumulate)
	intact(t)
	for i := range want {
		if !sameBits(c[i], want[i]) {
			t.Fatalf("gathered %+v: element %d is %v, want %v", *p, i, c[i], want[i])
		}
	}
}

func testStridedPanel[T Float](t *rapid.T, o *Ops[T], r *rand.Rand, p *Panel, n, m int, accumulate bool) {
	const terms = 20
	acs, brs := m+r.IntN(3), n+r.IntN(3)
	reach := (terms - 1) * acs
	segments := drawSegments(t, reach, max(acs, 1), terms)
	a, _ := guarded[T](reach+m, 3)
	copy(a, random[T](r, len(a)))
	b, _ := guarded[T]((terms-1)*brs+n, 1)
	copy(b, random[T](r, len(b)))
	c, intact := guarded[T](m*p.Width, 5)
	copy(c, random[T](r, len(c)))
	start := append([]T(nil), c...)
	o.Strided(p, m, a, acs, segments, b[p.At:], brs, c, accumulate)
	intact(t)
	for i := range m {
		for j := range p.Columns() {
			at := i*p.Width + p.Place(j)
			if !accumulate {
				start[at] = 0
			}
			want := segmentChain(start[at], segments,
				func(s Segment, q int) T { return a[i+int(s.A)+q*acs] },
				func(s Segment, q int) T { return b[(int(s.B)+q)*brs+p.At+j] })
			if !sameBits(c[at], want) {
				t.Fatalf("strided %+v: element (%d, %d) is %v, want %v", *p, i, j, c[at], want)
			}
		}
	}
}

// TestPanelsTellPlaces: Column and Place are inverse, and a padding place has no column.
func TestPanelsTellPlaces(t *testing.T) {
	forEach(t, testPlaces[float32], testPlaces[float64])
}

func testPlaces[T Float](t *testing.T, o *Ops[T]) {
	for n := 1; n < 80; n++ {
		for _, p := range o.Panels(n) {
			for j := range p.Columns() {
				if got := p.Column(p.Place(j)); got != p.At+j {
					t.Errorf("%d columns, %+v: column %d is in a place of column %d", n, p, p.At+j, got)
				}
			}
			for i := range p.Width {
				if c := p.Column(i); c >= 0 && (c < p.At || c >= p.At+p.Columns()) {
					t.Errorf("%d columns, %+v: place %d has column %d", n, p, i, c)
				}
			}
		}
	}
}

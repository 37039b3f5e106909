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

// places lists the places in a packed row of the columns from p.At on.
func places(p *Panel) [][]int {
	all := make([][]int, p.Columns())
	for v := range p.Vectors() {
		place, column, columns := p.Vector(v)
		for i := range columns {
			all[column-p.At+i] = append(all[column-p.At+i], place+i)
		}
	}
	return all
}

func testGatheredPanel[T Float](t *rapid.T, o *Ops[T], r *rand.Rand, p *Panel, n, m int, accumulate bool) {
	const reach, terms = 40, 30
	b, _ := guarded[T](terms*p.Width, 1)
	for q := range terms {
		for _, at := range places(p) {
			x := T(r.NormFloat64())
			for _, i := range at {
				b[q*p.Width+i] = x
			}
		}
	}
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
		for j, at := range places(p) {
			to := &want[int(row.C)+p.At+j]
			sum := segmentChain(0, segments,
				func(s Segment, q int) T { return a[int(row.A)+int(s.A)+q] },
				func(s Segment, q int) T { return b[(int(s.B)+q)*p.Width+at[0]] })
			if accumulate {
				sum += *to
			}
			*to = sum
		}
	}
	o.Gathered(p, rows, a, segments, b, c[min(len(c), p.At):], accumulate,
		Next[T]{A: a[:r.IntN(len(a))], C: c[:r.IntN(len(c)+1)]})
	intact(t)
	for i := range want {
		if !sameBits(c[i], want[i]) {
			t.Fatalf("gathered %+v: element %d is %v, want %v", *p, i, c[i], want[i])
		}
	}
}

func testStridedPanel[T Float](t *rapid.T, o *Ops[T], r *rand.Rand, p *Panel, n, m int, accumulate bool) {
	const terms = 20
	unit, stride, brs := 1+r.IntN(m+2), 1+r.IntN(2), n+r.IntN(3)
	acs := stride * unit
	segments := drawSegments(t, (terms-1)*stride, stride, terms)
	reach := (terms - 1) * acs
	a, _ := guarded[T](reach+m, 3)
	copy(a, random[T](r, len(a)))
	b, _ := guarded[T]((terms-1)*brs+n, 1)
	copy(b, random[T](r, len(b)))
	c, intact := guarded[T](m*p.Width, 5)
	copy(c, random[T](r, len(c)))
	start := append([]T(nil), c...)
	o.Strided(p, m, a, unit, acs, segments, b[p.At:], brs, c, accumulate)
	intact(t)
	for i := range m {
		for j, all := range places(p) {
			for _, place := range all {
				at := i*p.Width + place
				if !accumulate {
					start[at] = 0
				}
				want := segmentChain(start[at], segments,
					func(s Segment, q int) T { return a[i+int(s.A)*unit+q*acs] },
					func(s Segment, q int) T { return b[(int(s.B)+q)*brs+p.At+j] })
				if !sameBits(c[at], want) {
					t.Fatalf("strided %+v: element (%d, %d) is %v, want %v", *p, i, j, c[at], want)
				}
			}
		}
	}
}

func TestRowsMove(t *testing.T) {
	forEach(t, testRowsMove[float32], testRowsMove[float64])
}

func testRowsMove[T Float](t *testing.T, o *Ops[T]) {
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(0, 40).Draw(t, "rows"), rapid.IntRange(0, 40).Draw(t, "columns")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		ss, ds := columns+r.IntN(5), max(rows, columns)+r.IntN(5)
		src, _ := guarded[T](rows*ss, 1)
		copy(src, random[T](r, len(src)))
		down := func(dst []T, ds int, src []T, ss, rows, columns int) {
			o.TransposeRows(dst, 0, ds, src, ss, rows, columns)
		}
		up := func(dst []T, ds int, src []T, ss, rows, columns int) {
			o.TransposeRows(dst, (columns-1)*ds, -ds, src, ss, rows, columns)
		}
		for _, kind := range []string{"copied", "transposed", "transposed upwards"} {
			n, move, at := rows, o.CopyRows, func(i, j int) int { return i*ds + j }
			switch kind {
			case "transposed":
				n, move, at = columns, down, func(i, j int) int { return j*ds + i }
			case "transposed upwards":
				n, move, at = columns, up, func(i, j int) int { return (columns-1-j)*ds + i }
			}
			dst, intact := guarded[T](n*ds, 2)
			copy(dst, random[T](r, len(dst)))
			want := append([]T(nil), dst...)
			for i := range rows {
				for j := range columns {
					want[at(i, j)] = src[i*ss+j]
				}
			}
			move(dst, ds, src, ss, rows, columns)
			intact(t)
			for i := range want {
				if dst[i] != want[i] {
					t.Fatalf("%d×%d %s: element %d is %v, want %v", rows, columns, kind, i, dst[i], want[i])
				}
			}
		}
	})
}

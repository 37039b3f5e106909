package cpu

import "slices"

// tileElements is the number of elements of a tile: a handful of tiles fit the L1 cache together.
const tileElements = 1024

// loop is how a group walks over its elements: in tiles, within units that threads may share.
type loop struct {
	size, tile int
	segment    int   // number of elements after which a sum starts anew; the size if there is none
	chunk      int   // elements of a unit: a part of a segment that is summed separately
	restarts   []int // a tile never crosses a multiple of these
}

// newLoop fits the tiles to the sums that the group makes, and to operands that repeat or lie in runs, so that
// these are read in place, or laid out once and not for every tile.
func newLoop(nodes []*node) *loop {
	l := &loop{size: nodes[0].groupSize(), tile: tileElements}
	l.segment, l.chunk = l.size, 16*tileElements
	unit := 1      // a tile is a multiple of it
	free := true   // no sum cuts the elements into segments and chunks
	whole := false // partial sums are of whole tiles, whatever else is in the group
	for _, n := range nodes {
		if n.kind != reduction {
			continue
		}
		switch q := n.sum; {
		case q.rows():
			unit = q.n
		default:
			l.segment, l.chunk, free = q.n*q.inner, q.chunkRows()*q.inner, false
			if unit = q.inner; unit > tileElements {
				l.restarts, unit = []int{q.inner}, 1
			}
			if whole = q.inner == 1; whole {
				unit = tileElements
			}
		}
		break
	}
	longest := unit
	for _, n := range nodes {
		for _, w := range n.args {
			if p, _ := w.period(); p%unit == 0 && p > longest && p <= tileElements {
				longest = p
			}
		}
	}
	l.tile = tileElements / longest * longest
	if free {
		l.chunk = 16 * l.tile
	}
	for _, n := range nodes {
		for _, w := range n.args {
			for _, r := range []int{w.run(), w.repeats(l.tile)} {
				if r >= limits.run && r%unit == 0 && (!whole || l.keepsCuts(r)) && r < l.size && !slices.Contains(l.restarts, r) {
					l.restarts = append(l.restarts, r)
				}
			}
		}
	}
	return l
}

// keepsCuts reports whether tiles that start anew at multiples of r cut all segments in the same places.
func (l *loop) keepsCuts(r int) bool { return l.segment%r == 0 || r%l.segment == 0 }

// period is the number of elements after which a view repeats, and the number of elements for which it keeps
// repeating. Both are the size of a view that does not repeat.
func (w view) period() (p, block int) {
	size, stride := mergeAxes(w.shape, w.strides)
	p = 1
	for i := len(size) - 1; i >= 0; i-- {
		if stride[i] == 0 {
			return p, sizeOf(size[i:])
		}
		p *= size[i]
	}
	return p, p
}

// run is the length of the contiguous runs that a view lies in, 0 if its neighbours do not touch.
func (w view) run() int {
	size, stride := mergeAxes(w.shape, w.strides)
	if k := len(size) - 1; k >= 0 && stride[k] == 1 {
		return size[k]
	}
	return 0
}

// repeats is the number of elements for which a tile of w, once laid out, stays valid; 0 if tiles differ.
func (w view) repeats(tile int) int {
	if p, block := w.period(); p <= tile && tile%p == 0 && block > p {
		return block
	}
	return 0
}

// aligned reports whether tiles never cross a multiple of r.
func (l *loop) aligned(r int) bool { return r >= l.size || slices.Contains(l.restarts, r) }

// keepsPhase reports whether all tiles start at a multiple of p.
func (l *loop) keepsPhase(p int) bool {
	odd := func(r int) bool { return r%p != 0 }
	return l.tile%p == 0 && (l.segment == l.size || l.segment%p == 0) && l.chunk%p == 0 &&
		!slices.ContainsFunc(l.restarts, odd)
}

// chunks is the number of units in a segment.
func (l *loop) chunks() int { return ceil(l.segment, l.chunk) }

func ceil(a, b int) int { return (a + b - 1) / b }

func (l *loop) units() int { return l.size / l.segment * l.chunks() }

// unit is the range of elements of unit u.
func (l *loop) unit(u int) (lo, hi int) {
	segment := u / l.chunks() * l.segment
	lo = segment + u%l.chunks()*l.chunk
	return lo, min(lo+l.chunk, segment+l.segment)
}

// next is the length of the tile that starts at lo.
func (l *loop) next(lo, hi int) int {
	n := min(l.tile, hi-lo)
	for _, r := range l.restarts {
		n = min(n, r-lo%r)
	}
	return n
}

package cpu

import "basin/graph"

// ref is where a group reads or writes a value: a slot, which holds the current tile, or memory that it walks along.
type ref struct {
	dtype  graph.DType
	slot   int // −1: memory
	view   view
	loaded bool // the slot holds an operand that is laid out, perhaps once for all tiles
}

// stream is a resolved ref.
type stream[T number] struct {
	s       []T
	advance int   // 1 for memory, 0 for a slot
	outer   *runs // memory that lies in runs
}

func (s *stream[T]) tile(lo, n int) []T {
	if s.outer != nil {
		lo = s.outer.at(lo)
	} else {
		lo *= s.advance
	}
	return s.s[lo : lo+n]
}

// runs are the contiguous runs of a view, of equal length.
type runs struct {
	length       int
	size, stride []int // of the axes around them
}

func (r *runs) at(i int) int {
	q, p := i/r.length, i%r.length
	for a := len(r.size) - 1; a >= 0; a-- {
		p += q % r.size[a] * r.stride[a]
		q /= r.size[a]
	}
	return p
}

// direct reports whether a group can read w in place.
func (l *loop) direct(w view) bool {
	return w.contiguous() || w.run() >= limits.run && l.aligned(w.run())
}

func resolve[T number](g *group, r ref) *stream[T] {
	if r.slot >= 0 {
		s := &stream[T]{}
		g.pending = append(g.pending, func() {
			s.s = elements[T](g.b.scratch[g.worker][r.dtype])[r.slot*tileElements:][:tileElements]
		})
		return s
	}
	s := &stream[T]{s: memory[T](g.b, r.view.base)[r.view.offset:], advance: 1}
	if !r.view.contiguous() {
		size, stride := mergeAxes(r.view.shape, r.view.strides)
		last := len(size) - 1
		s.outer = &runs{size[last], size[:last], stride[:last]}
	}
	return s
}

func resolveAll[T number](g *group, in []ref) []*stream[T] {
	s := make([]*stream[T], len(in))
	for i := range in {
		s[i] = resolve[T](g, in[i])
	}
	return s
}

// load lays a view out in a slot: once, once for each stretch over which it repeats, or for each tile.
func (g *group) load(to ref, w view) {
	switch to.dtype {
	case graph.Float32:
		loadInto(g, g.b.k.F32.RepeatEach, resolve[float32](g, to), memory[float32](g.b, w.base), w)
	case graph.Float64:
		loadInto(g, g.b.k.F64.RepeatEach, resolve[float64](g, to), memory[float64](g.b, w.base), w)
	default:
		loadInto(g, g.b.k.RepeatEachI32, resolve[int32](g, to), memory[int32](g.b, w.base), w)
	}
}

func loadInto[T number](g *group, repeat func(dst, src []T, n int), to *stream[T], src []T, w view) {
	p, block := w.period()
	switch {
	case to.advance == 1: // memory: every tile is new
		g.each = append(g.each, loadTile(repeat, to, src, w))
	case g.keepsPhase(p) && block >= g.size && block > p:
		fill := layOut(src, w)
		g.once = append(g.once, func() { periodic(to.s[:min(g.tile, g.size)], p, fill, 0) })
	case g.keepsPhase(p) && block > p && g.aligned(block):
		fill := layOut(src, w)
		current := -1
		g.once = append(g.once, func() { current = -1 })
		g.each = append(g.each, func(lo, n int) {
			if at := lo / block; at != current {
				periodic(to.s[:min(g.tile, block)], p, fill, lo)
				current = at
			}
		})
	default:
		g.each = append(g.each, loadTile(repeat, to, src, w))
	}
}

// periodic fills d with one period, then with copies of what is filled, each twice as long as the last.
func periodic[T number](d []T, p int, fill func(d []T, lo int), lo int) {
	p = min(p, len(d))
	fill(d[:p], lo)
	for done := p; done < len(d); done *= 2 {
		copy(d[done:], d[:done])
	}
}

// loadTile copies the elements of w, in their order, to a tile.
func loadTile[T number](repeat func(dst, src []T, n int), to *stream[T], src []T, w view) instruction {
	fill := layOut(src, w)
	size, stride := mergeAxes(w.shape, w.strides)
	if last := len(size) - 1; last == 1 && stride[1] == 0 && stride[0] == 1 { // each element repeats
		n, rows := size[1], src[w.offset:]
		return func(lo, m int) {
			d := to.tile(lo, m)
			if head := (n - lo%n) % n; head > 0 {
				head = min(head, len(d))
				fillWith(d[:head], rows[lo/n])
				d, lo = d[head:], lo+head
			}
			whole := len(d) / n
			repeat(d[:whole*n], rows[lo/n:lo/n+whole], n)
			if rest := d[whole*n:]; len(rest) > 0 {
				fillWith(rest, rows[lo/n+whole])
			}
		}
	}
	return func(lo, n int) { fill(to.tile(lo, n), lo) }
}

// layOut copies the elements of w, in their order, starting at element lo.
func layOut[T number](src []T, w view) func(d []T, lo int) {
	size, stride := mergeAxes(w.shape, w.strides)
	offset := w.offset
	if len(size) == 0 { // one element
		size, stride = []int{1}, []int{0}
	}
	if len(size) == 1 && stride[0] == 0 {
		return func(d []T, _ int) { fillWith(d, src[offset]) }
	}
	at := make([]int, len(size))
	last := len(size) - 1
	return func(d []T, lo int) {
		p, rest := offset, lo
		for a := last; a >= 0; a-- {
			at[a] = rest % size[a]
			rest /= size[a]
			p += at[a] * stride[a]
		}
		for len(d) > 0 {
			run := min(size[last]-at[last], len(d))
			switch step := stride[last]; step {
			case 0:
				fillWith(d[:run], src[p])
			case 1:
				copy(d[:run], src[p:p+run])
			default:
				q := p
				for i := range d[:run] {
					d[i] = src[q]
					q += step
				}
			}
			d = d[run:]
			// Advance to the next run, as an odometer does.
			p += run * stride[last]
			at[last] += run
			for a := last; a > 0 && at[a] == size[a]; a-- {
				p += stride[a-1] - size[a]*stride[a]
				at[a] = 0
				at[a-1]++
			}
		}
	}
}

// fillWith sets all of d to x: a few elements one by one, then copies of what is filled.
func fillWith[T number](d []T, x T) {
	const few = 16
	head := d[:min(few, len(d))]
	for i := range head {
		head[i] = x
	}
	for done := few; done < len(d); done *= 2 {
		copy(d[done:], d[:done])
	}
}

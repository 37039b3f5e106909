package convolution

import "basin/engine/cpu/kernel"

// weights is the product whose rows are the channels of x, whose columns are those of dy, and whose sum runs over pixels.
//
// Images are divided into chunks, each with a sum of its own: [group, panel, tap, channel of x, the panel's columns]. A unit is a
// chunk's part for one group and panel. It takes a block of pixels at a time, few enough to stay in the cache for all taps.
type weights[T kernel.Float] struct {
	k        *kernel.Ops[T]
	sizes    sizes
	stride   int // pixels of x between neighbouring columns of dy
	chunks   int
	chunk    int // images of a chunk
	together int // images of a block
	panels   []kernel.Panel
	packed   int // elements of a chunk's sums for one group
	taps     []tapPixels
	blocks   int
}

// tapPixels are the segments of pixels that a tap meets in the images of a block. If a block is less than an image, from[b] is the
// first segment of block b.
type tapPixels struct {
	segments []kernel.Segment
	image    int // segments of an image
	from     []int
}

const (
	maxChunks  = 8
	maxSums    = 1 << 21 // elements of all chunks' sums together, unless one has more
	blockBytes = 48 << 10
	blockTerms = 192 // terms of a sum below which loading and storing it would cost too much
)

func newWeights[T kernel.Float](k *kernel.Ops[T], s sizes, rows, columns axis) *weights[T] {
	p := &weights[T]{k: k, sizes: s, stride: columns.stride, panels: k.Panels(s.out)}
	for i := range p.panels {
		p.packed += s.taps() * s.in * p.panels[i].Width
	}
	// Panels depend on the CPU; the chunks, which bits depend on, may not.
	chunks := max(1, min(s.images, maxChunks, maxSums/max(1, s.weights())))
	p.chunk = max(1, ceil(s.images, chunks))
	p.chunks = ceil(s.images, p.chunk)

	pixels := max(1, s.oh*s.ow)
	image := bytesOf[T](s.h*s.w*s.in + s.oh*s.ow*s.out)
	p.together = max(1, min(p.chunk, max(blockBytes/max(1, image), ceil(blockTerms, pixels))))
	lines := max(1, s.oh) // of an image in a block
	if p.together == 1 {
		lines = max(1, min(lines, max(blockBytes*s.oh/max(1, image), ceil(blockTerms, max(1, s.ow)))))
		lines = ceil(s.oh, max(1, ceil(s.oh, lines)))
	}
	p.blocks = ceil(s.oh, max(1, lines))

	met := func(a axis) [][]bool { // [tap][output place]
		m := make([][]bool, a.kernel)
		for tap := range m {
			m[tap] = make([]bool, a.out)
		}
		for i := range a.out {
			for _, x := range a.forward(i) {
				m[x.tap][i] = true
			}
		}
		return m
	}
	metRows, metColumns := met(rows), met(columns)
	for ki := range s.kh {
		for kj := range s.kw {
			p.taps = append(p.taps, p.tap(rows, columns, ki, kj, metRows[ki], metColumns[kj], lines))
		}
	}
	return p
}

func (p *weights[T]) tap(rows, columns axis, ki, kj int, metRows, metColumns []bool, lines int) tapPixels {
	s := &p.sizes
	first, count := 0, 0
	for j, met := range metColumns { // those met are neighbours
		if met {
			if count == 0 {
				first = j
			}
			count++
		}
	}
	var t tapPixels
	for n := range p.together {
		var image []kernel.Segment
		for i := range s.oh {
			if n == 0 && i%lines == 0 {
				t.from = append(t.from, len(image))
			}
			if !metRows[i] || count == 0 {
				continue
			}
			at := func(a axis, i, tap int) int { return i*a.stride - a.low + tap*a.dilation }
			next := kernel.Segment{
				A:     int32(((n*s.h+at(rows, i, ki))*s.w + at(columns, first, kj)) * s.in * s.groups),
				B:     int32((n*s.oh+i)*s.ow + first),
				Count: int32(count),
			}
			if i%lines == 0 {
				image = append(image, next)
			} else {
				image = join(image, next, int32(p.stride*s.in*s.groups))
			}
		}
		t.image = len(image)
		t.segments = append(t.segments, image...)
	}
	t.from = append(t.from, t.image)
	return t
}

func (p *weights[T]) scratch() int { return p.chunks * p.sizes.groups * p.packed }

func (p *weights[T]) units() int { return p.chunks * p.sizes.groups * len(p.panels) }

func (p *weights[T]) run(x, dy []T, from, to int, sums []T) {
	s := &p.sizes
	perChunk := s.groups * len(p.panels)
	for u := from; u < to; u++ {
		chunk, g, panel := u/perChunk, u%perChunk/len(p.panels), u%len(p.panels)
		to := sums[(chunk*s.groups+g)*p.packed:]
		for i := range panel {
			to = to[s.taps()*s.in*p.panels[i].Width:]
		}
		p.unit(&p.panels[panel], chunk*p.chunk, min((chunk+1)*p.chunk, s.images),
			after(x, g*s.in), after(dy, g*s.out+p.panels[panel].At), to)
	}
}

// unit sums over images [from, to).
func (p *weights[T]) unit(panel *kernel.Panel, from, to int, x, dy, sums []T) {
	s := &p.sizes
	pixelX, pixelY := s.in*s.groups, s.out*s.groups
	size := s.in * panel.Width
	for first := from; first < to; first += p.together {
		images := min(p.together, to-first)
		x, dy := after(x, first*s.h*s.w*pixelX), after(dy, first*s.oh*s.ow*pixelY)
		for b := range max(1, p.blocks) {
			for i := range p.taps {
				t := &p.taps[i]
				segments := t.segments[:images*t.image]
				if p.blocks > 1 {
					segments = t.segments[t.from[b]:t.from[b+1]]
				}
				p.k.Strided(panel, s.in, x, p.stride*pixelX, segments, dy, pixelY, sums[i*size:][:size], first > from || b > 0)
			}
		}
	}
}

// finish adds the chunks' sums in order and writes them in PyTorch's layout [o, c, taps].
func (p *weights[T]) finish(dst, sums []T, accumulate bool) {
	s := &p.sizes
	if p.chunks == 0 {
		if !accumulate {
			clear(dst)
		}
		return
	}
	all := s.groups * p.packed
	for i := 1; i < p.chunks; i++ {
		p.k.Add(sums[:all], sums[:all], sums[i*all:][:all])
	}
	taps := s.taps()
	for g := range s.groups {
		dst := dst[g*s.out*s.in*taps:]
		for i := range p.panels {
			panel := &p.panels[i]
			for j := range panel.Columns() {
				column, place := panel.At+j, panel.Place(j)
				for c := range s.in {
					to, from := dst[(column*s.in+c)*taps:][:taps], sums[c*panel.Width+place:]
					for tap := range to {
						if x := from[tap*s.in*panel.Width]; accumulate {
							to[tap] += x
						} else {
							to[tap] = x
						}
					}
				}
			}
			sums = sums[taps*s.in*panel.Width:]
		}
	}
}

package convolution

import "basin/engine/cpu/kernel"

// weights is the product whose rows are the channels of x, whose columns are those of dy, and whose sum runs over
// pixels.
//
// Images are divided into chunks with separate sums: [group, panel, tap, channel of x, the panel's columns]. A
// unit is a chunk's part for one group and panel. It works on one block of pixels at a time, and on one slab of
// x's channels, small enough to stay in L1 for all taps.
type weights[T kernel.Float] struct {
	k        *kernel.Ops[T]
	sizes    sizes
	stride   int // pixels of x between neighbouring columns of dy
	chunks   int
	chunk    int // images of a chunk
	together int // images of a block
	panels   []kernel.Panel
	sums     int // elements of a chunk's sums for one group
	blocks   []block
	slab     int // channels

	// An operand is copied if a unit reads only a part of its pixels, since pixels that are powers of two apart
	// share few sets of the cache.
	copyX, copyY bool
	copied       int // elements of a unit's copies
}

// block is a part of an image, or some whole images.
type block struct {
	x, y pixelRange
	taps []tapPixels
}

type pixelRange struct{ from, count int } // of the first image

// tapPixels are the segments of pixels that a tap overlaps, image after image.
type tapPixels struct {
	segments []kernel.Segment // from the block's first pixels of x and y
	image    int              // segments of an image
}

// Sizes found by measuring (BenchmarkConvolution).
const (
	maxChunks   = 8
	chunkPixels = 1 << 11  // of dy, the least of a separate chunk
	maxSums     = 1 << 21  // elements of all chunks' sums together, unless one has more
	blockBytes  = 24 << 10 // of x and dy, most of L1
	blockTerms  = 64       // of a sum, the least that is worth loading and storing it
	slabBytes   = 64       // of a pixel of x: a cache line
)

func newWeights[T kernel.Float](k *kernel.Ops[T], s sizes, rows, columns axis) *weights[T] {
	p := &weights[T]{k: k, sizes: s, stride: columns.stride, panels: k.Panels(s.out)}
	width := 0
	for i := range p.panels {
		p.sums += s.taps() * s.in * p.panels[i].Width
		width = max(width, p.panels[i].Width)
	}
	pixels, pixelsX := max(1, s.oh*s.ow), s.h*s.w
	// Panels depend on the CPU; the chunks must not, since bits depend on them.
	chunks := max(1, min(s.images, maxChunks, s.images*pixels/chunkPixels, maxSums/max(1, s.weights())))
	p.chunk = max(1, ceil(s.images, chunks))
	p.chunks = ceil(s.images, p.chunk)

	bytesX, bytesY := bytesOf[T](s.in*s.groups), bytesOf[T](s.out*s.groups)
	p.slab = s.in
	if whole := bytesOf[T](s.in); whole > slabBytes {
		p.slab = s.in * slabBytes / whole
		// Copying must not cost more than a small part of the multiplications.
		if p.copyX = whole%slabBytes == 0 && s.taps()*pixels >= 4*pixelsX; p.copyX {
			bytesX = slabBytes
		}
	}
	if p.copyY = len(p.panels)*s.groups > 1 && s.taps() > 1; p.copyY {
		bytesY = bytesOf[T](width)
	}

	image := bytesX*pixelsX + bytesY*pixels
	p.together = max(1, min(p.chunk, max(blockBytes/max(1, image), ceil(blockTerms, pixels))))
	lines := max(1, s.oh)
	if p.together == 1 {
		lines = min(lines, max(1, blockBytes*s.oh/max(1, image), ceil(blockTerms, max(1, s.ow))))
		lines = ceil(s.oh, max(1, ceil(s.oh, lines)))
	}
	for from := 0; from < s.oh; from += lines {
		p.blocks = append(p.blocks, p.block(rows, columns, from, min(s.oh, from+lines)))
	}
	if s.oh == 0 { // all sums are empty
		p.blocks = []block{{taps: make([]tapPixels, s.taps())}}
	}
	for _, b := range p.blocks {
		n := 0
		if p.copyX {
			n += p.together * b.x.count * p.slab
		}
		if p.copyY {
			n += p.together * b.y.count * width
		}
		p.copied = max(p.copied, n)
	}
	return p
}

// block makes the block of output lines [from, to).
func (p *weights[T]) block(rows, columns axis, from, to int) block {
	s := &p.sizes
	first := min(s.h, max(0, from*rows.stride-rows.low))
	last := min(s.h, max(first, (to-1)*rows.stride-rows.low+(rows.kernel-1)*rows.dilation+1))
	b := block{x: pixelRange{first * s.w, (last - first) * s.w}, y: pixelRange{from * s.ow, (to - from) * s.ow}}
	if p.together > 1 { // images follow each other
		b.x, b.y = pixelRange{0, s.h * s.w}, pixelRange{0, s.oh * s.ow}
	}
	for ki := range s.kh {
		for kj := range s.kw {
			var t tapPixels
			start, count := columns.outputs(kj)
			for n := range p.together {
				var image []kernel.Segment
				for i := from; i < to && count > 0; i++ {
					if at := rows.at(i, ki); at >= 0 && at < s.h {
						image = join(image, kernel.Segment{
							A:     int32((n*s.h+at)*s.w + columns.at(start, kj) - b.x.from),
							B:     int32((n*s.oh+i)*s.ow + start - b.y.from),
							Count: int32(count),
						}, int32(p.stride))
					}
				}
				t.image = len(image)
				t.segments = append(t.segments, image...)
			}
			b.taps = append(b.taps, t)
		}
	}
	return b
}

// scratch has the chunks' sums, a result in PyTorch's layout, and the units' copies.
func (p *weights[T]) scratch() int {
	return p.chunks*p.sizes.groups*p.sums + p.sizes.weights() + p.units()*p.copied
}

func (p *weights[T]) units() int { return p.chunks * p.sizes.groups * len(p.panels) }

func (p *weights[T]) run(x, dy []T, from, to int, scratch []T) {
	s := &p.sizes
	perChunk := s.groups * len(p.panels)
	for u := from; u < to; u++ {
		chunk, g, panel := u/perChunk, u%perChunk/len(p.panels), u%len(p.panels)
		sums := scratch[(chunk*s.groups+g)*p.sums:]
		for i := range panel {
			sums = sums[s.taps()*s.in*p.panels[i].Width:]
		}
		copies := scratch[len(scratch)-(u+1)*p.copied:][:p.copied]
		p.unit(&p.panels[panel], chunk*p.chunk, min((chunk+1)*p.chunk, s.images),
			after(x, g*s.in), after(dy, g*s.out+p.panels[panel].At), sums, copies)
	}
}

// unit sums over images [from, to).
func (p *weights[T]) unit(panel *kernel.Panel, from, to int, x, dy, sums, copies []T) {
	s := &p.sizes
	pixelX, pixelY := s.in*s.groups, s.out*s.groups
	for first := from; first < to; first += p.together {
		images := min(p.together, to-first)
		x, dy := after(x, first*s.h*s.w*pixelX), after(dy, first*s.oh*s.ow*pixelY)
		for i := range p.blocks {
			b := &p.blocks[i]
			ahead := p.ahead(x, dy, i)
			y, strideY, free := after(dy, b.y.from*pixelY), pixelY, copies
			if p.copyY && panel.Whole() {
				p.k.CopyRows(free, panel.Width, y, pixelY, images*b.y.count, panel.Width)
				y, strideY, free = free, panel.Width, free[images*b.y.count*panel.Width:]
			}
			for c := 0; c < s.in; c += p.slab {
				n := min(p.slab, s.in-c)
				x, unit := after(x, b.x.from*pixelX+c), pixelX
				if p.copyX {
					p.k.CopyRows(free, n, x, pixelX, images*b.x.count, n)
					x, unit = free, n
				}
				for tap := range b.taps {
					t := &b.taps[tap]
					if c == 0 {
						p.fetch(&ahead, len(b.taps))
					}
					p.k.Strided(panel, n, x, unit, p.stride*unit, t.segments[:images*t.image], y, strideY,
						sums[(tap*s.in+c)*panel.Width:], first > from || i > 0)
				}
			}
		}
	}
}

// ahead is the data that a later block reads.
type ahead[T kernel.Float] struct {
	x, dy           []T
	linesX, pixelsY int
}

// ahead returns the data of the block that follows block i of these images.
func (p *weights[T]) ahead(x, dy []T, i int) ahead[T] {
	s := &p.sizes
	pixelX, pixelY := s.in*s.groups, s.out*s.groups
	if i++; i == len(p.blocks) {
		x, dy, i = after(x, p.together*s.h*s.w*pixelX), after(dy, p.together*s.oh*s.ow*pixelY), 0
	}
	b := &p.blocks[i]
	x, dy = after(x, b.x.from*pixelX), after(dy, b.y.from*pixelY)
	return ahead[T]{x, dy, ceil(bytesOf[T](p.together*b.x.count*pixelX), slabBytes), p.together * b.y.count}
}

// fetch prefetches one of n parts of it: all lines of x, and a panel's lines of dy.
func (p *weights[T]) fetch(a *ahead[T], n int) {
	line := slabBytes / bytesOf[T](1)
	part := ceil(a.linesX, n)
	p.k.Fetch(a.x, line, part)
	a.x = after(a.x, part*line)
	part, pixel := ceil(a.pixelsY, n), p.sizes.out*p.sizes.groups
	p.k.Fetch(a.dy, pixel, part)
	a.dy = after(a.dy, part*pixel)
}

// finish adds the chunks' sums in order and writes them in PyTorch's layout [o, c, taps].
func (p *weights[T]) finish(dst, scratch []T, accumulate bool) {
	s := &p.sizes
	if p.chunks == 0 {
		if !accumulate {
			clear(dst)
		}
		return
	}
	all := s.groups * p.sums
	sums, result := scratch[:all], dst
	for i := 1; i < p.chunks; i++ {
		p.k.Add(sums, sums, scratch[i*all:][:all])
	}
	if accumulate {
		result = scratch[p.chunks*all:][:len(dst)]
	}
	taps := s.taps()
	for g := range s.groups {
		to := result[g*s.out*s.in*taps:]
		for i := range p.panels {
			panel := &p.panels[i]
			for v := range panel.Vectors() {
				place, column, n := panel.Vector(v)
				if taps == 1 {
					p.k.TransposeRows(to, column*s.in, s.in, sums[place:], panel.Width, s.in, n)
					continue
				}
				for c := range s.in {
					p.k.TransposeRows(to, (column*s.in+c)*taps, s.in*taps, sums[c*panel.Width+place:], s.in*panel.Width, taps, n)
				}
			}
			sums = sums[taps*s.in*panel.Width:]
		}
	}
	if accumulate {
		p.k.Add(dst, dst, result)
	}
}

package convolution

import "basin/engine/cpu/kernel"

// pixels is the product whose rows are pixels and whose columns are channels: forward, and input.
type pixels[T kernel.Float] struct {
	k        *kernel.Ops[T]
	images   int
	together int // images of a unit
	groups   int
	from, to side
	taps     int
	back     bool // input: taps from the kernel's end, rows of the sum are output channels
	panels   []kernel.Panel
	packed   int // elements of a group's packed weights
	classes  []pixelClass
}

// side is one of the two image tensors: the one read, or the one written.
type side struct {
	channels int // of a group
	pixel    int // elements of a pixel
	width    int // pixels of a row
	image    int // elements of an image
}

// pixelClass is a set of pixels that overlap the same taps, with a row for each in each of a unit's images, image
// after image.
type pixelClass struct {
	rows     []kernel.Row
	pixels   int
	segments []kernel.Segment
}

func newPixels[T kernel.Float](k *kernel.Ops[T], kind Kind, s sizes, rows, columns axis) *pixels[T] {
	x := side{s.in, s.in * s.groups, s.w, s.in * s.groups * s.w * s.h}
	y := side{s.out, s.out * s.groups, s.ow, s.out * s.groups * s.ow * s.oh}
	p := &pixels[T]{k: k, images: s.images, groups: s.groups, taps: s.taps()}
	var rowClasses, columnClasses []class
	if kind == Forward {
		p.from, p.to = x, y
		rowClasses, columnClasses = classify(s.oh, rows.forward), classify(s.ow, columns.forward)
	} else {
		p.from, p.to, p.back = y, x, true
		rowClasses, columnClasses = classify(s.h, rows.backward), classify(s.w, columns.backward)
	}
	p.panels = k.Panels(p.to.channels)
	for i := range p.panels {
		p.packed += p.taps * p.from.channels * p.panels[i].Width
	}
	p.together = p.chooseTogether(rowClasses, columnClasses)
	for _, r := range rowClasses {
		for _, c := range columnClasses {
			p.classes = append(p.classes, p.class(r, c, s.kw))
		}
	}
	return p
}

// chooseTogether returns the number of images of a unit: enough for the pixels of small classes to fill tiles, but
// few enough for their data to stay in the cache.
func (p *pixels[T]) chooseTogether(rows, columns []class) int {
	const (
		cache = 128 << 10 // bytes, a part of L2 that leaves room for weights
		gain  = 0.99      // more images pay if they reduce the cost to less than this share
		most  = 24
	)
	limit := min(p.images, most, max(1, cache/max(1, bytesOf[T](p.from.image+p.to.image))))
	best, least := 1, 0.0
	for n := 1; n <= limit; n++ {
		cost := func(n int) (cost float64) {
			for _, r := range rows {
				for _, c := range columns {
					cost += tileCost(n*len(r.positions)*len(c.positions)) * float64(len(r.taps)*len(c.taps))
				}
			}
			return cost
		}
		total := float64(p.images/n)*cost(n) + cost(p.images%n)
		if n == 1 || total < gain*least {
			best, least = n, total
		}
	}
	return best
}

// tileCost is the cost of m rows in cycles of a tile of 6 rows: a tile of fewer than 4 rows waits for its own results.
func tileCost(m int) float64 {
	const rows, waits = 6, 4
	cost := 0
	for m > 0 {
		r := rows
		if m < 2*rows && m > rows {
			r = (m + 1) / 2
		}
		r = min(r, m)
		cost += max(r, waits)
		m -= r
	}
	return float64(cost)
}

func (p *pixels[T]) class(r, c class, kernelWidth int) pixelClass {
	q := pixelClass{pixels: len(r.positions) * len(c.positions)}
	q.rows = make([]kernel.Row, 0, p.together*q.pixels)
	for n := range p.together {
		for i := range r.positions {
			for j := range c.positions {
				q.rows = append(q.rows, kernel.Row{
					A: int32(n*p.from.image + (r.starts[i]*p.from.width+c.starts[j])*p.from.pixel),
					C: int32(n*p.to.image + (r.positions[i]*p.to.width+c.positions[j])*p.to.pixel),
				})
			}
		}
	}
	for _, i := range r.taps {
		for _, j := range c.taps {
			q.segments = join(q.segments, kernel.Segment{
				A:     int32((i.at*p.from.width + j.at) * p.from.pixel),
				B:     int32((i.tap*kernelWidth + j.tap) * p.from.channels),
				Count: int32(p.from.channels),
			}, 1)
		}
	}
	return q
}

// join appends a segment, or lengthens the last one if the new one starts where it ends; A advances by step from
// term to term.
func join(s []kernel.Segment, next kernel.Segment, step int32) []kernel.Segment {
	if len(s) > 0 {
		if last := &s[len(s)-1]; last.A+last.Count*step == next.A && last.B+last.Count == next.B {
			last.Count += next.Count
			return s
		}
	}
	return append(s, next)
}

func (p *pixels[T]) scratch() int { return p.groups * p.packed }

func (p *pixels[T]) units() int {
	if p.to.image == 0 {
		return 0
	}
	return ceil(p.images, p.together)
}

// pack writes weights [o, c, taps] by groups, panels, taps and rows of the sum, each row a panel wide.
func (p *pixels[T]) pack(w, dst []T) {
	rows, columns := p.from.channels, p.to.channels
	for g := range p.groups {
		w := w[g*rows*columns*p.taps:]
		for i := range p.panels {
			panel := &p.panels[i]
			to := dst[:p.taps*rows*panel.Width]
			if !panel.Whole() {
				clear(to)
			}
			for v := range panel.Vectors() {
				place, column, n := panel.Vector(v)
				switch {
				case p.back && p.taps == 1: // w is [row of the sum, column]
					p.k.CopyRows(to[place:], panel.Width, w[column:], columns, rows, n)
				case p.back: // [row, column, tap], taps from the last
					for r := range rows {
						p.k.TransposeRows(to, ((p.taps-1)*rows+r)*panel.Width+place, -rows*panel.Width,
							w[(r*columns+column)*p.taps:], p.taps, n, p.taps)
					}
				case p.taps == 1: // [column, row]
					p.k.TransposeRows(to, place, panel.Width, w[column*rows:], rows, n, rows)
				default: // [column, row, tap]
					for r := range rows {
						p.k.TransposeRows(to, r*panel.Width+place, rows*panel.Width, w[(column*rows+r)*p.taps:], rows*p.taps, n, p.taps)
					}
				}
			}
			dst = dst[len(to):]
		}
	}
}

func (p *pixels[T]) run(dst, a []T, from, to int, accumulate bool, packed []T) {
	for u := from; u < to; u++ {
		first := u * p.together
		images := min(p.together, p.images-first)
		dst, a := after(dst, first*p.to.image), after(a, first*p.from.image)
		b := packed
		for g := range p.groups {
			for i := range p.panels {
				panel := &p.panels[i]
				done := 0 // pixels of an image
				for j := range p.classes {
					c := &p.classes[j]
					var next kernel.Next[T]
					if g == 0 && i == 0 {
						next.A, next.C = p.next(a, p.from.image, done, c.pixels), p.next(dst, p.to.image, done, c.pixels)
					}
					p.k.Gathered(panel, c.rows[:images*c.pixels], after(a, g*p.from.channels), c.segments, b,
						dst[g*p.to.channels+panel.At:], accumulate, next)
					done += c.pixels
				}
				b = b[p.taps*p.from.channels*panel.Width:]
			}
		}
	}
}

// next is the part of the next unit's images that corresponds to n of the result's pixels, starting at pixel done.
func (p *pixels[T]) next(s []T, image, done, n int) []T {
	next := after(s, p.together*image)
	next = next[:min(len(next), p.together*image)]
	pixels := p.to.image / p.to.pixel
	return next[len(next)*done/pixels : len(next)*(done+n)/pixels]
}

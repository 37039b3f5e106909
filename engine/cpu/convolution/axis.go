package convolution

import (
	"slices"

	"basin/graph"
)

// axis is one spatial axis of a geometry.
type axis struct{ in, out, kernel, stride, low, dilation int }

// axes returns both axes; a rank of 1 has a first axis of size 1.
func axes(g *graph.Geometry) (rows, columns axis) {
	out := g.OutSize()
	all := []axis{{1, 1, 1, 1, 0, 1}}
	for i := range g.Size {
		all = append(all, axis{g.Size[i], out[i], g.Kernel[i], g.Stride[i], g.Low[i], g.Dilation[i]})
	}
	return all[len(all)-2], all[len(all)-1]
}

// overlap says that a tap of the kernel falls on position at.
type overlap struct{ tap, at int }

// at is the input position on which a tap falls for output position i; it may be padding.
func (a axis) at(i, tap int) int { return i*a.stride - a.low + tap*a.dilation }

// outputs are the output positions for which a tap falls on the input: count neighbours, the first at first.
func (a axis) outputs(tap int) (first, count int) {
	for i := range a.out {
		if at := a.at(i, tap); at >= 0 && at < a.in {
			if count == 0 {
				first = i
			}
			count++
		}
	}
	return first, count
}

// forward lists the input positions on which taps fall for output position i, in increasing order.
func (a axis) forward(i int) []overlap {
	var m []overlap
	for tap := range a.kernel {
		if at := a.at(i, tap); at >= 0 && at < a.in {
			m = append(m, overlap{tap, at})
		}
	}
	return m
}

// backward lists the output positions whose taps fall on input position r, in increasing order. The taps decrease,
// so they are counted from the kernel's end.
func (a axis) backward(r int) []overlap {
	var m []overlap
	for tap := a.kernel - 1; tap >= 0; tap-- {
		at := r + a.low - tap*a.dilation
		if at >= 0 && at%a.stride == 0 && at/a.stride < a.out {
			m = append(m, overlap{a.kernel - 1 - tap, at / a.stride})
		}
	}
	return m
}

// overlaps counts all pairs of an output position and a tap that falls on the input.
func (a axis) overlaps() int {
	n := 0
	for i := range a.out {
		n += len(a.forward(i))
	}
	return n
}

// class is a set of positions with the same overlaps, relative to where the overlaps start.
type class struct {
	positions, starts []int
	taps              []overlap // at is the distance from the start
}

// classify divides positions 0 … n−1 into classes.
func classify(n int, overlaps func(int) []overlap) []class {
	var classes []class
	for i := range n {
		m, start := overlaps(i), 0
		if len(m) > 0 {
			start = m[0].at
		}
		for j := range m {
			m[j].at -= start
		}
		c := slices.IndexFunc(classes, func(c class) bool { return slices.Equal(c.taps, m) })
		if c < 0 {
			c = len(classes)
			classes = append(classes, class{taps: m})
		}
		classes[c].positions = append(classes[c].positions, i)
		classes[c].starts = append(classes[c].starts, start)
	}
	return classes
}

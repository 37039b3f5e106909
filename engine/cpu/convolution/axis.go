package convolution

import (
	"slices"

	"basin/graph"
)

// axis is one spatial axis of a geometry.
type axis struct{ in, out, kernel, stride, low, dilation int }

// axes gives two of them; a rank of 1 has a first axis of size 1.
func axes(g *graph.Geometry) (rows, columns axis) {
	out := g.OutSize()
	all := []axis{{1, 1, 1, 1, 0, 1}}
	for i := range g.Size {
		all = append(all, axis{g.Size[i], out[i], g.Kernel[i], g.Stride[i], g.Low[i], g.Dilation[i]})
	}
	return all[len(all)-2], all[len(all)-1]
}

// meeting says that a tap of the kernel meets place at.
type meeting struct{ tap, at int }

// at is the input place that output place i meets by a tap, if it is one.
func (a axis) at(i, tap int) int { return i*a.stride - a.low + tap*a.dilation }

// met tells which output places meet the input by a tap: count neighbours from first on.
func (a axis) met(tap int) (first, count int) {
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

// forward lists what output place i meets in the input, by rising place.
func (a axis) forward(i int) []meeting {
	var m []meeting
	for tap := range a.kernel {
		if at := a.at(i, tap); at >= 0 && at < a.in {
			m = append(m, meeting{tap, at})
		}
	}
	return m
}

// backward lists what input place r meets in the output, by rising place: by falling tap, which is why taps are counted from the
// kernel's end.
func (a axis) backward(r int) []meeting {
	var m []meeting
	for tap := a.kernel - 1; tap >= 0; tap-- {
		at := r + a.low - tap*a.dilation
		if at >= 0 && at%a.stride == 0 && at/a.stride < a.out {
			m = append(m, meeting{a.kernel - 1 - tap, at / a.stride})
		}
	}
	return m
}

// meetings counts all pairs of an output place and a tap that meets the input.
func (a axis) meetings() int {
	n := 0
	for i := range a.out {
		n += len(a.forward(i))
	}
	return n
}

// class is a set of places that meet the same taps, each at the same distance from where it starts.
type class struct {
	places, starts []int
	taps           []meeting // at is the distance from the start
}

// classify divides places 0 … n−1, of which meets tells what they meet.
func classify(n int, meets func(int) []meeting) []class {
	var classes []class
	for i := range n {
		m, start := meets(i), 0
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
		classes[c].places = append(classes[c].places, i)
		classes[c].starts = append(classes[c].starts, start)
	}
	return classes
}

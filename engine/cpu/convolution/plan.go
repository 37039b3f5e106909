package convolution

import (
	"fmt"
	"unsafe"

	"basin/engine/cpu/kernel"
	"basin/graph"
)

// Kind is one of the three convolutions.
type Kind int

const (
	Forward Kind = iota // y = conv(x, w)
	Input               // dx = conv-input(dy, w)
	Weight              // dw = conv-weight(x, dy)
)

func (k Kind) String() string { return [...]string{"forward", "input", "weight"}[k] }

// Plan is a convolution of one geometry and kind. It is immutable; calls that share neither dst nor scratch may
// run at the same time.
//
// A call is Prepare, then Run for all units in any order, then Finish, with one scratch:
//
//	p.Prepare(b, scratch)
//	p.Run(dst, a, b, 0, p.Units(), accumulate, scratch)
//	p.Finish(dst, scratch, accumulate)
//
// Operands a and b are x and w, dy and w, or x and dy, as in [graph]. All of dst is written, with zeros where
// nothing contributes, or added to if accumulate. Nothing is allocated. Prepare need not be repeated while b and
// scratch are unchanged.
type Plan[T kernel.Float] struct {
	kind    Kind
	sizes   sizes
	flops   float64
	pixels  *pixels[T]  // Forward and Input
	weights *weights[T] // Weight
}

// sizes are those of one geometry, with the channels of one group.
type sizes struct {
	images, groups, in, out int // in and out: channels of a group
	h, w, oh, ow, kh, kw    int
}

func (s *sizes) taps() int { return s.kh * s.kw }

// New plans a convolution for the kernels of a level.
func New[T kernel.Float](k *kernel.Ops[T], kind Kind, g *graph.Geometry) *Plan[T] {
	rows, columns := axes(g)
	s := sizes{
		images: g.Batch, groups: g.Groups, in: g.In / g.Groups, out: g.Out / g.Groups,
		h: rows.in, w: columns.in, oh: rows.out, ow: columns.out, kh: rows.kernel, kw: columns.kernel,
	}
	p := &Plan[T]{kind: kind, sizes: s}
	p.flops = 2 * float64(rows.overlaps()*columns.overlaps()) * float64(g.Batch*g.In*s.out)
	if kind == Weight {
		p.weights = newWeights(k, s, rows, columns)
	} else {
		p.pixels = newPixels(k, kind, s, rows, columns)
	}
	return p
}

// Scratch is the number of elements that a call needs.
func (p *Plan[T]) Scratch() int {
	if p.kind == Weight {
		return p.weights.scratch()
	}
	return p.pixels.scratch()
}

// Units is the number of pieces of work. Results do not depend on how calls of Run share them.
func (p *Plan[T]) Units() int {
	if p.kind == Weight {
		return p.weights.units()
	}
	return p.pixels.units()
}

// Flops counts the additions and multiplications of a call; padding takes none.
func (p *Plan[T]) Flops() float64 { return p.flops }

// Prepare packs the weights b (Forward, Input).
func (p *Plan[T]) Prepare(b, scratch []T) {
	if p.kind != Weight {
		p.pixels.pack(p.exactly("b", b, p.sizes.weights()), scratch[:p.Scratch()])
	}
}

// Run does units [from, to). Calls on disjoint ranges may run at the same time with the same dst and scratch.
func (p *Plan[T]) Run(dst, a, b []T, from, to int, accumulate bool, scratch []T) {
	if from < 0 || to > p.Units() {
		panic(fmt.Sprintf("convolution: units [%d, %d) of %d", from, to, p.Units()))
	}
	s := &p.sizes
	x, y := s.images*s.groups*s.in*s.h*s.w, s.images*s.groups*s.out*s.oh*s.ow
	scratch = scratch[:p.Scratch()]
	switch p.kind {
	case Forward:
		p.pixels.run(p.exactly("y", dst, y), p.exactly("x", a, x), from, to, accumulate, scratch)
	case Input:
		p.pixels.run(p.exactly("dx", dst, x), p.exactly("dy", a, y), from, to, accumulate, scratch)
	case Weight:
		p.weights.run(p.exactly("x", a, x), p.exactly("dy", b, y), from, to, scratch)
	}
}

// Finish writes dst (Weight), after all units have run.
func (p *Plan[T]) Finish(dst, scratch []T, accumulate bool) {
	if p.kind == Weight {
		p.weights.finish(p.exactly("dw", dst, p.sizes.weights()), scratch[:p.Scratch()], accumulate)
	}
}

func (s *sizes) weights() int { return s.groups * s.out * s.in * s.taps() }

// exactly panics unless an operand has n elements, which the tables of offsets rely on.
func (p *Plan[T]) exactly(name string, s []T, n int) []T {
	if len(s) != n {
		panic(fmt.Sprintf("convolution: %s: %s has %d elements, not %d", p.kind, name, len(s), n))
	}
	return s
}

func bytesOf[T kernel.Float](n int) int {
	var x T
	return n * int(unsafe.Sizeof(x))
}

func ceil(a, b int) int { return (a + b - 1) / b }

// after is s from element i on, nothing if s has no pixels.
func after[T any](s []T, i int) []T { return s[min(i, len(s)):] }

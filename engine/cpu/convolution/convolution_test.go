package convolution_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"basin/engine/cpu/convolution"
	"basin/engine/cpu/kernel"
	"basin/graph"
)

var kinds = []convolution.Kind{convolution.Forward, convolution.Input, convolution.Weight}

func levels() []*kernel.Kernels {
	var ks []*kernel.Kernels
	for l := kernel.Generic; l <= kernel.AVX512; l++ {
		if kernel.Supported(l) {
			ks = append(ks, kernel.For(l))
		}
	}
	return ks
}

func ops[T kernel.Float](k *kernel.Kernels) *kernel.Ops[T] {
	var x T
	if unsafe.Sizeof(x) == 4 {
		return any(&k.F32).(*kernel.Ops[T])
	}
	return any(&k.F64).(*kernel.Ops[T])
}

func product(sizes []int) int {
	n := 1
	for _, s := range sizes {
		n *= s
	}
	return n
}

// operands are the sizes of a, b and dst.
func operands(kind convolution.Kind, g *graph.Geometry) (a, b, dst int) {
	x, w, y := product(g.InputShape()), product(g.WeightShape()), product(g.OutputShape())
	sizes := [][3]int{{x, w, y}, {y, w, x}, {x, y, w}}[kind]
	return sizes[0], sizes[1], sizes[2]
}

// naive visits every product of the convolution: y[at] += x·w.
func naive(g *graph.Geometry, visit func(x, w, y int)) {
	dims := func(s []int, missing int) (int, int) {
		if len(s) == 1 {
			return missing, s[0]
		}
		return s[0], s[1]
	}
	h, w := dims(g.Size, 1)
	oh, ow := dims(g.OutSize(), 1)
	kh, kw := dims(g.Kernel, 1)
	sh, sw := dims(g.Stride, 1)
	ph, pw := dims(g.Low, 0)
	dh, dw := dims(g.Dilation, 1)
	cg, og := g.In/g.Groups, g.Out/g.Groups
	for n := range g.Batch {
		for o := range g.Out {
			for i := range oh {
				for j := range ow {
					for c := range cg {
						for p := range kh {
							for q := range kw {
								r, s := i*sh-ph+p*dh, j*sw-pw+q*dw
								if r < 0 || r >= h || s < 0 || s >= w {
									continue
								}
								visit(((n*h+r)*w+s)*g.In+o/og*cg+c, ((o*cg+c)*kh+p)*kw+q, ((n*oh+i)*ow+j)*g.Out+o)
							}
						}
					}
				}
			}
		}
	}
}

func oracle(kind convolution.Kind, g *graph.Geometry, a, b, dst []float64) {
	naive(g, func(x, w, y int) {
		switch kind {
		case convolution.Forward:
			dst[y] += a[x] * b[w]
		case convolution.Input:
			dst[x] += a[y] * b[w]
		case convolution.Weight:
			dst[w] += a[x] * b[y]
		}
	})
}

// run is a whole call, with its units split at cuts.
func run[T kernel.Float](p *convolution.Plan[T], dst, a, b []T, accumulate bool, scratch []T, cuts ...int) {
	p.Prepare(b, scratch)
	from := 0
	for _, to := range append(cuts, p.Units()) {
		if to > from {
			p.Run(dst, a, b, from, to, accumulate, scratch)
			from = to
		}
	}
	p.Finish(dst, scratch, accumulate)
}

func drawGeometry(t *rapid.T) *graph.Geometry {
	small := func(name string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, name) }
	groups := rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(t, "groups")
	channels := rapid.OneOf(rapid.IntRange(1, 9), rapid.IntRange(1, 40/groups))
	g := &graph.Geometry{
		Batch: small("batch", 0, 7), Groups: groups,
		In: groups * channels.Draw(t, "in"), Out: groups * channels.Draw(t, "out"),
	}
	for range small("rank", 1, 2) {
		g.Size = append(g.Size, small("size", 0, 9))
		g.Kernel = append(g.Kernel, small("kernel", 1, 5))
		g.Stride = append(g.Stride, small("stride", 1, 3))
		g.Dilation = append(g.Dilation, small("dilation", 1, 3))
		g.Low = append(g.Low, small("low", 0, 3))
		g.High = append(g.High, small("high", 0, 3))
	}
	return g
}

const canary = -12345

// guarded is a slice of n elements between canaries.
func guarded[T kernel.Float](n int) (s []T, intact func() bool) {
	const edge = 70
	all := make([]T, n+2*edge)
	for i := range all {
		all[i] = canary
	}
	return all[edge : edge+n : edge+n], func() bool {
		for i, x := range all {
			if (i < edge || i >= edge+n) && x != canary {
				return false
			}
		}
		return true
	}
}

// TestAgainstLoops: sums of small integers are exact, so all levels must equal the loops.
func TestAgainstLoops(t *testing.T) {
	t.Run("float32", testLoops[float32])
	t.Run("float64", testLoops[float64])
}

func testLoops[T kernel.Float](t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGeometry(t)
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		accumulate := rapid.Bool().Draw(t, "accumulate")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		na, nb, nd := operands(kind, g)
		integers := func(n int) []float64 {
			s := make([]float64, n)
			for i := range s {
				s[i] = float64(r.IntN(9) - 4)
			}
			return s
		}
		a, b, start := integers(na), integers(nb), integers(nd)
		want := make([]float64, nd)
		if accumulate {
			copy(want, start)
		}
		oracle(kind, g, a, b, want)
		for _, k := range levels() {
			p := convolution.New(ops[T](k), kind, g)
			x, y := convert[T](a), convert[T](b)
			dst, intact := guarded[T](nd)
			copy(dst, convert[T](start))
			scratch, scratchIntact := guarded[T](p.Scratch())
			for i := range scratch {
				scratch[i] = T(math.NaN())
			}
			run(p, dst, x, y, accumulate, scratch, r.IntN(p.Units()+1))
			if !intact() || !scratchIntact() {
				t.Fatalf("%v %v %v: wrote outside", k.Level, kind, g)
			}
			for i := range want {
				if float64(dst[i]) != want[i] {
					t.Fatalf("%v %v %v accumulate %v: element %d is %v, want %v", k.Level, kind, g, accumulate, i, dst[i], want[i])
				}
			}
		}
	})
}

func convert[T kernel.Float](s []float64) []T {
	d := make([]T, len(s))
	for i, x := range s {
		d[i] = T(x)
	}
	return d
}

func normal[T kernel.Float](r *rand.Rand, n int) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = T(r.NormFloat64())
	}
	return s
}

// TestBits: an image's results do not depend on the batch, the cuts or the level, bit for bit; sums over images do
// not depend on the cuts or the level.
func TestBits(t *testing.T) {
	t.Run("float32", testBits[float32])
	t.Run("float64", testBits[float64])
}

func testBits[T kernel.Float](t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGeometry(t)
		g.Batch = rapid.IntRange(1, 7).Draw(t, "images")
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		na, nb, nd := operands(kind, g)
		a, b, start := normal[T](r, na), normal[T](r, nb), normal[T](r, nd)
		var want []T
		compare := func(what string, got, want []T) {
			for i := range got {
				if got[i] != want[i] {
					t.Fatalf("%s: %v %v: element %d is %v, want %v", what, kind, g, i, got[i], want[i])
				}
			}
		}
		for _, k := range levels() {
			p := convolution.New(ops[T](k), kind, g)
			dst := append([]T(nil), start...)
			run(p, dst, a, b, true, make([]T, p.Scratch()), r.IntN(p.Units()+1), r.IntN(p.Units()+1))
			if want == nil {
				want = dst
			}
			compare(k.Level.String(), dst, want)
			if kind == convolution.Weight {
				continue
			}
			one := *g
			one.Batch = 1
			p = convolution.New(ops[T](k), kind, &one)
			for n := range g.Batch {
				dst := append([]T(nil), start[n*nd/g.Batch:(n+1)*nd/g.Batch]...)
				run(p, dst, a[n*na/g.Batch:(n+1)*na/g.Batch], b, true, make([]T, p.Scratch()))
				compare(fmt.Sprintf("%v, image %d alone", k.Level, n), dst, want[n*nd/g.Batch:])
			}
		}
	})
}

func square(batch, in, out, size, kernel, stride int) *graph.Geometry {
	pad := kernel / 2
	return &graph.Geometry{Batch: batch, In: in, Out: out, Groups: 1, Size: []int{size, size},
		Kernel: []int{kernel, kernel},
		Stride: []int{stride, stride}, Low: []int{pad, pad}, High: []int{pad, pad}, Dilation: []int{1, 1}}
}

// TestLarge has images of several blocks, many images, and channels of many panels.
func TestLarge(t *testing.T) {
	for _, g := range []*graph.Geometry{square(2, 5, 7, 70, 3, 1), square(100, 3, 4, 6, 3, 2),
		square(3, 20, 70, 5, 3, 1), square(37, 8, 8, 8, 3, 1),
		square(20, 64, 48, 6, 3, 1), square(3, 32, 32, 20, 3, 2), square(5, 48, 33, 9, 1, 1)} {
		for _, kind := range kinds {
			r := rand.New(rand.NewPCG(1, 2))
			na, nb, nd := operands(kind, g)
			a, b := normal[float32](r, na), normal[float32](r, nb)
			want, size := make([]float64, nd), make([]float64, nd)
			wide := func(s []float32, magnitude bool) []float64 {
				d := make([]float64, len(s))
				for i, x := range s {
					if d[i] = float64(x); magnitude {
						d[i] = math.Abs(d[i])
					}
				}
				return d
			}
			oracle(kind, g, wide(a, false), wide(b, false), want)
			oracle(kind, g, wide(a, true), wide(b, true), size)
			// A chain of n roundings errs by less than n half units of the sum of magnitudes; random signs make it √n.
			const tolerance = 30 * 0x1p-24
			for _, k := range levels() {
				p := convolution.New(&k.F32, kind, g)
				dst := make([]float32, nd)
				run(p, dst, a, b, false, make([]float32, p.Scratch()), p.Units()/3)
				for i := range want {
					if math.Abs(float64(dst[i])-want[i]) > tolerance*size[i] {
						t.Fatalf("%v %v %v: element %d is %v, want %v", k.Level, kind, g, i, dst[i], want[i])
					}
				}
			}
		}
	}
}

func TestNothingIsAllocated(t *testing.T) {
	g := square(9, 5, 12, 7, 3, 1)
	for _, k := range levels() {
		for _, kind := range kinds {
			p := convolution.New(&k.F32, kind, g)
			na, nb, nd := operands(kind, g)
			a, b, dst, scratch := make([]float32, na), make([]float32, nb), make([]float32, nd), make([]float32, p.Scratch())
			if n := testing.AllocsPerRun(5, func() { run(p, dst, a, b, true, scratch) }); n != 0 {
				t.Errorf("%v %v: %v allocations", k.Level, kind, n)
			}
		}
	}
}

func TestWrongSizesPanic(t *testing.T) {
	g := square(2, 3, 4, 5, 3, 1)
	p := convolution.New(&kernel.For(kernel.Generic).F64, convolution.Forward, g)
	na, nb, nd := operands(convolution.Forward, g)
	for _, short := range [][3]int{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("no panic on an operand without its last element: %v", short)
				}
			}()
			run(p, make([]float64, nd-short[2]), make([]float64, na-short[0]), make([]float64, nb-short[1]),
				false, make([]float64, p.Scratch()))
		}()
	}
}

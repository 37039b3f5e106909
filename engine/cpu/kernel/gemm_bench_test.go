package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// gemmShape is a product whose sides are transposed (T) or not (N).
type gemmShape struct {
	form    string
	m, n, k int
}

// gemmShapes are squares, the products of training steps of multi-layer perceptrons, and thin ones.
func gemmShapes() []gemmShape {
	var shapes []gemmShape
	for _, n := range []int{64, 100, 256, 512, 1000, 1024, 2048} {
		for _, form := range []string{"NN", "NT", "TN"} {
			shapes = append(shapes, gemmShape{form, n, n, n})
		}
	}
	// Forward, then the gradients of inputs and of weights, of a layer from `in` to `out`.
	layer := func(batch, in, out int, first bool) {
		shapes = append(shapes, gemmShape{"NT", batch, out, in}, gemmShape{"TN", out, in, batch})
		if !first {
			shapes = append(shapes, gemmShape{"NN", batch, in, out})
		}
	}
	sizes := []int{784, 256, 256, 10}
	for i := 1; i < len(sizes); i++ {
		layer(128, sizes[i-1], sizes[i], i == 1)
	}
	for _, w := range []int{1, 3, 6, 11, 16, 32} {
		for _, batch := range []int{8, 32, 512} {
			layer(batch, 64, w, true)
			layer(batch, w, w, false)
			layer(batch, w, 10, false)
		}
	}
	return append(shapes, []gemmShape{
		{"NN", 1, 4096, 4096}, {"NT", 1, 4000, 4000}, {"NT", 1, 4096, 4096}, {"NN", 4000, 1, 4000}, {"TN", 4096, 1, 4096},
		{"NN", 4096, 16, 256}, {"NN", 16, 4096, 256}, {"NN", 64, 64, 4096}, {"NN", 2048, 2048, 32}, {"TN", 64, 10, 4096},
		{"NN", 2048, 1, 256}, {"NN", 4096, 4096, 1}, {"NN", 1024, 1024, 4}, {"NT", 4001, 4001, 8},
	}...)
}

func BenchmarkGemm(b *testing.B) {
	for _, k := range levels()[1:] {
		for _, s := range gemmShapes() {
			b.Run(fmt.Sprintf("%s/float32/%s_%dx%dx%d", k.Level, s.form, s.m, s.n, s.k), func(b *testing.B) {
				benchmarkGemm(b, &k.F32, s)
			})
		}
		for _, n := range []int{64, 512} {
			b.Run(fmt.Sprintf("%s/float64/NN_%dx%dx%d", k.Level, n, n, n), func(b *testing.B) {
				benchmarkGemm(b, &k.F64, gemmShape{"NN", n, n, n})
			})
		}
	}
}

func benchmarkGemm[T Float](b *testing.B, o *Ops[T], s gemmShape) {
	m, n, k := s.m, s.n, s.k
	r := rand.New(rand.NewPCG(1, 2))
	x, y := Strided[T]{random[T](r, m*k), k, 1}, Strided[T]{random[T](r, k*n), n, 1}
	if s.form[0] == 'T' {
		x.Row, x.Col = 1, m
	}
	if s.form[1] == 'T' {
		y.Row, y.Col = 1, k
	}
	c := make([]T, m*n)
	scratch := make([]T, o.GemmScratch(m, n, k, x, y))
	b.ReportAllocs()
	for b.Loop() {
		o.Gemm(c, n, x, y, m, n, k, false, scratch)
	}
	b.ReportMetric(2*float64(m*n*k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

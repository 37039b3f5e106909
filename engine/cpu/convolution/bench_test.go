package convolution_test

import (
	"math/rand/v2"
	"testing"

	"basin/engine/cpu/convolution"
	"basin/engine/cpu/kernel"
	"basin/graph"
)

// shapes are those of the residual networks that Basin is compared on.
var shapes = []struct {
	name string
	*graph.Geometry
}{
	{"32to32_64x16x16", square(64, 32, 32, 16, 3, 1)},
	{"3to16_32", square(128, 3, 16, 32, 3, 1)},
	{"16to16_32", square(128, 16, 16, 32, 3, 1)},
	{"16to32_32_s2", square(128, 16, 32, 32, 3, 2)},
	{"16to32_32_1x1s2", square(128, 16, 32, 32, 1, 2)},
	{"32to32_16", square(128, 32, 32, 16, 3, 1)},
	{"32to64_16_s2", square(128, 32, 64, 16, 3, 2)},
	{"64to64_8", square(128, 64, 64, 8, 3, 1)},
	{"3to8_32", square(128, 3, 8, 32, 3, 1)},
	{"8to8_32", square(128, 8, 8, 32, 3, 1)},
	{"8to16_32_s2", square(128, 8, 16, 32, 3, 2)},
	{"16to16_16", square(128, 16, 16, 16, 3, 1)},
	{"16to32_16_s2", square(128, 16, 32, 16, 3, 2)},
	{"32to32_8", square(128, 32, 32, 8, 3, 1)},
	{"32to64_8_s2", square(128, 32, 64, 8, 3, 2)},
	{"64to64_4", square(128, 64, 64, 4, 3, 1)},
}

// BenchmarkConvolution reports the rate of the multiplications done, and that which counts those with padding too.
func BenchmarkConvolution(b *testing.B) {
	level, err := kernel.Detect()
	if err != nil {
		b.Fatal(err)
	}
	k := kernel.For(level)
	for _, s := range shapes {
		for _, kind := range kinds {
			b.Run(s.name+"/"+kind.String(), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 2))
				p := convolution.New(&k.F32, kind, s.Geometry)
				na, nb, nd := operands(kind, s.Geometry)
				x, y, dst, scratch := normal[float32](r, na), normal[float32](r, nb), make([]float32, nd), make([]float32, p.Scratch())
				b.ReportAllocs()
				for b.Loop() {
					run(p, dst, x, y, false, scratch)
				}
				all := 2 * float64(product(s.OutputShape())*product(s.WeightShape())/s.Out)
				seconds := b.Elapsed().Seconds() / float64(b.N) * 1e9
				b.ReportMetric(p.Flops()/seconds, "GFLOP/s")
				b.ReportMetric(all/seconds, "GFLOP/s-with-padding")
			})
		}
	}
}

// BenchmarkPlan times what compiling a program pays for each convolution.
func BenchmarkPlan(b *testing.B) {
	level, err := kernel.Detect()
	if err != nil {
		b.Fatal(err)
	}
	k := kernel.For(level)
	for _, kind := range kinds {
		for _, s := range shapes[2:8] {
			b.Run(s.name+"/"+kind.String(), func(b *testing.B) {
				for b.Loop() {
					convolution.New(&k.F32, kind, s.Geometry)
				}
			})
		}
	}
}

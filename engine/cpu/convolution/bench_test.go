package convolution_test

import (
	"math/rand/v2"
	"testing"
	"time"

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

// peak is a product that stays in L1 and fills all tiles: it measures the peak rate of the machine's multipliers.
func peak(k *kernel.Ops[float32]) (flops float64, product func()) {
	const columns, terms, rows = 32, 240, 24 * 8
	panel := k.Panels(columns)[0]
	a, b, c := make([]float32, terms+rows), make([]float32, terms*panel.Width), make([]float32, rows*columns)
	table := make([]kernel.Row, rows)
	for i := range table {
		table[i] = kernel.Row{A: int32(i), C: int32(i * columns)}
	}
	segments := []kernel.Segment{{Count: terms}}
	return 2 * rows * terms * float64(panel.Columns()), func() {
		k.Gathered(&panel, table, a, segments, b, c, false, kernel.Next[float32]{})
	}
}

// BenchmarkConvolution reports the rate of the multiplications done, and the rate that counts those with padding
// too, both of the fastest run; and the first as a share of the machine's peak, which is measured in turn with it,
// fastest by fastest.
func BenchmarkConvolution(b *testing.B) {
	level, err := kernel.Detect()
	if err != nil {
		b.Fatal(err)
	}
	k := kernel.For(level)
	most, reference := peak(&k.F32)
	for _, s := range shapes {
		for _, kind := range kinds {
			b.Run(s.name+"/"+kind.String(), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 2))
				p := convolution.New(&k.F32, kind, s.Geometry)
				na, nb, nd := operands(kind, s.Geometry)
				// As in a network, operands come from memory: there are more of them than caches hold.
				const bytes = 96 << 20
				sets := max(1, bytes/(4*(na+nb+nd)))
				var x, y, dst [][]float32
				for range sets {
					x, y, dst = append(x, normal[float32](r, na)), append(y, normal[float32](r, nb)),
						append(dst, normal[float32](r, nd))
				}
				scratch, set := make([]float32, p.Scratch()), 0
				least, leastOfReference := time.Hour, time.Hour
				timed := func(least time.Duration, f func()) time.Duration {
					start := time.Now()
					f()
					return min(least, time.Since(start))
				}
				b.ReportAllocs()
				for b.Loop() {
					least = timed(least, func() { run(p, dst[set], x[set], y[set], false, scratch) })
					set = (set + 1) % sets
					for range 4 {
						leastOfReference = timed(leastOfReference, reference)
					}
				}
				all := 2 * float64(product(s.OutputShape())*product(s.WeightShape())/s.Out)
				rate := p.Flops() / float64(least)
				b.ReportMetric(0, "ns/op") // would count the reference
				b.ReportMetric(float64(least)/1e6, "ms")
				b.ReportMetric(rate, "GFLOP/s")
				b.ReportMetric(all/float64(least), "GFLOP/s-with-padding")
				b.ReportMetric(rate/(most/float64(leastOfReference)), "of-peak")
			})
		}
	}
}

// BenchmarkPlan times the planning of each convolution when a program is compiled.
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

package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkElementwise runs over a tile that stays in L1.
func BenchmarkElementwise(b *testing.B) {
	const n = 1024
	r := rand.New(rand.NewPCG(1, 2))
	x, y, dst := random[float32](r, n), random[float32](r, n), make([]float32, n)
	for _, k := range levels() {
		run := func(name string, f func()) {
			b.Run(k.Level.String()+"/"+name, func(b *testing.B) {
				for b.Loop() {
					f()
				}
				b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gelement/s")
			})
		}
		o := &k.F32
		run("Add", func() { o.Add(dst, x, y) })
		run("Max", func() { o.Max(dst, x, y) })
		run("Select", func() { o.Select(dst, x, y, x) })
		for _, width := range []int{10, 64} {
			run(fmt.Sprintf("SumRows%d", width), func() { o.SumRows(dst[:n/width], x, width) })
			run(fmt.Sprintf("MaxRows%d", width), func() { o.MaxRows(dst[:n/width], x, width) })
			run(fmt.Sprintf("SumMiddle%d", width), func() { o.SumMiddle(dst[:width], x, n/width, width) })
		}
		run("Transpose32x32", func() { o.Transpose(dst, x, 32, 32) })
	}
}

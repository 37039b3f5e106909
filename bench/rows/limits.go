package rows

import (
	"time"

	"basin/engine/cpu/kernel"
)

// Limits are those of the machine with one thread.
type Limits struct {
	Flops     float64  // a second, in a large matrix product
	Bandwidth []Stream // bytes a second, by the size of the memory
}

// Stream is the rate at which bytes move in a region of memory of some size.
type Stream struct{ Footprint, Rate float64 }

// footprints fit the second-level cache, the last level, and neither.
var footprints = []int{256 << 10, 8 << 20, 256 << 20}

// Measure finds the limits, in two seconds.
func Measure(e Engine) (Limits, error) {
	w, err := Row{Name: "gemm/2048x2048x2048/NN", Kind: "gemm"}.Start(e)
	if err != nil {
		return Limits{}, err
	}
	defer w.Close()
	ms, err := w.Milliseconds(time.Second)
	l := Limits{Flops: 2 * 2048 * 2048 * 2048 / ms * 1e3}
	for _, bytes := range footprints {
		l.Bandwidth = append(l.Bandwidth, Stream{float64(bytes), streams(e.Kernels, bytes/4)})
	}
	return l, err
}

// streams is the best rate of a sum that reads, and of an addition that reads two streams and writes one, over
// the given number of elements in total.
func streams(k *kernel.Kernels, elements int) float64 {
	x, sum := make([]float32, elements), make([]float32, 1)
	third := elements / 3
	best := 0.0
	for _, f := range []func(){
		func() { k.F32.SumRows(sum, x, elements) },
		func() { k.F32.Add(x[:third], x[third:2*third], x[2*third:3*third]) },
	} {
		repeat := max(1, (64<<20)/elements)
		for range 4 {
			start := time.Now()
			for range repeat {
				f()
			}
			best = max(best, 4*float64(elements*repeat)/time.Since(start).Seconds())
		}
	}
	return best
}

// Share is how near a row's time in milliseconds comes to the machine's limit, and which limit binds:
// "arithmetic" or "memory".
func (l Limits) Share(r Row, ms float64) (share float64, bound string) {
	arithmetic, memory := r.Flops()/l.Flops, 0.0
	if b := r.Bytes(); b > 0 {
		for _, s := range l.Bandwidth {
			memory = b / s.Rate
			if b <= s.Footprint {
				break
			}
		}
	}
	if memory > arithmetic {
		return 1e3 * memory / ms, "memory"
	}
	return 1e3 * arithmetic / ms, "arithmetic"
}

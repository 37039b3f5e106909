package kernel

import (
	"math/rand/v2"
	"testing"
)

// TestRepeat compares with the definitions, in all short sizes and some long ones.
func TestRepeat(t *testing.T) {
	for _, k := range levels() {
		t.Run(k.Level.String()+"/float32", func(t *testing.T) { testRepeat(t, k.F32.RepeatEach, random[float32]) })
		t.Run(k.Level.String()+"/float64", func(t *testing.T) { testRepeat(t, k.F64.RepeatEach, random[float64]) })
		t.Run(k.Level.String()+"/int32", func(t *testing.T) { testRepeat(t, k.RepeatEachI32, randomInts) })
	}
}

// randomInts have all bit patterns, including those of float32 NaNs.
func randomInts(r *rand.Rand, n int) []int32 {
	x := make([]int32, n)
	for i := range x {
		x[i] = int32(r.Uint32())
	}
	return x
}

func testRepeat[T Float | int32](t *testing.T, each func(dst, src []T, n int), random func(r *rand.Rand, n int) []T) {
	r := rand.New(rand.NewPCG(3, 3))
	sizes := []int{63, 64, 65, 100, 257}
	for n := range 36 {
		sizes = append(sizes, n)
	}
	for _, n := range sizes {
		for _, m := range sizes {
			src, srcIntact := guarded[T](m, r.IntN(16))
			copy(src, random(r, m))
			dst, intact := guarded[T](m*n, r.IntN(16))
			each(dst, src, n)
			intact(t)
			srcIntact(t)
			for i := range dst {
				if dst[i] != src[i/n] {
					t.Fatalf("each of %d elements %d times: element %d is %v, want %v", m, n, i, dst[i], src[i/n])
				}
			}
		}
	}
}

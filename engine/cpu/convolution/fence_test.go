package convolution_test

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"basin/engine/cpu/convolution"
	"basin/engine/cpu/kernel"
	"basin/internal/numtest"
)

// TestStaysInside faults where a kernel reads or writes beyond an operand.
func TestStaysInside(t *testing.T) {
	t.Run("float32", testStaysInside[float32])
	t.Run("float64", testStaysInside[float64])
}

func testStaysInside[T kernel.Float](t *testing.T) {
	const most = 4 << 20
	var fences [4]*numtest.Guard
	for i := range fences {
		fences[i] = numtest.NewGuard(t, most)
	}
	rapid.Check(t, func(t *rapid.T) {
		g := drawGeometry(t)
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		atEnd := rapid.Bool().Draw(t, "at end")
		na, nb, nd := operands(kind, g)
		r := rand.New(rand.NewPCG(1, 2))
		for _, k := range levels() {
			p := convolution.New(ops[T](k), kind, g)
			a, b := numtest.Guarded[T](fences[0], na, atEnd), numtest.Guarded[T](fences[1], nb, atEnd)
			copy(a, normal[T](r, na))
			copy(b, normal[T](r, nb))
			run(p, numtest.Guarded[T](fences[2], nd, atEnd), a, b, rapid.Bool().Draw(t, "accumulate"),
				numtest.Guarded[T](fences[3], p.Scratch(), atEnd))
		}
	})
}

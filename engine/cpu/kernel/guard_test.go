package kernel

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"testing"

	"basin/internal/numtest"
)

// fenceBytes is the size of the longest operands of these tests.
const fenceBytes = 6 * 4096

// TestKernelsStayWithinTheirOperands runs every kernel with each operand against a page that faults, for all short
// lengths.
func TestKernelsStayWithinTheirOperands(t *testing.T) {
	forEach(t, testFences[float32], testFences[float64])
}

func testFences[T Float](t *testing.T, o *Ops[T]) {
	debug.SetPanicOnFault(true) // of this goroutine
	const longest = 70
	r := rand.New(rand.NewPCG(9, 9))
	var fences [4]*numtest.Guard
	for i := range fences {
		fences[i] = numtest.NewGuard(t, fenceBytes)
	}
	var what string
	defer func() {
		if e := recover(); e != nil {
			t.Fatalf("%s: %v", what, e)
		}
	}()
	for _, end := range []bool{false, true} {
		operand := func(i, n int) []T {
			s := numtest.Guarded[T](fences[i], n, end)
			mixed(r, s)
			return s
		}
		for n := range longest + 1 {
			dst, a, b, c := operand(0, n), operand(1, n), operand(2, n), operand(3, n)
			for name, f := range exactUnaries(o) {
				what = fmt.Sprintf("%s of %d", name, n)
				f(dst, a)
			}
			for name, f := range transcendentals(o) {
				what = fmt.Sprintf("%s of %d", name, n)
				f(dst, a)
			}
			for name, f := range binaries(o) {
				what = fmt.Sprintf("%s of %d", name, n)
				f(dst, a, b)
			}
			for name, f := range ternaries(o) {
				what = fmt.Sprintf("%s of %d", name, n)
				f(dst, a, b, c)
			}
			for rows := range 4 {
				what = fmt.Sprintf("a reduction of %d by %d", rows, n)
				src := operand(1, rows*n)
				o.SumRows(operand(0, rows), src, n)
				o.MaxRows(operand(0, rows), src, n)
				if n > 0 {
					o.SumMiddle(operand(0, n), src, rows, n)
					o.MaxMiddle(operand(0, n), src, rows, n)
					o.AddMiddle(operand(0, n), src, rows, n)
					o.SumMiddle(operand(0, rows), src, n, 1)
				}
				what = fmt.Sprintf("repeats of %d by %d", rows, n)
				o.RepeatEach(operand(0, rows*n), operand(1, n), rows)
				o.RepeatEach(operand(0, rows*n), operand(1, rows), n)
				what = fmt.Sprintf("a transpose of %d by %d", rows, n)
				o.Transpose(operand(0, rows*n), src, rows, n)
			}
		}
	}
}

func TestConversionsStayWithinTheirOperands(t *testing.T) {
	debug.SetPanicOnFault(true)
	a, b, c := numtest.NewGuard(t, fenceBytes), numtest.NewGuard(t, fenceBytes), numtest.NewGuard(t, fenceBytes)
	for _, k := range levels() {
		for _, end := range []bool{false, true} {
			for n := range 70 {
				k.F32ToF64(numtest.Guarded[float64](a, n, end), numtest.Guarded[float32](b, n, end))
				k.ScaleF32ToF64(numtest.Guarded[float64](a, n, end), numtest.Guarded[float32](b, n, end), 2)
				k.F64ToF32(numtest.Guarded[float32](a, n, end), numtest.Guarded[float64](b, n, end))
				k.I32ToF32(numtest.Guarded[float32](a, n, end), numtest.Guarded[int32](b, n, end))
				k.I32ToF64(numtest.Guarded[float64](a, n, end), numtest.Guarded[int32](b, n, end))
				k.F32ToI32(numtest.Guarded[int32](a, n, end), numtest.Guarded[float32](b, n, end))
				k.F64ToI32(numtest.Guarded[int32](a, n, end), numtest.Guarded[float64](b, n, end))
				k.RepeatEachI32(numtest.Guarded[int32](a, 3*n, end), numtest.Guarded[int32](b, n, end), 3)
				k.EqI32(numtest.Guarded[int32](a, n, end), numtest.Guarded[int32](b, n, end), numtest.Guarded[int32](c, n, end))
			}
		}
	}
}

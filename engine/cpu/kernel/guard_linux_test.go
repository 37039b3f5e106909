package kernel

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"syscall"
	"testing"
	"unsafe"
)

// fence is memory between two pages that nobody may touch.
type fence struct{ all, usable []byte }

func newFence(t *testing.T) *fence {
	t.Helper()
	page := syscall.Getpagesize()
	const pages = 6
	all, err := syscall.Mmap(-1, 0, (pages+2)*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range [][]byte{all[:page], all[(pages+1)*page:]} {
		if err := syscall.Mprotect(p, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(all); err != nil {
			t.Error(err)
		}
	})
	return &fence{all, all[page : (pages+1)*page]}
}

// slice is n elements next to the page before or the one behind.
func slice[T Float | int32](f *fence, n int, end bool) []T {
	var x T
	b := f.usable
	if end {
		b = b[len(b)-n*int(unsafe.Sizeof(x)):]
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(x)))[:n:n]
}

// TestKernelsStayWithinTheirOperands runs every kernel with each operand against a page that faults, for all short lengths.
func TestKernelsStayWithinTheirOperands(t *testing.T) {
	forEach(t, testFences[float32], testFences[float64])
}

func testFences[T Float](t *testing.T, o *Ops[T]) {
	debug.SetPanicOnFault(true) // of this goroutine
	const longest = 70
	r := rand.New(rand.NewPCG(9, 9))
	var fences [4]*fence
	for i := range fences {
		fences[i] = newFence(t)
	}
	var what string
	defer func() {
		if e := recover(); e != nil {
			t.Fatalf("%s: %v", what, e)
		}
	}()
	for _, end := range []bool{false, true} {
		operand := func(i, n int) []T {
			s := slice[T](fences[i], n, end)
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
	a, b, c := newFence(t), newFence(t), newFence(t)
	for _, k := range levels() {
		for _, end := range []bool{false, true} {
			for n := range 70 {
				k.F32ToF64(slice[float64](a, n, end), slice[float32](b, n, end))
				k.F64ToF32(slice[float32](a, n, end), slice[float64](b, n, end))
				k.I32ToF32(slice[float32](a, n, end), slice[int32](b, n, end))
				k.I32ToF64(slice[float64](a, n, end), slice[int32](b, n, end))
				k.F32ToI32(slice[int32](a, n, end), slice[float32](b, n, end))
				k.F64ToI32(slice[int32](a, n, end), slice[float64](b, n, end))
				k.EqI32(slice[int32](a, n, end), slice[int32](b, n, end), slice[int32](c, n, end))
			}
		}
	}
}

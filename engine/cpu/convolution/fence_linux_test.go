package convolution_test

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"basin/engine/cpu/convolution"
	"basin/engine/cpu/kernel"
)

// fence hands out slices that end, or start, at a page that faults when touched.
type fence struct {
	memory []byte
	t      *testing.T
}

const page = 4096

func newFence(t *testing.T, bytes int) *fence {
	size := (bytes+page-1)/page*page + 2*page
	m, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(m) })
	for _, edge := range [][]byte{m[:page], m[size-page:]} {
		if err := syscall.Mprotect(edge, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return &fence{m[page : size-page], t}
}

func fenced[T kernel.Float](f *fence, n int, atEnd bool) []T {
	var x T
	bytes := n * int(unsafe.Sizeof(x))
	if bytes > len(f.memory) {
		f.t.Fatalf("%d bytes for a fence of %d", bytes, len(f.memory))
	}
	if n == 0 {
		return nil
	}
	at := 0
	if atEnd {
		at = len(f.memory) - bytes
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&f.memory[at])), n)
}

// TestStaysInside faults where a kernel reads or writes beyond an operand.
func TestStaysInside(t *testing.T) {
	t.Run("float32", testStaysInside[float32])
	t.Run("float64", testStaysInside[float64])
}

func testStaysInside[T kernel.Float](t *testing.T) {
	const most = 4 << 20
	var fences [4]*fence
	for i := range fences {
		fences[i] = newFence(t, most)
	}
	rapid.Check(t, func(t *rapid.T) {
		g := drawGeometry(t)
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		atEnd := rapid.Bool().Draw(t, "at end")
		na, nb, nd := operands(kind, g)
		r := rand.New(rand.NewPCG(1, 2))
		for _, k := range levels() {
			p := convolution.New(ops[T](k), kind, g)
			a, b := fenced[T](fences[0], na, atEnd), fenced[T](fences[1], nb, atEnd)
			copy(a, normal[T](r, na))
			copy(b, normal[T](r, nb))
			run(p, fenced[T](fences[2], nd, atEnd), a, b, rapid.Bool().Draw(t, "accumulate"), fenced[T](fences[3], p.Scratch(), atEnd))
		}
	})
}

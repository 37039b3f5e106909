package numtest

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Guard is memory between two protected pages: code that reads or writes beyond a slice at its start or its end
// faults.
type Guard struct{ bytes []byte }

// NewGuard maps at least the given number of bytes, until the test ends.
func NewGuard(t testing.TB, bytes int) *Guard {
	t.Helper()
	page := unix.Getpagesize()
	size := (bytes + page - 1) / page * page
	all, err := unix.Mmap(-1, 0, size+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Munmap(all); err != nil {
			t.Error(err)
		}
	})
	for _, edge := range [][]byte{all[:page], all[page+size:]} {
		if err := unix.Mprotect(edge, unix.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return &Guard{all[page : page+size]}
}

// Guarded returns n elements at the end of a guard's memory, or at its start.
func Guarded[T any](g *Guard, n int, atEnd bool) []T {
	size := n * int(unsafe.Sizeof(*new(T)))
	if size > len(g.bytes) {
		panic("numtest: the guard is too small")
	}
	at := 0
	if atEnd {
		at = len(g.bytes) - size
	}
	return unsafe.Slice((*T)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(g.bytes)), at)), n)
}

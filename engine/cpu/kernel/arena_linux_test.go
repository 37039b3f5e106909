package kernel

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// arena is memory between two pages that cannot be touched: a kernel that reads or writes outside of a slice at its start or
// its end is killed by the processor.
type arena struct{ bytes []byte }

func newArena(tb testing.TB, size int) *arena {
	page := unix.Getpagesize()
	size = (size + page - 1) / page * page
	all, err := unix.Mmap(-1, 0, size+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := unix.Munmap(all); err != nil {
			tb.Error(err)
		}
	})
	for _, guard := range [][]byte{all[:page], all[size+page:]} {
		if err := unix.Mprotect(guard, unix.PROT_NONE); err != nil {
			tb.Fatal(err)
		}
	}
	return &arena{all[page : size+page]}
}

// between gives n elements at the end of an arena, or at its start.
func between[T Float](a *arena, n int, atEnd bool) []T {
	var x T
	size := int(unsafe.Sizeof(x))
	if n*size > len(a.bytes) {
		panic("an arena is too small")
	}
	from := 0
	if atEnd {
		from = len(a.bytes) - n*size
	}
	return unsafe.Slice((*T)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(a.bytes)), from)), n)
}

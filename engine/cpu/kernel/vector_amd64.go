package kernel

import "unsafe"

// vectorize replaces the functions that a level has in assembly.
func vectorize(k *Kernels, l Level) {
	if l >= AVX2 {
		avx2(k)
	}
	if l >= AVX512 {
		avx512(k)
	}
}

// checked2 and its like check lengths, then run a kernel over pointers.
func checked1[T Float](f func(dst, a *T, n int)) Unary[T] {
	return func(dst, a []T) {
		a = a[:len(dst)]
		f(unsafe.SliceData(dst), unsafe.SliceData(a), len(dst))
	}
}

func checked2[T Float](f func(dst, a, b *T, n int)) Binary[T] {
	return func(dst, a, b []T) {
		a, b = a[:len(dst)], b[:len(dst)]
		f(unsafe.SliceData(dst), unsafe.SliceData(a), unsafe.SliceData(b), len(dst))
	}
}

func checked3[T Float](f func(dst, p, a, b *T, n int)) func(dst, p, a, b []T) {
	return func(dst, p, a, b []T) {
		p, a, b = p[:len(dst)], a[:len(dst)], b[:len(dst)]
		f(unsafe.SliceData(dst), unsafe.SliceData(p), unsafe.SliceData(a), unsafe.SliceData(b), len(dst))
	}
}

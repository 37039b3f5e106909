package kernel

import "unsafe"

// vectorize replaces the functions that a level has in assembly.
func vectorize(k *Kernels, l Level) {
	if l >= AVX2 {
		avx2(k)
		segmentsAVX2(k)
	}
	if l >= AVX512 {
		avx512(k)
		segmentsAVX512(k)
	}
}

// checkedConversion, and the functions below it, check lengths, then run a kernel over pointers.
func checkedConversion[D, S Float | int32](f func(dst *D, src *S, n int)) func(dst []D, src []S) {
	return func(dst []D, src []S) {
		src = src[:len(dst)]
		f(unsafe.SliceData(dst), unsafe.SliceData(src), len(dst))
	}
}

func checkedRows[T Float](f func(dst, src *T, rows, n int)) func(dst, src []T, n int) {
	return func(dst, src []T, n int) {
		src = src[:len(dst)*n]
		f(unsafe.SliceData(dst), unsafe.SliceData(src), len(dst), n)
	}
}

// checkedMiddle treats an inner axis of 1 as rows, as plain Go does.
func checkedMiddle[T Float](
	f func(dst, src *T, outer, n, inner int), rows func(dst, src []T, n int),
) func(dst, src []T, n, inner int) {
	return func(dst, src []T, n, inner int) {
		if len(dst) == 0 {
			return
		}
		if inner == 1 {
			rows(dst, src, n)
			return
		}
		outer := wholeBlocks(len(dst), inner)
		src = src[:len(dst)*n]
		f(unsafe.SliceData(dst), unsafe.SliceData(src), outer, n, inner)
	}
}

func checkedAddMiddle[T Float](f func(acc, src *T, n, inner int)) func(acc, src []T, n, inner int) {
	return func(acc, src []T, n, inner int) {
		acc, src = acc[:inner], src[:n*inner]
		if len(acc) > 0 {
			f(unsafe.SliceData(acc), unsafe.SliceData(src), n, inner)
		}
	}
}

// checkedRepeatEach leaves to plain Go the last elements, where whole vectors would reach beyond dst.
func checkedRepeatEach[T Float | int32](f func(dst, src *T, m, n int), lanes int) func(dst, src []T, n int) {
	return func(dst, src []T, n int) {
		checkRepeat(len(dst), len(src), n)
		switch n {
		case 0:
			return
		case 1:
			copy(dst, src)
			return
		}
		whole := len(src)
		if n < lanes {
			whole = max(0, (len(dst)-lanes)/n+1)
			if len(dst) < lanes {
				whole = 0
			}
		}
		f(unsafe.SliceData(dst), unsafe.SliceData(src), whole, n)
		if whole < len(src) {
			repeatEach(dst[whole*n:], src[whole:], n)
		}
	}
}

// transposeBlocks works by columns of blocks, so that the lines of dst that a block writes stay in the cache until
// the next block of rows completes them.
func transposeBlocks[T Float](f transposeFunc[T]) func(dst, src []T, rows, cols int) {
	const columns = 64
	return func(dst, src []T, rows, cols int) {
		dst, src = dst[:rows*cols], src[:rows*cols]
		if rows == 0 {
			return
		}
		size := int(unsafe.Sizeof(*unsafe.SliceData(dst)))
		for j := 0; j < cols; j += columns {
			f(&dst[j*rows], rows*size, &src[j], cols*size, rows, min(columns, cols-j), false)
		}
	}
}

// panels lists kernels by their width in vectors.
func panels[T Float](narrow, wide, threeRows, twoRows, oneRow panelFunc[T]) [9]panelFunc[T] {
	return [9]panelFunc[T]{1: narrow, 2: wide, 3: threeRows, 4: twoRows, 8: oneRow}
}

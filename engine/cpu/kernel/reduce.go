package kernel

import (
	"fmt"
	"math"
)

// sumRows adds element i of a row to accumulator i mod lanes, each from 0, then halves the accumulators until one
// is left: s[l] += s[l + lanes/2], and so on. The order depends on n only.
func sumRows[T Float](dst, src []T, n int) {
	reduceRows(dst, src, n, 0, func(a, b T) T { return a + b })
}

func maxRows[T Float](dst, src []T, n int) {
	reduceRows(dst, src, n, T(math.Inf(-1)), maximum[T])
}

func reduceRows[T Float](dst, src []T, n int, start T, f func(a, b T) T) {
	src = src[:len(dst)*n]
	var acc [16]T
	for r := range dst {
		for l := range acc {
			acc[l] = start
		}
		for i, x := range src[r*n : r*n+n] {
			l := i % lanes[T]()
			acc[l] = f(acc[l], x)
		}
		for half := lanes[T]() / 2; half > 0; half /= 2 {
			for l := range half {
				acc[l] = f(acc[l], acc[l+half])
			}
		}
		dst[r] = acc[0]
	}
}

// sumMiddle adds in the order of the middle axis; an inner axis of 1 is summed as rows.
func sumMiddle[T Float](dst, src []T, n, inner int) {
	if inner == 1 {
		sumRows(dst, src, n)
		return
	}
	reduceMiddle(dst, src, n, inner, 0, func(a, b T) T { return a + b })
}

func maxMiddle[T Float](dst, src []T, n, inner int) {
	if inner == 1 {
		maxRows(dst, src, n)
		return
	}
	reduceMiddle(dst, src, n, inner, T(math.Inf(-1)), maximum[T])
}

// wholeBlocks is the number of blocks of inner elements in n.
func wholeBlocks(n, inner int) int {
	if inner <= 0 || n%inner != 0 {
		panic(fmt.Sprintf("kernel: %d outputs are no multiple of the inner axis, %d", n, inner))
	}
	return n / inner
}

func reduceMiddle[T Float](dst, src []T, n, inner int, start T, f func(a, b T) T) {
	if len(dst) == 0 {
		return
	}
	wholeBlocks(len(dst), inner)
	src = src[:len(dst)*n]
	for o := 0; o < len(dst); o += inner {
		out := dst[o : o+inner]
		for j := range out {
			out[j] = start
		}
		for r := range n {
			for j, x := range src[o*n+r*inner : o*n+(r+1)*inner] {
				out[j] = f(out[j], x)
			}
		}
	}
}

func addMiddle[T Float](acc, src []T, n, inner int) {
	acc, src = acc[:inner], src[:n*inner]
	for r := range n {
		for j, x := range src[r*inner : (r+1)*inner] {
			acc[j] += x
		}
	}
}

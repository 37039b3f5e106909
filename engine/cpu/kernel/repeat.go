package kernel

import "fmt"

func repeatEach[T Float | int32](dst, src []T, n int) {
	checkRepeat(len(dst), len(src), n)
	for i, x := range src {
		row := dst[i*n : (i+1)*n]
		for j := range row {
			row[j] = x
		}
	}
}

func checkRepeat(dst, src, n int) {
	if n < 0 || dst != src*n {
		panic(fmt.Sprintf("kernel: %d elements repeated %d times do not make %d", src, n, dst))
	}
}

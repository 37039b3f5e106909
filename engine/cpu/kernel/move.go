package kernel

// transposeGeneric goes by square tiles, so that both sides stay in the cache.
func transposeGeneric[T Float](dst, src []T, rows, cols int) {
	const tile = 16
	src, dst = src[:rows*cols], dst[:rows*cols]
	for i0 := 0; i0 < rows; i0 += tile {
		for j0 := 0; j0 < cols; j0 += tile {
			for i := i0; i < min(i0+tile, rows); i++ {
				for j := j0; j < min(j0+tile, cols); j++ {
					dst[j*rows+i] = src[i*cols+j]
				}
			}
		}
	}
}

func gatherRows[T Float](dst, src []T, index []int32, width int) {
	if width == 1 {
		dst = dst[:len(index)]
		for i, r := range index {
			dst[i] = src[r]
		}
		return
	}
	for i, r := range index {
		copy(dst[i*width:(i+1)*width], src[int(r)*width:(int(r)+1)*width])
	}
}

func scatterAddRows[T Float](add Binary[T]) func(dst, src []T, index []int32, width int) {
	const short = 8 // rows that are not worth a call
	return func(dst, src []T, index []int32, width int) {
		for i, r := range index {
			to, from := dst[int(r)*width:(int(r)+1)*width], src[i*width:(i+1)*width]
			if width >= short {
				add(to, to, from)
				continue
			}
			for j := range to {
				to[j] += from[j]
			}
		}
	}
}

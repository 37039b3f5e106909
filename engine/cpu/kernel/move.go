package kernel

// transposeGeneric transposes square tiles, so that both sides stay in the cache.
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

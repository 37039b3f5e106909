package kernel

import (
	"math"
	"unsafe"
)

// fma32 is a·b + c rounded once, as the vector instruction does. The product of two float32 is exact in float64; the sum is
// rounded to odd there, so that rounding it again to float32 is as one rounding (Boldo and Melquiond, "Emulation of FMA and
// correctly rounded sums: proved algorithms using rounding to odd", IEEE Transactions on Computers 57, 2008).
func fma32(a, b, c float32) float32 {
	p, z := float64(a)*float64(b), float64(c)
	s := p + z
	bits := math.Float64bits(s)
	const below = 1<<29 - 1 // the bits that float32 lacks
	if bits&below != 1<<28 && (s >= 0x1p-126 || s <= -0x1p-126) {
		return float32(s) // neither a tie nor subnormal: the first rounding cannot mislead the second
	}
	t := s - p
	e := (p - (s - t)) + (z - t) // p + z = s + e exactly (Knuth's TwoSum)
	if bits&1 == 0 && (e > 0 || e < 0) {
		if (e > 0) == (s > 0) {
			bits++
		} else {
			bits--
		}
		s = math.Float64frombits(bits)
	}
	return float32(s)
}

func fma[T Float](a, b, c T) T {
	if unsafe.Sizeof(a) == 4 {
		return T(fma32(float32(a), float32(b), float32(c)))
	}
	return T(math.FMA(float64(a), float64(b), float64(c)))
}

// gemmGeneric is Gemm in plain Go.
func gemmGeneric[T Float](c []T, crs int, a, b Strided[T], m, n, k int, accumulate bool) {
	for i := range m {
		row := c[i*crs : i*crs+n]
		if !accumulate {
			clear(row)
		}
		for p := range k {
			x, at := a.Data[i*a.Row+p*a.Col], p*b.Row
			for j := range row {
				row[j] = fma(x, b.Data[at], row[j])
				at += b.Col
			}
		}
	}
}

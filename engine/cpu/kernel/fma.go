package kernel

import "math"

// roundToOdd is p + z, whose rounded value is s, rounded to float32 once.
//
//go:noinline
func roundToOdd(p, z, s float64) float32 {
	t := s - p
	e := (p - (s - t)) + (z - t) // p + z = s + e exactly (Knuth's TwoSum)
	bits := math.Float64bits(s)
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

// gemmGeneric is Gemm in plain Go.
func gemmGeneric[T Float](c []T, crs int, a, b Strided[T], m, n, k int, accumulate bool) {
	for i := range m {
		row := c[i*crs : i*crs+n]
		if !accumulate {
			clear(row)
		}
		for p := range k {
			x, from := a.Data[i*a.Row+p*a.Col], b.Data[p*b.Row:]
			switch row := any(row).(type) {
			case []float32:
				fmaRow32(row, float32(x), any(from).([]float32), b.Col)
			case []float64:
				fmaRow64(row, float64(x), any(from).([]float64), b.Col)
			}
		}
	}
}

// fmaRow32 adds x·b to a row, rounding each element once, as the vector instruction does. The product of two
// float32 is exact in float64. Where rounding the sum in float64 could change how it rounds to float32, it is
// rounded to odd instead; then both roundings are as one (Boldo and Melquiond, "Emulation of FMA and correctly
// rounded sums: proved algorithms using rounding to odd", IEEE Transactions on Computers 57, 2008).
func fmaRow32(row []float32, x float32, b []float32, stride int) {
	for j, at := 0, 0; j < len(row); j, at = j+1, at+stride {
		p, z := float64(x)*float64(b[at]), float64(row[j])
		if s := p + z; misleading(s) {
			row[j] = roundToOdd(p, z, s)
		} else {
			row[j] = float32(s)
		}
	}
}

// misleading reports whether rounding s to float32 may depend on what an earlier rounding to s lost: at a tie
// between two float32, and, for simplicity, at all subnormal ones.
func misleading(s float64) bool {
	const lacking = 1<<29 - 1 // the bits of a float64 that float32 lacks
	return math.Float64bits(s)&lacking == 1<<28 || math.Abs(s) < 0x1p-126
}

// fmaRow64 adds x·b to a row, rounding each element once.
func fmaRow64(row []float64, x float64, b []float64, stride int) {
	for j, at := 0, 0; j < len(row); j, at = j+1, at+stride {
		row[j] = math.FMA(x, b[at], row[j])
	}
}

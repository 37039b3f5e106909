package checkpoint

import (
	"math"
	"testing"
)

// TestHalfPrecision compares every half and brain float with its value by the formula of IEEE 754.
func TestHalfPrecision(t *testing.T) {
	types := storedTypes()
	formula := func(h uint16, exponentBits, mantissaBits int) float64 {
		sign, top := 1.0, 1<<exponentBits-1
		if h>>15 == 1 {
			sign = -1
		}
		exponent, mantissa := int(h>>mantissaBits)&top, float64(h&(1<<mantissaBits-1))/float64(int(1)<<mantissaBits)
		bias := 1<<(exponentBits-1) - 1
		switch {
		case exponent == top && mantissa == 0:
			return math.Inf(int(sign))
		case exponent == top:
			return math.NaN()
		case exponent == 0:
			return sign * math.Ldexp(mantissa, 1-bias)
		}
		return sign * math.Ldexp(1+mantissa, exponent-bias)
	}
	for h := range 1 << 16 {
		b := le.AppendUint16(nil, uint16(h))
		for dtype, want := range map[DType]float64{"F16": formula(uint16(h), 5, 10), "BF16": formula(uint16(h), 8, 7)} {
			got := float64(types[dtype].float(b))
			if math.IsNaN(want) != math.IsNaN(got) ||
				(!math.IsNaN(want) && (got != want || math.Signbit(got) != math.Signbit(want))) {
				t.Fatalf("%s %#04x is %g, want %g", dtype, h, got, want)
			}
		}
	}
}

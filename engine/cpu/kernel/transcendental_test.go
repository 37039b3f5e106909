package kernel

import (
	"math"
	"testing"
)

// maxULP bounds the error of the float32 functions on every level, in units of the true value's last place. Exp, log and their
// like keep one rounding of the result plus those of the last two steps; tanh and logistic divide, which adds two.
var maxULP = map[string]float64{"Exp": 1.25, "Expm1": 1.75, "Log": 1, "Log1p": 1.75, "Tanh": 3, "Logistic": 2.5, "Erf": 1.5}

var truth = map[string]func(float64) float64{"Exp": math.Exp, "Expm1": math.Expm1, "Log": math.Log, "Log1p": math.Log1p,
	"Tanh": math.Tanh, "Logistic": func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, "Erf": math.Erf}

// ulps is the distance of got from want in units of want's last place as a float32, subnormal or not.
func ulps(got float32, want float64) float64 {
	r := float32(want)
	switch {
	case math.IsNaN(want):
		if got != got {
			return 0
		}
		return math.Inf(1)
	case got == r:
		return 0
	case math.IsInf(float64(r), 0) && !math.IsInf(want, 0) && !math.IsInf(float64(got), 0):
		return 1 // the largest finite number, for one that rounds to infinity
	}
	_, e := math.Frexp(want)
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(e-24, -149))
}

// TestTranscendental goes through all of float32 in steps coprime to the significands', and all magnitudes near the borders.
func TestTranscendental(t *testing.T) {
	const step = 4591
	var x []float32
	for b := uint64(0); b < 1<<32; b += step {
		x = append(x, math.Float32frombits(uint32(b)))
	}
	for _, s := range special {
		x = append(x, float32(s))
	}
	// Neighbourhoods of where a function changes its formula, overflows or underflows.
	for _, c := range []float32{0.93, 1, 3.93, 0x1p-24, 0x1p-13, 88.72284, 87.33655, 103.97208, 104, 89, 20, 9.01, 0.70710677, 1.4142135, 0.34657359,
		16.6355, 17.32868, 0x1p-126} {
		for i := -200; i <= 200; i++ {
			y := math.Float32frombits(uint32(int(math.Float32bits(c)) + i))
			x = append(x, y, -y)
		}
	}
	for _, k := range levels() {
		fs := transcendentals(&k.F32)
		y := make([]float32, len(x))
		for name, f := range truth {
			t.Run(k.Level.String()+"/"+name, func(t *testing.T) {
				fs[name](y, x)
				worst, at := 0.0, float32(0)
				for i := range x {
					want := f(float64(x[i]))
					if e := ulps(y[i], want); e > worst {
						worst, at = e, x[i]
					}
					if want == 0 && math.Signbit(float64(y[i])) != math.Signbit(want) {
						t.Fatalf("%s(%v) = %v", name, x[i], y[i])
					}
				}
				t.Logf("worst error %.2f ulp, at %v", worst, at)
				if worst > maxULP[name] {
					t.Errorf("error %.2f ulp at %x: more than %v", worst, at, maxULP[name])
				}
			})
		}
	}
}

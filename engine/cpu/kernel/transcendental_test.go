package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"testing"
)

// maxULP bounds the errors of the functions on every level, in units of the true value's last place, as the
// documentation of Ops does.
var maxULP = map[string]struct{ f32, f64 float64 }{
	"Exp": {1.1, 1.1}, "Expm1": {1.3, 1.6}, "Log": {0.85, 1}, "Log1p": {1.4, 1.4}, "Tanh": {1.4, 1.3},
	"Logistic": {1.6, 1.6}, "Erf": {1.3, 1.5}, "Sin": {1.6, 1.6}, "Cos": {1.6, 1.6},
}

var truth = map[string]func(float64) float64{"Exp": math.Exp, "Expm1": math.Expm1, "Log": math.Log, "Log1p": math.Log1p,
	"Tanh": math.Tanh, "Logistic": func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, "Erf": math.Erf,
	"Sin": math.Sin, "Cos": math.Cos}

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

// borders are where a function changes its formula, overflows, underflows, or is 0 or 1.
func borders[T Float]() []float64 {
	if lanes[T]() == 16 {
		return []float64{
			0.93, 1, 3.93, 0x1p-24, 0x1p-13, 88.72284, 87.33655, 103.97208, 104, 89, 20, 10, 9.01,
			math.Sqrt2 / 2, math.Sqrt2, math.Ln2 / 2, 16.6355, 17.32868, 0x1p-126, 0x1p17,
			math.Pi / 4, math.Pi / 2, math.Pi, 0x1p127, 0x1p128 / math.Sqrt2,
		}
	}
	return []float64{
		0.9, 1, 5.95, 0x1p-54, 0x1p-27, 709.782712893384, 708.3964185322641, 745.1332191019412, 746, 710, 40, 20, 19.06,
		math.Sqrt2 / 2, math.Sqrt2, math.Ln2 / 2, 36.7368005696771, 0x1p-1022, 0x1p30,
		math.Pi / 4, math.Pi / 2, math.Pi, 0x1p1023, 0x1p1023 * math.Sqrt2,
	}
}

// difficult are special values and the neighbours of all borders.
func difficult[T Float]() []T {
	var x []T
	for _, s := range special {
		x = append(x, T(s))
	}
	around := 200
	if lanes[T]() == 8 { // the oracle is slow
		around = 30
	}
	for _, c := range borders[T]() {
		y := T(c)
		for range around {
			y = before(y)
		}
		for range 2 * around {
			x = append(x, y, -y)
			y = after(y)
		}
	}
	return x
}

func after[T Float](x T) T {
	if lanes[T]() == 16 {
		return T(math.Nextafter32(float32(x), float32(math.Inf(1))))
	}
	return T(math.Nextafter(float64(x), math.Inf(1)))
}

func before[T Float](x T) T { return -after(-x) }

func everyBitPattern(from, to, step uint64) []float32 {
	var x []float32
	for b := from; b < to; b += step {
		x = append(x, math.Float32frombits(uint32(b)))
	}
	return x
}

// worst is the greatest error of float32 functions, and where it is.
func worst(t *testing.T, name string, f Unary[float32], x []float32) (error float64, at float32) {
	y := make([]float32, len(x))
	f(y, x)
	for i := range x {
		want := truth[name](float64(x[i]))
		if e := ulps(y[i], want); e > error {
			error, at = e, x[i]
		}
		if want == 0 && math.Signbit(float64(y[i])) != math.Signbit(want) {
			t.Fatalf("%s(%v) = %v", name, x[i], y[i])
		}
	}
	return error, at
}

// TestTranscendental32 samples all of float32 with a stride coprime to the number of significands, and all
// magnitudes near the borders. Plain Go, which is slow here, takes larger strides, and so do short tests, for
// emulators.
func TestTranscendental32(t *testing.T) {
	for _, k := range levels() {
		step := uint64(1009)
		if k.Level == Generic || testing.Short() {
			step = 40009
		}
		x := append(everyBitPattern(0, 1<<32, step), difficult[float32]()...)
		fs := transcendentals(&k.F32)
		for name := range truth {
			t.Run(k.Level.String()+"/"+name, func(t *testing.T) {
				error, at := worst(t, name, fs[name], x)
				t.Logf("worst error %.3f ulp, at %x", error, at)
				if error > maxULP[name].f32 {
					t.Errorf("error %.3f ulp at %x: more than %v", error, at, maxULP[name].f32)
				}
			})
		}
	}
}

// sweepEnv asks for every float32, and for many more float64.
const sweepEnv = "BASIN_SWEEP"

// TestTranscendental32Whole tests every float32: minutes for each function.
func TestTranscendental32Whole(t *testing.T) {
	if os.Getenv(sweepEnv) == "" {
		t.Skipf("all 2³² numbers take minutes a function: set %s=1", sweepEnv)
	}
	const piece = 1 << 16
	fs := transcendentals(&For(best()).F32)
	for name := range truth {
		t.Run(name, func(t *testing.T) {
			var (
				next  uint64
				error float64
				at    float32
				mu    sync.Mutex
				wg    sync.WaitGroup
			)
			for range runtime.GOMAXPROCS(0) {
				wg.Go(func() {
					for {
						mu.Lock()
						lo := next
						next += piece
						mu.Unlock()
						if lo >= 1<<32 {
							return
						}
						e, x := worst(t, name, fs[name], everyBitPattern(lo, lo+piece, 1))
						mu.Lock()
						if e > error {
							error, at = e, x
						}
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			t.Logf("worst error %.3f ulp, at %x", error, at)
			if error > maxULP[name].f32 {
				t.Errorf("error %.3f ulp at %x: more than %v", error, at, maxULP[name].f32)
			}
		})
	}
}

// spread draws numbers of all magnitudes that matter to the functions, most of them of ordinary size.
func spread[T Float](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		exponent := -5 + 16*r.Float64()
		if i%4 == 0 {
			exponent = -70 + 100*r.Float64()
		}
		x[i] = T(math.Exp2(exponent) * float64(1-2*r.IntN(2)))
	}
	return x
}

// TestTranscendental64 compares with numbers of 256 bits.
func TestTranscendental64(t *testing.T) {
	n := 2000
	if testing.Short() {
		n = 200
	}
	if os.Getenv(sweepEnv) != "" {
		n = 400_000
	}
	x := append(spread[float64](rand.New(rand.NewPCG(5, 6)), n), difficult[float64]()...)
	for _, k := range levels()[len(levels())-1:] { // the others agree bit for bit
		fs := transcendentals(&k.F64)
		y := make([]float64, len(x))
		for name, f := range bigTruth {
			t.Run(k.Level.String()+"/"+name, func(t *testing.T) {
				fs[name](y, x)
				error, at := 0.0, 0.0
				for i, x := range x {
					// At the ends of the domain package math is exact; for huge arguments it is the only oracle.
					rough := truth[name](x)
					switch far := math.Abs(x) > 0x1p20 && (math.Abs(x) > 0x1p30 || name != "Sin" && name != "Cos"); {
					case x == 0 || x != x || math.IsInf(x, 0) || rough != rough || x == 1 && name == "Log" ||
						x == -1 && name == "Log1p":
						if !sameBits(y[i], rough) {
							t.Fatalf("%s(%v) = %v, want %v", name, x, y[i], rough)
						}
						continue
					case far:
						if d := math.Abs(y[i] - rough); d > 0x1p-51*math.Abs(rough) {
							t.Fatalf("%s(%v) = %v, want %v", name, x, y[i], rough)
						}
						continue
					}
					if e := bigULPs(y[i], f(x)); e > error {
						error, at = e, x
					}
				}
				t.Logf("worst error %.3f ulp, at %x", error, at)
				if error > maxULP[name].f64 {
					t.Errorf("error %.3f ulp at %x: more than %v", error, at, maxULP[name].f64)
				}
			})
		}
	}
}

// TestOracle compares the oracle with package math.
func TestOracle(t *testing.T) {
	for name, f := range bigTruth {
		for _, x := range []float64{1e-9, 0.3, 0.5, 1, 2.5, 5, 17, 300} {
			want := truth[name](x)
			got, _ := f(x).Float64()
			if math.Abs(got-want) > 4e-16*math.Abs(want) && !(name == "Log" && x == 1 && got == 0) {
				t.Errorf("%s(%v) = %v, package math says %v", name, x, got, want)
			}
		}
	}
}

// TestTranscendentalLevelsAgree: all levels do the same operations.
func TestTranscendentalLevelsAgree(t *testing.T) {
	forEach(t, testLevelsAgree[float32], testLevelsAgree[float64])
}

func testLevelsAgree[T Float](t *testing.T, o *Ops[T]) {
	r := rand.New(rand.NewPCG(7, 8))
	x := append(spread[T](r, 20_000), difficult[T]()...)
	for range 20_000 { // of any magnitude at all
		x = append(x, anyPattern[T](r))
	}
	twins := transcendentals(ops[T](For(Generic)))
	y, want := make([]T, len(x)), make([]T, len(x))
	for name, f := range transcendentals(o) {
		f(y, x)
		twins[name](want, x)
		for i := range x {
			if !sameBits(y[i], want[i]) {
				t.Errorf("%s(%x) = %x, plain Go has %x", name, x[i], y[i], want[i])
				break
			}
		}
	}
}

func anyPattern[T Float](r *rand.Rand) T {
	if lanes[T]() == 16 {
		return T(math.Float32frombits(r.Uint32()))
	}
	return T(math.Float64frombits(r.Uint64()))
}

// BenchmarkTranscendental runs over a tile that stays in L1.
func BenchmarkTranscendental(b *testing.B) {
	for _, k := range levels() {
		benchmarkTranscendental(b, k.Level.String()+"/float32", &k.F32)
		benchmarkTranscendental(b, k.Level.String()+"/float64", &k.F64)
	}
}

func benchmarkTranscendental[T Float](b *testing.B, name string, o *Ops[T]) {
	const n = 1024
	x, dst := random[T](rand.New(rand.NewPCG(1, 2)), n), make([]T, n)
	for _, f := range []string{"Exp", "Expm1", "Log", "Log1p", "Tanh", "Logistic", "Erf", "Sin", "Cos"} {
		g := transcendentals(o)[f]
		b.Run(fmt.Sprintf("%s/%s", name, f), func(b *testing.B) {
			for b.Loop() {
				g(dst, x)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
}

package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// special values are mixed into every elementwise test.
var special = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, math.Inf(1), math.Inf(-1), math.NaN(), 0x1p-149, -0x1p-149,
	0x1p-140, 0x1p-126, math.MaxFloat32, -math.MaxFloat32, 0x1p-1074, math.MaxFloat64, 3, -7.25, 88, -88, 104, -104}

func mixed[T Float](r *rand.Rand, s []T) {
	for i := range s {
		switch r.IntN(4) {
		case 0:
			s[i] = T(special[r.IntN(len(special))])
		case 1:
			s[i] = T(r.NormFloat64() * 10)
		default:
			s[i] = T(r.NormFloat64())
		}
	}
}

// binaries and unaries list the functions whose levels agree bit for bit.
func binaries[T Float](o *Ops[T]) map[string]Binary[T] {
	return map[string]Binary[T]{"Add": o.Add, "Sub": o.Sub, "Mul": o.Mul, "Div": o.Div, "Max": o.Max,
		"Min": o.Min, "Pow": o.Pow,
		"Eq": o.Eq, "Ne": o.Ne, "Lt": o.Lt, "Le": o.Le, "Gt": o.Gt, "Ge": o.Ge}
}

// ternaries list functions of three operands; the first operand of Select is its predicate.
func ternaries[T Float](o *Ops[T]) map[string]Ternary[T] {
	return map[string]Ternary[T]{"MulAdd": o.MulAdd, "MulSub": o.MulSub, "NegMulAdd": o.NegMulAdd, "Select": o.Select}
}

func exactUnaries[T Float](o *Ops[T]) map[string]Unary[T] {
	return map[string]Unary[T]{"Neg": o.Neg, "Abs": o.Abs, "Sign": o.Sign, "Sqrt": o.Sqrt, "Rsqrt": o.Rsqrt}
}

func transcendentals[T Float](o *Ops[T]) map[string]Unary[T] {
	return map[string]Unary[T]{"Exp": o.Exp, "Expm1": o.Expm1, "Log": o.Log, "Log1p": o.Log1p, "Tanh": o.Tanh,
		"Logistic": o.Logistic, "Erf": o.Erf, "Sin": o.Sin, "Cos": o.Cos}
}

// lengths covers every tail of every unrolling.
var lengths = rapid.OneOf(rapid.IntRange(0, 70), rapid.IntRange(0, 300))

func TestElementwiseAgreesWithPlainGo(t *testing.T) {
	forEach(t, testElementwise[float32], testElementwise[float64])
}

func testElementwise[T Float](t *testing.T, o *Ops[T]) {
	twin := ops[T](For(Generic))
	twins, twins1 := binaries(twin), exactUnaries(twin)
	rapid.Check(t, func(t *rapid.T) {
		n := lengths.Draw(t, "n")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		off := func(name string) int { return rapid.IntRange(0, 15).Draw(t, name) }
		a, _ := guarded[T](n, off("a"))
		b, _ := guarded[T](n, off("b"))
		p, _ := guarded[T](n, off("p"))
		mixed(r, a)
		mixed(r, b)
		mixed(r, p)
		if r.IntN(2) == 0 {
			copy(b, a[:n/2])
		}
		dst, intact := guarded[T](n, off("dst"))
		inPlace := rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "in place")
		want := make([]T, n)
		check := func(name string) {
			t.Helper()
			intact(t)
			for i := range dst {
				if !sameBits(dst[i], want[i]) {
					t.Fatalf("%s: element %d of %d is %v, want %v (a %v, b %v, p %v)", name, i, n, dst[i], want[i], a[i], b[i], p[i])
				}
			}
		}
		for name, f := range binaries(o) {
			twins[name](want, a, b)
			switch inPlace {
			case "a":
				copy(dst, a)
				f(dst, dst, b)
			case "b":
				copy(dst, b)
				f(dst, a, dst)
			default:
				f(dst, a, b)
			}
			check(name)
		}
		for name, f := range exactUnaries(o) {
			twins1[name](want, a)
			f(dst, a)
			check(name)
		}
		for name, f := range ternaries(o) {
			ternaries(twin)[name](want, p, a, b)
			switch inPlace {
			case "a":
				copy(dst, a)
				f(dst, p, dst, b)
			case "b":
				copy(dst, b)
				f(dst, p, a, dst)
			default:
				copy(dst, p)
				f(dst, dst, a, b)
			}
			check(name)
		}
	})
}

// TestProductsAreRounded: a fused product has the bits of two kernels, also where a single rounding would change them.
func TestProductsAreRounded(t *testing.T) {
	forEach(t, testProducts[float32], testProducts[float64])
}

func testProducts[T Float](t *testing.T, o *Ops[T]) {
	const n = 1000
	r := rand.New(rand.NewPCG(6, 7))
	a, b := random[T](r, n), random[T](r, n)
	c, product, want, dst := make([]T, n), make([]T, n), make([]T, n), make([]T, n)
	o.Mul(product, a, b)
	o.Neg(c, product) // so that a sum with a single rounding would be the product's error, not 0
	for name, f := range map[string]Binary[T]{
		"MulAdd": o.Add, "MulSub": o.Sub, "NegMulAdd": func(dst, a, b []T) { o.Sub(dst, b, a) },
	} {
		f(want, product, c)
		ternaries(o)[name](dst, a, b, c)
		for i := range dst {
			if !sameBits(dst[i], want[i]) {
				t.Fatalf("%s(%v, %v, %v) = %v, want %v", name, a[i], b[i], c[i], dst[i], want[i])
			}
		}
	}
}

// TestGenericArithmetic pins the plain-Go kernels on the values where conventions differ.
func TestGenericArithmetic(t *testing.T) {
	forEach(t, testConventions[float32], testConventions[float64])
}

func testConventions[T Float](t *testing.T, o *Ops[T]) {
	nan, inf, zero, minus := T(math.NaN()), T(math.Inf(1)), T(0), T(math.Copysign(0, -1))
	two := func(name string, a, b, want T) {
		t.Helper()
		dst := []T{9}
		binaries(o)[name](dst, []T{a}, []T{b})
		if !sameBits(dst[0], want) {
			t.Errorf("%s(%v, %v) = %v, want %v", name, a, b, dst[0], want)
		}
	}
	two("Max", nan, 1, nan)
	two("Max", 1, nan, nan)
	two("Min", nan, -inf, nan)
	two("Min", 1, nan, nan)
	two("Max", 2, 3, 3)
	two("Min", 2, 3, 2)
	two("Max", zero, minus, minus)
	two("Eq", nan, nan, 0)
	two("Ne", nan, nan, 1)
	two("Eq", zero, minus, 1)
	two("Lt", 1, 2, 1)
	two("Gt", 1, 2, 0)
	two("Le", 2, 2, 1)
	two("Ge", nan, 2, 0)
	two("Sub", 3, 5, -2)
	two("Div", 1, 4, 0.25)
	two("Pow", 2, 10, 1024)
	signs := []T{5, -inf, zero, minus, nan, -0.5}
	o.Sign(signs, signs)
	for i, want := range []T{1, -1, 0, 0, nan, -1} {
		if !sameBits(signs[i], want) {
			t.Errorf("sign %d: %v, want %v", i, signs[i], want)
		}
	}
	dst := []T{9, 9, 9, 9}
	o.Select(dst, []T{0, minus, nan, 2}, []T{1, 1, 1, 1}, []T{7, 7, 7, 7})
	for i, want := range []T{7, 7, 1, 1} {
		if dst[i] != want {
			t.Errorf("select %d: %v, want %v", i, dst[i], want)
		}
	}
	roots := []T{4, 0.25}
	o.Rsqrt(roots, roots)
	if roots[0] != 0.5 || roots[1] != 2 {
		t.Errorf("rsqrt: %v", roots)
	}
}

// TestPositionDoesNotMatter: an element has the same bits at every position.
func TestPositionDoesNotMatter(t *testing.T) {
	forEach(t, testPosition[float32], testPosition[float64])
}

func testPosition[T Float](t *testing.T, o *Ops[T]) {
	r := rand.New(rand.NewPCG(4, 5))
	const n = 77
	a := make([]T, n)
	mixed(r, a)
	whole, one := make([]T, n), make([]T, 1)
	for name, f := range transcendentals(o) {
		f(whole, a)
		for i := range a {
			if f(one, a[i:i+1]); !sameBits(one[0], whole[i]) {
				t.Errorf("%s(%v) is %v alone and %v at %d", name, a[i], one[0], whole[i], i)
			}
		}
	}
}

func TestConvert(t *testing.T) {
	for _, k := range levels() {
		t.Run(k.Level.String(), func(t *testing.T) {
			f64 := []float64{0, 1.5, -1.5, 2147483647, -2147483648, -2147483648.5,
				2147483648, math.NaN(), math.Inf(-1), 1e300, 0x1.000001p0}
			i32 := make([]int32, len(f64))
			k.F64ToI32(i32, f64)
			for i, want := range []int32{
				0, 1, -1, 2147483647, -2147483648, -2147483648,
				-2147483648, -2147483648, -2147483648, -2147483648, 1,
			} {
				if i32[i] != want {
					t.Errorf("int32(%v) = %d, want %d", f64[i], i32[i], want)
				}
			}
			f32 := make([]float32, len(f64))
			k.F64ToF32(f32, f64)
			if !math.IsInf(float64(f32[9]), 1) || f32[10] != 1 || f32[1] != 1.5 {
				t.Errorf("float32: %v", f32)
			}
			k.F32ToI32(i32[:3], f32)
			if i32[2] != -1 {
				t.Errorf("int32 of float32: %v", i32[:3])
			}
			ints := []int32{-5, 1 << 24, 1<<24 + 1, math.MaxInt32}
			k.I32ToF32(f32[:4], ints)
			k.I32ToF64(f64[:4], ints)
			if f32[0] != -5 || f32[2] != 1<<24 || f64[2] != 1<<24+1 || f64[3] != math.MaxInt32 {
				t.Errorf("from int32: %v %v", f32[:4], f64[:4])
			}
			k.F32ToF64(f64[:1], []float32{0.1})
			if f64[0] != float64(float32(0.1)) {
				t.Errorf("float64: %v", f64[0])
			}
		})
	}
}

func TestEqI32(t *testing.T) {
	for _, k := range levels() {
		for n := range 40 {
			a, b, all := make([]int32, n), make([]int32, n), make([]int32, n+2)
			for i := range a {
				a[i], b[i] = int32(i%3)<<30, int32(i%5%3)<<30
			}
			all[0], all[n+1] = 7, 7
			k.EqI32(all[1:n+1], a, b)
			for i, got := range all[1 : n+1] {
				if (got == 1) != (a[i] == b[i]) || got>>1 != 0 {
					t.Fatalf("%s: element %d of %d: %d = %d gives %d", k.Level, i, n, a[i], b[i], got)
				}
			}
			if all[0] != 7 || all[n+1] != 7 {
				t.Fatalf("%s: %d elements: wrote outside of dst", k.Level, n)
			}
		}
	}
}

func TestShortOperandPanics(t *testing.T) {
	forEach(t, testShort[float32], testShort[float64])
	for _, k := range levels() {
		f32, f64, i32 := make([]float32, 5), make([]float64, 5), make([]int32, 5)
		for name, f := range map[string]func(){
			"F32ToF64":      func() { k.F32ToF64(f64, f32[:4:4]) },
			"ScaleF32ToF64": func() { k.ScaleF32ToF64(f64, f32[:4:4], 2) },
			"F64ToF32":      func() { k.F64ToF32(f32, f64[:4:4]) },
			"I32ToF32":      func() { k.I32ToF32(f32, i32[:4:4]) },
			"I32ToF64":      func() { k.I32ToF64(f64, i32[:4:4]) },
			"F32ToI32":      func() { k.F32ToI32(i32, f32[:4:4]) },
			"F64ToI32":      func() { k.F64ToI32(i32, f64[:4:4]) },
			"EqI32":         func() { k.EqI32(i32, i32, i32[:4:4]) },
			"RepeatEachI32": func() { k.RepeatEachI32(i32, i32[:2:2], 3) },
		} {
			mustPanic(t, k.Level.String()+"/"+name, f)
		}
	}
}

func testShort[T Float](t *testing.T, o *Ops[T]) {
	whole, short := make([]T, 5), make([]T, 4)
	for _, unaries := range []map[string]Unary[T]{exactUnaries(o), transcendentals(o)} {
		for name, f := range unaries {
			mustPanic(t, name, func() { f(whole, short) })
		}
	}
	for name, f := range binaries(o) {
		mustPanic(t, name, func() { f(whole, short, whole) })
		mustPanic(t, name, func() { f(whole, whole, short) })
	}
	for name, f := range ternaries(o) {
		mustPanic(t, name, func() { f(whole, short, whole, whole) })
		mustPanic(t, name, func() { f(whole, whole, short, whole) })
		mustPanic(t, name, func() { f(whole, whole, whole, short) })
	}
	mustPanic(t, "SumRows", func() { o.SumRows(whole, short, 1) })
	mustPanic(t, "MaxRows", func() { o.MaxRows(whole, short, 1) })
	mustPanic(t, "SumMiddle", func() { o.SumMiddle(whole, short, 1, 5) })
	mustPanic(t, "MaxMiddle", func() { o.MaxMiddle(whole, short, 1, 5) })
	mustPanic(t, "AddMiddle", func() { o.AddMiddle(whole, short, 1, 5) })
	mustPanic(t, "RepeatEach", func() { o.RepeatEach(whole, short[:2], 3) })
	mustPanic(t, "Transpose", func() { o.Transpose(whole, short, 1, 5) })
}

func mustPanic(t *testing.T, name string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic on an operand that is too short", name)
		}
	}()
	f()
}

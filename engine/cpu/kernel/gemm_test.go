package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

// levels are those that this machine can run.
func levels() []*Kernels {
	var ks []*Kernels
	for l := Generic; l <= AVX512; l++ {
		if Supported(l) {
			ks = append(ks, For(l))
		}
	}
	return ks
}

func ops[T Float](k *Kernels) *Ops[T] {
	var x T
	if unsafe.Sizeof(x) == 4 {
		return any(&k.F32).(*Ops[T])
	}
	return any(&k.F64).(*Ops[T])
}

// forEach runs a test for both precisions on each level.
func forEach(t *testing.T, f32 func(*testing.T, *Ops[float32]), f64 func(*testing.T, *Ops[float64])) {
	for _, k := range levels() {
		t.Run(k.Level.String()+"/float32", func(t *testing.T) { f32(t, &k.F32) })
		t.Run(k.Level.String()+"/float64", func(t *testing.T) { f64(t, &k.F64) })
	}
}

const canary = -12345

// guarded is a slice of n elements at an odd offset, between canaries; check fails if one was changed.
func guarded[T Float | int32](n, offset int) (s []T, check func(tb interface {
	Helper()
	Fatalf(string, ...any)
})) {
	all := make([]T, 40+offset+n)
	for i := range all {
		all[i] = canary
	}
	lo := 20 + offset
	return all[lo : lo+n : lo+n], func(tb interface {
		Helper()
		Fatalf(string, ...any)
	}) {
		tb.Helper()
		for i, x := range all {
			if (i < lo || i >= lo+n) && x != canary {
				tb.Fatalf("element %d was written, outside of [0, %d)", i-lo, n)
			}
		}
	}
}

func sameBits[T Float](a, b T) bool {
	return a == b && math.Signbit(float64(a)) == math.Signbit(float64(b)) || a != a && b != b
}

// chain is the promised value of one element of C.
func chain[T Float](a, b Strided[T], i, j, k int, start T) T {
	s := start
	for p := range k {
		x, y := a.Data[i*a.Row+p*a.Col], b.Data[p*b.Row+j*b.Col]
		if unsafe.Sizeof(s) == 8 {
			s = T(math.FMA(float64(x), float64(y), float64(s)))
		} else {
			s = T(fma32(float32(x), float32(y), float32(s)))
		}
	}
	return s
}

func drawOperand[T Float](t *rapid.T, r *rand.Rand, name string, rows, cols int) Strided[T] {
	var s Strided[T]
	pad := rapid.IntRange(0, 3).Draw(t, name+" pad")
	switch rapid.SampledFrom([]string{"rows", "columns", "strided", "broadcast"}).Draw(t, name) {
	case "rows":
		s.Row, s.Col = cols+pad, 1
	case "columns":
		s.Row, s.Col = 1, rows+pad
	case "strided":
		s.Row, s.Col = 2*cols+pad, 2
	case "broadcast":
		s.Row, s.Col = 0, 1
	}
	n := 0
	if rows > 0 && cols > 0 {
		n = (rows-1)*s.Row + (cols-1)*s.Col + 1
	}
	s.Data, _ = guarded[T](n, pad)
	for i := range s.Data {
		s.Data[i] = T(r.NormFloat64())
	}
	return s
}

func TestGemmIsOneChainAnElement(t *testing.T) {
	forEach(t, testGemm[float32], testGemm[float64])
}

func testGemm[T Float](t *testing.T, o *Ops[T]) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.OneOf(rapid.IntRange(0, 20), rapid.IntRange(0, 70))
		m, n, k := size.Draw(t, "m"), size.Draw(t, "n"), size.Draw(t, "k")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		checkGemm(t, o, r, m, n, k, drawOperand[T](t, r, "A", m, k), drawOperand[T](t, r, "B", k, n),
			rapid.IntRange(0, 9).Draw(t, "C pad"), rapid.Bool().Draw(t, "accumulate"))
	})
}

// TestGemmBlocks has sizes that cross the blocks of A and B in every direction.
func TestGemmBlocks(t *testing.T) {
	forEach(t, testGemmBlocks[float32], testGemmBlocks[float64])
}

func testGemmBlocks[T Float](t *testing.T, o *Ops[T]) {
	for _, s := range [][3]int{{197, 50, 300}, {50, 2060, 20}, {400, 33, 130}} {
		m, n, k := s[0], s[1], s[2]
		for form := range 4 {
			r := rand.New(rand.NewPCG(1, uint64(form)))
			a, b := Strided[T]{random[T](r, m*k), k, 1}, Strided[T]{random[T](r, k*n), n, 1}
			if form&1 > 0 {
				a.Row, a.Col = 1, m
			}
			if form&2 > 0 {
				b.Row, b.Col = 1, k
			}
			checkGemm(t, o, r, m, n, k, a, b, form, form&1 > 0)
		}
	}
}

func random[T Float](r *rand.Rand, n int) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = T(r.NormFloat64())
	}
	return s
}

type tester interface {
	Helper()
	Fatalf(string, ...any)
}

func checkGemm[T Float](t tester, o *Ops[T], r *rand.Rand, m, n, k int, a, b Strided[T], pad int, accumulate bool) {
	t.Helper()
	crs, size := n+pad, 0
	if m > 0 && n > 0 {
		size = (m-1)*crs + n
	}
	c, intact := guarded[T](size, pad)
	for i := range m {
		for j := range n {
			c[i*crs+j] = T(r.NormFloat64())
		}
	}
	start := append([]T(nil), c...)
	scratch, scratchIntact := guarded[T](o.GemmScratch(m, n, k, a, b), 1)
	for i := range scratch {
		scratch[i] = T(math.NaN())
	}
	o.Gemm(c, crs, a, b, m, n, k, accumulate, scratch)
	intact(t)
	scratchIntact(t)
	for i := range c {
		if i%crs >= n {
			if c[i] != canary {
				t.Fatalf("the gap after row %d was written", i/crs)
			}
			continue
		}
		var s T
		if accumulate {
			s = start[i]
		}
		if want := chain(a, b, i/crs, i%crs, k, s); !sameBits(c[i], want) {
			t.Fatalf("%d×%d×%d: element (%d, %d) is %v, its chain gives %v", m, n, k, i/crs, i%crs, c[i], want)
		}
	}
}

// TestGemmNaN: NaN in another row or column does not leak into an element's chain.
func TestGemmNaN(t *testing.T) {
	forEach(t, testGemmNaN[float32], testGemmNaN[float64])
}

func testGemmNaN[T Float](t *testing.T, o *Ops[T]) {
	const m, n, k = 13, 21, 9
	r := rand.New(rand.NewPCG(2, 3))
	a, b := Strided[T]{random[T](r, m*k), k, 1}, Strided[T]{random[T](r, k*n), n, 1}
	a.Data[5*k+2], b.Data[4*n+20], b.Data[4*n+1] = T(math.NaN()), T(math.Inf(1)), T(math.NaN())
	checkGemm(t, o, r, m, n, k, a, b, 0, true)
}

// fma32 is one step of the plain-Go chain.
func fma32(a, b, c float32) float32 {
	row := []float32{c}
	fmaRow32(row, a, []float32{b}, 1)
	return row[0]
}

func TestFMA32(t *testing.T) {
	const eps = 0x1p-23
	inf := float32(math.Inf(1))
	for _, c := range []struct{ a, b, c, want float32 }{
		{1 + eps, 1 + eps, 0x1p-100, 1 + 2*eps},
		{1, 1, eps / 2, 1},               // a tie, to even
		{1, 1 + eps, eps / 2, 1 + 2*eps}, // a tie, to even, upwards
		// (2¹²+1)² = 2²⁴ + 2¹³ + 1 is a tie of float32, which an addend far below float64's last place must decide.
		{4097, 4097, 0x1p-60, 0x1p24 + 0x1p13 + 2},
		{4097, 4097, -0x1p-60, 0x1p24 + 0x1p13},
		{-4097, 4097, -0x1p-60, -0x1p24 - 0x1p13 - 2},
		{0x1p-75, 0x1p-74, 0, 0x1p-149},        // the least subnormal
		{0x1p-75, 0x1p-75, 0, 0},               // half of it, to even
		{0x1p-75, 0x1.000002p-75, 0, 0x1p-149}, // just above half
		{0x1p100, 0x1p100, 0, inf},
		{0x1p100, 0x1p100, -inf, -inf},
		{0x1.fffffep127, 1, 0x1p102, 0x1.fffffep127}, // below the tie with infinity
		{0x1.fffffep127, 1, 0x1p103, inf},            // the tie
		{inf, 0, 1, float32(math.NaN())},
	} {
		if got := fma32(c.a, c.b, c.c); !sameBits(got, c.want) {
			t.Errorf("fma32(%x, %x, %x) = %x, want %x", c.a, c.b, c.c, got, c.want)
		}
	}
	// Against exact arithmetic. big.Float rounds to 24 bits once, and its exponent is not bounded.
	r := rand.New(rand.NewPCG(6, 7))
	for range 20000 {
		a, b := float32(r.NormFloat64()), float32(r.NormFloat64())
		c := float32(math.Ldexp(r.NormFloat64(), r.IntN(80)-40))
		x := new(big.Float).SetPrec(200).Mul(big.NewFloat(float64(a)), big.NewFloat(float64(b)))
		want, _ := x.Add(x, big.NewFloat(float64(c))).Float32()
		if got := fma32(a, b, c); got != want {
			t.Fatalf("fma32(%x, %x, %x) = %x, want %x", a, b, c, got, want)
		}
	}
}

func TestNothingIsAllocated(t *testing.T) {
	forEach(t, testAllocations[float32], testAllocations[float64])
}

func testAllocations[T Float](t *testing.T, o *Ops[T]) {
	const m, n, k = 20, 30, 40
	r := rand.New(rand.NewPCG(1, 1))
	a, b, c := random[T](r, m*k), random[T](r, k*n), make([]T, m*n)
	x, y := Strided[T]{a, k, 1}, Strided[T]{b, 1, k} // transposed, hence packed
	scratch := make([]T, o.GemmScratch(m, n, k, x, y))
	if allocs := testing.AllocsPerRun(20, func() {
		o.Gemm(c, n, x, y, m, n, k, true, scratch)
		o.Add(c, c, b)
		o.Exp(c, c)
		o.SumRows(c[:m], a, k)
		o.MaxMiddle(c[:m], a, k, m)
		o.Transpose(c[:600], a[:600], m, n)
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestReductionsAgreeWithPlainGo(t *testing.T) {
	forEach(t, testReductions[float32], testReductions[float64])
}

func testReductions[T Float](t *testing.T, o *Ops[T]) {
	twin := ops[T](For(Generic))
	rapid.Check(t, func(t *rapid.T) {
		outer := rapid.IntRange(0, 9).Draw(t, "outer")
		n := rapid.OneOf(rapid.IntRange(0, 20), rapid.IntRange(0, 100)).Draw(t, "n")
		inner := rapid.OneOf(rapid.Just(1), rapid.IntRange(1, 80)).Draw(t, "inner")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		src, _ := guarded[T](outer*n*inner, rapid.IntRange(0, 15).Draw(t, "offset"))
		if rapid.Bool().Draw(t, "special") {
			mixed(r, src)
		} else {
			copy(src, random[T](r, len(src)))
		}
		want := make([]T, outer*inner)
		dst, intact := guarded[T](outer*inner, 1)
		rows, rowsIntact := guarded[T](outer, 3)
		check := func(name string, dst, want []T) {
			t.Helper()
			intact(t)
			rowsIntact(t)
			for i := range dst {
				if !sameBits(dst[i], want[i]) {
					t.Fatalf("%s: [%d, %d, %d]: element %d is %v, want %v", name, outer, n, inner, i, dst[i], want[i])
				}
			}
		}
		twin.SumMiddle(want, src, n, inner)
		o.SumMiddle(dst, src, n, inner)
		check("SumMiddle", dst, want)
		if outer == 1 && inner > 1 { // in two parts, from zeros: the same chains
			clear(dst)
			part := n / 3
			o.AddMiddle(dst, src, part, inner)
			o.AddMiddle(dst, src[part*inner:], n-part, inner)
			check("AddMiddle", dst, want)
		}
		if outer > 0 {
			copy(want, random[T](r, len(want)))
			copy(dst, want)
			twin.AddMiddle(want, src, n*outer/(outer+1), inner)
			o.AddMiddle(dst, src, n*outer/(outer+1), inner)
			check("AddMiddle", dst, want)
		}
		twin.MaxMiddle(want, src, n, inner)
		o.MaxMiddle(dst, src, n, inner)
		check("MaxMiddle", dst, want)
		twin.SumRows(want[:outer], src, n*inner)
		o.SumRows(rows, src, n*inner)
		check("SumRows", rows, want[:outer])
		twin.MaxRows(want[:outer], src, n*inner)
		o.MaxRows(rows, src, n*inner)
		check("MaxRows", rows, want[:outer])
	})
}

// TestReductionsAreCorrect compares with plain sums in float64, in another order.
func TestReductionsAreCorrect(t *testing.T) {
	forEach(t, testReductionValues[float32], testReductionValues[float64])
}

func testReductionValues[T Float](t *testing.T, o *Ops[T]) {
	const outer, n, inner = 3, 37, 5
	const tolerance = 1e-5 // of sums of n numbers of size 1 in float32: n·2⁻²⁴ and a margin
	r := rand.New(rand.NewPCG(8, 9))
	src := random[T](r, outer*n*inner)
	sum, top := make([]T, outer*inner), make([]T, outer*inner)
	o.SumMiddle(sum, src, n, inner)
	o.MaxMiddle(top, src, n, inner)
	for i := range outer {
		for j := range inner {
			s, m := 0.0, math.Inf(-1)
			for p := n - 1; p >= 0; p-- {
				x := float64(src[(i*n+p)*inner+j])
				s, m = s+x, max(m, x)
			}
			if at := i*inner + j; math.Abs(float64(sum[at])-s) > tolerance || float64(top[at]) != m {
				t.Errorf("(%d, %d): sum %v, maximum %v, want %v, %v", i, j, sum[at], top[at], s, m)
			}
		}
	}
	row := make([]T, outer)
	o.SumRows(row, src, n*inner)
	o.MaxRows(top[:outer], src, n*inner)
	for i := range outer {
		s := 0.0
		for _, x := range src[i*n*inner : (i+1)*n*inner] {
			s += float64(x)
		}
		if math.Abs(float64(row[i])-s) > 10*tolerance || top[i] != slices.Max(src[i*n*inner:(i+1)*n*inner]) {
			t.Errorf("row %d: sum %v want %v, maximum %v", i, row[i], s, top[i])
		}
	}
	// The order of a row's sum is part of the contract: lanes, then halves.
	long := make([]T, 2*lanes[T]())
	long[0], long[lanes[T]()] = 1, T(math.Ldexp(1, -60))
	long[1] = -1
	o.SumRows(row[:1], long, len(long))
	if row[0] != 0 {
		t.Errorf("element lanes is not added to lane 0: %v", row[0])
	}
	nan := T(math.NaN())
	o.MaxRows(row[:2], []T{1, nan, 3, 2, -1, 0}, 3)
	if row[0] == row[0] || row[1] != 2 {
		t.Errorf("maximum with NaN: %v", row[:2])
	}
}

// TestAddMiddleIsAChain compares with additions in order, also for an inner axis of 1.
func TestAddMiddleIsAChain(t *testing.T) {
	forEach(t, testChain[float32], testChain[float64])
}

func testChain[T Float](t *testing.T, o *Ops[T]) {
	r := rand.New(rand.NewPCG(2, 2))
	for _, inner := range []int{1, 3, 8, 24, 65, 256} {
		const n = 50
		src, acc := random[T](r, n*inner), random[T](r, inner)
		want := append([]T(nil), acc...)
		for i, x := range src {
			want[i%inner] += x
		}
		o.AddMiddle(acc, src, n, inner)
		for j := range acc {
			if acc[j] != want[j] {
				t.Errorf("inner %d: element %d is %v, want %v", inner, j, acc[j], want[j])
			}
		}
	}
}

func TestMoves(t *testing.T) {
	forEach(t, testMoves[float32], testMoves[float64])
}

func testMoves[T Float](t *testing.T, o *Ops[T]) {
	rapid.Check(t, func(t *rapid.T) {
		rows, cols := rapid.IntRange(0, 40).Draw(t, "rows"), rapid.IntRange(0, 150).Draw(t, "cols")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		src, _ := guarded[T](rows*cols, 1)
		copy(src, random[T](r, len(src)))
		dst, intact := guarded[T](rows*cols, 2)
		o.Transpose(dst, src, rows, cols)
		intact(t)
		for i := range rows {
			for j := range cols {
				if dst[j*rows+i] != src[i*cols+j] {
					t.Fatalf("transpose %d×%d: (%d, %d)", rows, cols, i, j)
				}
			}
		}
	})
}

func TestConversionsAgreeWithPlainGo(t *testing.T) {
	twin := For(Generic)
	for _, k := range levels() {
		t.Run(k.Level.String(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				n := lengths.Draw(t, "n")
				r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
				f32, f64, i32 := make([]float32, n), make([]float64, n), make([]int32, n)
				mixed(r, f32)
				mixed(r, f64)
				for i := range i32 {
					i32[i] = int32(r.Uint32())
				}
				compareConversion(t, "F32ToF64", k.F32ToF64, twin.F32ToF64, f32)
				scaled := func(k *Kernels) func([]float64, []float32) {
					return func(dst []float64, src []float32) { k.ScaleF32ToF64(dst, src, 1.0/3) }
				}
				compareConversion(t, "ScaleF32ToF64", scaled(k), scaled(twin), f32)
				compareConversion(t, "F64ToF32", k.F64ToF32, twin.F64ToF32, f64)
				compareConversion(t, "I32ToF32", k.I32ToF32, twin.I32ToF32, i32)
				compareConversion(t, "I32ToF64", k.I32ToF64, twin.I32ToF64, i32)
				compareConversion(t, "F32ToI32", k.F32ToI32, twin.F32ToI32, f32)
				compareConversion(t, "F64ToI32", k.F64ToI32, twin.F64ToI32, f64)
			})
		})
	}
}

func compareConversion[D, S Float | int32](t *rapid.T, name string, f, twin func([]D, []S), src []S) {
	all, want := make([]D, len(src)+2), make([]D, len(src))
	all[0], all[len(all)-1] = 77, 77
	f(all[1:len(all)-1], src)
	twin(want, src)
	for i, x := range all[1 : len(all)-1] {
		if x != want[i] && (x == x || want[i] == want[i]) {
			t.Fatalf("%s(%v) = %v, want %v", name, src[i], x, want[i])
		}
	}
	if all[0] != 77 || all[len(all)-1] != 77 {
		t.Fatalf("%s wrote outside of dst", name)
	}
}

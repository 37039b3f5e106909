package kernel

import "fmt"

// Float is an element type of the kernels.
type Float interface{ float32 | float64 }

// Kernels is the table of functions of one level.
type Kernels struct {
	Level Level
	F32   Ops[float32]
	F64   Ops[float64]

	// Conversions of dst[i] = src[i]. Those to int32 truncate; values that do not fit become the smallest int32.
	F32ToF64 func(dst []float64, src []float32)
	F64ToF32 func(dst []float32, src []float64)
	I32ToF32 func(dst []float32, src []int32)
	I32ToF64 func(dst []float64, src []int32)
	F32ToI32 func(dst []int32, src []float32)
	F64ToI32 func(dst []int32, src []float64)

	// ScaleF32ToF64 is F32ToF64, then a multiplication by scale.
	ScaleF32ToF64 func(dst []float64, src []float32, scale float64)

	// EqI32 is 1 where a and b are equal, else 0.
	EqI32 func(dst, a, b []int32)
	// RepeatEachI32 is Ops.RepeatEach of int32.
	RepeatEachI32 func(dst, src []int32, n int)
}

// Ops is the table of functions over one element type. Elementwise functions compute len(dst) elements.
type Ops[T Float] struct {
	Add, Sub, Mul, Div Binary[T]
	Max, Min           Binary[T]              // NaN if either is; of ±0, the second
	Pow                Binary[T]              // as math.Pow
	Eq, Ne, Lt, Le     Binary[T]              // 1 or 0; with a NaN only Ne holds
	Gt, Ge             Binary[T]              //
	Select             func(dst, p, a, b []T) // a where p ≠ 0 (NaN is not 0), else b

	// Products and the sums that read them, the product rounded first: the bits of Mul, then Add or Sub.
	MulAdd    Ternary[T] // a·b + c
	MulSub    Ternary[T] // a·b − c
	NegMulAdd Ternary[T] // c − a·b

	Neg, Abs, Sign Unary[T] // Sign(±0) = 0, Sign(NaN) = NaN
	Sqrt, Rsqrt    Unary[T] // Rsqrt is 1/√x, both operations rounded
	// The comments bound the error in units of the last place of the true value: the greatest found in all of
	// float32 and in samples of float64, rounded up. Subnormal numbers, the limits of overflow and underflow,
	// infinities, NaN and −0 are correct.
	Exp      Unary[T] // 1.1 in float32 and float64
	Expm1    Unary[T] // 1.3, 1.6
	Log      Unary[T] // 0.85, 1
	Log1p    Unary[T] // 1.4
	Tanh     Unary[T] // 1.4, 1.3
	Logistic Unary[T] // 1.6
	Erf      Unary[T] // 1.3, 1.5
	Sin, Cos Unary[T] // 1.6

	// SumRows and MaxRows reduce the rows of src [len(dst), n]; the sum of no elements is 0, their maximum −Inf.
	SumRows, MaxRows func(dst, src []T, n int)
	// SumMiddle and MaxMiddle reduce the middle axis of src [outer, n, inner] to dst [outer, inner], outer·inner =
	// len(dst).
	SumMiddle, MaxMiddle func(dst, src []T, n, inner int)
	// AddMiddle adds the n rows of src [n, inner] to acc [inner] in order: acc[j] = acc[j] + src[0, j] + src[1, j]
	// + …, so that a sum can continue where the last one stopped. From zeros it equals SumMiddle of one block,
	// except with an inner axis of 1, which is also a chain here.
	AddMiddle func(acc, src []T, n, inner int)

	// RepeatEach writes every element of src n times: dst[i·n+j] = src[i], n·len(src) = len(dst).
	RepeatEach func(dst, src []T, n int)
	// Transpose writes src [rows, cols] to dst [cols, rows], which must not overlap.
	Transpose func(dst, src []T, rows, cols int)

	gemm     blocks[T]
	segments []segmentKernels[T] // the longest vectors first
}

// Unary computes dst[i] = f(a[i]).
type Unary[T Float] = func(dst, a []T)

// Binary computes dst[i] = f(a[i], b[i]).
type Binary[T Float] = func(dst, a, b []T)

// Ternary computes dst[i] = f(a[i], b[i], c[i]).
type Ternary[T Float] = func(dst, a, b, c []T)

// For returns the kernels of a level. It panics if the machine lacks it.
func For(l Level) *Kernels {
	if !Supported(l) {
		panic(fmt.Sprintf("kernel: level %s is not supported by this CPU", l))
	}
	k := generic()
	vectorize(k, l)
	k.Level = l
	return k
}

package kernel

import (
	"math"
	"unsafe"
)

// generic is the table of the plain-Go level, which the vector levels are tested against.
func generic() *Kernels {
	k := &Kernels{
		F32:      genericOps[float32](),
		F64:      genericOps[float64](),
		F32ToF64: convert[float64, float32],
		F64ToF32: convert[float32, float64],
		I32ToF32: convert[float32, int32],
		I32ToF64: convert[float64, int32],
		F32ToI32: truncate[float32],
		F64ToI32: truncate[float64],
		EqI32:    equalGeneric,

		ScaleF32ToF64: scaleGeneric,
		RepeatEachI32: repeatEach[int32],
	}
	genericTranscendentals(k)
	return k
}

func genericOps[T Float]() Ops[T] {
	return Ops[T]{
		Add:    zip(func(a, b T) T { return a + b }),
		Sub:    zip(func(a, b T) T { return a - b }),
		Mul:    zip(func(a, b T) T { return a * b }),
		Div:    zip(func(a, b T) T { return a / b }),
		Max:    zip(maximum[T]),
		Min:    zip(minimum[T]),
		Pow:    zip(func(a, b T) T { return T(math.Pow(float64(a), float64(b))) }),
		Eq:     zip(func(a, b T) T { return one[T](a == b) }),
		Ne:     zip(func(a, b T) T { return one[T](a != b) }),
		Lt:     zip(func(a, b T) T { return one[T](a < b) }),
		Le:     zip(func(a, b T) T { return one[T](a <= b) }),
		Gt:     zip(func(a, b T) T { return one[T](a > b) }),
		Ge:     zip(func(a, b T) T { return one[T](a >= b) }),
		Select: selectGeneric[T],

		// The conversion keeps a compiler from fusing the product.
		MulAdd:    zip3(func(a, b, c T) T { return T(a*b) + c }),
		MulSub:    zip3(func(a, b, c T) T { return T(a*b) - c }),
		NegMulAdd: zip3(func(a, b, c T) T { return c - T(a*b) }),

		Neg:   each(func(a T) T { return -a }),
		Abs:   each(func(a T) T { return T(math.Abs(float64(a))) }),
		Sign:  each(sign[T]),
		Sqrt:  each(func(a T) T { return T(math.Sqrt(float64(a))) }),
		Rsqrt: each(func(a T) T { return 1 / T(math.Sqrt(float64(a))) }),

		SumRows:    sumRows[T],
		MaxRows:    maxRows[T],
		SumMiddle:  sumMiddle[T],
		MaxMiddle:  maxMiddle[T],
		AddMiddle:  addMiddle[T],
		RepeatEach: repeatEach[T],
		Transpose:  transposeGeneric[T],

		segments: genericSegments[T](),
	}
}

func each[T Float](f func(a T) T) Unary[T] {
	return func(dst, a []T) {
		a = a[:len(dst)]
		for i := range dst {
			dst[i] = f(a[i])
		}
	}
}

func zip[T Float](f func(a, b T) T) Binary[T] {
	return func(dst, a, b []T) {
		a, b = a[:len(dst)], b[:len(dst)]
		for i := range dst {
			dst[i] = f(a[i], b[i])
		}
	}
}

func zip3[T Float](f func(a, b, c T) T) Ternary[T] {
	return func(dst, a, b, c []T) {
		a, b, c = a[:len(dst)], b[:len(dst)], c[:len(dst)]
		for i := range dst {
			dst[i] = f(a[i], b[i], c[i])
		}
	}
}

func one[T Float](b bool) T {
	if b {
		return 1
	}
	return 0
}

// maximum is NaN if either operand is; of equal operands (±0) it is the second, as in the vector instruction.
func maximum[T Float](a, b T) T {
	if a > b || a != a {
		return a
	}
	return b
}

func minimum[T Float](a, b T) T {
	if a < b || a != a {
		return a
	}
	return b
}

func sign[T Float](a T) T {
	switch {
	case a > 0:
		return 1
	case a < 0:
		return -1
	case a == 0:
		return 0
	}
	return a
}

func selectGeneric[T Float](dst, p, a, b []T) {
	p, a, b = p[:len(dst)], a[:len(dst)], b[:len(dst)]
	for i := range dst {
		if p[i] != 0 {
			dst[i] = a[i]
		} else {
			dst[i] = b[i]
		}
	}
}

func equalGeneric(dst, a, b []int32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = 0
		if a[i] == b[i] {
			dst[i] = 1
		}
	}
}

func convert[D Float, S Float | int32](dst []D, src []S) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] = D(src[i])
	}
}

func scaleGeneric(dst []float64, src []float32, scale float64) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] = float64(src[i]) * scale
	}
}

// truncate converts towards zero. Values out of range and NaN become the smallest int32, as the vector instruction
// does (a Go conversion would depend on the machine).
func truncate[S Float](dst []int32, src []S) {
	src = src[:len(dst)]
	for i := range dst {
		if x := float64(src[i]); x > math.MinInt32-1 && x < math.MaxInt32+1 {
			dst[i] = int32(x)
		} else {
			dst[i] = math.MinInt32
		}
	}
}

// lanes is the number of accumulators of a sum: 16 of float32, 8 of float64, on every level.
func lanes[T Float]() int {
	var x T
	return 64 / int(unsafe.Sizeof(x))
}

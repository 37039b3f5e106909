// Package kernel holds the inner loops of the CPU engine: matrix products, elementwise functions, reductions and
// copies over contiguous slices of float32 and float64.
//
// [For] gives the table of functions of a [Level]: plain Go, AVX2, or AVX-512. Tables are values; a caller picks
// one and keeps it. No function allocates, and none starts a goroutine.
//
// What all levels promise:
//   - A result's bits depend only on its operands: never on the length of the slice, the element's position in it, its
//     alignment, or the shape of the rest of a matrix.
//   - [Ops.Gemm] computes each element by one chain of fused multiply-adds over p = 0 … k−1 in order, and
//     [Ops.SumRows] and the other sums add in an order that depends only on the reduced length. Transcendental
//     functions do the same operations on every level. Levels therefore agree bit for bit, except in Pow, and in
//     Sin and Cos of |x| > 2¹⁷ (float32) or 2³⁰ (float64), which are those of package math.
//
// Slices that are too short panic. A destination may be one of the operands of an elementwise function, but must
// not overlap it in another way.
package kernel

//go:generate go run ./gen

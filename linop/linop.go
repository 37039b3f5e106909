// Package linop declares symmetric linear operators known only by their products with vectors. It never reaches
// the engine, so that everything built on it is tested on dense matrices in milliseconds.
package linop

// Operator is a real symmetric linear operator on R^Dim.
type Operator interface {
	Dim() int
	// Apply sets dst = A·src. Both have length Dim and do not overlap. An error means that the product could not
	// be formed; products that are not finite are no error.
	Apply(dst, src []float64) error
	// ApplyBlock sets dst_i = A·src_i for k vectors, each of length Dim, one after the other in dst and src.
	// Implementations share what the vectors have in common (the primal pass of a Hessian-vector product). Each
	// dst_i is, bit for bit, what Apply gives.
	ApplyBlock(dst, src []float64, k int) error
}

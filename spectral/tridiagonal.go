package spectral

import (
	"errors"
	"math"
)

var errQL = errors.New("spectral: the QL iteration on the Lanczos matrix did not converge")

// eigenTridiagonal replaces d, the diagonal of a symmetric tridiagonal matrix T = S·Θ·Sᵀ, by its eigenvalues,
// ascending, and each of rows, a vector r, by rᵀS. It destroys e, which holds the off-diagonal and one more
// element, len(d) in all.
//
// It is the implicit QL iteration (Martin & Wilkinson 1968; EISPACK imtql2). LAPACK's Dsteqr rotates the whole
// matrix S in O(m³); Ritz residuals need only its last row and quadrature weights only the first (Golub & Welsch
// 1969), which is O(m²): small problems take microseconds.
func eigenTridiagonal(d, e []float64, rows ...[]float64) error {
	const (
		epsilon = 0x1p-52
		most    = 60 // iterations an eigenvalue; two or three are usual
	)
	n := len(d)
	size := 0.0
	for i := range d {
		size = max(size, math.Abs(d[i]))
		if i < n-1 {
			size = max(size, math.Abs(e[i]))
		}
	}
	if size == 0 {
		return nil
	}
	// Scaled by a power of two to a size in [½, 1), squares cannot overflow, and those that underflow do not matter.
	_, exponent := math.Frexp(size)
	scale(d, -exponent)
	scale(e[:n-1], -exponent)
	negligible := func(i int) bool {
		x := math.Abs(e[i])
		// The floor lets a zero diagonal deflate.
		return x <= epsilon*(math.Abs(d[i])+math.Abs(d[i+1])) || x <= epsilon*epsilon
	}
	for l := range d {
		for iteration := 0; ; iteration++ {
			m := l
			for m < n-1 && !negligible(m) {
				m++
			}
			if m == l {
				break
			}
			if iteration == most {
				return errQL
			}
			// Wilkinson's shift, from the leading 2×2 block.
			g := (d[l+1] - d[l]) / (2 * e[l])
			g = d[m] - d[l] + e[l]/(g+math.Copysign(math.Sqrt(float64(g*g)+1), g))
			s, c, p := 1.0, 1.0, 0.0
			i := m - 1
			for ; i >= l; i-- {
				f, b := s*e[i], c*e[i]
				r := math.Sqrt(float64(f*f) + float64(g*g))
				e[i+1] = r
				if r == 0 { // the matrix splits: start again on what is left
					d[i+1] -= p
					e[m] = 0
					break
				}
				inverse := 1 / r
				s, c = f*inverse, g*inverse
				g = d[i+1] - p
				r = float64((d[i]-g)*s) + float64(2*c*b)
				p = s * r
				d[i+1] = g + p
				g = float64(c*r) - b
				for _, z := range rows {
					f := z[i+1]
					z[i+1] = float64(s*z[i]) + float64(c*f)
					z[i] = float64(c*z[i]) - float64(s*f)
				}
			}
			if i >= l {
				continue
			}
			d[l] -= p
			e[l] = g
			e[m] = 0
		}
	}
	scale(d, exponent)
	sortEigen(d, rows)
	return nil
}

func scale(v []float64, exponent int) {
	for i, x := range v {
		v[i] = math.Ldexp(x, exponent)
	}
}

// sortEigen is an insertion sort: QL leaves the values nearly in order, and m is about a hundred.
func sortEigen(d []float64, rows [][]float64) {
	for i := 1; i < len(d); i++ {
		for j := i; j > 0 && d[j] < d[j-1]; j-- {
			d[j], d[j-1] = d[j-1], d[j]
			for _, z := range rows {
				z[j], z[j-1] = z[j-1], z[j]
			}
		}
	}
}

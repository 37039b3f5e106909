package param

import "math/rand/v2"

// Biases says what a random direction does in segments of fewer than two axes: biases, and the scales and shifts of
// normalisation.
type Biases int

const (
	LeaveOut    Biases = iota // zero there: the direction moves weights only (default)
	LikeWeights               // Gaussian there too; the segment is one row, rescaled to its norm in θ
)

// GaussianDirection sets dst to a Gaussian direction around theta, each row of each weight rescaled to the norm of
// that row of theta:
//
//	d_r = g_r · ‖θ_r‖ / ‖g_r‖
//
// (Li, Xu, Taylor, Studer, Goldstein 2018, "filter normalization"; a row is one output unit or one filter). A step s
// along d then changes every row by the same share s of its norm, whatever its scale. A row that is zero in theta
// stays zero. The part of the weights does not depend on biases: the same numbers are drawn either way.
func GaussianDirection[T Float](dst, theta []T, l Layout, biases Biases, rng *rand.Rand) {
	check(l, dst)
	check(l, theta)
	for _, s := range l.Segments {
		d := View(dst, s)
		for i := range d {
			d[i] = T(rng.NormFloat64())
		}
		if len(s.Shape) < 2 && biases == LeaveOut {
			clear(d)
			continue
		}
		ScaleRows(dst, theta, s)
	}
}

// ScaleRows rescales each row of segment s of dst to the norm of that row of theta. A row that is zero in either
// becomes zero.
func ScaleRows[T Float](dst, theta []T, s Segment) {
	if s.Size == 0 {
		return
	}
	n := s.Size / s.Rows()
	d, t := View(dst, s), View(theta, s)
	for i := 0; i < s.Size; i += n {
		row := d[i : i+n]
		factor := 0.0
		if norm := Norm(row); norm > 0 {
			factor = Norm(t[i:i+n]) / norm
		}
		for j := range row {
			row[j] = T(factor * float64(row[j]))
		}
	}
}

package dataset

import (
	"fmt"
	"math"

	"basin/random"
)

// addLabelNoise replaces a share p of a set's labels.
func addLabelNoise(s *Set, p float64, kind string, seed uint64) error {
	if !(p >= 0 && p <= 1) { // written so that NaN fails too
		return fmt.Errorf("data: label_noise: %g is outside [0,1]", p)
	}
	switch kind {
	case "", "authors":
		labelNoise(s.Y().I32, s.Classes, p, seed)
	case "exact":
		exactLabelNoise(s.Y().I32, s.Classes, p, seed)
	default:
		return fmt.Errorf("data: label_noise_kind: %q is not known; use authors or exact", kind)
	}
	return nil
}

// labelNoise is the taxonomy authors' noise: each label is replaced, with probability p, by a class drawn
// uniformly from all, so that the true one can recur and the expected share of wrong labels is p(1−1/classes).
// Each sample takes two draws, whatever p is: the labels replaced at a smaller p, and in a shorter set, are
// replaced by the same classes at a larger.
func labelNoise(y []int32, classes int, p float64, seed uint64) {
	stream := random.Stream(seed, "label-noise", 0)
	for i := range y {
		u, class := stream.Float64(), stream.IntN(classes)
		if u < p {
			y[i] = int32(class)
		}
	}
}

// exactLabelNoise replaces exactly round(p·n) labels, the first of a seeded permutation, each by a wrong class.
// A larger p adds to what a smaller one replaced; a shorter set has another permutation.
func exactLabelNoise(y []int32, classes int, p float64, seed uint64) {
	stream := random.Stream(seed, "label-noise-exact", 0)
	n := len(y)
	for _, i := range permutation(n, stream)[:int(math.Round(float64(n)*p))] {
		y[i] = (y[i] + 1 + stream.Int32N(int32(classes-1))) % int32(classes)
	}
}

// addPixelNoise adds Gaussian noise of standard deviation sigma to every value.
func addPixelNoise(s *Set, sigma float64, seed uint64) error {
	if !(sigma >= 0 && sigma <= math.MaxFloat32) {
		return fmt.Errorf("data: pixel_noise: %g is not a standard deviation; give a number ≥ 0", sigma)
	}
	if sigma == 0 {
		return nil
	}
	stream := random.Stream(seed, "pixel-noise", 0)
	x := s.X().F32
	for i := range x {
		x[i] += float32(sigma * stream.NormFloat64())
	}
	return nil
}

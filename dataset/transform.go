package dataset

import (
	"fmt"
	"math"

	"basin/random"
	"basin/spec"
)

// Validate checks what can be known of d without reading the set. Zero fields stand for their defaults.
func Validate(d spec.Data) error {
	// Written so that NaN fails too.
	switch {
	case d.Set == "":
		return fmt.Errorf("data: set: missing; name a set (%s) or the path of an .npz file", names())
	case d.Train < 0:
		return fmt.Errorf("data: train: %d is negative; give a number of samples, or leave it out", d.Train)
	case !(d.Fraction >= 0 && d.Fraction <= 1):
		return fmt.Errorf("data: fraction: %g is outside (0,1]", d.Fraction)
	case !(d.LabelNoise >= 0 && d.LabelNoise <= 1):
		return fmt.Errorf("data: label_noise: %g is outside [0,1]", d.LabelNoise)
	case !(d.PixelNoise >= 0 && d.PixelNoise <= math.MaxFloat32):
		return fmt.Errorf("data: pixel_noise: %g is not a standard deviation; give a number ≥ 0", d.PixelNoise)
	}
	switch d.LabelNoiseKind {
	case "", "authors", "exact":
	default:
		return fmt.Errorf("data: label_noise_kind: %q is not known; use authors or exact", d.LabelNoiseKind)
	}
	switch d.Normalize {
	case "", "channel", "feature", "none":
	default:
		return fmt.Errorf("data: normalize: %q is not known; use channel, feature or none", d.Normalize)
	}
	return nil
}

// transform applies d to the split, whose sets it owns and changes in place.
func (s *division) transform(d spec.Data, seed uint64) (*division, error) {
	n := s.Train.Len()
	if d.Fraction != 0 {
		keep := share(n, d.Fraction)
		if keep == 0 {
			return nil, fmt.Errorf("data: fraction: %g of %d training samples leaves none; use at least %.2g", d.Fraction, n, 1/float64(n))
		}
		s.Train = s.Train.head(keep)
	}
	switch d.LabelNoiseKind {
	case "exact":
		exactLabelNoise(s.Train, d.LabelNoise, seed)
	default:
		labelNoise(s.Train, d.LabelNoise, seed)
	}
	if d.Normalize != "none" {
		scale := measureScale(s.Train, d.Normalize == "feature")
		scale.apply(s.Train)
		scale.apply(s.Test)
	}
	pixelNoise(s.Train, d.PixelNoise, seed)
	return s, nil
}

// share is ⌊n·f⌋ of the real numbers: the slack is far above the rounding of n·f (at most 2⁻⁵³·n) and far below a sample, so that 29 %
// of 100 is 29, although 0.29·100 rounds to 28.999999999999996.
func share(n int, f float64) int {
	const slack = 1e-6
	return int(float64(float64(n)*f) + slack)
}

// labelNoise is the taxonomy authors' noise: each label is replaced, with probability p, by a class drawn uniformly from all, so that
// the true one can recur and the expected share of wrong labels is p(1−1/Classes). Each sample takes two draws, whatever p is: the labels
// replaced at a smaller p, and in a shorter set, are replaced by the same classes at a larger.
func labelNoise(s *samples, p float64, seed uint64) {
	stream := random.Stream(seed, "label-noise", 0)
	for i := range s.Y {
		u, class := stream.Float64(), stream.IntN(s.Classes)
		if u < p {
			s.Y[i] = int32(class)
		}
	}
}

// exactLabelNoise replaces exactly round(p·n) labels, the first of a seeded permutation, each by a wrong class. A larger p adds to what a
// smaller one replaced; a shorter set has a permutation of its own.
func exactLabelNoise(s *samples, p float64, seed uint64) {
	stream := random.Stream(seed, "label-noise-exact", 0)
	n := s.Len()
	for _, i := range permutation(n, stream)[:int(math.Round(float64(n)*p))] {
		s.Y[i] = (s.Y[i] + 1 + stream.Int32N(int32(s.Classes-1))) % int32(s.Classes)
	}
}

// pixelNoise adds Gaussian noise of standard deviation sigma to every value.
func pixelNoise(s *samples, sigma float64, seed uint64) {
	if sigma == 0 {
		return
	}
	stream := random.Stream(seed, "pixel-noise", 0)
	for i := range s.X {
		s.X[i] += float32(sigma * stream.NormFloat64())
	}
}

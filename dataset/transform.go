package dataset

import "fmt"

// Transform is what is done to a classification set after it was read. Its zero value is the documented
// defaults.
type Transform struct {
	Train          int     // samples trained on, of a set without a published split; 0: 80 %, rounded down
	Fraction       float64 // share of the training samples used, the first ⌊n·f⌋, in (0,1]; 0: all
	LabelNoise     float64 // share of training labels replaced, in [0,1]
	LabelNoiseKind string  // "authors" (default) or "exact"
	PixelNoise     float64 // standard deviation of the Gaussian noise added to normalised training inputs
	Normalize      string  // "channel" (default), "feature" or "none"
}

// Apply splits and transforms s, whose arrays it owns and changes in place.
func (t Transform) Apply(s *Split, seed uint64) (*Split, error) {
	for _, step := range []func() error{
		s.check,
		func() error { return s.divide(t.Train, seed) },
		func() error { return s.shorten(t.Fraction) },
		func() error { return addLabelNoise(s.Train, t.LabelNoise, t.LabelNoiseKind, seed) },
		func() error { return s.normalize(t.Normalize) },
		func() error { return addPixelNoise(s.Train, t.PixelNoise, seed) },
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// normalize scales both sets by the training set's means and deviations.
func (s *Split) normalize(kind string) error {
	switch kind {
	case "none":
		return nil
	case "", "channel", "feature":
		c := measureScaling(s.Train.X(), kind == "feature")
		s.Scaling = &c
	default:
		return fmt.Errorf("data: normalize: %q is not known; use channel, feature or none", kind)
	}
	for _, set := range []*Set{s.Train, s.Test} {
		if set != nil {
			s.Scaling.Apply(set.X())
		}
	}
	return nil
}

package dataset

import (
	"fmt"

	"basin/random"
)

// divide splits a set that comes undivided: a seeded permutation, of which the first train samples (0: 80 %)
// are trained on. A set with a published split keeps it. The samples are moved in place, so that no second copy
// is ever held.
func (s *Split) divide(train int, seed uint64) error {
	n, name := s.Train.Len(), s.Train.Name
	if s.Test != nil {
		if train != 0 && train != n {
			return fmt.Errorf("data: train: %d, but %s has its split with %d training samples; leave train out, and use "+
				"fraction to train on fewer",
				train, name, n)
		}
		return nil
	}
	switch {
	case train < 0:
		return fmt.Errorf("data: train: %d is negative; give a number of samples, or leave it out", train)
	case train == 0:
		train = n * 4 / 5
	}
	if train < 1 || train >= n {
		return fmt.Errorf("data: train: %d of %s's %d samples leaves nothing to train or to test on; choose 1 to %d",
			train, name, n, n-1)
	}
	all, perm := s.Train, permutation(n, random.Stream(seed, "split", 0))
	all.X().permute(perm)
	all.Y().permute(perm)
	s.Train, s.Test = all.slice(0, train), all.slice(train, n)
	return nil
}

// shorten keeps the first share f of the training samples (0: all). What is left shares no memory with what is
// not, which can then be freed.
func (s *Split) shorten(f float64) error {
	n := s.Train.Len()
	if !(f >= 0 && f <= 1) { // written so that NaN fails too
		return fmt.Errorf("data: fraction: %g is outside (0,1]", f)
	}
	if f == 0 || f == 1 {
		return nil
	}
	keep := share(n, f)
	if keep == 0 {
		return fmt.Errorf("data: fraction: %g of %d training samples leaves none; use at least %.2g", f, n,
			1/float64(n))
	}
	s.Train = s.Train.Select(identity(keep))
	if s.Test != nil {
		s.Test = s.Test.Select(identity(s.Test.Len()))
	}
	return nil
}

// share is ⌊n·f⌋ of the real numbers: the slack is far above the rounding of n·f (at most 2⁻⁵³·n) and far below
// a sample, so that 29 % of 100 is 29, although 0.29·100 rounds to 28.999999999999996.
func share(n int, f float64) int {
	const slack = 1e-6
	return int(float64(float64(n)*f) + slack)
}

package dataset

import "math"

// scale is x ↦ (x − mean)/deviation, one pair for each run of `run` values in a sample: a channel, or a single feature.
type scale struct {
	run             int
	mean, deviation []float64
}

// measureScale finds the mean and the (population) standard deviation of each channel of s, over samples and pixels; of each feature
// where perFeature is set or the samples are flat, since a flat sample's features are its channels.
//
// A group that does not vary keeps deviation 1: it becomes 0, not NaN. "Does not vary" is a deviation within float32's resolution of the
// mean, as rounding alone would give.
func measureScale(s *samples, perFeature bool) scale {
	const resolution = 1e-7 // of a float32, whose unit roundoff is 6e-8
	run := 1
	if !perFeature && len(s.Shape) == 3 {
		run = s.Shape[1] * s.Shape[2]
	}
	groups, n := s.Size()/run, float64(s.Len()*run)
	c := scale{run: run, mean: make([]float64, groups), deviation: make([]float64, groups)}
	s.eachRun(run, func(g int, xs []float32) {
		for _, x := range xs {
			c.mean[g] += float64(x)
		}
	})
	for g := range c.mean {
		c.mean[g] /= n
	}
	s.eachRun(run, func(g int, xs []float32) { // a second pass, as one pass over squares would cancel
		for _, x := range xs {
			d := float64(x) - c.mean[g]
			c.deviation[g] += float64(d * d)
		}
	})
	for g, sum := range c.deviation {
		c.deviation[g] = math.Sqrt(sum / n)
		if c.deviation[g] <= resolution*math.Abs(c.mean[g]) || c.deviation[g] == 0 {
			c.deviation[g] = 1
		}
	}
	return c
}

func (c scale) apply(s *samples) {
	s.eachRun(c.run, func(g int, xs []float32) {
		for i, x := range xs {
			xs[i] = float32((float64(x) - c.mean[g]) / c.deviation[g])
		}
	})
}

// eachRun calls f with each run of values in the set and the group that it belongs to, in order.
func (s *samples) eachRun(run int, f func(group int, xs []float32)) {
	groups := s.Size() / run
	for k := range len(s.X) / run {
		f(k%groups, s.X[k*run:(k+1)*run])
	}
}

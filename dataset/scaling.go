package dataset

import "math"

// Scaling is the normalisation x ↦ (x − Mean[g])/Deviation[g]: the values of a sample fall into len(Mean)
// groups of equally many neighbours, which are its channels, or its single features.
type Scaling struct {
	Mean, Deviation []float64 // [groups]
}

// measureScaling finds the mean and the (population) standard deviation of each channel of x, [n, channels,
// height, width], over samples and pixels; of each feature where perFeature is set or the samples are flat,
// since a flat sample's features are its channels.
//
// A group that does not vary keeps deviation 1: it becomes 0, not NaN. "Does not vary" is a deviation within
// float32's resolution of the mean, as rounding alone would give.
func measureScaling(x Array, perFeature bool) Scaling {
	const resolution = 1e-7 // of a float32, whose unit roundoff is 6e-8
	run := 1
	if !perFeature && len(x.Shape) == 4 {
		run = x.Shape[2] * x.Shape[3]
	}
	groups, n := x.Size()/run, float64(x.Len()*run)
	c := Scaling{Mean: make([]float64, groups), Deviation: make([]float64, groups)}
	c.eachRun(x, func(g int, xs []float32) {
		for _, v := range xs {
			c.Mean[g] += float64(v)
		}
	})
	for g := range c.Mean {
		c.Mean[g] /= n
	}
	c.eachRun(x, func(g int, xs []float32) { // a second pass, as one pass over squares would cancel
		for _, v := range xs {
			d := float64(v) - c.Mean[g]
			c.Deviation[g] += float64(d * d)
		}
	})
	for g, sum := range c.Deviation {
		c.Deviation[g] = math.Sqrt(sum / n)
		if c.Deviation[g] <= resolution*math.Abs(c.Mean[g]) || c.Deviation[g] == 0 {
			c.Deviation[g] = 1
		}
	}
	return c
}

// Apply scales float32 samples in place, [n, …], whose size is a multiple of the number of groups.
func (c Scaling) Apply(x Array) {
	c.eachRun(x, func(g int, xs []float32) {
		for i, v := range xs {
			xs[i] = float32((float64(v) - c.Mean[g]) / c.Deviation[g])
		}
	})
}

// eachRun calls f with the values of each group of each sample, in order.
func (c Scaling) eachRun(x Array, f func(group int, xs []float32)) {
	groups := len(c.Mean)
	run := x.Size() / groups
	for k := range len(x.F32) / run {
		f(k%groups, x.F32[k*run:(k+1)*run])
	}
}

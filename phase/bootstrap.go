package phase

import (
	"math"
	"slices"

	"basin/random"
	"basin/results"
)

// exactSeeds is the largest number of seeds for which every resample is enumerated: C(2n−1, n) = 1716 multisets
// for 7. With more, they are drawn at random.
const exactSeeds = 7

// resamples are drawn where they are too many to enumerate.
const resamples = 1000

// bootstrap resamples seeds with replacement. All cells with n seeds share the same resamples, so that a cell's
// result depends on the sweep's seed and its own records alone.
type bootstrap struct {
	seed uint64
	of   map[int][]resample // by the number of seeds
}

// resample says how often each seed was drawn, and how probable that is (or, of random draws, counts 1).
type resample struct {
	weights     []float64
	probability float64
}

func (b *bootstrap) draw(n int) []resample {
	if _, ok := b.of[n]; !ok {
		if n <= exactSeeds {
			b.of[n] = enumerate(n)
		} else {
			b.of[n] = monteCarlo(b.seed, n, resamples)
		}
	}
	return b.of[n]
}

// enumerate lists the multisets of n draws from n seeds with their multinomial probabilities n!/(Π wᵢ!)/nⁿ.
func enumerate(n int) []resample {
	var out []resample
	w := make([]float64, n)
	var place func(i, left int, p float64)
	place = func(i, left int, p float64) {
		if i == n-1 {
			for k := 1; k <= left; k++ {
				p /= float64(k)
			}
			w[i] = float64(left)
			out = append(out, resample{slices.Clone(w), p})
			return
		}
		for k := 0; k <= left; k++ {
			if k > 0 {
				p /= float64(k)
			}
			w[i] = float64(k)
			place(i+1, left-k, p)
		}
	}
	p := 1.0
	for k := 1; k <= n; k++ {
		p *= float64(k) / float64(n)
	}
	place(0, n, p)
	return out
}

// monteCarlo draws resamples from a separate stream.
func monteCarlo(seed uint64, n, resamples int) []resample {
	rng := random.Stream(seed, "phase-bootstrap", n)
	out := make([]resample, resamples)
	for i := range out {
		out[i] = resample{make([]float64, n), 1}
		for range n {
			out[i].weights[rng.IntN(n)]++
		}
	}
	return out
}

// confidence is the share of bootstrap resamples that keep the label. Replicas and pairs follow the same draw: a
// pair counts as often as the product of its seeds' counts. A quantity that rests on one replica or pair cannot
// vary and stays as it is; conversely, a resample in which a quantity with several samples has none left says
// nothing and is passed over. NaN where nothing can vary.
func (b *bootstrap) confidence(r rule, l Label, c *results.Cell) float64 {
	n := len(c.Seeds)
	if n < 2 || l == Undefined {
		return math.NaN()
	}
	samples := make([][]results.Sample, len(r.columns))
	varies := l == Dead || c.Dead+c.Diverged > 0
	for k, q := range r.columns {
		samples[k] = c.Values[q].Samples
		varies = varies || len(samples[k]) > 1
	}
	switch {
	case !varies:
		return math.NaN()
	case c.Dead+c.Diverged == 0 && r.oneSided(samples):
		return 1
	}
	same, total := 0.0, 0.0
	e := evidence{float64(n), 0, 0, make([]float64, len(r.columns))}
next:
	for _, draw := range b.draw(n) {
		w := draw.weights
		e.dead, e.diverged = 0, 0
		for i, s := range c.Seeds {
			if s.Dead {
				e.dead += w[i]
			}
			if s.Diverged {
				e.diverged += w[i]
			}
		}
		for k, s := range samples {
			switch {
			case len(s) == 0:
				e.means[k] = math.NaN()
			case len(s) == 1:
				e.means[k] = s[0].Value
			default:
				e.means[k] = results.Mean(s, w)
				if math.IsNaN(e.means[k]) && 2*(e.dead+e.diverged) <= e.seeds {
					continue next
				}
			}
		}
		total += draw.probability
		if r.label(e) == l {
			same += draw.probability
		}
	}
	if total == 0 {
		return math.NaN()
	}
	return min(1, same/total)
}

// margin keeps oneSided from judging where the rounding of a mean could decide.
const margin = 1e-9

// oneSided reports whether the samples of each column all lie on the same side of each of its thresholds. Then so
// does every mean of them, and every resample has the same label. Most cells of a grid are like that, and need no
// resamples.
func (r rule) oneSided(samples [][]results.Sample) bool {
	for _, t := range slices.Concat(r.sharp, r.poor, r.similar) {
		below, above := 0, 0
		for _, s := range samples[t.column] {
			switch gap := margin * max(math.Abs(s.Value), math.Abs(t.value)); {
			case s.Value < t.value-gap:
				below++
			case s.Value > t.value+gap:
				above++
			}
		}
		if n := len(samples[t.column]); below != n && above != n {
			return false
		}
	}
	return true
}

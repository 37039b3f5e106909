package phase

import (
	"math"
	"slices"

	"basin/random"
)

// exactSeeds is the largest number of seeds for which every resample is enumerated: C(2n−1, n) = 1716 multisets for 7. With more, they
// are drawn at random.
const exactSeeds = 7

// bootstrap resamples seeds with replacement. All cells with n seeds share the same resamples, so that a cell's result depends on the
// sweep's seed and its own records alone.
type bootstrap struct {
	seed      uint64
	resamples int // drawn where they are too many to enumerate
	of        map[int][]resample
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
			b.of[n] = monteCarlo(b.seed, n, b.resamples)
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

// monteCarlo draws resamples from a stream of their own.
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

// confidence is the share of bootstrap resamples that keep the label. Replicas and pairs follow the same draw: a pair counts as often as the
// product of its seeds' counts. A quantity that rests on one replica or pair cannot vary and stays as it is; the other way round, a
// resample in which a quantity with several samples has none left says nothing and is passed over. NaN where nothing can vary.
func (b *bootstrap) confidence(r Rule, l Label, g seeds, samples map[string][]sample) float64 {
	n := len(g.replicas)
	if n < 2 || b.resamples <= 0 {
		return math.NaN()
	}
	quantities := r.quantities()
	varies := l == Dead || count(g.dead, nil)+count(g.diverged, nil) > 0
	for _, q := range quantities {
		varies = varies || len(samples[q]) > 1
	}
	if !varies || l == Undefined {
		return math.NaN()
	}
	means := make(map[string]float64, len(quantities))
	lookup := func(q string) float64 { return means[q] }
	same, total := 0.0, 0.0
next:
	for _, draw := range b.draw(n) {
		w := draw.weights
		e := evidence{float64(n), count(g.dead, w), count(g.diverged, w), lookup}
		for _, q := range quantities {
			s := samples[q]
			switch {
			case len(s) == 0:
				means[q] = math.NaN()
			case len(s) == 1:
				means[q] = s[0].value
			default:
				if means[q] = mean(s, w); math.IsNaN(means[q]) && 2*(e.dead+e.diverged) <= e.seeds {
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

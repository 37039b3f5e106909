package phase

import (
	"cmp"
	"math"
	"slices"

	"basin/record"
)

// Value is a quantity in a cell.
type Value struct {
	Mean   float64 // over usable replicas or pairs; NaN if none
	StdErr float64 // over seeds; NaN when fewer than two seeds speak
	Within float64 // of the mean, from the records' own standard errors (probes, Ritz residuals); NaN if they have none
	N      int     // usable replicas or pairs
	Total  int     // records, usable or not
	Status map[record.Status]int
}

// sample is one usable value and the seeds it came from, as positions in the cell's list of seeds; a == b for a single replica.
type sample struct {
	a, b  int
	value float64
}

// mean over samples, each weighted by how often its seeds were drawn (nil: once each): w_i for a replica, w_i·w_j for a pair. NaN where
// no sample was drawn.
func mean(samples []sample, w []float64) float64 {
	sum, total := 0.0, 0.0
	for _, s := range samples {
		k := 1.0
		if w != nil {
			if k = w[s.a]; s.a != s.b {
				k *= w[s.b]
			}
		}
		sum += float64(k * s.value)
		total += k
	}
	if total == 0 {
		return math.NaN()
	}
	return sum / total
}

// stdErr is the jackknife over seeds, se² = (n−1)/n · Σᵢ(m₋ᵢ − m̄)², m₋ᵢ the mean without seed i. For a mean over replicas it is exactly
// s/√n; for a mean over pairs (a U-statistic) it accounts for pairs that share a seed, which s/√pairs would not (Arvesen 1969).
func stdErr(samples []sample) float64 {
	var seeds []int
	for _, s := range samples {
		seeds = append(seeds, s.a, s.b)
	}
	slices.Sort(seeds)
	seeds = slices.Compact(seeds)
	n := len(seeds)
	if n < 2 {
		return math.NaN()
	}
	without := make([]float64, n)
	w := make([]float64, seeds[n-1]+1)
	for i := range w {
		w[i] = 1
	}
	centre := 0.0
	for i, s := range seeds {
		w[s] = 0
		without[i] = mean(samples, w) // NaN when one seed is in every pair: no spread can be told
		w[s] = 1
		centre += without[i] / float64(n)
	}
	sum := 0.0
	for _, m := range without {
		d := m - centre
		sum += float64(d * d)
	}
	return math.Sqrt(sum * float64(n-1) / float64(n))
}

// gather sorts a cell's records into samples of each quantity, and its seeds into the dead, the diverged and the rest.
func gather(c CellRecords) (seeds, map[string][]sample, map[string]Value) {
	records := slices.Clone(c.Records)
	slices.SortStableFunc(records, func(x, y record.Record) int {
		return cmp.Or(cmp.Compare(x.Quantity, y.Quantity), slices.CompareFunc(x.Of, y.Of, byReplica))
	})
	g := newSeeds(records, c.Diverged)
	samples, values := map[string][]sample{}, map[string]Value{}
	variance := map[string]float64{}
	for _, r := range records {
		if record.Describe(r.Quantity).Array {
			continue
		}
		v, seen := values[r.Quantity]
		if !seen {
			v.Status = map[record.Status]int{}
		}
		v.Total++
		v.Status[r.Status]++
		if r.Status.Usable() && !math.IsNaN(r.Value) && !math.IsInf(r.Value, 0) && len(r.Of) > 0 {
			a, b := g.position(r.Of[0].Replica), g.position(r.Of[len(r.Of)-1].Replica)
			samples[r.Quantity] = append(samples[r.Quantity], sample{a, b, r.Value})
			variance[r.Quantity] += float64(r.StdErr * r.StdErr)
		}
		values[r.Quantity] = v
	}
	for q, v := range values {
		v.N = len(samples[q])
		v.Mean, v.StdErr = mean(samples[q], nil), stdErr(samples[q])
		v.Within = math.Sqrt(variance[q]) / float64(v.N)
		values[q] = v
	}
	return g, samples, values
}

func byReplica(a, b record.Point) int { return cmp.Compare(a.Replica, b.Replica) }

// seeds of a cell that have anything to show, and what became of them.
type seeds struct {
	replicas       []int // sorted
	dead, diverged []bool
}

func (g seeds) position(replica int) int {
	i, _ := slices.BinarySearch(g.replicas, replica)
	return i
}

// count adds up the seeds so marked, weighted (nil: once each).
func count(marked []bool, w []float64) float64 {
	n := 0.0
	for i, m := range marked {
		if m {
			if w == nil {
				n++
			} else {
				n += w[i]
			}
		}
	}
	return n
}

// newSeeds finds the seeds in the records. A dead one has a record of its own with status Constant; a diverged one has a
// training loss with status Diverged, or no record at all but a place in the cell's count.
func newSeeds(records []record.Record, diverged int) seeds {
	var g seeds
	for _, r := range records {
		g.replicas = append(g.replicas, r.Replicas()...)
	}
	slices.Sort(g.replicas)
	g.replicas = slices.Compact(g.replicas)
	g.dead, g.diverged = make([]bool, len(g.replicas)), make([]bool, len(g.replicas))
	for _, r := range records {
		if len(r.Of) != 1 {
			continue
		}
		i := g.position(r.Of[0].Replica)
		g.dead[i] = g.dead[i] || r.Status == record.Constant
		ofTraining := r.Quantity == record.TrainLoss || r.Quantity == record.EpochLoss // an infinite test loss alone is no divergence
		g.diverged[i] = g.diverged[i] || ofTraining && r.Status == record.Diverged
	}
	for range diverged - int(count(g.diverged, nil)) {
		next := 0
		if n := len(g.replicas); n > 0 {
			next = g.replicas[n-1] + 1
		}
		g.replicas = append(g.replicas, next) // past all that have records
		g.dead, g.diverged = append(g.dead, false), append(g.diverged, true)
	}
	return g
}

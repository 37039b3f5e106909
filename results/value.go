package results

import (
	"cmp"
	"math"
	"slices"

	"basin/record"
)

// Value is a quantity in a cell.
type Value struct {
	Mean    float64               // over usable replicas or pairs; NaN if there is none
	StdErr  float64               // over seeds; NaN when fewer than two seeds have values
	Within  float64               // of the mean, from the records' standard errors (Ritz residuals, say); or NaN
	N       int                   // usable replicas or pairs
	Total   int                   // records, usable or not
	Status  map[record.Status]int // of the records that are not ok; nil if all are
	Samples []Sample              // the usable values
}

// Sample is one usable value and the seeds that it came from, as indices into Cell.Seeds; A == B for a single
// replica.
type Sample struct {
	A, B  int
	Value float64
}

// Mean over samples, each weighted by how often its seeds were drawn (nil: once each): w_a for a replica, w_a·w_b
// for a pair. NaN where no sample was drawn.
func Mean(samples []Sample, w []float64) float64 {
	sum, total := 0.0, 0.0
	for _, s := range samples {
		k := 1.0
		if w != nil {
			if k = w[s.A]; s.A != s.B {
				k *= w[s.B]
			}
		}
		sum += float64(k * s.Value)
		total += k
	}
	if total == 0 {
		return math.NaN()
	}
	return sum / total
}

// stdErr is the jackknife over seeds, se² = (n−1)/n · Σᵢ(m₋ᵢ − m̄)², m₋ᵢ the mean without seed i. For a mean over
// replicas it is exactly s/√n; for a mean over pairs (a U-statistic) it accounts for pairs that share a seed,
// which s/√pairs would not (Arvesen 1969).
func stdErr(samples []Sample) float64 {
	if len(samples) < 2 {
		return math.NaN()
	}
	var seeds []int
	for _, s := range samples {
		seeds = append(seeds, s.A, s.B)
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
		without[i] = Mean(samples, w) // NaN when one seed is in every pair: the spread cannot be known
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

// sortRecords by quantity and replicas, so that sums do not depend on the order of arrival.
func sortRecords(records []record.Record) {
	slices.SortStableFunc(records, func(x, y record.Record) int {
		return cmp.Or(cmp.Compare(x.Quantity, y.Quantity), slices.CompareFunc(x.Of, y.Of, func(a, b record.Point) int {
			return cmp.Or(cmp.Compare(a.Replica, b.Replica), cmp.Compare(a.At, b.At))
		}), cmp.Compare(x.Measure, y.Measure))
	})
}

// tabulate averages a cell's sorted records by column.
func (c *Cell) tabulate(cols columns) {
	found := make([]Value, len(cols.list))
	variance := make([]float64, len(cols.list))
	for i := range c.Records {
		r := &c.Records[i]
		k := cols.of[source{r.Measure, r.Quantity, points(r.Of)}]
		if cols.list[k].Array {
			continue
		}
		v := &found[k]
		v.Total++
		if r.Status != record.OK {
			if v.Status == nil {
				v.Status = map[record.Status]int{}
			}
			v.Status[r.Status]++
		}
		if r.Status.Usable() && !math.IsNaN(r.Value) && !math.IsInf(r.Value, 0) && len(r.Of) > 0 {
			a, b := c.seed(r.Of[0].Replica), c.seed(r.Of[len(r.Of)-1].Replica)
			v.Samples = append(v.Samples, Sample{a, b, r.Value})
			variance[k] += float64(r.StdErr * r.StdErr)
		}
	}
	c.Values = map[string]Value{}
	for k, v := range found {
		if v.Total == 0 {
			continue
		}
		v.N = len(v.Samples)
		v.Mean, v.StdErr = Mean(v.Samples, nil), stdErr(v.Samples)
		v.Within = math.Sqrt(variance[k]) / float64(v.N)
		c.Values[cols.list[k].Name] = v
	}
}

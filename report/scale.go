package report

import (
	"image/color"
	"math"
	"slices"
	"sort"

	"basin/phase"
	"basin/record"
)

// scale maps a quantity's values to colours.
type scale struct {
	lo, hi   float64 // values at the ends of the colour bar
	log      bool
	below    bool // some value lies below lo …
	above    bool // … above hi: the bar's end is pointed
	colors   colormap
	ticks    []tick // along the bar
	constant bool   // all values are equal
}

// outliers is the share of the largest |values| that a diverging scale may leave beyond its ends, so that one
// barrier does not wash out the others.
const outliers = 0.05

// decade is the smallest ratio of a logarithmic scale; closer values are drawn on a linear one.
const decade = 10

// newScale spans the values of a quantity in all maps. What a dead cell's survivors say is left out.
func newScale(q record.Quantity, d *phase.Diagram) scale {
	var values []float64
	for i := range d.Cells {
		if v := d.Run.Cells[i].Mean(q.Name); !math.IsNaN(v) && d.Cells[i].Label != phase.Dead {
			values = append(values, v)
		}
	}
	return span(values, q.Scale)
}

// span is a scale for finite values, which it sorts.
func span(values []float64, kind record.Scale) scale {
	s := scale{colors: viridis}
	if kind == record.Diverging {
		s.colors = diverging
	}
	if len(values) == 0 {
		return s
	}
	slices.Sort(values)
	s.lo, s.hi = values[0], values[len(values)-1]
	positive := values[sort.Search(len(values), func(i int) bool { return values[i] > 0 }):]
	switch {
	case kind == record.Diverging:
		abs := make([]float64, len(values))
		for i, v := range values {
			abs[i] = math.Abs(v)
		}
		slices.Sort(abs)
		limit := roundUp(abs[int(math.Ceil(float64(len(abs)-1)*(1-outliers)))])
		s.below, s.above = s.lo < -limit, s.hi > limit
		s.lo, s.hi = -limit, limit
	case kind == record.Log && len(positive) > 0:
		if lo := positive[0]; s.hi/lo >= decade {
			s.below, s.log, s.lo = s.lo < lo, true, lo
		}
	}
	if s.lo == s.hi {
		s.constant = true
		s.ticks = []tick{{0.5, significant(3)(s.lo)}}
		return s
	}
	s.ticks = s.roundTicks()
	return s
}

func (s scale) roundTicks() []tick {
	var out []tick
	for _, r := range roundNumbers(s.lo, s.hi, s.log, mostTicks) {
		out = append(out, tick{s.position(r.value), r.label})
	}
	return out
}

// position of a value along the bar; outside [0, 1] where it lies beyond the ends.
func (s scale) position(v float64) float64 {
	switch {
	case s.constant:
		return 0.5
	case s.log && v <= 0:
		return math.Inf(-1)
	case s.log:
		return math.Log(v/s.lo) / math.Log(s.hi/s.lo)
	}
	return (v - s.lo) / (s.hi - s.lo)
}

func (s scale) color(v float64) color.NRGBA { return s.colors.at(s.position(v)) }

// roundUp to 1, 2, 2.5 or 5 times a power of ten, or a few numbers between; 1 for 0.
func roundUp(v float64) float64 {
	if v == 0 {
		return 1
	}
	p := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 8} {
		if v <= m*p {
			return m * p
		}
	}
	return 10 * p
}

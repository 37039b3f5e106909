package report

import (
	"image/color"
	"math"
	"slices"
	"strconv"

	"basin/phase"
)

// scale maps a quantity's values to colours.
type scale struct {
	lo, hi   float64 // values at the ends of the colour bar
	log      bool
	below    bool // some value lies below lo …
	above    bool // … above hi: the bar's end is pointed
	colors   colormap
	ticks    []tick
	constant bool // all values are equal
	measured bool // there is a value at all
}

type tick struct {
	at    float64 // position along the bar in [0, 1]
	label string
}

// outliers is the share of the largest |values| that a diverging scale may leave beyond its ends, so that one barrier does not wash out
// the others.
const outliers = 0.05

// decade is the smallest ratio of a logarithmic scale; closer values are drawn on a linear one.
const decade = 10

func newScale(q quantity, t *phase.Table) scale {
	var values, positive []float64
	for i := range t.Cells {
		if v := t.Cells[i].Mean(q.name); !math.IsNaN(v) && t.Cells[i].Label != phase.Dead {
			values = append(values, v)
			if v > 0 {
				positive = append(positive, v)
			}
		}
	}
	s := scale{colors: viridis}
	if q.kind == divergingAroundZero {
		s.colors = diverging
	}
	if len(values) == 0 {
		return s
	}
	s.measured = true
	slices.Sort(values)
	s.lo, s.hi = values[0], values[len(values)-1]
	switch {
	case q.kind == divergingAroundZero:
		abs := make([]float64, len(values))
		for i, v := range values {
			abs[i] = math.Abs(v)
		}
		slices.Sort(abs)
		limit := roundUp(abs[int(math.Ceil(float64(len(abs)-1)*(1-outliers)))])
		s.below, s.above = s.lo < -limit, s.hi > limit
		s.lo, s.hi = -limit, limit
	case q.kind == logarithmic && len(positive) > 0:
		if lo := slices.Min(positive); s.hi/lo >= decade {
			s.below, s.log, s.lo = s.lo < lo, true, lo
		}
	}
	if s.lo == s.hi {
		s.constant = true
		s.ticks = []tick{{0.5, significant(3)(s.lo)}}
		return s
	}
	if s.log {
		s.ticks = s.logTicks()
	} else {
		s.ticks = s.linearTicks()
	}
	return s
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

// roundUp to 1, 2, 2.5 or 5 times a power of ten; 1 for 0.
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

// linearTicks at multiples of 1, 2 or 5 times a power of ten, up to seven of them.
func (s scale) linearTicks() []tick {
	step := math.Pow(10, math.Floor(math.Log10(s.hi-s.lo)))
	for _, m := range []float64{.1, .2, .5, 1, 2, 5} {
		if (s.hi-s.lo)/(m*step) <= 6 {
			step *= m
			break
		}
	}
	digits := max(0, -int(math.Floor(math.Log10(step)*(1+1e-9))))
	var out []tick
	for k := math.Ceil(s.lo/step - 1e-9); k*step <= s.hi*(1+math.Copysign(1e-9, s.hi)); k++ {
		label := strconv.FormatFloat(k*step, 'f', digits, 64)
		if k == 0 {
			label = "0"
		}
		out = append(out, tick{s.position(k * step), minus(label)})
	}
	return out
}

// logTicks at powers of ten, or at 1, 2, 5 times them where fewer than three powers lie inside.
func (s scale) logTicks() []tick {
	for _, m := range [][]float64{{1}, {1, 3}, {1, 2, 5}} {
		var out []tick
		for e := math.Floor(math.Log10(s.lo)); e <= math.Log10(s.hi); e++ {
			for _, f := range m {
				v := f * math.Pow(10, e)
				if p := s.position(v); p >= -1e-9 && p <= 1+1e-9 {
					out = append(out, tick{p, power(f, int(e))})
				}
			}
		}
		if len(out) >= 3 {
			every := (len(out) + 5) / 6
			var thin []tick
			for i := 0; i < len(out); i += every {
				thin = append(thin, out[i])
			}
			return thin
		}
	}
	return s.linearTicks()
}

// power writes f·10^e: plainly where that is short.
func power(f float64, e int) string {
	if e >= -3 && e <= 3 {
		return strconv.FormatFloat(f*math.Pow(10, float64(e)), 'g', -1, 64)
	}
	if f == 1 {
		return minus("10^{" + strconv.Itoa(e) + "}")
	}
	return minus(strconv.FormatFloat(f, 'g', -1, 64) + "·10^{" + strconv.Itoa(e) + "}")
}

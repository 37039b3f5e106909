package results

import (
	"cmp"
	"math"
	"slices"
)

// Spacing says how an axis' values are spaced.
type Spacing int

const (
	Ordinal Spacing = iota // neither of the others, or not numbers, or fewer than three
	Linear                 // equal steps
	Log                    // equal ratios
)

// An axis counts as evenly spaced when its largest step is at most this many times its smallest. Hand-picked
// geometric grids are far from exact: 1 2 3 4 6 8 11 16 has log steps from 0.29 (6→8) to 0.69 (1→2), a factor of
// 2.4, and the published batch sizes, with 19 and 27 put between 16, 24 and 32, a factor of 3.4. Label noise 0,
// .025, .05 … .1, .2 has linear steps with a factor of 4: neither.
const evenSteps = 3.5

// Temperature is the name of the axis along which the noise of training grows. As the second axis it is drawn with
// the hot end on top.
const Temperature = "temperature"

// Axis is one axis of a grid. In a Run its values are in the order to be drawn: numbers ascend to the right and
// upwards, on an axis of temperature the temperature does.
type Axis struct {
	Name    string    // in the spec's grid: "load", "temperature"
	Path    string    // what it sweeps: "train.batch"
	Label   string    // "batch size"
	Values  []string  // as the user wrote them, at least one
	Numbers []float64 // the same as numbers; nil unless all are
	Spacing Spacing
	Colder  bool // larger values mean a lower temperature
}

// arranged returns the axis in drawing order and, for each of the given values, its index there.
func (a Axis) arranged(second bool) (Axis, []int) {
	order := make([]int, len(a.Values))
	for i := range order {
		order[i] = i
	}
	if len(a.Numbers) == len(a.Values) {
		slices.SortStableFunc(order, func(i, j int) int {
			if second && a.Name == Temperature && a.Colder {
				i, j = j, i
			}
			return cmp.Compare(a.Numbers[i], a.Numbers[j])
		})
	} else {
		a.Numbers = nil
	}
	values, numbers, position := make([]string, len(order)), make([]float64, len(order)), make([]int, len(order))
	for to, from := range order {
		position[from], values[to] = to, a.Values[from]
		if a.Numbers != nil {
			numbers[to] = a.Numbers[from]
		}
	}
	a.Values = values
	if a.Numbers != nil {
		a.Numbers = numbers
	}
	a.Spacing = spacing(a.Numbers)
	return a, position
}

// spacing is the ratio test: log steps more even than linear ones make an axis logarithmic.
func spacing(x []float64) Spacing {
	if len(x) < 3 {
		return Ordinal
	}
	linear := unevenness(x, func(v float64) float64 { return v })
	log := math.Inf(1)
	if slices.Min(x) > 0 {
		log = unevenness(x, math.Log)
	}
	switch {
	case log < linear && log <= evenSteps:
		return Log
	case linear <= evenSteps:
		return Linear
	}
	return Ordinal
}

// unevenness is the largest step over the smallest, at least 1.
func unevenness(x []float64, f func(float64) float64) float64 {
	lo, hi := math.Inf(1), 0.0
	for i := 1; i < len(x); i++ {
		step := math.Abs(f(x[i]) - f(x[i-1]))
		lo, hi = min(lo, step), max(hi, step)
	}
	if lo == 0 {
		return math.Inf(1)
	}
	return hi / lo
}

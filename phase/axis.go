package phase

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"basin/spec"
)

// Scale says how an axis' values are spaced.
type Scale int

const (
	Ordinal Scale = iota // neither of the others, or not numbers, or fewer than three
	Linear               // equal steps
	Log                  // equal ratios
)

// An axis counts as evenly spaced when its largest step is at most this many times its smallest. Hand-picked geometric grids are far
// from exact: 1 2 3 4 6 8 11 16 has log steps from 0.29 (6→8) to 0.69 (1→2), a factor of 2.4, and the published batch sizes, with 19
// and 27 put between 16, 24 and 32, a factor of 3.4. Label noise 0, .025, .05 … .1, .2 has linear steps with a factor of 4: neither.
const evenSteps = 3.5

// Axis is one axis of the diagram, its values in drawing order: numbers ascend to the right; upwards, they ascend in heat.
type Axis struct {
	Path    string    // "train.batch"; empty where nothing is swept
	Label   string    // "batch size"
	Values  []string  // as the user wrote them, at least one
	Numbers []float64 // the same as numbers; nil unless all are
	Scale   Scale
	Colder  bool // larger values mean a lower temperature: they are drawn further down
}

// Names of the parameters most often swept. Others are shown by their path.
var axisLabels = map[string]string{
	"model.width":                  "width",
	"model.depth":                  "depth",
	"train.batch":                  "batch size",
	"train.epochs":                 "epochs",
	"train.optimizer.lr":           "learning rate",
	"train.optimizer.momentum":     "momentum",
	"train.optimizer.weight_decay": "weight decay",
	"data.fraction":                "data fraction",
	"data.label_noise":             "label noise",
	"data.pixel_noise":             "pixel noise",
	"data.train":                   "training samples",
}

// newAxis orders an axis' values and returns, for each of the caller's indices, the index in drawing order. On the temperature axis the
// batch size runs downwards: the noise of SGD goes as lr/batch, so small batches are hot (REFERENCE §1).
func newAxis(a spec.Axis, temperature bool) (Axis, []int) {
	out := Axis{Path: a.Path, Label: axisLabels[a.Path], Colder: temperature && a.Path == "train.batch"}
	if out.Label == "" {
		out.Label = a.Path
	}
	if len(a.Values) == 0 {
		out.Values = []string{""}
		return out, []int{0}
	}
	numbers := make([]float64, len(a.Values))
	order := make([]int, len(a.Values))
	numeric := true
	for i, v := range a.Values {
		x, ok := number(v)
		numbers[i], order[i], numeric = x, i, numeric && ok
	}
	if numeric {
		slices.SortStableFunc(order, func(i, j int) int {
			if out.Colder {
				i, j = j, i
			}
			return cmp.Compare(numbers[i], numbers[j])
		})
	}
	position := make([]int, len(order))
	for to, from := range order {
		position[from] = to
		out.Values = append(out.Values, FormatValue(a.Values[from]))
		if numeric {
			out.Numbers = append(out.Numbers, numbers[from])
		}
	}
	out.Scale = scaleOf(out.Numbers)
	return out, position
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, !math.IsNaN(x)
	case bool, nil:
		return 0, false
	case string: // "2" in quotes is a name
		return 0, false
	}
	x, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	return x, err == nil
}

// FormatValue writes an axis' value as the tables show it.
func FormatValue(v any) string {
	if x, ok := v.(float64); ok {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}

// scaleOf is the ratio test: log steps more even than linear ones make an axis logarithmic.
func scaleOf(x []float64) Scale {
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

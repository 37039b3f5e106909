package report

import (
	"math"
	"sort"
	"strconv"
	"unicode/utf8"

	"basin/results"
)

// tick is a labelled place: along a colour bar in [0, 1], on an axis in cells, 0 being the middle of the first.
type tick struct {
	at    float64
	label string
}

// roundNumber is a value to put a tick at.
type roundNumber struct {
	value float64
	label string
}

// roundNumbers chooses up to n of them between lo and hi: on a logarithmic scale powers of ten, or 1, 2, 5 times
// them where fewer than three powers lie inside; else multiples of 1, 2 or 5 times a power of ten.
func roundNumbers(lo, hi float64, log bool, n int) []roundNumber {
	if log && lo > 0 {
		for _, factors := range [][]float64{{1}, {1, 3}, {1, 2, 5}} {
			var out []roundNumber
			for e := math.Floor(math.Log10(lo)); e <= math.Log10(hi); e++ {
				for _, f := range factors {
					if v := f * math.Pow(10, e); v >= lo*(1-1e-9) && v <= hi*(1+1e-9) {
						out = append(out, roundNumber{v, power(f, int(e))})
					}
				}
			}
			if len(out) >= 3 {
				every := (len(out) + n - 1) / n
				thin := out[:0]
				for i := 0; i < len(out); i += every {
					thin = append(thin, out[i])
				}
				return thin
			}
		}
	}
	step := math.Pow(10, math.Floor(math.Log10(hi-lo)))
	for _, m := range []float64{.1, .2, .5, 1, 2, 5, 10} {
		if (hi-lo)/(m*step) <= float64(n-1) {
			step *= m
			break
		}
	}
	digits := max(0, -int(math.Floor(math.Log10(step)*(1+1e-9))))
	var out []roundNumber
	for k := math.Ceil(lo/step - 1e-9); k*step <= hi+1e-9*math.Abs(hi); k++ {
		label := strconv.FormatFloat(k*step, 'f', digits, 64)
		if k == 0 {
			label = "0"
		}
		out = append(out, roundNumber{k * step, minus(label)})
	}
	return out
}

// power writes f·10^e: plainly where that is short.
func power(f float64, e int) string {
	if e >= -3 && e <= 3 {
		return strconv.FormatFloat(f*math.Pow(10, float64(e)), 'f', max(0, -e), 64)
	}
	if f == 1 {
		return minus("10^{" + strconv.Itoa(e) + "}")
	}
	return minus(strconv.FormatFloat(f, 'g', -1, 64) + "·10^{" + strconv.Itoa(e) + "}")
}

const (
	shortLabel = 7  // letters that an axis' own value may have; longer numbers give way to round ones
	fewValues  = 30 // of an axis, that can be found by their own labels
	longLabel  = 14 // letters after which a word is cut; numbers never are
	mostTicks  = 7
)

// axisTicks labels an axis: with its own values where they are short and few, every n-th of them if need be; else
// with a few round numbers, at their place between the cells. A cell has a length along the axis, a label the
// length that extent says.
func axisTicks(a results.Axis, cell float64, extent func(label string) float64) []tick {
	short := len(a.Values) <= fewValues
	for _, v := range a.Values {
		short = short && utf8.RuneCountInString(v) <= shortLabel
	}
	if a.Spacing != results.Ordinal && !short {
		for n := mostTicks; n >= 2; n-- {
			if ticks := roundTicks(a, n); len(ticks) >= 2 && apart(ticks, cell, extent) {
				return ticks
			}
		}
	}
	all := make([]tick, len(a.Values))
	for i := range all {
		all[i] = tick{float64(i), ownLabel(a, i)}
	}
	return everyNth(all, cell, extent)
}

func roundTicks(a results.Axis, n int) []tick {
	first, last := a.Numbers[0], a.Numbers[len(a.Numbers)-1]
	var out []tick
	for _, r := range roundNumbers(min(first, last), max(first, last), a.Spacing == results.Log, n) {
		out = append(out, tick{place(a, r.value), r.label})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].at < out[j].at })
	return out
}

// place of a value between an axis' cells.
func place(a results.Axis, v float64) float64 {
	f := func(x float64) float64 { return x }
	if a.Spacing == results.Log {
		f = math.Log
	}
	for i := 1; i < len(a.Numbers); i++ {
		x, y := a.Numbers[i-1], a.Numbers[i]
		if i == len(a.Numbers)-1 || min(x, y) <= v && v <= max(x, y) {
			return float64(i-1) + (f(v)-f(x))/(f(y)-f(x))
		}
	}
	return 0
}

// ownLabel is an axis' value, a long number to four digits, a long word cut.
func ownLabel(a results.Axis, i int) string {
	s := a.Values[i]
	switch {
	case a.Numbers != nil && utf8.RuneCountInString(s) > shortLabel:
		return minus(strconv.FormatFloat(a.Numbers[i], 'g', 4, 64))
	case a.Numbers != nil:
		return minus(s)
	}
	return cut(s, longLabel)
}

func cut(s string, letters int) string {
	if utf8.RuneCountInString(s) <= letters {
		return s
	}
	return string([]rune(s)[:letters-1]) + "…"
}

// everyNth thins ticks so that their labels do not touch.
func everyNth(ticks []tick, cell float64, extent func(string) float64) []tick {
	widest := 0.0
	for _, t := range ticks {
		widest = max(widest, extent(t.label))
	}
	every := max(1, int(math.Ceil(widest/cell-1e-9)))
	var out []tick
	for i := 0; i < len(ticks); i += every {
		out = append(out, ticks[i])
	}
	return out
}

// apart reports whether no two labels touch.
func apart(ticks []tick, cell float64, extent func(string) float64) bool {
	for i := 1; i < len(ticks); i++ {
		if (ticks[i].at-ticks[i-1].at)*cell < (extent(ticks[i].label)+extent(ticks[i-1].label))/2 {
			return false
		}
	}
	return true
}

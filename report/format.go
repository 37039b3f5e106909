package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"basin/record"
	"basin/results"
)

// Text in titles and labels may hold _{sub} and ^{super}.

// heading is a quantity's title with its unit.
func heading(q record.Quantity) string { return withUnit(q.Title, q.Unit) }

func withUnit(s, unit string) string {
	if unit == "" {
		return s
	}
	return s + " (" + unit + ")"
}

// formatter writes values of a quantity, short enough for a cell of a map. A quantity's format is a verb of
// package fmt; of %g the exponent is kept away as long as the number is short without.
func formatter(q record.Quantity) func(float64) string {
	var digits int
	if n, err := fmt.Sscanf(q.Format, "%%.%dg", &digits); n == 1 && err == nil && digits > 0 {
		return significant(digits)
	}
	if strings.Contains(fmt.Sprintf(q.Format, 1.5), "%!") || !strings.Contains(q.Format, "%") {
		return significant(3)
	}
	return func(v float64) string {
		s := fmt.Sprintf(q.Format, v)
		if strings.Trim(s, "+-0.") == "" { // no sign on what rounds to zero
			s = strings.TrimLeft(s, "+-")
		}
		return minus(s)
	}
}

// fixed and significant format numbers; a minus is a real one.
func fixed(digits int) func(float64) string {
	return func(v float64) string { return minus(strconv.FormatFloat(v, 'f', digits, 64)) }
}

func significant(digits int) func(float64) string {
	return func(v float64) string {
		a := math.Abs(v)
		switch {
		case v == 0:
			return "0"
		case a >= 1e6 || a < 1e-4:
			s := strconv.FormatFloat(v, 'e', digits-1, 64)
			m, e, _ := strings.Cut(s, "e")
			n, _ := strconv.Atoi(e)
			return minus(m + "e" + strconv.Itoa(n))
		case a >= 99950:
			return minus(strconv.FormatFloat(v/1000, 'f', 0, 64) + "k")
		case a >= 9999.5:
			return minus(strconv.FormatFloat(v/1000, 'f', max(0, digits-2), 64) + "k")
		}
		return minus(strconv.FormatFloat(v, 'f', max(0, digits-1-int(math.Floor(math.Log10(a)))), 64))
	}
}

// plusMinus writes mean ± standard error over seeds, both to the error's second digit; without an error, the mean
// as its quantity says.
func plusMinus(v results.Value, text func(float64) string) string {
	switch {
	case v.N == 0 || math.IsNaN(v.Mean):
		return "–"
	case math.IsNaN(v.StdErr) || v.StdErr == 0:
		return text(v.Mean)
	}
	const most = 5 // decimals
	decimals := max(0, 1-int(math.Floor(math.Log10(v.StdErr))))
	if decimals > most || max(v.StdErr, math.Abs(v.Mean)) >= 1e6 {
		return significant(3)(v.Mean) + " ± " + significant(2)(v.StdErr)
	}
	return fixed(decimals)(v.Mean) + " ± " + fixed(decimals)(v.StdErr)
}

func orDash(v float64, text func(float64) string) string {
	if math.IsNaN(v) {
		return "–"
	}
	return text(v)
}

func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

func percent(share float64) string { return strconv.Itoa(int(math.Round(100 * share))) }

func percentText(share float64) string { return percent(share) + " %" }

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// axisTitle names an axis.
func axisTitle(a results.Axis) string {
	if a.Spacing == results.Log {
		return a.Label + " (log)"
	}
	return a.Label
}

// verticalTitle names the second axis; on one of temperature it says where the heat is. Turned by 90°, the arrow
// points up.
func verticalTitle(a results.Axis) string {
	s := axisTitle(a)
	if a.Name == results.Temperature && len(a.Values) > 1 {
		s += "   hotter →"
	}
	return s
}

// capital makes a text begin with a capital letter.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

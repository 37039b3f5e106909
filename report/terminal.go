package report

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"basin/phase"
	"basin/record"
)

// Table writes the diagram for a terminal: a line for each cell, from the smallest load and the coldest up, then the phases, the
// thresholds and what cells without a phase lack. A mean is followed by its standard error over seeds, where there are several.
func Table(w io.Writer, t *phase.Table) error {
	lines := [][]string{{heading(t.Load, "load"), heading(t.Temperature, "temperature"), "phase", "sure", "test acc %", "train loss",
		"λ_max", "trace", "mc %", "CKA", "ℓ2", "seeds", "dead", "failed"}}
	for col := range t.Cols() {
		for row := range t.Rows() {
			c := t.At(row, col)
			lines = append(lines, []string{clean(c.Load), clean(c.Temp), string(c.Label), confidence(c.Confidence),
				plusMinus(c, record.TestAccuracy, fixed(2)), plusMinus(c, record.TrainLoss, significant(2)),
				plusMinus(c, record.EigenvalueMax, significant(2)), plusMinus(c, record.Trace, significant(2)),
				plusMinus(c, record.MC, signed(2)), plusMinus(c, record.CKA, fixed(3)), plusMinus(c, record.L2, significant(3)),
				strconv.Itoa(max(0, c.Seen-c.Dead-c.Diverged)) + "/" + strconv.Itoa(c.Replicas), dashZero(c.Dead), dashZero(c.Failed + c.Diverged)})
		}
	}
	b := bufio.NewWriter(w)
	if t.Name != "" {
		fmt.Fprintf(b, "%s\n\n", clean(t.Name))
	}
	columns(b, lines)
	summary := [][]string{{"phase", "cells", "test acc %", "meaning"}}
	for _, s := range t.Summary {
		summary = append(summary, []string{string(s.Label), strconv.Itoa(s.Cells), orDash(s.TestAccuracy, fixed(2)), s.Label.Describe()})
	}
	fmt.Fprintln(b)
	columns(b, summary)
	fmt.Fprintf(b, "\n%s\n", minus(t.Rule.String()))
	for _, s := range t.Sensitivity {
		if !math.IsNaN(s.Lower) {
			fmt.Fprintf(b, "%s %s: %s %% of labels change when it is 20 %% smaller, %s %% when larger\n", s.Quantity, minus(fmt.Sprint(s.Threshold)),
				percent(s.Lower), percent(s.Raise))
		}
	}
	return b.Flush()
}

func heading(a phase.Axis, otherwise string) string {
	if a.Label == "" {
		return otherwise
	}
	return clean(a.Label)
}

func confidence(c float64) string {
	if math.IsNaN(c) {
		return "–"
	}
	return percent(c) + " %"
}

// plusMinus writes mean ± standard error, both to the error's second digit; without an error, the mean as text writes it.
func plusMinus(c *phase.Cell, name string, text func(float64) string) string {
	v, ok := c.Values[name]
	switch {
	case !ok || math.IsNaN(v.Mean):
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

func dashZero(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}

// clean keeps control characters of users' names from the terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '·'
	}, s)
}

// columns aligns lines: numbers to the right, what starts with a letter to the left.
func columns(w io.Writer, lines [][]string) {
	widths := make([]int, len(lines[0]))
	words := make([]bool, len(lines[0]))
	for i, line := range lines {
		for k, s := range line {
			widths[k] = max(widths[k], utf8.RuneCountInString(s))
			words[k] = words[k] || i > 0 && s != "" && unicode.IsLetter([]rune(s)[0])
		}
	}
	for _, line := range lines {
		var b strings.Builder
		for k, s := range line {
			pad := strings.Repeat(" ", widths[k]-utf8.RuneCountInString(s))
			if words[k] {
				b.WriteString(s + pad)
			} else {
				b.WriteString(pad + s)
			}
			b.WriteString("  ")
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

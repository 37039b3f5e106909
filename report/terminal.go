package report

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"basin/phase"
	"basin/record"
	"basin/results"
)

// Table writes a run for a terminal: a line for each cell, from the smallest values of the axes up, then the
// phases and their thresholds. A mean is followed by its standard error over seeds, where there are several.
func Table(w io.Writer, run *results.Run) error {
	d := phase.New(run)
	var order []int
	for k := range run.Sheets() {
		for col := range run.Cols() {
			for row := range run.Rows() {
				order = append(order, (k*run.Rows()+row)*run.Cols()+col)
			}
		}
	}
	b := bufio.NewWriter(w)
	if run.Name != "" {
		fmt.Fprintf(b, "%s\n\n", clean(run.Name))
	}
	columns(b, cellLines(d, order))
	phaseLines(b, d)
	return b.Flush()
}

// extremes is how many of the best and of the worst cells a summary shows.
const extremes = 5

// Summary writes what fits on a screen of a run that has too many cells for a table: the axes, the range of each
// main quantity, the best and the worst cells by the figure of merit, and the phases.
func Summary(w io.Writer, run *results.Run) error {
	d := phase.New(run)
	b := bufio.NewWriter(w)
	if run.Name != "" {
		fmt.Fprintf(b, "%s\n\n", clean(run.Name))
	}
	axes := [][]string{{"axis", "sweeps", "values", "first", "last"}}
	for _, a := range run.Axes {
		n := len(a.Values)
		axes = append(axes, []string{clean(a.Label), clean(a.Path), strconv.Itoa(n), clean(ownLabel(a, 0)),
			clean(ownLabel(a, n-1))})
	}
	columns(b, axes)
	main := run.Main()
	if len(main) > 0 {
		ranges := [][]string{{"quantity", "cells", "lowest", "median", "highest"}}
		for _, q := range main {
			values := means(run, q)
			text := formatter(q)
			n := len(values)
			ranges = append(ranges, []string{columnHead(q), strconv.Itoa(n), text(values[0]), text(values[n/2]),
				text(values[n-1])})
		}
		fmt.Fprintln(b)
		columns(b, ranges)
	}
	if q, ok := run.Merit(); ok {
		order := ranked(run, q)
		if len(order) > 2*extremes {
			order = append(order[:extremes:extremes], order[len(order)-extremes:]...)
		}
		fmt.Fprintf(b, "\nBest and worst cells by %s:\n", columnHead(q))
		columns(b, cellLines(d, order))
	}
	phaseLines(b, d)
	return b.Flush()
}

// means lists those of a quantity in rising order.
func means(run *results.Run, q record.Quantity) []float64 {
	var out []float64
	for i := range run.Cells {
		if v := run.Cells[i].Mean(q.Name); !math.IsNaN(v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

// cellLines are a table of some cells under its heads.
func cellLines(d *phase.Diagram, cells []int) [][]string {
	run, main, labelled := d.Run, d.Run.Main(), d.Labelled()
	var head []string
	for _, a := range run.Axes {
		head = append(head, clean(a.Label))
	}
	if labelled {
		head = append(head, "phase", "sure")
	}
	texts := make([]func(float64) string, len(main))
	for k, q := range main {
		head, texts[k] = append(head, columnHead(q)), formatter(q)
	}
	lines := [][]string{append(head, "seeds", "dead", "failed")}
	for _, i := range cells {
		c := &run.Cells[i]
		var line []string
		for k, at := range c.At {
			line = append(line, clean(run.Axes[k].Values[at]))
		}
		if labelled {
			line = append(line, string(d.Cells[i].Label), orDash(d.Confidence(i), percentText))
		}
		for k, q := range main {
			line = append(line, plusMinus(c.Values[q.Name], texts[k]))
		}
		seeds := fmt.Sprintf("%d/%d", max(0, len(c.Seeds)-c.Dead-c.Diverged), c.Replicas)
		lines = append(lines, append(line, seeds, dashZero(c.Dead), dashZero(c.Failed+c.Diverged)))
	}
	return lines
}

// phaseLines are the phases that occur, the thresholds, and how much the labels depend on them.
func phaseLines(b io.Writer, d *phase.Diagram) {
	if !d.Labelled() {
		return
	}
	head := []string{"phase", "cells", "meaning"}
	merit, ok := d.Run.Merit()
	if ok {
		head = slices.Insert(head, 2, columnHead(merit))
	}
	lines := [][]string{head}
	for _, s := range d.Summary() {
		line := []string{string(s.Label), strconv.Itoa(s.Cells), s.Label.Describe()}
		if ok {
			line = slices.Insert(line, 2, orDash(s.Merit, formatter(merit)))
		}
		lines = append(lines, line)
	}
	fmt.Fprintln(b)
	columns(b, lines)
	fmt.Fprintf(b, "\n%s\n", minus(d.Run.Rule.String()))
	for _, s := range d.Sensitivity() {
		if !math.IsNaN(s.Lower) {
			fmt.Fprintf(b, "%s %s: %s %% of the labels change when it is 20 %% smaller, %s %% when it is 20 %% larger\n",
				s.Quantity, minus(fmt.Sprint(s.Threshold)), percent(s.Lower), percent(s.Raise))
		}
	}
}

// columnHead is a quantity's symbol with its unit, its markup in a terminal's letters: "λ_max".
func columnHead(q record.Quantity) string {
	s := strings.NewReplacer("_{", "_", "^{", "^", "}", "").Replace(q.Symbol)
	return clean(strings.TrimSpace(s + " " + q.Unit))
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
			first, _ := utf8.DecodeRuneInString(s)
			words[k] = words[k] || i > 0 && unicode.IsLetter(first)
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

package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"basin/phase/phasetest"
	"basin/results"
)

// The terminal's table: one line a cell, aligned, in a terminal's safe characters.
func TestTable(t *testing.T) {
	source := phasetest.Synthetic(phasetest.Size{Rows: 3, Cols: 4, Replicas: 3, Pairs: true, Holes: true})
	source.Name = "evil\x1b[2Jname"
	source.Axes[0].Label, source.Axes[0].Values[0], source.Axes[0].Numbers = "model.kind", "a\nb", nil
	run := build(t, source)
	var b bytes.Buffer
	if err := Table(&b, run); err != nil {
		t.Fatal(err)
	}
	s := b.String()
	if strings.Contains(s, "\x1b") {
		t.Error("a control character reaches the terminal")
	}
	lines := strings.Split(s, "\n")
	head := lines[2]
	if !strings.Contains(lines[0], "evil·[2Jname") || !strings.HasPrefix(strings.TrimSpace(head), "model.kind") ||
		!strings.Contains(head, "λ_max") {
		t.Fatalf("starts with\n%s", strings.Join(lines[:3], "\n"))
	}
	body := lines[3 : 3+len(run.Cells)]
	for _, line := range body {
		if len([]rune(line)) > len([]rune(head))+1 {
			t.Errorf("line is longer than the head:\n%s\n%s", head, line)
		}
	}
	c := &run.Cells[1] // batch size 32, the coldest, at the second load
	want := fmt.Sprintf("%.1f", c.Mean("test_accuracy"))
	found := false
	for _, line := range body {
		f := strings.Fields(line)
		found = found || f[0] == run.Axes[0].Values[1] && f[1] == run.Axes[1].Values[0] &&
			strings.Contains(line, want) && strings.Contains(line, " ± ")
	}
	if !found {
		t.Errorf("no line for %s with %q in\n%s", c.Label, want, s)
	}
}

// A summary of a big run fits on a screen, and shows the best and the worst cells.
func TestSummary(t *testing.T) {
	run := build(t, phasetest.Synthetic(phasetest.Size{Rows: 20, Cols: 15, Replicas: 2, Sheets: 2}))
	var b bytes.Buffer
	if err := Summary(&b, run); err != nil {
		t.Fatal(err)
	}
	s := b.String()
	if n := strings.Count(s, "\n"); n > 45 {
		t.Errorf("%d lines", n)
	}
	var best, worst *results.Cell
	for i := range run.Cells {
		c := &run.Cells[i]
		if best == nil || c.Mean("test_accuracy") > best.Mean("test_accuracy") {
			best = c
		}
		if worst == nil || c.Mean("test_accuracy") < worst.Mean("test_accuracy") {
			worst = c
		}
	}
	var first, last []string // of the best and worst cells
	at := strings.Index(s, "Best and worst cells by test acc %:")
	lines := strings.Split(s[max(0, at):], "\n")
	if at < 0 || len(lines) < 12 {
		t.Fatalf("no best cells in\n%s", s)
	}
	first, last = strings.Fields(lines[2]), strings.Fields(lines[11])
	for k, c := range map[*[]string]*results.Cell{&first: best, &last: worst} {
		for a, at := range c.At {
			if (*k)[a] != run.Axes[a].Values[at] {
				t.Errorf("%v is not %s", *k, c.Label)
			}
		}
	}
	for _, part := range []string{"width", "model.width", "15", "batch size", "20", "learning rate", "phase", "IV-B"} {
		if !strings.Contains(s, part) {
			t.Errorf("without %q:\n%s", part, s)
		}
	}
}

// Runs without a grid or without any result have a table too.
func TestTablesOfSmallRuns(t *testing.T) {
	for name, run := range grids(t) {
		var b bytes.Buffer
		if err := Table(&b, run); err != nil || !strings.Contains(b.String(), "seeds") {
			t.Errorf("%s: %v\n%s", name, err, &b)
		}
		if err := Summary(&b, run); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

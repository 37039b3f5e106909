package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"basin/phase"
)

type pageLabel struct {
	Name  string `json:"name"`  // "IV-A", "dead", "none"
	Title string `json:"title"` // "phase IV-A"
	Means string `json:"means"`
	Color string `json:"color"`
	Ink   string `json:"ink"`
	Mark  string `json:"mark"` // "x", "/" or none
}

type pageCell struct {
	Label  int         `json:"l"`           // index into Labels
	Kept   string      `json:"k,omitempty"` // share of resamples that keep the label, in per cent
	Unsure bool        `json:"u,omitempty"`
	Notes  []string    `json:"n,omitempty"`
	Arrays []pageArray `json:"a,omitempty"`
}

type pageName struct {
	Label int     `json:"l"`
	X     float64 `json:"x"` // grid coordinates
	Y     float64 `json:"y"`
}

type pageTable struct {
	Title string     `json:"title"`
	Head  []string   `json:"head"`
	Lines [][]string `json:"lines"`
	Color []string   `json:"color,omitempty"` // of each line's swatch
}

func newPageLabel(l phase.Label) pageLabel {
	c := phaseColor[l]
	p := pageLabel{Name: l.Name(), Title: "phase " + string(l), Means: l.Describe(), Color: css(c), Ink: css(ink(c))}
	switch l {
	case phase.Dead:
		p.Title, p.Mark = "dead", "x"
	case phase.Undefined:
		p.Title, p.Mark, p.Means = "no phase", "/", ""
	}
	return p
}

func newPageCell(d *phase.Diagram, i int, place map[phase.Label]int) pageCell {
	c, l := &d.Run.Cells[i], d.Cells[i]
	p := pageCell{Label: place[l.Label]}
	if v := d.Confidence(i); !math.IsNaN(v) {
		p.Kept, p.Unsure = percent(v), l.Label.IsPhase() && v < unsure
	}
	if l.Reason != "" && (d.Labelled() || l.Label == phase.Dead) {
		p.Notes = append(p.Notes, l.Reason)
	}
	if len(l.Single) > 0 {
		p.Notes = append(p.Notes, "from one pair or seed, spread unknown: "+strings.Join(l.Single, ", "))
	}
	seeds := fmt.Sprintf("%d of %s", len(c.Seeds), count(max(c.Replicas, len(c.Seeds)), "seed"))
	for _, k := range []struct {
		n    int
		what string
	}{{c.Dead, "dead"}, {c.Diverged, "diverged"}, {c.Failed, "failed"}} {
		if k.n > 0 {
			seeds += fmt.Sprintf(", %d %s", k.n, k.what)
		}
	}
	p.Notes = append(p.Notes, seeds)
	return p
}

// pageTables are the phases that occur, what they depend on, and the rank correlations.
func pageTables(d *phase.Diagram) []pageTable {
	out := []pageTable{}
	merit, ok := d.Run.Merit()
	if d.Labelled() {
		t := pageTable{Title: "Phases", Head: []string{"phase", "meaning", "cells"}}
		if ok {
			t.Head = append(t.Head, "mean "+withUnit(merit.Symbol, merit.Unit))
		}
		for _, s := range d.Summary() {
			line := []string{s.Label.Name(), s.Label.Describe(), strconv.Itoa(s.Cells)}
			if ok {
				line = append(line, orDash(s.Merit, formatter(merit)))
			}
			t.Lines, t.Color = append(t.Lines, line), append(t.Color, css(phaseColor[s.Label]))
		}
		out = append(out, t)
		t = pageTable{Title: "Labels that change with a threshold"}
		t.Head = []string{"threshold", "value", "20 % smaller", "20 % larger"}
		for _, s := range d.Sensitivity() {
			t.Lines = append(t.Lines, []string{s.Role + ": " + s.Quantity, minus(fmt.Sprint(s.Threshold)),
				orDash(s.Lower, percentText), orDash(s.Raise, percentText)})
		}
		out = append(out, t)
	}
	if c := d.Correlations(); len(c) > 0 {
		t := pageTable{Title: "Rank correlation with " + merit.Symbol}
		t.Head = []string{"quantity", "Spearman’s ρ", "cells"}
		for _, c := range c {
			t.Lines = append(t.Lines, []string{d.Run.Quantity(c.Quantity).Title, orDash(c.Rho, fixed(3)), strconv.Itoa(c.N)})
		}
		out = append(out, t)
	}
	return out
}

package report

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"math"
	"strconv"
	"strings"

	"basin/phase"
	"basin/record"
	"basin/results"
)

// The interactive page: written by hand, 30 kB before data, where plotly.js alone would add 1.4 to 4.5 MB to every report. Everything is
// inline, and its content-security policy forbids it to load anything.
var (
	//go:embed page/page.html
	pageHTML string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/*.js
	pageScripts embed.FS
)

// scripts are joined in this order and share one scope.
var scripts = []string{"dom.js", "map.js", "plot.js", "table.js", "main.js"}

// Page writes the self-contained interactive page.
func Page(w io.Writer, run *results.Run) error {
	d, err := newPageData(run)
	if err != nil {
		return err
	}
	data, err := json.Marshal(d) // escapes <, > and &, so that no name ends the script element
	if err != nil {
		return err
	}
	var js strings.Builder
	js.WriteString("\"use strict\";\n(() => {\n")
	for _, name := range scripts {
		text, err := pageScripts.ReadFile("page/" + name)
		if err != nil {
			return err
		}
		js.Write(text)
	}
	js.WriteString("})();")
	tmpl, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := tmpl.Execute(&b, struct {
		Name string
		CSS  template.CSS
		JS   template.JS
		Data template.JS
	}{run.Name, template.CSS(pageCSS), template.JS(js.String()), template.JS(data)}); err != nil {
		return err
	}
	_, err = b.WriteTo(w)
	return err
}

// pageData is what the page's scripts read. Numbers that a reader sees are texts; colours are indices into a palette.
type pageData struct {
	Lead       string           `json:"lead"`
	Marks      string           `json:"marks"` // what the marks on maps mean
	Rows       int              `json:"rows"`
	Cols       int              `json:"cols"`
	Axes       []pageAxis       `json:"axes"`
	Palettes   []pagePalette    `json:"palettes"`
	Quantities []pageQuantity   `json:"quantities"` // each with its values, cell by cell
	Phases     bool             `json:"phases"`     // some cell has a label
	Labels     []pageLabel      `json:"labels"`
	Cells      []pageCell       `json:"cells"`
	Boundaries [][][][2]float64 `json:"boundaries"` // of each map
	Names      [][]pageName     `json:"names"`      // of the big regions of each map
	Highlights []highlight      `json:"highlights"`
	Tables     []pageTable      `json:"tables"`
	pageArrays
}

type pageAxis struct {
	Label  string     `json:"label"`
	Title  string     `json:"title"`
	Values []string   `json:"values"`
	Ticks  []pageTick `json:"ticks"`
}

// flat writes powers for a canvas, which has one height of letters: "3e−4".
func flat(label string) string {
	return strings.NewReplacer("·10^{", "e", "10^{", "1e", "}", "").Replace(label)
}

type pageTick struct {
	At    number `json:"at"`
	Label string `json:"label"`
}

type pagePalette struct {
	Colors []string `json:"colors"`
	Inks   []string `json:"inks"` // that read on the colours
}

type pageQuantity struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"` // markup of this package, as in Heading
	Heading string   `json:"heading"`
	Unit    string   `json:"unit"`
	Main    bool     `json:"main"`
	Bar     pageBar  `json:"bar"`
	At      []int    `json:"at,omitempty"`   // colour of each cell; -1: none
	Text    []string `json:"text,omitempty"` // in each cell of the map
	Value   []string `json:"value"`          // mean ± standard error
	N       []int    `json:"n"`
}

type pageBar struct {
	Palette int        `json:"palette"`
	Ticks   []pageTick `json:"ticks"`
	Below   bool       `json:"below"`
	Above   bool       `json:"above"`
}

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

// number is written with five significant digits; what is not finite becomes null.
type number float64

func (n number) MarshalJSON() ([]byte, error) { return digits(float64(n), 5) }

// coarse has four: enough to plot.
type coarse float64

func (n coarse) MarshalJSON() ([]byte, error) { return digits(float64(n), 4) }

func digits(v float64, n int) ([]byte, error) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, v, 'g', n, 64), nil
}

func newPageData(run *results.Run) (pageData, error) {
	d := phase.New(run, phase.Options{})
	p := pageData{
		Lead: lead(d), Rows: run.Rows(), Cols: run.Cols(), Phases: d.Labelled(), Highlights: highlights(d), Tables: pageTables(d),
		Palettes: []pagePalette{newPalette(viridis), newPalette(diverging)},
		Axes:     []pageAxis{}, Quantities: []pageQuantity{}, // empty, not null, for the scripts
	}
	main := run.Main()
	explained := notes(planes(d), main, p.Phases, false)
	if p.Phases { // the lead has the thresholds
		explained = explained[1:]
	}
	for i, n := range explained {
		explained[i] = capital(n) + "."
	}
	p.Marks = strings.Join(explained, " ")
	for i, a := range run.Axes {
		title := axisTitle(a)
		if i == 1 {
			title = verticalTitle(a)
		}
		p.Axes = append(p.Axes, newPageAxis(a, title))
	}
	for _, q := range main {
		p.Quantities = append(p.Quantities, newPageQuantity(d, q, true))
	}
	for _, q := range run.Columns() {
		if run.Has(q.Name) && !q.Main {
			p.Quantities = append(p.Quantities, newPageQuantity(d, q, false))
		}
	}
	place := map[phase.Label]int{}
	for _, s := range d.Summary() {
		place[s.Label] = len(p.Labels)
		p.Labels = append(p.Labels, newPageLabel(s.Label))
	}
	for i := range run.Cells {
		p.Cells = append(p.Cells, newPageCell(d, i, place))
	}
	for k, plane := range planes(d) {
		lines, names := [][][2]float64{}, []pageName{}
		for _, b := range d.Boundaries(k) {
			lines = append(lines, b.Points)
		}
		for _, r := range regions(plane) {
			names = append(names, pageName{place[r.label], r.col, r.row})
		}
		p.Boundaries, p.Names = append(p.Boundaries, lines), append(p.Names, names)
	}
	var err error
	p.pageArrays, err = newPageArrays(run, p.Highlights, p.Cells)
	return p, err
}

// lead says what the grid is, and by which thresholds its phases are told apart.
func lead(d *phase.Diagram) string {
	var axes []string
	for _, a := range d.Run.Axes {
		s := strconv.Itoa(len(a.Values)) + " of " + a.Label
		if a.Path != a.Label {
			s += " (" + a.Path + ")"
		}
		axes = append(axes, s)
	}
	s := count(len(d.Cells), "cell")
	if len(axes) > 0 {
		s += ": " + strings.Join(axes, " × ")
	}
	if d.Labelled() {
		s += ".  " + capital(minus(d.Run.Rule.String()))
	}
	return s
}

func newPageAxis(a results.Axis, title string) pageAxis {
	out := pageAxis{a.Label, title, a.Values, []pageTick{}}
	for _, t := range axisTicks(a, 1, func(string) float64 { return 1 }) { // the page leaves out those that have no room
		out.Ticks = append(out.Ticks, pageTick{number(t.at), flat(t.label)})
	}
	return out
}

// shades is the number of colours of a palette.
const shades = 256

func newPalette(m colormap) pagePalette {
	var p pagePalette
	for i := range shades {
		c := m.at(float64(i) / (shades - 1))
		p.Colors, p.Inks = append(p.Colors, css(c)), append(p.Inks, css(ink(c)))
	}
	return p
}

// shade is a value's colour in its palette.
func (s scale) shade(v float64) int {
	return int(min(max(s.position(v), 0), 1)*(shades-1) + 0.5)
}

func (s scale) bar(kind record.Scale) pageBar {
	b := pageBar{Ticks: []pageTick{}, Below: s.below, Above: s.above}
	if kind == record.Diverging {
		b.Palette = 1
	}
	for _, t := range s.ticks {
		b.Ticks = append(b.Ticks, pageTick{number(t.at), flat(t.label)})
	}
	return b
}

func newPageQuantity(d *phase.Diagram, q record.Quantity, main bool) pageQuantity {
	out := pageQuantity{Name: q.Name, Title: q.Title, Heading: heading(q), Unit: q.Unit, Main: main}
	s, text := newScale(q, d), formatter(q)
	if main {
		out.Bar = s.bar(q.Scale)
	}
	for i := range d.Cells {
		v := d.Run.Cells[i].Values[q.Name]
		out.Value, out.N = append(out.Value, plusMinus(v, text)), append(out.N, v.N)
		if !main {
			continue
		}
		shade, short := -1, ""
		if v.N > 0 && d.Cells[i].Label != phase.Dead {
			shade, short = s.shade(v.Mean), text(v.Mean)
		}
		out.At, out.Text = append(out.At, shade), append(out.Text, short)
	}
	return out
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
		t = pageTable{Title: "Labels that change with a threshold", Head: []string{"threshold", "value", "20 % smaller", "20 % larger"}}
		for _, s := range d.Sensitivity() {
			share := func(v float64) string { return orDash(v, func(v float64) string { return percent(v) + " %" }) }
			t.Lines = append(t.Lines, []string{s.Role + ": " + s.Quantity, minus(fmt.Sprint(s.Threshold)), share(s.Lower), share(s.Raise)})
		}
		out = append(out, t)
	}
	if c := d.Correlations(); len(c) > 0 {
		t := pageTable{Title: "Rank correlation with " + merit.Symbol, Head: []string{"quantity", "Spearman’s ρ", "cells"}}
		for _, c := range c {
			t.Lines = append(t.Lines, []string{d.Run.Quantity(c.Quantity).Title, orDash(c.Rho, fixed(3)), strconv.Itoa(c.N)})
		}
		out = append(out, t)
	}
	return out
}

package report

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"io"
	"strconv"
	"strings"

	"basin/phase"
	"basin/results"
)

// The interactive page: written by hand, 30 kB before data, where plotly.js alone would add 1.4 to 4.5 MB to every
// report. Everything is inline, and its content-security policy forbids it to load anything.
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

// pageData is what the page's scripts read. Numbers that a reader sees are texts; colours are indices into a
// palette.
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

func newPageData(run *results.Run) (pageData, error) {
	d := phase.New(run)
	p := pageData{
		Lead: lead(d), Rows: run.Rows(), Cols: run.Cols(), Phases: d.Labelled(), Highlights: highlights(d),
		Tables:   pageTables(d),
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

// lead says what the grid is, and which thresholds its phases have.
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

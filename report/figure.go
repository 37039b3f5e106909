package report

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"basin/phase"
)

// figure is a picture that can be drawn on any canvas.
type figure struct {
	name   string // of its files
	title  string // for readers who do not see it
	width  vg.Length
	height vg.Length
	draw   func(draw.Canvas)
}

// dpi of the PNG files: twice what a README shows, for sharp screens.
const dpi = 150

// figures are all pictures of a table: the overview, the phase diagram, and one for each panel that has values.
func figures(t *phase.Table) []figure {
	out := []figure{overview(t), phaseDiagram(t)}
	for _, q := range panels {
		if t.Has(q.name) {
			out = append(out, single(t, q))
		}
	}
	return out
}

// overview is the whole taxonomy: seven panels and the phase diagram, on shared axes.
func overview(t *phase.Table) figure {
	const (
		cols, rows    = 4, 2
		left          = 0.74 * vg.Inch // axis title and tick labels of the first column
		gap           = 0.17 * vg.Inch
		bar           = 0.70 * vg.Inch // colour bar and its labels
		top, bottom   = 0.68 * vg.Inch, 0.78 * vg.Inch
		between       = 0.52 * vg.Inch // rows
		width, height = 13 * vg.Inch, 6.7 * vg.Inch
		size          = 10.5
	)
	w := (width - left - cols*bar - (cols-1)*gap - 0.08*vg.Inch) / cols
	h := (height - top - bottom - between) / rows
	return figure{name: "taxonomy", title: "Seven maps and the phase diagram of " + t.Name, width: width, height: height, draw: func(c draw.Canvas) {
		name := style{size: 13, bold: true, color: black}
		name.write(c, left, height-0.3*vg.Inch, name.fit(t.Name, width-2*left))
		for i := range cols * rows {
			row, col := i/cols, i%cols
			x := left + vg.Length(col)*(w+bar+gap)
			y := bottom + vg.Length(rows-1-row)*(h+between)
			p := panel{table: t, size: size, area: vg.Rectangle{Min: vg.Point{X: x, Y: y}, Max: vg.Point{X: x + w, Y: y + h}},
				xAxis: row == rows-1, yAxis: col == 0, boundaries: true}
			letter := "(" + string(rune('a'+i)) + ") "
			if i < len(panels) {
				p.title = letter + shortTitle(panels[i])
				p.heat(c, panels[i])
			} else {
				p.title = letter + "Phases"
				p.phases(c, false)
			}
			if row == rows-1 {
				style{size: size, color: black, x: -0.5, y: -1}.write(c, x+w/2, y-0.28*vg.Inch, axisTitle(t.Load, false))
			}
			if col == 0 {
				style{size: size, color: black, x: -0.5, y: 0, upward: true}.write(c, 0.2*vg.Inch, y+h/2, axisTitle(t.Temperature, true))
			}
		}
		style{size: 9, color: grey}.write(c, left, 0.14*vg.Inch, strings.Join(notes(t, true), spacer))
	}}
}

// shortTitle fits over a panel of the overview.
func shortTitle(q quantity) string {
	if q.name == "eigenvalue_max" {
		return "Top eigenvalue λ_{max}"
	}
	return q.heading()
}

func single(t *phase.Table, q quantity) figure {
	return alone(t, q.name, q.heading(), func(p panel, c draw.Canvas) { p.heat(c, q) })
}

func phaseDiagram(t *phase.Table) figure {
	f := alone(t, "phases", "Phases", func(p panel, c draw.Canvas) { p.phases(c, true) })
	inner := f.draw
	f.draw = func(c draw.Canvas) {
		inner(c)
		st := style{size: 8.5, color: grey}
		n := notes(t, false)
		st.write(c, 0.8*vg.Inch, 0.26*vg.Inch, n[0])
		st.write(c, 0.8*vg.Inch, 0.1*vg.Inch, strings.Join(n[1:], spacer))
	}
	return f
}

// alone is a figure of one panel, with numbers in its cells where they fit.
func alone(t *phase.Table, name, title string, paint func(panel, draw.Canvas)) figure {
	const (
		left, right   = 0.8 * vg.Inch, 0.95 * vg.Inch
		top, bottom   = 0.45 * vg.Inch, 0.95 * vg.Inch
		width, height = 7.6 * vg.Inch, 5.2 * vg.Inch
		size          = 10.5
	)
	return figure{name: name, title: plain(title) + " of " + t.Name, width: width, height: height, draw: func(c draw.Canvas) {
		area := vg.Rectangle{Min: vg.Point{X: left, Y: bottom}, Max: vg.Point{X: width - right, Y: height - top}}
		paint(panel{table: t, title: title, size: size, area: area, xAxis: true, yAxis: true}, c)
		name := style{size: 9, color: grey, x: -1}
		used := style{size: size * 1.1, bold: true}.width(title)
		name.write(c, area.Max.X, area.Max.Y+size*0.5, name.fit(t.Name, area.Size().X-used-size))
		mid := vg.Point{X: (area.Min.X + area.Max.X) / 2, Y: (area.Min.Y + area.Max.Y) / 2}
		style{size: size, color: black, x: -0.5, y: -1}.write(c, mid.X, bottom-0.28*vg.Inch, axisTitle(t.Load, false))
		style{size: size, color: black, x: -0.5, y: 0, upward: true}.write(c, 0.24*vg.Inch, mid.Y, axisTitle(t.Temperature, true))
	}}
}

// spacer stands between notes on one line.
const spacer = "      "

// notes give the rule and explain the marks that occur.
func notes(t *phase.Table, dots bool) []string {
	out := []string{minus(t.Rule.String())}
	var dead, missing, low, sure bool
	for i := range t.Cells {
		c := &t.Cells[i]
		dead = dead || c.Label == phase.Dead
		missing = missing || c.Label == phase.Undefined || c.Label != phase.Dead && dots && lacks(t, c)
		low = low || c.Label.IsPhase() && c.Confidence < unsure
		sure = sure || !math.IsNaN(c.Confidence)
	}
	big := len(t.Cells) >= rasterCells
	switch {
	case dead && big:
		out = append(out, "grey: dead, constant outputs")
	case dead:
		out = append(out, "× dead: constant outputs")
	}
	switch {
	case missing && big:
		out = append(out, "nearly white: no value")
	case missing:
		out = append(out, "hatched: no value")
	}
	switch {
	case big:
	case dots && low:
		out = append(out, "○ label kept by < 80 % of resamples over seeds")
	case !dots && sure:
		out = append(out, "numbers: % of resamples over seeds that keep the label")
	}
	return out
}

// lacks reports whether a cell has no value on a panel where others have.
func lacks(t *phase.Table, c *phase.Cell) bool {
	for _, q := range panels {
		if math.IsNaN(c.Mean(q.name)) && slices.Contains(t.Quantities, q.name) {
			return true
		}
	}
	return false
}

// writeSVG draws a figure as SVG, with a title for screen readers.
func (f figure) writeSVG(w io.Writer) error {
	canvas := vgsvg.NewWith(vgsvg.UseWH(f.width, f.height))
	f.draw(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return err
	}
	head, rest, ok := bytes.Cut(b.Bytes(), []byte("<svg "))
	if !ok {
		return fmt.Errorf("report: %s: gonum wrote no <svg>", f.name)
	}
	tag, body, _ := bytes.Cut(rest, []byte(">"))
	_, err := fmt.Fprintf(w, "%s<svg role=\"img\" %s>\n<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%s",
		head, tag, html.EscapeString(f.title), body)
	return err
}

func (f figure) writePNG(w io.Writer) error {
	canvas := vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(white))
	f.draw(draw.New(canvas))
	_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(w)
	return err
}

func percent(share float64) string { return strconv.Itoa(int(math.Round(100 * share))) }

func cellCount(n int) string {
	switch {
	case n == 1:
		return "1 cell"
	case n >= 1000:
		return strconv.Itoa(n)
	}
	return strconv.Itoa(n) + " cells"
}

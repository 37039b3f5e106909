package report

import (
	"image"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"basin/phase"
)

// panel is one map of the grid, placed on a canvas. Cells are of equal size: on a geometric axis that is a logarithmic scale.
type panel struct {
	table      *phase.Table
	title      string
	area       vg.Rectangle // of the cells
	size       vg.Length    // of the body text
	xAxis      bool         // tick labels below
	yAxis      bool         // tick labels to the left
	boundaries bool
}

// rasterCells is the number of cells from which a map is drawn as an image: a rectangle each would make files of many megabytes.
const rasterCells = 2500

func (p panel) cellSize() (w, h vg.Length) {
	s := p.area.Size()
	return s.X / vg.Length(p.table.Cols()), s.Y / vg.Length(p.table.Rows())
}

// at turns grid coordinates into the canvas'.
func (p panel) at(col, row float64) vg.Point {
	w, h := p.cellSize()
	return vg.Point{X: p.area.Min.X + w*vg.Length(col+0.5), Y: p.area.Min.Y + h*vg.Length(row+0.5)}
}

// mark is what a cell shows besides its colour.
type mark int

const (
	noMark mark = iota
	cross       // dead
	hatch       // no value
)

// look is how a cell is drawn.
type look struct {
	fill color.NRGBA
	mark mark
	text string
	name string // in bold over the text, where there is room for two lines
}

// draw paints all cells, then boundaries, frame, ticks and title.
func (p panel) draw(c draw.Canvas, of func(*phase.Cell) look) {
	if len(p.table.Cells) >= rasterCells {
		p.raster(c, of)
	} else {
		looks, numbers := make([]look, len(p.table.Cells)), true
		for i := range looks {
			looks[i] = of(&p.table.Cells[i])
			numbers = numbers && p.fits(looks[i].text)
		}
		for i, l := range looks {
			if !numbers { // all or none
				l.text = ""
			}
			p.cell(c, &p.table.Cells[i], l)
		}
	}
	if p.boundaries {
		p.drawBoundaries(c)
	}
	a := p.area
	c.StrokeLines(draw.LineStyle{Color: black, Width: 0.7}, []vg.Point{a.Min, {X: a.Max.X, Y: a.Min.Y}, a.Max, {X: a.Min.X, Y: a.Max.Y}, a.Min})
	p.ticks(c)
	style{size: p.size * 1.1, bold: true, color: black}.write(c, a.Min.X, a.Max.Y+p.size*0.5, p.title)
}

func (p panel) cell(c draw.Canvas, cell *phase.Cell, l look) {
	w, h := p.cellSize()
	o := p.at(float64(cell.Col)-0.5, float64(cell.Row)-0.5)
	// A hair of overlap hides the seams that anti-aliasing leaves between neighbours; the next cell paints over it.
	e := vg.Length(0.35)
	x1, y1 := min(o.X+w+e, p.area.Max.X), min(o.Y+h+e, p.area.Max.Y)
	c.FillPolygon(l.fill, []vg.Point{o, {X: x1, Y: o.Y}, {X: x1, Y: y1}, {X: o.X, Y: y1}})
	mid := vg.Point{X: o.X + w/2, Y: o.Y + h/2}
	r := min(w, h) * 0.22
	line := draw.LineStyle{Color: grey, Width: max(0.4, min(1, r/5))}
	switch l.mark {
	case cross:
		line.Color = white
		if ink(l.fill) == black {
			line.Color = hex("4a4a4a")
		}
		c.StrokeLines(line, []vg.Point{{X: mid.X - r, Y: mid.Y - r}, {X: mid.X + r, Y: mid.Y + r}},
			[]vg.Point{{X: mid.X - r, Y: mid.Y + r}, {X: mid.X + r, Y: mid.Y - r}})
	case hatch: // three parallel lines that go on in the next cell
		line.Color, line.Width = hex("b4b4b4"), 0.5
		c.StrokeLines(line, []vg.Point{o, {X: o.X + w, Y: o.Y + h}},
			[]vg.Point{{X: o.X, Y: mid.Y}, {X: mid.X, Y: o.Y + h}}, []vg.Point{{X: mid.X, Y: o.Y}, {X: o.X + w, Y: mid.Y}})
	}
	st := style{size: p.size * 0.8, color: ink(l.fill), x: -0.5, y: -0.5}
	if l.text == "" {
		return
	}
	if bold := (style{size: p.size * 0.9, bold: true, color: st.color, x: -0.5, y: -0.5}); l.name != "" && h >= 2.6*bold.size && w >= bold.width(l.name)+2 {
		bold.write(c, mid.X, mid.Y+bold.size*0.6, l.name)
		mid.Y -= bold.size * 0.6
	}
	st.write(c, mid.X, mid.Y, l.text)
}

// fits reports whether a number has room in a cell.
func (p panel) fits(text string) bool {
	st := style{size: p.size * 0.8}
	w, h := p.cellSize()
	return h >= st.size*1.3 && w >= st.width(text)+2
}

// raster paints a big grid as an image of whole pixels a cell, so that nothing is blurred by much.
func (p panel) raster(c draw.Canvas, of func(*phase.Cell) look) {
	rows, cols := p.table.Rows(), p.table.Cols()
	k := max(1, 600/max(rows, cols))
	img := image.NewNRGBA(image.Rect(0, 0, cols*k, rows*k))
	for i := range p.table.Cells {
		cell := &p.table.Cells[i]
		l := of(cell)
		for y := range k {
			for x := range k {
				fill := l.fill
				if l.mark == cross && k >= 4 && (x == y || x == k-y) {
					fill = grey
				}
				img.SetNRGBA(cell.Col*k+x, (rows-1-cell.Row)*k+y, fill)
			}
		}
	}
	c.DrawImage(p.area, img)
}

// drawBoundaries strokes each boundary in black on a white casing, so that it shows on dark and on light cells.
func (p panel) drawBoundaries(c draw.Canvas) {
	w, h := p.cellSize()
	width := max(0.5, min(1.1, min(w, h)*0.08))
	for _, s := range []draw.LineStyle{{Color: white, Width: width * 2.8}, {Color: black, Width: width}} {
		for _, b := range p.table.Boundaries {
			line := make([]vg.Point, len(b.Points))
			for i, q := range b.Points {
				line[i] = p.at(q[0], q[1])
			}
			c.StrokeLines(s, line)
		}
	}
}

func (p panel) ticks(c draw.Canvas) {
	w, h := p.cellSize()
	line := draw.LineStyle{Color: black, Width: 0.6}
	st := style{size: p.size * 0.9, color: black, x: -0.5, y: -1}
	widest := vg.Length(0)
	for i := range p.table.Load.Values {
		widest = max(widest, st.width(tickLabel(p.table.Load, i)))
	}
	every := stepOf(widest+st.size*0.45, w)
	for i, v := range p.table.Load.Values {
		if v == "" || i%every != 0 {
			continue
		}
		x := p.at(float64(i), 0).X
		c.StrokeLine2(line, x, p.area.Min.Y, x, p.area.Min.Y-2.5)
		if p.xAxis {
			st.write(c, x, p.area.Min.Y-4.5, tickLabel(p.table.Load, i))
		}
	}
	st.x, st.y = -1, -0.5
	every = stepOf(st.size*1.05, h)
	for i, v := range p.table.Temperature.Values {
		if v == "" || i%every != 0 {
			continue
		}
		y := p.at(0, float64(i)).Y
		c.StrokeLine2(line, p.area.Min.X, y, p.area.Min.X-2.5, y)
		if p.yAxis {
			st.write(c, p.area.Min.X-4.5, y, st.fit(tickLabel(p.table.Temperature, i), 3.4*p.size))
		}
	}
}

// tickLabel is an axis' value, to at most four digits.
func tickLabel(a phase.Axis, i int) string {
	if a.Numbers == nil {
		return a.Values[i]
	}
	return minus(strconv.FormatFloat(a.Numbers[i], 'g', 4, 64))
}

// stepOf says which ticks are labelled: every n-th, so that labels of a length do not touch.
func stepOf(length, cell vg.Length) int { return max(1, int(math.Ceil(float64(length/cell)-1e-9))) }

// colorBar draws a scale to the right of the panel.
func (p panel) colorBar(c draw.Canvas, s scale) {
	if !s.measured {
		return
	}
	x0 := p.area.Max.X + p.size*0.6
	x1 := x0 + p.size*0.9
	y0, y1 := p.area.Min.Y, p.area.Max.Y
	tip := p.size * 0.75
	if s.below {
		y0 += tip
	}
	if s.above {
		y1 -= tip
	}
	const steps = 128
	dy := (y1 - y0) / steps
	for i := range steps {
		y := y0 + dy*vg.Length(i)
		top := min(y+dy+0.35, y1)
		c.FillPolygon(s.colors.at((float64(i)+0.5)/steps), []vg.Point{{X: x0, Y: y}, {X: x1, Y: y}, {X: x1, Y: top}, {X: x0, Y: top}})
	}
	outline := []vg.Point{{X: x0, Y: y0}}
	if s.below {
		c.FillPolygon(s.colors.at(0), []vg.Point{{X: x0, Y: y0}, {X: (x0 + x1) / 2, Y: y0 - tip}, {X: x1, Y: y0}})
		outline = append(outline, vg.Point{X: (x0 + x1) / 2, Y: y0 - tip})
	}
	outline = append(outline, vg.Point{X: x1, Y: y0}, vg.Point{X: x1, Y: y1})
	if s.above {
		c.FillPolygon(s.colors.at(1), []vg.Point{{X: x0, Y: y1}, {X: (x0 + x1) / 2, Y: y1 + tip}, {X: x1, Y: y1}})
		outline = append(outline, vg.Point{X: (x0 + x1) / 2, Y: y1 + tip})
	}
	outline = append(outline, vg.Point{X: x0, Y: y1}, outline[0])
	line := draw.LineStyle{Color: black, Width: 0.6}
	c.StrokeLines(line, outline)
	st := style{size: p.size * 0.9, color: black, y: -0.5}
	for _, t := range s.ticks {
		y := y0 + (y1-y0)*vg.Length(t.at)
		c.StrokeLine2(line, x1, y, x1+2.5, y)
		st.write(c, x1+4.5, y, t.label)
	}
}

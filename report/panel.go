package report

import (
	"image"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is one map of the grid, placed on a canvas. Cells are of equal size: on a geometric axis that is a
// logarithmic scale.
type panel struct {
	plane
	title  string
	area   vg.Rectangle // of the cells
	size   vg.Length    // of the body text
	labelX bool         // ticks below have labels
	labelY bool         // ticks to the left have labels

	boundaries bool // between phases
}

// rasterCells is the number of cells from which a map is drawn as an image: a rectangle each would make files of
// many megabytes.
const rasterCells = 2500

func (p panel) cellSize() (w, h vg.Length) {
	s := p.area.Size()
	return s.X / vg.Length(p.cols), s.Y / vg.Length(p.rows)
}

// at turns grid coordinates into the canvas'.
func (p panel) at(col, row float64) vg.Point {
	w, h := p.cellSize()
	return vg.Point{X: p.area.Min.X + w*vg.Length(col+0.5), Y: p.area.Min.Y + h*vg.Length(row+0.5)}
}

// middle of a cell.
func (p panel) middle(i int) vg.Point { return p.at(float64(i%p.cols), float64(i/p.cols)) }

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
func (p panel) draw(c draw.Canvas, of func(i int) look) {
	if p.len() >= rasterCells {
		p.raster(c, of)
	} else {
		looks, numbers := make([]look, p.len()), true
		for i := range looks {
			looks[i] = of(i)
			numbers = numbers && p.fits(looks[i].text)
		}
		for i, l := range looks {
			if !numbers { // all or none
				l.text = ""
			}
			p.paint(c, i, l)
		}
	}
	if p.boundaries {
		p.drawBoundaries(c)
	}
	a := p.area
	frame := []vg.Point{a.Min, {X: a.Max.X, Y: a.Min.Y}, a.Max, {X: a.Min.X, Y: a.Max.Y}, a.Min}
	c.StrokeLines(draw.LineStyle{Color: black, Width: 0.7}, frame)
	p.drawTicks(c)
	titleStyle(p.size).write(c, a.Min.X, a.Max.Y+p.size*0.5, p.title)
}

func titleStyle(size vg.Length) style { return style{size: size * 1.1, bold: true, color: black} }

func (p panel) paint(c draw.Canvas, i int, l look) {
	w, h := p.cellSize()
	mid := p.middle(i)
	o := vg.Point{X: mid.X - w/2, Y: mid.Y - h/2}
	// A hair of overlap hides the seams that anti-aliasing leaves between neighbours; the next cell paints over it.
	e := vg.Length(0.35)
	x1, y1 := min(o.X+w+e, p.area.Max.X), min(o.Y+h+e, p.area.Max.Y)
	c.FillPolygon(l.fill, rectangle(o.X, o.Y, x1, y1))
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
	case hatch: // three parallel lines that continue in the next cell
		line.Color, line.Width = hex("b4b4b4"), 0.5
		c.StrokeLines(line, []vg.Point{o, {X: o.X + w, Y: o.Y + h}},
			[]vg.Point{{X: o.X, Y: mid.Y}, {X: mid.X, Y: o.Y + h}}, []vg.Point{{X: mid.X, Y: o.Y}, {X: o.X + w, Y: mid.Y}})
	}
	if l.text == "" {
		return
	}
	st := style{size: p.size * 0.8, color: ink(l.fill), x: -0.5, y: -0.5}
	bold := style{size: p.size * 0.9, bold: true, color: st.color, x: -0.5, y: -0.5}
	if l.name != "" && h >= 2.6*bold.size && w >= bold.width(l.name)+2 {
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
func (p panel) raster(c draw.Canvas, of func(i int) look) {
	k := max(1, 600/max(p.rows, p.cols))
	img := image.NewNRGBA(image.Rect(0, 0, p.cols*k, p.rows*k))
	for i := range p.len() {
		l := of(i)
		for y := range k {
			for x := range k {
				fill := l.fill
				if l.mark == cross && k >= 4 && (x == y || x == k-y) {
					fill = grey
				}
				img.SetNRGBA(i%p.cols*k+x, (p.rows-1-i/p.cols)*k+y, fill)
			}
		}
	}
	c.DrawImage(p.area, img)
}

// drawBoundaries strokes each boundary in black on a white casing, so that it shows on dark and on light cells.
func (p panel) drawBoundaries(c draw.Canvas) {
	w, h := p.cellSize()
	width := max(0.5, min(1.1, min(w, h)*0.08))
	boundaries := p.d.Boundaries(p.sheet)
	for _, s := range []draw.LineStyle{{Color: white, Width: width * 2.8}, {Color: black, Width: width}} {
		for _, b := range boundaries {
			line := make([]vg.Point, len(b.Points))
			for i, q := range b.Points {
				line[i] = p.at(q[0], q[1])
			}
			c.StrokeLines(s, line)
		}
	}
}

// tickSpace is between a map and the labels of its ticks.
const tickSpace = 4.5

func tickStyle(size vg.Length) style { return style{size: size * 0.9, color: black} }

func (p panel) drawTicks(c draw.Canvas) {
	line := draw.LineStyle{Color: black, Width: 0.6}
	st := tickStyle(p.size)
	st.x, st.y = -0.5, -1
	for _, t := range p.ticksX() {
		x := p.at(t.at, 0).X
		c.StrokeLine2(line, x, p.area.Min.Y, x, p.area.Min.Y-2.5)
		if p.labelX {
			st.write(c, x, p.area.Min.Y-tickSpace, t.label)
		}
	}
	st.x, st.y = -1, -0.5
	for _, t := range p.ticksY() {
		y := p.at(0, t.at).Y
		c.StrokeLine2(line, p.area.Min.X, y, p.area.Min.X-2.5, y)
		if p.labelY {
			st.write(c, p.area.Min.X-tickSpace, y, t.label)
		}
	}
}

func (p panel) ticksX() []tick {
	a, ok := p.axis(0)
	if !ok {
		return nil
	}
	w, _ := p.cellSize()
	st := tickStyle(p.size)
	return axisTicks(a, float64(w), func(label string) float64 { return float64(st.width(label) + st.size*0.45) })
}

func (p panel) ticksY() []tick {
	a, ok := p.axis(1)
	if !ok {
		return nil
	}
	_, h := p.cellSize()
	st := tickStyle(p.size)
	return axisTicks(a, float64(h), func(string) float64 { return float64(st.size * 1.05) })
}

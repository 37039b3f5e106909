package report

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"basin/phase"
)

// tile is one map of a figure, and what stands beside it.
type tile struct {
	plane
	titles     []string // the first that fits is written over the map
	boundaries bool
	paint      func(panel, draw.Canvas)
	beside     func(panel, draw.Canvas) // a colour bar or a legend to the right of the map; nil: none
	side       vg.Length                // the room that it needs
}

// size of the tiles of a figure, and how many of them stand side by side.
type size struct {
	width, height vg.Length
	most          int
}

var (
	large     = size{5.85 * vg.Inch, 3.8 * vg.Inch, 1}
	small     = size{2.2175 * vg.Inch, 2.36 * vg.Inch, 4}
	textSize  = vg.Length(10.5)
	noteStyle = style{size: 9, color: grey}
	nameStyle = style{size: 13, bold: true, color: black}
)

// Space around and between tiles.
const (
	leftLeast   = 0.74 * vg.Inch // of the title and the labels of the vertical axis
	titleAt     = 0.2 * vg.Inch  // the vertical axis' title
	sideLeast   = 0.70 * vg.Inch
	gap         = 0.17 * vg.Inch
	between     = 0.52 * vg.Inch // rows
	top         = 0.68 * vg.Inch
	bottom      = 0.78 * vg.Inch // with one line of notes
	noteLine    = 11.5
	rightMargin = 0.08 * vg.Inch
	belowAxis   = 0.28 * vg.Inch // from the map to the horizontal axis' title
	leastWidth  = 4.6 * vg.Inch  // for notes
)

// columns of n tiles: as few rows as there can be, and no fuller than need be.
func (s size) columns(n int) int {
	rows := (n + s.most - 1) / s.most
	return (n + rows - 1) / rows
}

// area of a tile at the origin.
func (s size) area() vg.Rectangle { return vg.Rectangle{Max: vg.Point{X: s.width, Y: s.height}} }

// arrange makes a figure of tiles on shared axes, with the run's name above and notes below. The layout follows
// what is in it: as many columns as tiles need, and room for every label.
func arrange(name, title string, heads []string, d *phase.Diagram, s size, tiles []tile, notes []string) Figure {
	cols := s.columns(len(tiles))
	rows := (len(tiles) + cols - 1) / cols
	left := vg.Length(leftLeast)
	st := tickStyle(textSize)
	for _, t := range (panel{plane: newPlane(d, 0), area: s.area(), size: textSize}).ticksY() {
		left = max(left, titleAt+textSize*0.9+st.width(t.label)+tickSpace)
	}
	sides, x := make([]vg.Length, cols), make([]vg.Length, cols)
	for i, t := range tiles {
		if t.beside != nil {
			sides[i%cols] = max(sides[i%cols], t.side, sideLeast)
		}
	}
	width := left
	for c := range cols {
		x[c] = width
		width += s.width + sides[c] + gap
	}
	width += rightMargin - gap
	canvas := max(width, leastWidth)
	lines := wrap(notes, canvas-left-rightMargin)
	base := bottom + vg.Length(max(0, len(lines)-1))*noteLine
	height := top + vg.Length(rows)*s.height + vg.Length(rows-1)*between + base
	return Figure{Name: name, Title: title, Width: canvas, Height: height, Draw: func(c draw.Canvas) {
		nameStyle.write(c, left, height-0.3*vg.Inch, nameStyle.fit(canvas-left-rightMargin, heads...))
		for i, t := range tiles {
			row, col := i/cols, i%cols
			y := base + vg.Length(rows-1-row)*(s.height+between)
			last := i+cols >= len(tiles) // nothing below
			p := panel{plane: t.plane, size: textSize, labelX: last, labelY: col == 0, boundaries: t.boundaries,
				area: vg.Rectangle{Min: vg.Point{X: x[col], Y: y}, Max: vg.Point{X: x[col] + s.width, Y: y + s.height}}}
			room := canvas - x[col] - rightMargin
			if col+1 < cols {
				room = x[col+1] - x[col] - textSize/2
			}
			p.title = titleStyle(textSize).fit(room, t.titles...)
			t.paint(p, c)
			if t.beside != nil {
				t.beside(p, c)
			}
			p.axisTitles(c, last, col == 0)
		}
		for i, line := range lines {
			noteStyle.write(c, left, 0.14*vg.Inch+vg.Length(len(lines)-1-i)*noteLine, line)
		}
	}}
}

// axisTitles names the axes, the horizontal one below and the vertical one to the left.
func (p panel) axisTitles(c draw.Canvas, below, beside bool) {
	st := style{size: p.size, color: black, x: -0.5, y: -1}
	mid := vg.Point{X: (p.area.Min.X + p.area.Max.X) / 2, Y: (p.area.Min.Y + p.area.Max.Y) / 2}
	if a, ok := p.axis(0); ok && below {
		st.write(c, mid.X, p.area.Min.Y-belowAxis, st.fit(p.area.Size().X, axisTitle(a), a.Label))
	}
	if a, ok := p.axis(1); ok && beside {
		st.y, st.upward = 0, true
		st.write(c, titleAt, mid.Y, st.fit(p.area.Size().Y, verticalTitle(a), axisTitle(a), a.Label))
	}
}

// spacer stands between notes on one line.
const spacer = "      "

// wrap puts notes on as few lines as they need; what is longer than a line is cut.
func wrap(notes []string, width vg.Length) []string {
	var lines []string
	for _, n := range notes {
		n = noteStyle.fit(width, n)
		if k := len(lines) - 1; k >= 0 && noteStyle.width(lines[k]+spacer+n) <= width {
			lines[k] += spacer + n
			continue
		}
		lines = append(lines, n)
	}
	return lines
}

// mostTiles is the number of maps in one figure; more of them are spread over several.
const mostTiles = 12

// pages makes figures of any number of tiles, each with up to mostTiles of them; in each row the last one alone
// has something beside it.
func pages(name, title string, heads []string, d *phase.Diagram, tiles []tile, notes []string) []Figure {
	if len(tiles) == 1 {
		return []Figure{arrange(name, title, heads, d, large, tiles, notes)}
	}
	var out []Figure
	for first := 0; first < len(tiles); first += mostTiles {
		page := tiles[first:min(first+mostTiles, len(tiles))]
		cols := small.columns(len(page))
		for i := range page {
			if (i+1)%cols != 0 && i+1 != len(page) {
				page[i].beside = nil
			}
		}
		out = append(out, arrange(numbered(name, len(out), len(tiles) > mostTiles), title, heads, d, small, page, notes))
	}
	return out
}

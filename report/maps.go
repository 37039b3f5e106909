package report

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"basin/phase"
)

// heat draws one quantity with its colour bar.
func (p panel) heat(c draw.Canvas, q quantity) {
	s := newScale(q, p.table)
	p.draw(c, func(cell *phase.Cell) look { return heatLook(cell, q, s) })
	p.colorBar(c, s)
	if !s.measured {
		mid := p.at(float64(p.table.Cols()-1)/2, float64(p.table.Rows()-1)/2)
		style{size: p.size, color: grey, x: -0.5, y: -0.5}.write(c, mid.X, mid.Y, "not measured")
	}
}

func heatLook(cell *phase.Cell, q quantity, s scale) look {
	v := cell.Mean(q.name)
	switch {
	case !s.measured:
		return look{fill: emptyGrey}
	case cell.Label == phase.Dead: // what a few survivors say is no picture of the cell; the page and the tables tell it
		return look{fill: deadGrey, mark: cross}
	case math.IsNaN(v):
		return look{fill: emptyGrey, mark: hatch}
	}
	return look{fill: s.color(v), text: q.text(v)}
}

// unsure is the confidence below which a cell is marked on the phase diagram.
const unsure = 0.8

// phases draws the labelled diagram. With numbers, each cell says its confidence in per cent.
func (p panel) phases(c draw.Canvas, numbers bool) {
	p.boundaries = true
	numbers = numbers && p.fits("100")
	shown := false // numbers in the cells
	p.draw(c, func(cell *phase.Cell) look {
		l := look{fill: phaseColor[cell.Label]}
		switch {
		case cell.Label == phase.Dead:
			l.mark = cross
		case cell.Label == phase.Undefined:
			l.mark = hatch
		case numbers && !math.IsNaN(cell.Confidence):
			l.name = string(cell.Label)
			l.text = percent(cell.Confidence)
			shown = true
		}
		return l
	})
	w, h := p.cellSize()
	if !shown && len(p.table.Cells) < rasterCells {
		for i := range p.table.Cells {
			if cell := &p.table.Cells[i]; cell.Label.IsPhase() && cell.Confidence < unsure {
				p.dot(c, cell, min(w, h)*0.14)
			}
		}
	}
	if !shown {
		for _, r := range regions(p.table) {
			p.regionName(c, r)
		}
	}
	p.legend(c)
}

// dot marks a cell: a white disc with a dark rim.
func (p panel) dot(c draw.Canvas, cell *phase.Cell, r vg.Length) {
	at := p.at(float64(cell.Col), float64(cell.Row))
	c.DrawGlyph(draw.GlyphStyle{Color: black, Radius: r * 1.35, Shape: draw.CircleGlyph{}}, at)
	c.DrawGlyph(draw.GlyphStyle{Color: white, Radius: r, Shape: draw.CircleGlyph{}}, at)
}

// region is a connected set of cells with one label.
type region struct {
	label    phase.Label
	cells    int
	row, col float64 // where its name fits best
}

// regions finds those that are big enough to be named on the diagram: a 25th of it, and at least 4 cells.
func regions(t *phase.Table) []region {
	seen := make([]bool, len(t.Cells))
	var out []region
	for i := range t.Cells {
		if seen[i] || t.Cells[i].Label == phase.Undefined {
			continue
		}
		cells := []int{i}
		seen[i] = true
		for k := 0; k < len(cells); k++ {
			for _, j := range neighbours(t, cells[k]) {
				if !seen[j] && t.Cells[j].Label == t.Cells[i].Label {
					seen[j] = true
					cells = append(cells, j)
				}
			}
		}
		if len(cells) < max(4, len(t.Cells)/25) {
			continue
		}
		r, c := center(t, cells)
		out = append(out, region{t.Cells[i].Label, len(cells), r, c})
	}
	return out
}

func neighbours(t *phase.Table, i int) []int {
	r, c := i/t.Cols(), i%t.Cols()
	var out []int
	if c > 0 {
		out = append(out, i-1)
	}
	if c+1 < t.Cols() {
		out = append(out, i+1)
	}
	if r > 0 {
		out = append(out, i-t.Cols())
	}
	if r+1 < t.Rows() {
		out = append(out, i+t.Cols())
	}
	return out
}

// center of the largest block of cells, wider than high as words are, that lies inside a region; of several the one nearest the
// region's centre of mass.
func center(t *phase.Table, cells []int) (row, col float64) {
	inside := make(map[int]bool, len(cells))
	mr, mc := 0.0, 0.0
	for _, i := range cells {
		inside[i] = true
		mr += float64(i/t.Cols()) / float64(len(cells))
		mc += float64(i%t.Cols()) / float64(len(cells))
	}
	slices.Sort(cells)
	bestSize, bestFar := 0, math.Inf(1)
	for _, i := range cells {
		r, c := i/t.Cols(), i%t.Cols()
		limit := t.Cols() - c
		for h := 1; h <= 3 && r+h <= t.Rows(); h++ { // rows upwards
			n := 0
			for n < limit && n < 6 && inside[(r+h-1)*t.Cols()+c+n] {
				n++
			}
			if limit = n; n == 0 {
				break
			}
			y, x := float64(r)+float64(h-1)/2, float64(c)+float64(n-1)/2
			far := math.Hypot(y-mr, x-mc)
			if size := n * h; size > bestSize || size == bestSize && far < bestFar {
				bestSize, bestFar, row, col = size, far, y, x
			}
		}
	}
	return row, col
}

func (p panel) regionName(c draw.Canvas, r region) {
	fill := phaseColor[r.label]
	at := p.at(r.col, r.row)
	st := style{size: p.size * 1.35, bold: true, color: ink(fill), x: -0.5, y: -0.5}
	pad := st.size * 0.22
	_, cell := p.cellSize()
	w, h := st.width(string(r.label))/2+pad, max(st.size*0.36, min(st.size*0.36+pad, cell/2-1.5)) // off the boundary of a region one row high
	// a patch of the region's own colour keeps dots and crosses away from the name
	c.FillPolygon(fill, []vg.Point{{X: at.X - w, Y: at.Y - h}, {X: at.X + w, Y: at.Y - h}, {X: at.X + w, Y: at.Y + h}, {X: at.X - w, Y: at.Y + h}})
	st.write(c, at.X, at.Y, string(r.label))
}

// legend lists the labels that occur, from the top: swatch, name, number of cells.
func (p panel) legend(c draw.Canvas) {
	x, y := p.area.Max.X+p.size*0.6, p.area.Max.Y
	side := p.size * 0.9
	name := style{size: p.size * 0.9, color: black}
	count := style{size: p.size * 0.8, color: grey}
	for _, s := range p.table.Summary {
		c.FillPolygon(phaseColor[s.Label], []vg.Point{{X: x, Y: y - side}, {X: x + side, Y: y - side}, {X: x + side, Y: y}, {X: x, Y: y}})
		c.StrokeLines(draw.LineStyle{Color: black, Width: 0.5}, []vg.Point{{X: x, Y: y - side}, {X: x + side, Y: y - side}, {X: x + side, Y: y}, {X: x, Y: y}, {X: x, Y: y - side}})
		label := string(s.Label)
		if s.Label == phase.Undefined {
			label = "none"
		}
		name.write(c, x+side*1.4, y-side*0.88, label)
		count.write(c, x+side*1.4, y-side*0.88-p.size*0.95, cellCount(s.Cells))
		y -= p.size * 2.45
	}
}

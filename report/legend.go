package report

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"basin/phase"
	"basin/record"
)

// legend counts the cells of each label that occurs.
type legend []legendEntry

type legendEntry struct {
	label phase.Label
	cells int
}

func legendOf(planes ...plane) legend {
	cells := map[phase.Label]int{}
	for _, p := range planes {
		for i := range p.len() {
			cells[p.label(i)]++
		}
	}
	var out legend
	for _, l := range phase.Labels {
		if cells[l] > 0 {
			out = append(out, legendEntry{l, cells[l]})
		}
	}
	return out
}

func legendStyles(size vg.Length) (name, cells style) {
	return style{size: size * 0.9, color: black}, style{size: size * 0.8, color: grey}
}

func (l legend) width(size vg.Length) vg.Length {
	name, cells := legendStyles(size)
	widest := vg.Length(0)
	for _, e := range l {
		widest = max(widest, name.width(e.label.Name()), cells.width(count(e.cells, "cell")))
	}
	return size*(0.6+0.9*1.4) + widest + 4
}

// draw lists the labels to the right of a panel, from the top: swatch, name, number of cells.
func (l legend) draw(c draw.Canvas, p panel) {
	x, y := p.area.Max.X+p.size*0.6, p.area.Max.Y
	side := p.size * 0.9
	name, cells := legendStyles(p.size)
	for _, e := range l {
		square := rectangle(x, y-side, x+side, y)
		c.FillPolygon(phaseColor[e.label], square)
		c.StrokeLines(draw.LineStyle{Color: black, Width: 0.5}, append(square, square[0]))
		name.write(c, x+side*1.4, y-side*0.88, e.label.Name())
		cells.write(c, x+side*1.4, y-side*0.88-p.size*0.95, count(e.cells, "cell"))
		y -= p.size * 2.45
	}
}

// notes explain the marks that occur on maps of some quantities, and, where phases are drawn, give their rule.
// With numbers, cells have their confidence written in them; else unsure ones have a dot.
func notes(planes []plane, shown []record.Quantity, phases, numbers bool) []string {
	var out []string
	var dead, missing, low, sure bool
	big := planes[0].len() >= rasterCells
	for _, p := range planes {
		for i := range p.len() {
			l := p.label(i)
			dead = dead || l == phase.Dead
			missing = missing || phases && l == phase.Undefined || l != phase.Dead && lacks(p, i, shown)
			if phases && !big && l.IsPhase() {
				low = low || p.confidence(i) < unsure
				sure = sure || !math.IsNaN(p.confidence(i))
			}
		}
	}
	add := func(condition bool, note string) {
		if condition {
			out = append(out, note)
		}
	}
	if phases {
		rule := planes[0].d.Run.Rule.String()
		add(rule != "", minus(rule))
	}
	add(dead && big, "grey: dead, constant outputs")
	add(dead && !big, "× dead: constant outputs")
	add(missing && big, "nearly white: no value")
	add(missing && !big, "hatched: no value")
	add(low && !numbers, "○ label kept by < 80 % of resamples over seeds")
	add(sure && numbers, "numbers: % of resamples over seeds that keep the label")
	return out
}

// lacks reports whether a cell has no value of one of the quantities.
func lacks(p plane, i int, shown []record.Quantity) bool {
	for _, q := range shown {
		if math.IsNaN(p.cell(i).Mean(q.Name)) {
			return true
		}
	}
	return false
}

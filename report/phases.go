package report

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"basin/phase"
	"basin/results"
)

var phaseDiagram = Picture{
	Name: "phases",
	Doc:  "the phase diagram, with the share of resamples over seeds that keep each label",
	Draw: func(run *results.Run) ([]Figure, error) {
		d := phase.New(run)
		if !d.Labelled() && len(run.Main()) > 0 {
			return nil, nil
		}
		var tiles []tile
		numbers := run.Sheets() == 1 && panel{plane: newPlane(d, 0), size: textSize, area: large.area()}.fits("100")
		for k, p := range planes(d) {
			t := phaseTile(p, legendOf(planes(d)...), numbers)
			if run.Sheets() > 1 {
				t.titles = []string{run.SheetLabel(k)}
			}
			tiles = append(tiles, t)
		}
		what := ""
		if run.Sheets() > 1 {
			what = "Phases"
		}
		explained := notes(planes(d), nil, true, numbers)
		return pages("phases", "Phases of "+run.Name, heads(run, what), d, tiles, explained), nil
	},
}

// unsure is the confidence below which a cell is marked on the phase diagram.
const unsure = 0.8

// phaseTile is the labelled diagram with its legend. With numbers, each cell has its confidence in per cent.
func phaseTile(p plane, l legend, numbers bool) tile {
	return tile{
		plane: p, titles: []string{"Phases"}, boundaries: true,
		paint:  func(p panel, c draw.Canvas) { p.phases(c, numbers) },
		beside: func(p panel, c draw.Canvas) { l.draw(c, p) },
		side:   l.width(textSize),
	}
}

func (p panel) phases(c draw.Canvas, numbers bool) {
	shown := false // numbers in the cells
	p.draw(c, func(i int) look {
		l := look{fill: phaseColor[p.label(i)]}
		switch {
		case p.label(i) == phase.Dead:
			l.mark = cross
		case p.label(i) == phase.Undefined:
			l.mark = hatch
		case numbers && !math.IsNaN(p.confidence(i)):
			l.name = string(p.label(i))
			l.text = percent(p.confidence(i))
			shown = true
		}
		return l
	})
	if shown {
		return
	}
	if w, h := p.cellSize(); p.len() < rasterCells {
		for i := range p.len() {
			if p.label(i).IsPhase() && p.confidence(i) < unsure {
				dot(c, p.middle(i), min(w, h)*0.14)
			}
		}
	}
	for _, r := range regions(p.plane) {
		p.regionName(c, r)
	}
}

// dot marks a cell: a white disc with a dark rim.
func dot(c draw.Canvas, at vg.Point, r vg.Length) {
	c.DrawGlyph(draw.GlyphStyle{Color: black, Radius: r * 1.35, Shape: draw.CircleGlyph{}}, at)
	c.DrawGlyph(draw.GlyphStyle{Color: white, Radius: r, Shape: draw.CircleGlyph{}}, at)
}

func (p panel) regionName(c draw.Canvas, r region) {
	fill := phaseColor[r.label]
	at := p.at(r.col, r.row)
	st := style{size: p.size * 1.35, bold: true, color: ink(fill), x: -0.5, y: -0.5}
	pad := st.size * 0.22
	_, cell := p.cellSize()
	// off the boundary of a region one row high
	w, h := st.width(string(r.label))/2+pad, max(st.size*0.36, min(st.size*0.36+pad, cell/2-1.5))
	// a patch of the region's colour keeps dots and crosses away from the name
	c.FillPolygon(fill, rectangle(at.X-w, at.Y-h, at.X+w, at.Y+h))
	st.write(c, at.X, at.Y, string(r.label))
}

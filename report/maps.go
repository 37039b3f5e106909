package report

import (
	"math"

	"gonum.org/v1/plot/vg/draw"

	"basin/phase"
	"basin/record"
	"basin/results"
)

var quantityMaps = Picture{
	Name: "maps",
	Doc:  "each main quantity on a page, with numbers where they fit",
	Draw: func(run *results.Run) ([]Figure, error) {
		d := phase.New(run)
		var out []Figure
		for _, q := range run.Main() {
			var tiles []tile
			s := newScale(q, d)
			for k, p := range planes(d) {
				t := heatTile(p, q, s)
				if run.Sheets() > 1 {
					t.titles = []string{run.SheetLabel(k)}
				}
				tiles = append(tiles, t)
			}
			what := "" // the tile has the title, unless there are several
			if run.Sheets() > 1 {
				what = plain(heading(q))
			}
			explained := notes(planes(d), []record.Quantity{q}, false, false)
			title := plain(q.Title) + " of " + run.Name
			out = append(out, pages(fileName(q.Name), title, heads(run, what), d, tiles, explained)...)
		}
		return out, nil
	},
}

// heatTile is a map of one quantity with its colour bar.
func heatTile(p plane, q record.Quantity, s scale) tile {
	return tile{
		plane:  p,
		titles: []string{heading(q), q.Title, withUnit(q.Symbol, q.Unit), q.Symbol},
		paint: func(p panel, c draw.Canvas) {
			text := formatter(q)
			p.draw(c, func(i int) look { return heatLook(p.plane, i, q, s, text) })
		},
		beside: func(p panel, c draw.Canvas) { p.colorBar(c, s) },
		side:   barWidth(s, textSize),
	}
}

func heatLook(p plane, i int, q record.Quantity, s scale, text func(float64) string) look {
	v := p.cell(i).Mean(q.Name)
	switch {
	case p.label(i) == phase.Dead: // a few survivors are no picture of the cell; the page and the tables have them
		return look{fill: deadGrey, mark: cross}
	case math.IsNaN(v):
		return look{fill: emptyGrey, mark: hatch}
	}
	return look{fill: s.color(v), text: text(v)}
}

package report

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// barWidth is the room that a scale's colour bar needs beside a map.
func barWidth(s scale, size vg.Length) vg.Length {
	st, widest := tickStyle(size), vg.Length(0)
	for _, t := range s.ticks {
		widest = max(widest, st.width(t.label))
	}
	return size*1.5 + tickSpace + widest + 4
}

func rectangle(x0, y0, x1, y1 vg.Length) []vg.Point {
	return []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}

// colorBar draws a scale to the right of the panel.
func (p panel) colorBar(c draw.Canvas, s scale) {
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
		c.FillPolygon(s.colors.at((float64(i)+0.5)/steps), rectangle(x0, y, x1, top))
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
	st := tickStyle(p.size)
	st.y = -0.5
	for _, t := range s.ticks {
		y := y0 + (y1-y0)*vg.Length(t.at)
		c.StrokeLine2(line, x1, y, x1+2.5, y)
		st.write(c, x1+tickSpace, y, t.label)
	}
}

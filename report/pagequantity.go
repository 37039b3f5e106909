package report

import (
	"math"
	"strconv"
	"strings"

	"basin/phase"
	"basin/record"
	"basin/results"
)

type pageAxis struct {
	Label  string     `json:"label"`
	Title  string     `json:"title"`
	Values []string   `json:"values"`
	Ticks  []pageTick `json:"ticks"`
}

// flat writes powers for a canvas, which has one height of letters: "3e−4".
func flat(label string) string {
	return strings.NewReplacer("·10^{", "e", "10^{", "1e", "}", "").Replace(label)
}

type pageTick struct {
	At    number `json:"at"`
	Label string `json:"label"`
}

type pagePalette struct {
	Colors []string `json:"colors"`
	Inks   []string `json:"inks"` // that read on the colours
}

type pageQuantity struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"` // markup of this package, as in Heading
	Heading string   `json:"heading"`
	Unit    string   `json:"unit"`
	Doc     string   `json:"doc"`
	Main    bool     `json:"main"`
	Bar     pageBar  `json:"bar"`
	At      []int    `json:"at,omitempty"`   // colour of each cell; -1: none
	Text    []string `json:"text,omitempty"` // in each cell of the map
	Value   []string `json:"value"`          // mean ± standard error
	N       []int    `json:"n"`
}

type pageBar struct {
	Palette int        `json:"palette"`
	Ticks   []pageTick `json:"ticks"`
	Below   bool       `json:"below"`
	Above   bool       `json:"above"`
}

// number is written with five significant digits; what is not finite becomes null.
type number float64

func (n number) MarshalJSON() ([]byte, error) { return digits(float64(n), 5) }

// coarse has four: enough to plot.
type coarse float64

func (n coarse) MarshalJSON() ([]byte, error) { return digits(float64(n), 4) }

func digits(v float64, n int) ([]byte, error) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, v, 'g', n, 64), nil
}

func newPageAxis(a results.Axis, title string) pageAxis {
	out := pageAxis{a.Label, title, a.Values, []pageTick{}}
	// the page leaves out those that have no room
	for _, t := range axisTicks(a, 1, func(string) float64 { return 1 }) {
		out.Ticks = append(out.Ticks, pageTick{number(t.at), flat(t.label)})
	}
	return out
}

// shades is the number of colours of a palette.
const shades = 256

func newPalette(m colormap) pagePalette {
	var p pagePalette
	for i := range shades {
		c := m.at(float64(i) / (shades - 1))
		p.Colors, p.Inks = append(p.Colors, css(c)), append(p.Inks, css(ink(c)))
	}
	return p
}

// shade is a value's colour in its palette.
func (s scale) shade(v float64) int {
	return int(min(max(s.position(v), 0), 1)*(shades-1) + 0.5)
}

func (s scale) bar(kind record.Scale) pageBar {
	b := pageBar{Ticks: []pageTick{}, Below: s.below, Above: s.above}
	if kind == record.Diverging {
		b.Palette = 1
	}
	for _, t := range s.ticks {
		b.Ticks = append(b.Ticks, pageTick{number(t.at), flat(t.label)})
	}
	return b
}

func newPageQuantity(d *phase.Diagram, q record.Quantity, main bool) pageQuantity {
	out := pageQuantity{Name: q.Name, Title: q.Title, Heading: heading(q), Unit: q.Unit, Doc: q.Doc, Main: main}
	s, text := newScale(q, d), formatter(q)
	if main {
		out.Bar = s.bar(q.Scale)
	}
	for i := range d.Cells {
		v := d.Run.Cells[i].Values[q.Name]
		out.Value, out.N = append(out.Value, plusMinus(v, text)), append(out.N, v.N)
		if !main {
			continue
		}
		shade, short := -1, ""
		if v.N > 0 && d.Cells[i].Label != phase.Dead {
			shade, short = s.shade(v.Mean), text(v.Mean)
		}
		out.At, out.Text = append(out.At, shade), append(out.Text, short)
	}
	return out
}

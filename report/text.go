package report

import (
	"image/color"
	"math"
	"strings"
	"sync"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// style is how a piece of text looks and hangs: x and y as fractions of its size, as in gonum's alignments (0 left
// or bottom, −½ centred, −1 right or top).
type style struct {
	size   vg.Length
	bold   bool
	color  color.Color
	x, y   float64
	upward bool // turned by 90°
}

// run is a stretch of text at one height.
type run struct {
	text  string
	shift float64 // baseline, in units of the font size
	scale float64
}

// runs splits markup: _{sub} and ^{super}. Spaces become unbreakable: SVG viewers merge and trim ordinary ones.
func runs(s string) []run {
	s = strings.ReplaceAll(s, " ", "\u00a0")
	var out []run
	for s != "" {
		i := strings.IndexAny(s, "_^")
		if i < 0 || i+1 >= len(s) || s[i+1] != '{' || !strings.Contains(s[i:], "}") {
			return append(out, run{s, 0, 1})
		}
		if i > 0 {
			out = append(out, run{s[:i], 0, 1})
		}
		shift := -0.18
		if s[i] == '^' {
			shift = 0.38
		}
		end := i + strings.Index(s[i:], "}")
		out = append(out, run{s[i+2 : end], shift, 0.72})
		s = s[end+1:]
	}
	return out
}

// plain drops the markup.
func plain(s string) string {
	var b strings.Builder
	for _, r := range runs(s) {
		b.WriteString(r.text)
	}
	return strings.ReplaceAll(b.String(), "\u00a0", " ")
}

// fonts are parsed when first needed.
var fonts = sync.OnceValue(func() *font.Cache { return font.NewCache(liberation.Collection()) })

func (st style) face(scale float64) font.Face {
	f := font.Font{Typeface: "Liberation", Variant: "Sans"}
	if st.bold {
		f.Weight = xfont.WeightBold
	}
	return fonts().Lookup(f, st.size*vg.Length(scale))
}

func (st style) width(s string) vg.Length {
	w := vg.Length(0)
	for _, r := range runs(s) {
		f := st.face(r.scale)
		w += f.Width(r.text)
	}
	return w
}

// fit returns the first text that fits into a width; if none does, the last one without its markup, cut.
func (st style) fit(width vg.Length, texts ...string) string {
	for _, s := range texts {
		if st.width(s) <= width {
			return s
		}
	}
	letters := []rune(plain(texts[len(texts)-1]))
	for len(letters) > 0 && st.width(string(letters)+"…") > width {
		letters = letters[:len(letters)-1]
	}
	return string(letters) + "…"
}

// write draws text with its anchor at (x, y).
func (st style) write(c draw.Canvas, x, y vg.Length, s string) {
	const capHeight = 0.72 // of Liberation Sans, in font sizes: centring looks right on capitals and digits
	dx, dy := st.width(s)*vg.Length(st.x), st.size*vg.Length(capHeight*st.y)
	if st.upward {
		dx, dy = -dy, dx
	}
	x, y = x+dx, y+dy
	for _, r := range runs(s) {
		f := st.face(r.scale)
		rise := st.size * vg.Length(r.shift)
		at := vg.Point{X: x, Y: y + rise}
		if st.upward {
			at = vg.Point{X: x - rise, Y: y}
		}
		c.Push()
		c.SetColor(st.color)
		c.Translate(at)
		if st.upward {
			c.Rotate(math.Pi / 2)
		}
		c.FillString(f, vg.Point{}, r.text)
		c.Pop()
		if w := f.Width(r.text); st.upward {
			y += w
		} else {
			x += w
		}
	}
}

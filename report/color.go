package report

import (
	"fmt"
	"image/color"
	"math"

	"basin/phase"
)

// colormap is a list of evenly spaced colours, blended in sRGB.
type colormap []color.NRGBA

// viridis (Smith and van der Walt, matplotlib, CC0): luminance rises evenly, and keeps doing so for colour-blind
// eyes.
var viridis = hexes(
	"440154", "482475", "414487", "355f8d", "2a788e", "21918c", "22a884", "44bf70", "7ad151", "bddf26", "fde725")

// diverging runs from orange through near-white to blue. Both arms go straight through CIELAB from L* = 97 to 42,
// so that equal distances from 0 look equally dark; orange and blue stay apart for deuteranopes and protanopes.
var diverging = hexes(
	"a64600", "bc6936", "d08b64", "e0ae93", "edd2c4", "f6f6f6", "d1d7e7", "abb9d8", "849cc9", "5a80ba", "1f65ab")

// phaseColor separates phases by hue and luminance, under deuteranopia and protanopia too (tested).
var phaseColor = map[phase.Label]color.NRGBA{
	phase.I: hex("a3341c"), phase.II: hex("f5b14c"), phase.III: hex("3d5a98"),
	phase.IVA: hex("8ecae6"), phase.IVB: hex("2a9d5c"), phase.Dead: hex("5f5f5f"), phase.Undefined: hex("efefef"),
}

var (
	black     = hex("1a1a1a")
	white     = hex("ffffff")
	grey      = hex("6b6b6b")
	deadGrey  = hex("bdbdbd")
	emptyGrey = hex("f2f2f2")
)

func hex(s string) color.NRGBA {
	var r, g, b uint8
	if _, err := fmt.Sscanf(s, "%02x%02x%02x", &r, &g, &b); err != nil {
		panic("report: bad colour " + s)
	}
	return color.NRGBA{r, g, b, 255}
}

func hexes(s ...string) colormap {
	var m colormap
	for _, h := range s {
		m = append(m, hex(h))
	}
	return m
}

// css writes a colour as #rrggbb.
func css(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// at returns the colour at t in [0, 1]; beyond, the end's.
func (m colormap) at(t float64) color.NRGBA {
	x := min(max(t, 0), 1) * float64(len(m)-1)
	i := min(int(x), len(m)-2)
	f := x - float64(i)
	mix := func(a, b uint8) uint8 { return uint8(float64(float64(a)*(1-f)) + float64(float64(b)*f) + 0.5) }
	a, b := m[i], m[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

// ink is the text colour that reads on a background. WCAG's contrast of black beats that of white from a relative
// luminance of 0.18.
func ink(bg color.NRGBA) color.NRGBA {
	if luminance(bg) > 0.18 {
		return black
	}
	return white
}

// linear turns an 8-bit sRGB channel into linear light (IEC 61966-2-1).
func linear(v uint8) float64 {
	c := float64(v) / 255
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}

// luminance is the relative luminance Y in [0, 1].
func luminance(c color.NRGBA) float64 {
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

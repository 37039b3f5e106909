package report

import (
	"image/color"
	"math"
	"testing"

	"basin/phase"
)

// lab is CIELAB under D65.
func lab(c color.NRGBA) [3]float64 {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124564*r + 0.3575761*g + 0.1804375*b) / 0.95047)
	y := f(0.2126729*r + 0.7151522*g + 0.0721750*b)
	z := f((0.0193339*r + 0.1191920*g + 0.9503041*b) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// distance is ΔE (CIE 1976); about 2.3 is just noticeable.
func distance(a, b color.NRGBA) float64 {
	x, y := lab(a), lab(b)
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

// Simulations of dichromats, in linear light: Machado, Oliveira, Fernandes 2009, severity 1.
var eyes = map[string][3][3]float64{
	"normal":       {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"deuteranopia": {{.367322, .860646, -.227968}, {.280085, .672501, .047413}, {-.011820, .042940, .968881}},
	"protanopia":   {{.152286, 1.052583, -.204868}, {.114503, .786281, .099216}, {-.003882, -.048116, 1.051998}},
}

func seen(c color.NRGBA, m [3][3]float64) color.NRGBA {
	in := [3]float64{linear(c.R), linear(c.G), linear(c.B)}
	var out [3]uint8
	for i, row := range m {
		v := 0.0
		for k := range row {
			v += row[k] * in[k]
		}
		if v = min(max(v, 0), 1); v <= 0.0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
		out[i] = uint8(math.Round(255 * v))
	}
	return color.NRGBA{out[0], out[1], out[2], 255}
}

// Sequential values can be read by luminance alone: it rises all along, for every eye.
func TestViridisRises(t *testing.T) {
	for eye, m := range eyes {
		last := -1.0
		for i := range 101 {
			l := lab(seen(viridis.at(float64(i)/100), m))[0]
			if l <= last {
				t.Fatalf("%s: L* falls from %.1f to %.1f at %d %%", eye, last, l, i)
			}
			last = l
		}
	}
}

// Equal distances from 0 are equally dark, luminance falls from the middle outwards, and the two signs stay apart
// for every eye.
func TestDivergingIsSymmetric(t *testing.T) {
	const rounding = 1.0 // in L*: eleven 8-bit stops
	for i := range 51 {
		d := float64(i) / 100
		a, b := lab(diverging.at(0.5 - d))[0], lab(diverging.at(0.5 + d))[0]
		if math.Abs(a-b) > rounding {
			t.Errorf("±%.2f: L* is %.1f and %.1f", d, a, b)
		}
		if next := lab(diverging.at(0.5 + d + 0.01))[0]; i < 50 && next >= b {
			t.Errorf("L* does not fall outwards at %.2f", d)
		}
	}
	const apart = 40
	for eye, m := range eyes {
		if d := distance(seen(diverging.at(0.1), m), seen(diverging.at(0.9), m)); d < apart {
			t.Errorf("%s: the two signs differ by ΔE %.0f only", eye, d)
		}
	}
}

// Any two labels look different to every eye.
func TestPhaseColorsAreDistinct(t *testing.T) {
	const apart = 20 // ΔE; nine times the just noticeable difference
	for eye, m := range eyes {
		for i, a := range phase.Labels {
			for _, b := range phase.Labels[i+1:] {
				if d := distance(seen(phaseColor[a], m), seen(phaseColor[b], m)); d < apart {
					t.Errorf("%s: %s and %s differ by ΔE %.0f only", eye, a, b, d)
				}
			}
		}
	}
}

// Numbers on any cell keep WCAG's contrast for large text and graphics, 3:1; on most they reach 4.5.
func TestInkContrast(t *testing.T) {
	var backgrounds []color.NRGBA
	for i := range 101 {
		backgrounds = append(backgrounds, viridis.at(float64(i)/100), diverging.at(float64(i)/100))
	}
	for _, c := range phaseColor {
		backgrounds = append(backgrounds, c)
	}
	good := 0
	for _, bg := range backgrounds {
		a, b := luminance(bg)+0.05, luminance(ink(bg))+0.05
		contrast := max(a, b) / min(a, b)
		if contrast < 3 {
			t.Errorf("contrast %.1f on %s", contrast, css(bg))
		}
		if contrast >= 4.5 {
			good++
		}
	}
	if good*10 < len(backgrounds)*8 {
		t.Errorf("only %d of %d backgrounds reach 4.5:1", good, len(backgrounds))
	}
}

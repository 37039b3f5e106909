package report

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"basin/phase"
	"basin/phase/phasetest"
)

// box is the place of a text on a figure.
type box struct {
	x0, y0, x1, y1 float64
	text           string
}

// boxes draws a figure and returns the places of its texts; the runs of one text with sub- and superscripts are
// several.
func boxes(f Figure) []box {
	var r recorder.Canvas
	f.Draw(draw.NewCanvas(&r, f.Width, f.Height))
	type transform struct{ x, y, angle float64 }
	var now transform
	var stack []transform
	var out []box
	at := func(x, y float64) (float64, float64) {
		s, c := math.Sincos(now.angle)
		return now.x + c*x - s*y, now.y + s*x + c*y
	}
	for _, a := range r.Actions {
		switch a := a.(type) {
		case *recorder.Push:
			stack = append(stack, now)
		case *recorder.Pop:
			now, stack = stack[len(stack)-1], stack[:len(stack)-1]
		case *recorder.Translate:
			now.x, now.y = at(float64(a.Point.X), float64(a.Point.Y))
		case *recorder.Rotate:
			now.angle += a.Angle
		case *recorder.FillString:
			size := float64(a.Font.Size)
			face := fonts().Lookup(a.Font, a.Font.Size)
			x0, y0 := at(float64(a.Point.X), float64(a.Point.Y)-0.21*size) // descenders
			x1, y1 := at(float64(a.Point.X)+float64(face.Width(a.String)), float64(a.Point.Y)+0.72*size)
			out = append(out, box{min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), a.String})
		}
	}
	return out
}

func (a box) overlaps(b box) bool {
	const touch = 0.1 // points: neighbours of one text share an edge
	return min(a.x1, b.x1)-max(a.x0, b.x0) > touch && min(a.y1, b.y1)-max(a.y0, b.y0) > touch
}

// Whatever the grid, no text of a figure lies over another or beyond the edge.
func TestTextsDoNotOverlap(t *testing.T) {
	for name, run := range grids(t) {
		for _, f := range figuresOf(t, run) {
			all := boxes(f)
			if len(all) == 0 {
				t.Errorf("%s: %s has no text", name, f.Name)
			}
			for i, a := range all {
				if a.x0 < 0 || a.y0 < 0 || a.x1 > float64(f.Width) || a.y1 > float64(f.Height) {
					t.Errorf("%s: %s: %q lies outside: %.1f…%.1f, %.1f…%.1f of %.1f × %.1f", name, f.Name, a.text, a.x0, a.x1,
						a.y0, a.y1, float64(f.Width), float64(f.Height))
				}
				for _, b := range all[:i] {
					if a.overlaps(b) {
						t.Errorf("%s: %s: %q lies over %q", name, f.Name, a.text, b.text)
					}
				}
			}
		}
	}
}

// A grid of long numbers has a few round ticks, and no number is cut.
func TestTicksOfLongNumbers(t *testing.T) {
	run := build(t, longNumbers())
	p := panel{plane: newPlane(phase.New(run), 0), area: small.area(), size: textSize}
	var got []string
	for _, k := range p.ticksY() {
		got = append(got, k.label)
	}
	if s := strings.Join(got, " "); s != "0.001 0.01 0.1" {
		t.Errorf("ticks of 0.001·1.06^i: %s", s)
	}
	for name, run := range grids(t) {
		for _, f := range figuresOf(t, run) {
			for _, b := range boxes(f) {
				if digits := strings.TrimLeft(b.text, "−+."); len(digits) > 0 && digits[0] >= '0' && digits[0] <= '9' &&
					strings.Contains(digits, "…") {
					t.Errorf("%s: %s: a cut number: %q", name, f.Name, b.text)
				}
			}
		}
	}
}

// Ticks between cells stand at their value's place.
func TestTicksStandAtTheirValues(t *testing.T) {
	run := build(t, longNumbers())
	a := run.Axes[1]
	for _, k := range axisTicks(a, 2, func(string) float64 { return 10 }) {
		var v float64
		if _, err := fmt.Sscan(k.label, &v); err != nil {
			t.Fatal(err)
		}
		if want := math.Log(v/0.001) / math.Log(1.06); math.Abs(k.at-want) > 1e-6 {
			t.Errorf("%s stands at cell %v, want %v", k.label, k.at, want)
		}
	}
}

// Panels of what was not measured are left out, and the layout closes up.
func TestLayoutClosesUp(t *testing.T) {
	for n, want := range map[int][2]int{1: {1, 1}, 2: {2, 1}, 4: {4, 1}, 5: {3, 2}, 6: {3, 2}, 7: {4, 2}, 8: {4, 2},
		9: {3, 3}, 12: {4, 3}, 13: {4, 4}} {
		if cols := small.columns(n); cols != want[0] || (n+cols-1)/cols != want[1] {
			t.Errorf("%d tiles: %d columns, want %d × %d", n, cols, want[0], want[1])
		}
	}
	for i, want := range map[int]string{0: "(a) x", 7: "(h) x", 8: "(i) x", 25: "(z) x", 26: "(aa) x", 52: "(ba) x"} {
		if got := withLetter(i, []string{"x"})[0]; got != want {
			t.Errorf("panel %d: %q", i, got)
		}
	}
	run := build(t, longNumbers())
	full := figureNamed(t, run, "taxonomy")
	s := longNumbers()
	for i := range s.Cells { // two quantities are left, and no phase
		s.Cells[i].Records = s.Cells[i].Records[:3]
	}
	less := figureNamed(t, build(t, s), "taxonomy")
	if less.Width >= full.Width {
		t.Errorf("two panels take %v × %v, all of them %v × %v", less.Width, less.Height, full.Width, full.Height)
	}
	for _, f := range figuresOf(t, build(t, s)) {
		if f.Name == "phases" {
			t.Error("a run without a phase has a phase diagram")
		}
		for _, b := range boxes(f) {
			if strings.Contains(b.text, "not\u00a0measured") || strings.Contains(b.text, "Phases") {
				t.Errorf("%s: %q", f.Name, b.text)
			}
		}
	}
}

// The maps of a run with three axes share a colour scale: each row has one bar.
func TestSmallMultiplesShareTheirBar(t *testing.T) {
	run := build(t, phasetest.Synthetic(phasetest.Size{Rows: 5, Cols: 7, Replicas: 3, Sheets: 6, Pairs: true}))
	count := map[string]int{}
	for _, b := range boxes(figureNamed(t, run, "mc")) {
		count[b.text]++
	}
	if rate := "learning\u00a0rate\u00a00.1"; count["−15"] != 2 || count["15"] != 2 || count[rate] != 1 {
		t.Errorf("texts in two rows of three maps: %v", count)
	}
}

// "hotter" is said on a second axis of temperature alone.
func TestHotterIsSaidOfTemperature(t *testing.T) {
	for name, want := range map[string]bool{"temperature": true, "decay": false} {
		s := longNumbers()
		s.Axes[1].Name = name
		found := false
		for _, b := range boxes(figureNamed(t, build(t, s), "taxonomy")) {
			found = found || strings.Contains(b.text, "hotter")
		}
		if found != want {
			t.Errorf("axis %s: hotter is said: %v", name, found)
		}
	}
}

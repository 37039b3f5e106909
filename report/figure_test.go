package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"basin/phase"
	"basin/phase/phasetest"
	"basin/record"
	"basin/results"
)

func build(t testing.TB, s results.Source) *results.Run {
	t.Helper()
	run, err := results.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// digitsLike is a grid of the main example's size, with a dead corner and a few holes.
func digitsLike(t *testing.T) *results.Run {
	t.Helper()
	return build(t, phasetest.Synthetic(phasetest.Size{Rows: 7, Cols: 12, Replicas: 5, Pairs: true, Arrays: true,
		Holes: true}))
}

// longNumbers is a grid whose values are long: 100 learning rates 0.001·1.06^i, by 40 widths.
func longNumbers() results.Source {
	s := phasetest.Synthetic(phasetest.Size{Rows: 100, Cols: 40, Replicas: 1})
	s.Name = "long numbers"
	s.Axes[1].Label, s.Axes[1].Path, s.Axes[1].Colder = "learning rate", "train.optimizer.lr", false
	for i := range s.Axes[1].Values {
		x := 0.001 * math.Pow(1.06, float64(i))
		s.Axes[1].Values[i], s.Axes[1].Numbers[i] = fmt.Sprint(x), x
	}
	return s
}

// words is a grid of long words and mixed numbers on axes with long names, and without a phase.
func words() results.Source {
	s := phasetest.Synthetic(phasetest.Size{Rows: 4, Cols: 6, Replicas: 1, Sheets: 3})
	s.Name = "a run " + strings.Repeat("with a name that is longer than any picture is wide ", 4)
	s.Rule = results.Rule{}
	s.Quantities = slices.Clone(s.Quantities)
	for i := range s.Quantities {
		s.Quantities[i].Title = "A quantity^{of some kind} whose title is longer than its panel is wide, number " +
			fmt.Sprint(i)
	}
	s.Quantities[0].Symbol = s.Quantities[0].Title // no way to say it in short
	s.Axes[0].Label = "a path of the spec that somebody sweeps together with another path of the spec"
	s.Axes[1] = results.Axis{Name: "optimizer", Path: "train.optimizer",
		Label:  "train.optimizer and then some more words to fill the height",
		Values: []string{"sgd momentum=0.9 nesterov=true", "adam", "adamw weight_decay=0.01", "rmsprop"}}
	for i := range s.Axes[0].Values {
		s.Axes[0].Numbers[i] = []float64{1.0 / 3, 0.34, 123456.789, 1e-9, 7, 1e12}[i]
		s.Axes[0].Values[i] = fmt.Sprint(s.Axes[0].Numbers[i])
	}
	return s
}

// grids are the shapes that every output must survive.
func grids(t *testing.T) map[string]*results.Run {
	t.Helper()
	width := results.Axis{Name: "load", Path: "model.width", Label: "width", Values: []string{"1", "2"},
		Numbers: []float64{1, 2}}
	one := phasetest.Synthetic(phasetest.Size{Rows: 1, Cols: 6, Replicas: 3, Arrays: true})
	one.Axes = one.Axes[:1]
	for i := range one.Cells {
		one.Cells[i].At = one.Cells[i].At[:1]
	}
	return map[string]*results.Run{
		"digits":    digitsLike(t),
		"published": build(t, phasetest.Published(false)),
		"one row":   build(t, phasetest.Synthetic(phasetest.Size{Rows: 1, Cols: 5, Replicas: 1})),
		"one axis":  build(t, one),
		"one cell":  build(t, phasetest.Synthetic(phasetest.Size{Rows: 1, Cols: 1, Replicas: 2, Pairs: true})),
		"three maps": build(t, phasetest.Synthetic(phasetest.Size{Rows: 5, Cols: 7, Replicas: 3, Sheets: 3,
			Pairs: true, Arrays: true})),
		"many maps":    build(t, phasetest.Synthetic(phasetest.Size{Rows: 2, Cols: 3, Replicas: 1, Sheets: 15})),
		"long numbers": build(t, longNumbers()),
		"words":        build(t, words()),
		"empty":        build(t, results.Source{Name: "nothing yet", Axes: []results.Axis{width}}),
		"nothing":      build(t, results.Source{}),
	}
}

// figuresOf are all figures of a run.
func figuresOf(t *testing.T, run *results.Run) []Figure {
	t.Helper()
	var out []Figure
	for _, p := range Pictures {
		figures, err := p.Draw(run)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, figures...)
	}
	return out
}

func figureNamed(t *testing.T, run *results.Run, name string) Figure {
	t.Helper()
	for _, f := range figuresOf(t, run) {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no figure %s", name)
	return Figure{}
}

// Every grid can be written; a second time gives the same bytes; SVGs are well-formed XML, PNGs decode at the
// figure's size.
func TestWriteIsCompleteAndRepeatable(t *testing.T) {
	for name, run := range grids(t) {
		switch name {
		case "many maps", "three maps", "long numbers", "published": // much like others, and slow
			continue
		}
		a := t.TempDir()
		paths, err := Write(a, run)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b := a
		if name == "digits" {
			b = t.TempDir()
			if _, err := Write(b, run); err != nil {
				t.Fatal(err)
			}
		}
		musts := []string{"index.html", "taxonomy.svg", "taxonomy.png"}
		switch name {
		case "words":
			musts = []string{"index.html", "taxonomy-1.svg", "taxonomy-3.png"}
		case "digits", "empty":
			musts = append(musts, "phases.svg", "phases.png")
		}
		for _, must := range musts {
			if !slices.Contains(paths, filepath.Join(a, must)) {
				t.Errorf("%s: %s is missing", name, must)
			}
		}
		for _, path := range paths {
			x, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			y, _ := os.ReadFile(filepath.Join(b, filepath.Base(path)))
			if !bytes.Equal(x, y) {
				t.Errorf("%s: %s differs when written again", name, filepath.Base(path))
			}
			switch filepath.Ext(path) {
			case ".svg":
				wellFormed(t, path, x)
			case ".png":
				img, err := png.Decode(bytes.NewReader(x))
				if err != nil {
					t.Fatalf("%s: %v", path, err)
				}
				if img.Bounds().Dx() < 600 {
					t.Errorf("%s is %v", path, img.Bounds())
				}
			}
		}
	}
}

func wellFormed(t *testing.T, path string, data []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
	}
}

// A name with markup in it stays text in the SVG.
func TestNamesAreEscapedInSVG(t *testing.T) {
	in := phasetest.Published(true)
	in.Name = `<script>alert("1")</script> & more`
	var b bytes.Buffer
	if err := figureNamed(t, build(t, in), "taxonomy").WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, "taxonomy.svg", b.Bytes())
	if strings.Contains(b.String(), "<script") {
		t.Error("the name became an element")
	}
}

// The picture shows the data: in the figure of the test accuracy, the pixel at the centre of a cell's lower left
// quarter (clear of its number) has the colour of its mean; the phase diagram that of its label.
func TestPixelsHaveTheColorsOfTheData(t *testing.T) {
	run := build(t, phasetest.Published(true))
	d := phase.New(run)
	q := run.Main()[0]
	s := newScale(q, d)
	// The layout of a large tile; in pixels, from the left and from the top.
	pixel := func(f Figure, img image.Image, i int, dx, dy float64) color.Color {
		x := float64(leftLeast) + float64(large.width)*(float64(i%run.Cols())+dx)/float64(run.Cols())
		y := float64(top) + float64(large.height)*(float64(run.Rows()-1-i/run.Cols())+1-dy)/float64(run.Rows())
		return img.At(int(x*dpi/72), int(y*dpi/72))
	}
	heat, phases := figureNamed(t, run, q.Name), figureNamed(t, run, "phases")
	heatImage, phaseImage := pixels(t, heat), pixels(t, phases)
	hits := 0
	for i := range run.Cells {
		c := &run.Cells[i]
		if got, want := pixel(heat, heatImage, i, 0.2, 0.3), s.color(c.Mean(q.Name)); !near(got, want) {
			t.Fatalf("test accuracy at %s: pixel %v, want %v", c.Label, got, want)
		}
		// boundaries and region names hide a few
		if near(pixel(phases, phaseImage, i, 0.3, 0.3), phaseColor[d.Cells[i].Label]) {
			hits++
		}
	}
	if hits < len(run.Cells)*9/10 {
		t.Errorf("only %d of %d cells have their phase's colour", hits, len(run.Cells))
	}
}

func pixels(t *testing.T, f Figure) image.Image {
	t.Helper()
	var b bytes.Buffer
	if err := f.WritePNG(&b); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// near allows what 8-bit rounding changes.
func near(a, b interface{ RGBA() (r, g, b, a uint32) }) bool {
	r1, g1, b1, _ := a.RGBA()
	r2, g2, b2, _ := b.RGBA()
	const step = 2 * 257
	d := func(x, y uint32) bool { return max(x, y)-min(x, y) <= step }
	return d(r1, r2) && d(g1, g2) && d(b1, b2)
}

func TestScales(t *testing.T) {
	s := span([]float64{1, 10, 100}, record.Log)
	if !s.log || math.Abs(s.position(10)-0.5) > 1e-12 {
		t.Errorf("10 between 1 and 100 stands at %v on a log scale (%v)", s.position(10), s.log)
	}
	s = span([]float64{-1, 1, 100}, record.Log)
	if !s.log || !s.below || s.color(-1) != viridis[0] {
		t.Errorf("a negative value on a log scale: %+v", s)
	}
	if s = span([]float64{2, 3, 4}, record.Log); s.log {
		t.Error("values within a decade need no log scale")
	}
	s = span([]float64{-7, 1, 2}, record.Diverging)
	if s.lo != -s.hi || s.position(0) != 0.5 {
		t.Errorf("diverging: scale from %v to %v", s.lo, s.hi)
	}
	many := make([]float64, 40)
	many[0], many[1] = -90, 4
	s = span(many, record.Diverging)
	if s.hi > 10 || !s.below || s.above {
		t.Errorf("one outlier of −90 among 40: scale from %v to %v, pointed %v %v", s.lo, s.hi, s.below, s.above)
	}
	if s = span([]float64{.5, .5}, record.Linear); !s.constant || s.position(.5) != .5 {
		t.Errorf("equal values: %+v", s)
	}
	for _, log := range []bool{false, true} {
		for _, c := range []struct{ lo, hi float64 }{{0, 1}, {45, 97}, {-3, 12}, {1e-5, 3e-5}, {1e6, 5e6}, {-8, -2},
			{1, 10}, {.003, 4}, {30, 4000}, {1e-9, 1e4}, {0.03, 1.1}} {
			if log && c.lo <= 0 {
				continue
			}
			s := scale{lo: c.lo, hi: c.hi, log: log}
			ticks := s.roundTicks()
			if len(ticks) < 3 || len(ticks) > mostTicks || ticks[0].at < -1e-6 || ticks[len(ticks)-1].at > 1+1e-6 {
				t.Errorf("ticks from %v to %v, log %v: %v", c.lo, c.hi, log, ticks)
			}
			for _, k := range ticks {
				if len(plain(k.label)) > 12 {
					t.Errorf("from %v to %v, log %v: a tick says %q", c.lo, c.hi, log, k.label)
				}
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		format string
		value  float64
		want   string
	}{
		{"%.1f", 97.25, "97.2"}, {"%+.1f", 4.44, "+4.4"}, {"%+.1f", -0.01, "0.0"}, {"%+.1f", -6.27, "−6.3"},
		{"%+.2f", 0, "0.00"},
		{"", 4085.5, "4086"}, {"", 12345, "12.3k"}, {"", 123456, "123k"}, {"%.3g", 8.88, "8.88"},
		{"%.2g", 0.000902, "0.00090"},
		{"%.3g", 1.2e-6, "1.20e−6"}, {"", -167.4, "−167"}, {"", 0, "0"}, {"%d", 1.5, "1.50"}, {"no verb", 1.5, "1.50"},
		{"%s%s", 2, "2.00"},
		{"%.1f s", 2, "2.0 s"},
	} {
		if got := formatter(record.Quantity{Format: c.format})(c.value); got != c.want {
			t.Errorf("%v as %s: got %q, want %q", c.value, c.format, got, c.want)
		}
	}
}

// quick is how long a picture, a page or a table of 10,000 cells may take. The best of three counts: tests share
// the machine.
const quick = 2 * time.Second

func TestTenThousandCellsStayQuick(t *testing.T) {
	run := build(t, phasetest.Synthetic(phasetest.Size{Rows: 100, Cols: 100, Replicas: 2}))
	for name, write := range map[string]func(io.Writer) error{
		"taxonomy.png": func(w io.Writer) error { return figureNamed(t, run, "taxonomy").WritePNG(w) },
		"taxonomy.svg": func(w io.Writer) error { return figureNamed(t, run, "taxonomy").WriteSVG(w) },
		"index.html":   func(w io.Writer) error { return Page(w, run) },
		"table":        func(w io.Writer) error { return Table(w, run) },
		"summary":      func(w io.Writer) error { return Summary(w, run) },
		"cells.csv":    func(w io.Writer) error { return cellTable.Write(w, CSV, run) },
	} {
		best := time.Duration(math.MaxInt64)
		size := 0
		for range 3 {
			var b bytes.Buffer
			start := time.Now()
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			best, size = min(best, time.Since(start)), b.Len()
			if best < quick {
				break
			}
		}
		if best > quick || size > 8<<20 {
			t.Errorf("%s: %v, %d bytes", name, best, size)
		}
	}
}

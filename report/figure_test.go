package report

import (
	"bytes"
	"encoding/xml"
	"image"
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
	"basin/spec"
)

func build(t *testing.T, in phase.Input) *phase.Table {
	t.Helper()
	table, err := phase.Build(in, phase.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// digitsLike is a grid of the main example's size, with a dead corner and a few holes.
func digitsLike(t *testing.T) *phase.Table {
	t.Helper()
	return build(t, phasetest.Synthetic(phasetest.Size{Rows: 7, Cols: 12, Replicas: 5, Pairs: true, Arrays: true, Holes: true}))
}

// grids are the shapes that every output must survive.
func grids(t *testing.T) map[string]*phase.Table {
	t.Helper()
	return map[string]*phase.Table{
		"digits":    digitsLike(t),
		"published": build(t, phasetest.Published(false)),
		"one row":   build(t, phasetest.Synthetic(phasetest.Size{Rows: 1, Cols: 5, Replicas: 1})),
		"one cell":  build(t, phasetest.Synthetic(phasetest.Size{Rows: 1, Cols: 1, Replicas: 2, Pairs: true})),
		"empty":     build(t, phase.Input{Name: "nothing yet", Load: spec.Axis{Path: "model.width", Values: []any{1, 2}}}),
		"nothing":   build(t, phase.Input{}),
	}
}

// Every grid can be written; a second time gives the same bytes; SVGs are well-formed XML, PNGs decode at the figure's size.
func TestWriteIsCompleteAndRepeatable(t *testing.T) {
	for name, table := range grids(t) {
		a := t.TempDir()
		paths, err := Write(a, table)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b := a
		if name == "digits" {
			b = t.TempDir()
			if _, err := Write(b, table); err != nil {
				t.Fatal(err)
			}
		}
		for _, must := range []string{"index.html", "taxonomy.svg", "taxonomy.png", "phases.svg", "phases.png"} {
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
				if img.Bounds().Dx() < 1000 {
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
	if err := overview(build(t, in)).writeSVG(&b); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, "taxonomy.svg", b.Bytes())
	if strings.Contains(b.String(), "<script") {
		t.Error("the name became an element")
	}
}

// The picture shows the data: in the figure of the test accuracy, the pixel at the centre of a cell's lower left quarter (clear of its
// number) has the colour of its mean; the phase diagram that of its label.
func TestPixelsHaveTheColorsOfTheData(t *testing.T) {
	table := build(t, phasetest.Published(true))
	q := panels[0]
	s := newScale(q, table)
	acc, phases := pixels(t, single(table, q)), pixels(t, phaseDiagram(table))
	// the layout of alone(): margins in inches at 150 dpi
	x0, x1, y0, y1 := 0.8, 7.6-0.95, 0.95, 5.2-0.45
	for i := range table.Cells {
		c := &table.Cells[i]
		x := int(dpi * (x0 + (x1-x0)*(float64(c.Col)+0.2)/float64(table.Cols())))
		y := int(dpi * (5.2 - (y0 + (y1-y0)*(float64(c.Row)+0.3)/float64(table.Rows()))))
		if want := s.color(c.Mean(q.name)); !near(acc.At(x, y), want) {
			t.Fatalf("test accuracy at width %s, batch %s: pixel %v, want %v", c.Load, c.Temp, acc.At(x, y), want)
		}
	}
	hits := 0
	for i := range table.Cells { // boundaries and region names hide a few
		c := &table.Cells[i]
		x := int(dpi * (x0 + (x1-x0)*(float64(c.Col)+0.3)/float64(table.Cols())))
		y := int(dpi * (5.2 - (y0 + (y1-y0)*(float64(c.Row)+0.3)/float64(table.Rows()))))
		if near(phases.At(x, y), phaseColor[c.Label]) {
			hits++
		}
	}
	if hits < len(table.Cells)*9/10 {
		t.Errorf("only %d of %d cells have their phase's colour", hits, len(table.Cells))
	}
}

func pixels(t *testing.T, f figure) image.Image {
	t.Helper()
	var b bytes.Buffer
	if err := f.writePNG(&b); err != nil {
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
	values := func(q string, v ...float64) *phase.Table {
		in := phase.Input{}
		for i, x := range v {
			in.Load.Values = append(in.Load.Values, i)
			in.Cells = append(in.Cells, phase.CellRecords{Col: i, Records: []record.Record{{Quantity: q, Of: record.Points(0), Value: x, Status: record.OK}}})
		}
		return build(t, in)
	}
	s := newScale(describe(record.Trace), values(record.Trace, 1, 10, 100))
	if !s.log || math.Abs(s.position(10)-0.5) > 1e-12 {
		t.Errorf("10 between 1 and 100 stands at %v on a log scale (%v)", s.position(10), s.log)
	}
	s = newScale(describe(record.Trace), values(record.Trace, -1, 1, 100))
	if !s.log || !s.below || s.color(-1) != viridis[0] {
		t.Errorf("a negative trace: %+v", s)
	}
	if s = newScale(describe(record.Trace), values(record.Trace, 2, 3, 4)); s.log {
		t.Error("values within a decade need no log scale")
	}
	s = newScale(describe(record.MC), values(record.MC, -7, 1, 2))
	if s.lo != -s.hi || s.position(0) != 0.5 {
		t.Errorf("mc: scale from %v to %v", s.lo, s.hi)
	}
	many := make([]float64, 40)
	many[0], many[1] = -90, 4
	s = newScale(describe(record.MC), values(record.MC, many...))
	if s.hi > 10 || !s.below || s.above {
		t.Errorf("one outlier of −90 among 40: scale from %v to %v, pointed %v %v", s.lo, s.hi, s.below, s.above)
	}
	if s = newScale(describe(record.CKA), values(record.CKA, .5, .5)); !s.constant || s.position(.5) != .5 {
		t.Errorf("equal values: %+v", s)
	}
	for _, c := range []struct{ lo, hi float64 }{{0, 1}, {45, 97}, {-3, 12}, {1e-5, 3e-5}, {1e6, 5e6}, {-8, -2}} {
		s := scale{lo: c.lo, hi: c.hi}
		if k := s.linearTicks(); len(k) < 3 || len(k) > 7 || k[0].at < -1e-6 || k[len(k)-1].at > 1+1e-6 {
			t.Errorf("linear ticks from %v to %v: %v", c.lo, c.hi, k)
		}
	}
	for _, c := range []struct{ lo, hi float64 }{{1, 10}, {.003, 4}, {30, 4000}, {1e-9, 1e4}} {
		s := scale{lo: c.lo, hi: c.hi, log: true}
		if k := s.logTicks(); len(k) < 3 || len(k) > 7 || k[0].at < -1e-6 || k[len(k)-1].at > 1+1e-6 {
			t.Errorf("log ticks from %v to %v: %v", c.lo, c.hi, k)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		format func(float64) string
		value  float64
		want   string
	}{
		{fixed(1), 97.25, "97.2"}, {signed(1), 4.44, "+4.4"}, {signed(1), -0.01, "0.0"}, {signed(1), -6.27, "−6.3"}, {signed(2), 0, "0.00"},
		{significant(3), 4085.5, "4086"}, {significant(3), 12345, "12.3k"}, {significant(3), 123456, "123k"}, {significant(3), 8.88, "8.88"},
		{significant(2), 0.000902, "0.00090"}, {significant(3), 1.2e-6, "1.20e−6"}, {significant(3), -167.4, "−167"}, {significant(3), 0, "0"},
	} {
		if got := c.format(c.value); got != c.want {
			t.Errorf("%v: got %q, want %q", c.value, got, c.want)
		}
	}
}

// quick is how long a picture, a page or a table of 10,000 cells may take. The best of three counts: tests share the machine.
const quick = 2 * time.Second

func TestTenThousandCellsStayQuick(t *testing.T) {
	table := build(t, phasetest.Synthetic(phasetest.Size{Rows: 100, Cols: 100, Replicas: 2}))
	for name, run := range map[string]func(io.Writer) error{
		"taxonomy.png": overview(table).writePNG,
		"taxonomy.svg": overview(table).writeSVG,
		"index.html":   func(w io.Writer) error { return Page(w, table) },
		"table":        func(w io.Writer) error { return Table(w, table) },
		"cells.csv":    func(w io.Writer) error { return Cells(w, CSV, table) },
	} {
		best := time.Duration(math.MaxInt64)
		size := 0
		for range 3 {
			var b bytes.Buffer
			start := time.Now()
			if err := run(&b); err != nil {
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

package report

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"basin/phase"
	"basin/phase/phasetest"
	"basin/record"
	"basin/results"
)

func page(t *testing.T, in results.Source) string {
	t.Helper()
	var b bytes.Buffer
	if err := Page(&b, build(t, in)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The page names nothing outside itself: the only addresses in it are namespaces.
func TestPageIsSelfContained(t *testing.T) {
	s := page(t, phasetest.Published(false))
	for _, url := range regexp.MustCompile(`(?i)(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s"']*`).FindAllString(s, -1) {
		if url != "http://www.w3.org/2000/svg" && url != "http://www.w3.org/1999/xhtml" { // namespaces
			t.Errorf("the page speaks of %s", url)
		}
	}
	if m := regexp.MustCompile(`(?i)<(link|img|iframe|object|embed)|\ssrc=|@import|url\(`).FindString(s); m != "" {
		t.Errorf("the page would load something: %q", m)
	}
	if !strings.Contains(s, "default-src 'none'") {
		t.Error("no content-security policy")
	}
}

// Names come from users: whatever they hold, no element begins in them, and the data can be read back unchanged.
func TestPageEscapesNames(t *testing.T) {
	const evil = `</script><script>alert(1)</script><img src=x onerror=alert(2)>"'&` + "\u2028"
	in := phasetest.Synthetic(phasetest.Size{Rows: 2, Cols: 2, Replicas: 2, Pairs: true, Arrays: true})
	in.Name = evil
	in.Axes[0].Path, in.Axes[0].Label = "x."+evil, evil
	in.Axes[0].Values[0], in.Axes[0].Numbers = evil, nil
	in.Cells[0].ID = evil
	in.Cells[0].Records = append(in.Cells[0].Records, record.Record{Measure: evil, Quantity: evil,
		Of: record.Points(0), Value: 1, Status: record.OK})
	s := page(t, in)
	data := readPage(t, s)
	if strings.Contains(s, "<img") || strings.Count(s, "<script") != 2 || strings.Count(s, "</script>") != 2 {
		t.Error("a name became an element")
	}
	if data.Axes[0].Label != evil || data.Axes[0].Values[0] != evil {
		t.Errorf("names were changed: %q, %q", data.Axes[0].Label, data.Axes[0].Values[0])
	}
}

// pageIn reads back what the tests look at.
type pageIn struct {
	Axes []struct {
		Label  string
		Values []string
	}
	Quantities []struct {
		Name, Heading, Doc string
		Main               bool
	}
	Plots []struct {
		Title, X, Y string
		Log         bool
		Lines       []struct{ Title string }
	}
	Partial    bool
	Highlights []highlight
	Cells      []struct {
		A []struct {
			P, L int
			X    []int
			D    []*float64
			M    []int
		}
	}
}

func readPage(t *testing.T, s string) pageIn {
	t.Helper()
	start := strings.Index(s, `id="data">`) + len(`id="data">`)
	var data pageIn
	if err := json.Unmarshal([]byte(s[start:start+strings.Index(s[start:], "</script>")]), &data); err != nil {
		t.Fatal(err)
	}
	return data
}

// A grid too big for all its curves keeps those of the highlighted cells.
func TestBigGridsKeepHighlightedArrays(t *testing.T) {
	data := readPage(t, page(t, phasetest.Synthetic(phasetest.Size{Rows: 40, Cols: 50, Replicas: 2, Arrays: true})))
	chosen := map[int]bool{}
	for _, c := range data.Highlights {
		chosen[c.Cell] = true
	}
	for i, c := range data.Cells {
		if (len(c.A) > 0) != chosen[i] {
			t.Fatalf("cell %d has %d arrays, highlighted: %v", i, len(c.A), chosen[i])
		}
	}
	if !data.Partial || len(chosen) < 5 {
		t.Errorf("partial: %v, %d highlighted cells", data.Partial, len(chosen))
	}
}

// Quantities of one measure whose arrays are alike share plots, a plot for each column; arrays with one quantity
// are called by its title.
func TestPlots(t *testing.T) {
	data := readPage(t, page(t, phasetest.Synthetic(phasetest.Size{Rows: 2, Cols: 2, Replicas: 2, Pairs: true,
		Arrays: true})))
	var got []string
	for _, p := range data.Plots {
		text := p.Title + " / " + p.X
		for _, l := range p.Lines {
			text += " / " + l.Title
		}
		got = append(got, text)
	}
	want := []string{
		"Hessian spectral density / lambda / Hessian spectral density",
		"Error (connectivity) / t / Along the Bézier curve / Along the straight line",
		"Loss (connectivity) / t / Along the Bézier curve / Along the straight line",
		"Loss during training / epoch / Loss during training",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if !data.Plots[0].Log || data.Plots[1].Log {
		t.Error("the scale of y is not the quantity's")
	}
}

// Thinning a long spectrum keeps its ends and its highest peak.
func TestThinningKeepsPeaks(t *testing.T) {
	const n, peak = 5000, 3333
	at, density := make([]float64, n), make([]float64, n)
	for i := range n {
		at[i] = float64(i)
	}
	density[peak] = 7
	a := record.Curve("lambda", at, record.Column{Name: "density", Data: density})
	got := thin(a)
	x, y := got.Axes[0].At, got.Columns[0].Data
	found := false
	for i := range x {
		found = found || x[i] == peak && y[i] == 7
	}
	if len(x) != linePoints || x[0] != 0 || x[len(x)-1] != n-1 || !found {
		t.Errorf("%d points from %v to %v, peak kept: %v", len(x), x[0], x[len(x)-1], found)
	}
	short := record.Curve("t", []float64{0, .5, 1}, record.Column{Name: "error", Data: []float64{1, 2, 3}})
	if d := cmp.Diff(short, thin(short)); d != "" {
		t.Errorf("a short array was changed:\n%s", d)
	}
	big := &record.Array{Axes: []record.Axis{{Name: "y", At: make([]float64, 100)},
		{Name: "x", At: make([]float64, 130)}},
		Columns: []record.Column{{Name: "z", Data: make([]float64, 13000)}}}
	for i := range big.Columns[0].Data {
		big.Columns[0].Data[i] = float64(i)
	}
	surface := thin(big)
	if z := surface.Columns[0].Data; surface.Check() != nil || len(z) != surfacePoints*surfacePoints || z[0] != 0 ||
		z[len(z)-1] != 12999 ||
		z[surfacePoints-1] != 129 || z[len(z)-surfacePoints] != 12870 {
		t.Errorf("the corners of a surface: %v, %v, %v, %v", z[0], z[surfacePoints-1], z[len(z)-surfacePoints],
			z[len(z)-1])
	}
}

// The highlights of the published grid: the best cell is the one with the highest published accuracy, and every
// phase has one.
func TestHighlights(t *testing.T) {
	run := build(t, phasetest.Published(true))
	d := phase.New(run)
	why := map[string]int{}
	for _, h := range highlights(d) {
		for _, w := range h.Why {
			why[w] = h.Cell
		}
	}
	if best, ok := why["Test accuracy: best"]; !ok || run.Cells[best].Label != "width 128, batch size 44" {
		t.Errorf("best: %v", run.Cells[best].Label)
	}
	for _, l := range []phase.Label{phase.I, phase.II, phase.III, phase.IVA, phase.IVB} {
		if c, ok := why["Phase "+string(l)+": typical"]; !ok || d.Cells[c].Label != l {
			t.Errorf("no typical cell of phase %s", l)
		}
	}
	worst, lowest := run.Cells[why["Training loss: worst"]], run.Cells[why["Mode connectivity: lowest"]]
	for i := range run.Cells {
		if run.Cells[i].Mean(record.TrainLoss) > worst.Mean(record.TrainLoss) ||
			run.Cells[i].Mean(record.MC) < lowest.Mean(record.MC) {
			t.Fatal("the worst training loss or the lowest connectivity is another cell's")
		}
	}
	for w := range why {
		if strings.Contains(w, "trace") || strings.Contains(w, "CKA") {
			t.Errorf("%q: neither more nor less of it is better", w)
		}
	}
}

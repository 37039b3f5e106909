package report

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"basin/phase"
	"basin/phase/phasetest"
	"basin/record"
)

func page(t *testing.T, in phase.Input) string {
	t.Helper()
	var b bytes.Buffer
	if err := Page(&b, build(t, in)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The page names nothing outside itself: the only address in it is SVG's namespace.
func TestPageIsSelfContained(t *testing.T) {
	s := page(t, phasetest.Published(false))
	for _, url := range regexp.MustCompile(`(?i)(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s"']*`).FindAllString(s, -1) {
		if url != "http://www.w3.org/2000/svg" {
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
	in.Load.Path = "x." + evil
	in.Load.Values[0] = evil
	in.Cells[0].ID = evil
	in.Cells[0].Records = append(in.Cells[0].Records, record.Record{Measure: evil, Quantity: evil, Of: record.Points(0), Value: 1, Status: record.OK})
	s := page(t, in)
	if strings.Contains(s, "<img") || strings.Count(s, "<script") != 2 || strings.Count(s, "</script>") != 2 {
		t.Error("a name became an element")
	}
	start := strings.Index(s, `id="data">`) + len(`id="data">`)
	var data pageIn
	if err := json.Unmarshal([]byte(s[start:start+strings.Index(s[start:], "</script>")]), &data); err != nil {
		t.Fatal(err)
	}
	if data.Name != evil || data.Load.Values[0] != evil {
		t.Errorf("names were changed: %q, %q", data.Name, data.Load.Values[0])
	}
}

// pageIn reads back what the tests look at.
type pageIn struct {
	Name     string
	Load     struct{ Values []string }
	ArraysOf string
	Telling  []telling
	Cells    []struct {
		A []struct {
			N []string
			D [][]*float64
		}
	}
}

// A grid too big for all its curves keeps those of the telling cells.
func TestBigGridsKeepTellingArrays(t *testing.T) {
	in := phasetest.Synthetic(phasetest.Size{Rows: 40, Cols: 50, Replicas: 2, Arrays: true})
	s := page(t, in)
	start := strings.Index(s, `id="data">`) + len(`id="data">`)
	var data pageIn
	if err := json.Unmarshal([]byte(s[start:start+strings.Index(s[start:], "</script>")]), &data); err != nil {
		t.Fatal(err)
	}
	chosen := map[int]bool{}
	for _, c := range data.Telling {
		chosen[c.Cell] = true
	}
	for i, c := range data.Cells {
		if (len(c.A) > 0) != chosen[i] {
			t.Fatalf("cell %d has %d arrays, telling: %v", i, len(c.A), chosen[i])
		}
	}
	if data.ArraysOf != "telling" || len(chosen) < 5 {
		t.Errorf("arrays of %q, %d telling cells", data.ArraysOf, len(chosen))
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
	got := newPageArray(record.Record{Array: a})
	x, y := got.Data[0], got.Data[1]
	found := false
	for i := range x {
		found = found || x[i] == peak && y[i] == 7
	}
	if len(x) != arrayPoints || x[0] != 0 || x[len(x)-1] != n-1 || !found {
		t.Errorf("%d points from %v to %v, peak kept: %v", len(x), x[0], x[len(x)-1], found)
	}
	short := newPageArray(record.Record{Array: record.Curve("t", []float64{0, .5, 1}, record.Column{Name: "error", Data: []float64{1, 2, 3}})})
	if len(short.Data[0]) != 3 || short.Data[1][1] != 2 {
		t.Errorf("a short array was changed: %v", short.Data)
	}
}

// The telling cells of the published grid: the best one is that of REFERENCE §1, and every phase has one.
func TestTellingCells(t *testing.T) {
	table := build(t, phasetest.Published(true))
	why := map[string]*phase.Cell{}
	for _, c := range tellingCells(table) {
		for _, w := range c.Why {
			why[w] = &table.Cells[c.Cell]
		}
	}
	if best := why["best test accuracy"]; best == nil || best.Load != "128" || best.Temp != "44" {
		t.Errorf("best: %+v", best)
	}
	for _, l := range []phase.Label{phase.I, phase.II, phase.III, phase.IVA, phase.IVB} {
		if c := why["typical of phase "+string(l)]; c == nil || c.Label != l {
			t.Errorf("no typical cell of phase %s", l)
		}
	}
	for i := range table.Cells {
		if table.Cells[i].Mean(record.EigenvalueMax) > why["sharpest"].Mean(record.EigenvalueMax) || table.Cells[i].Mean(record.MC) < why["most poorly connected"].Mean(record.MC) {
			t.Fatal("the sharpest or the most poorly connected cell is another one")
		}
	}
}

package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"math"
	"strconv"

	"basin/phase"
	"basin/record"
)

// The interactive page: written by hand, 40 kB before data, where plotly.js alone would add 1.4 to 4.5 MB to every report. Everything is
// inline, and its content-security policy forbids it to load anything.
var (
	//go:embed page/page.html
	pageHTML string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/page.js
	pageJS string
)

// arrayBudget is how many numbers of curves and spectra a page may hold. Beyond it, only the telling cells keep theirs.
const arrayBudget = 1_000_000

// arrayPoints is how many points of one curve or spectrum are kept: more than there are pixels.
const arrayPoints = 200

// pageData is what the page's script reads.
type pageData struct {
	Name         string            `json:"name"`
	Rule         string            `json:"rule"`
	Load         pageAxis          `json:"load"`
	Temp         pageAxis          `json:"temp"`
	Quantities   []pageQuantity    `json:"quantities"` // each with its values, cell by cell
	Labels       []pageLabel       `json:"labels"`
	Cells        []pageCell        `json:"cells"`
	Boundaries   [][][2]float64    `json:"boundaries"`
	Names        []pageName        `json:"names"`  // of the big regions
	Unsure       float64           `json:"unsure"` // confidence below which a cell is marked
	Telling      []telling         `json:"telling"`
	ArraysOf     string            `json:"arraysOf"` // "all" or "telling"
	Sensitivity  []pageSensitivity `json:"sensitivity"`
	Correlations []pageCorrelation `json:"correlations"`
}

type pageAxis struct {
	Label  string   `json:"label"`
	Path   string   `json:"path"`
	Values []string `json:"values"`
	Ticks  []string `json:"ticks"` // the same, short
	Log    bool     `json:"log"`
}

type pageName struct {
	Label int     `json:"l"`
	X     float64 `json:"x"` // grid coordinates
	Y     float64 `json:"y"`
}

func newPageAxis(a phase.Axis) pageAxis {
	out := pageAxis{a.Label, a.Path, a.Values, nil, a.Scale == phase.Log}
	for i := range a.Values {
		out.Ticks = append(out.Ticks, tickLabel(a, i))
	}
	return out
}

type pageQuantity struct {
	Name   string     `json:"name"`
	Title  string     `json:"title"` // markup of this package
	Short  string     `json:"short"` // over a map
	Unit   string     `json:"unit"`
	Panel  bool       `json:"panel"`
	Colors []string   `json:"colors,omitempty"` // of the bar, evenly spaced
	Ticks  []pageTick `json:"ticks,omitempty"`
	Below  bool       `json:"below,omitempty"`
	Above  bool       `json:"above,omitempty"`
	At     []number   `json:"at,omitempty"` // position on the bar
	Mean   []number   `json:"mean"`
	SE     []number   `json:"se"`
	N      []int      `json:"n"`
	Text   []string   `json:"text,omitempty"` // short, for cells
}

type pageTick struct {
	At    number `json:"at"`
	Label string `json:"label"`
}

type pageLabel struct {
	Name     string `json:"name"`
	Means    string `json:"means"`
	Color    string `json:"color"`
	Ink      string `json:"ink"`
	Cells    int    `json:"cells"`
	Accuracy number `json:"accuracy"`
}

type pageCell struct {
	Label      int         `json:"l"` // index into Labels
	Confidence number      `json:"c"`
	Counts     [5]int      `json:"k"` // planned, seen, dead, diverged, failed
	Reason     string      `json:"r,omitempty"`
	Single     []string    `json:"s,omitempty"`
	Arrays     []pageArray `json:"a,omitempty"`
}

type pageArray struct {
	Quantity string     `json:"q"`
	Replicas []int      `json:"r"`
	Columns  []string   `json:"n"`
	Data     [][]coarse `json:"d"`
}

type pageSensitivity struct {
	Role      string `json:"role"`
	Quantity  string `json:"quantity"`
	Threshold number `json:"threshold"`
	Lower     number `json:"lower"`
	Raise     number `json:"raise"`
}

type pageCorrelation struct {
	Title string `json:"title"`
	Rho   number `json:"rho"`
	N     int    `json:"n"`
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

// Page writes the self-contained interactive page.
func Page(w io.Writer, t *phase.Table) error {
	data, err := json.Marshal(newPageData(t)) // escapes <, > and &, so that no name ends the script element
	if err != nil {
		return err
	}
	tmpl, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := tmpl.Execute(&b, struct {
		Name string
		CSS  template.CSS
		JS   template.JS
		Data template.JS
	}{t.Name, template.CSS(pageCSS), template.JS(pageJS), template.JS(data)}); err != nil {
		return err
	}
	_, err = b.WriteTo(w)
	return err
}

func newPageData(t *phase.Table) pageData {
	d := pageData{
		Name: t.Name, Rule: t.Rule.String(),
		Load: newPageAxis(t.Load), Temp: newPageAxis(t.Temperature),
		Telling: tellingCells(t), ArraysOf: "all", Unsure: unsure,
		// empty, not null, for the script
		Quantities: []pageQuantity{}, Labels: []pageLabel{}, Cells: []pageCell{}, Boundaries: [][][2]float64{}, Names: []pageName{},
		Sensitivity: []pageSensitivity{}, Correlations: []pageCorrelation{},
	}
	for _, q := range panels {
		if t.Has(q.name) {
			d.Quantities = append(d.Quantities, newPageQuantity(t, q, true))
		}
	}
	for _, name := range t.Quantities {
		if q := describe(name); t.Has(name) && !isPanel(name) {
			d.Quantities = append(d.Quantities, newPageQuantity(t, q, false))
		}
	}
	place := map[phase.Label]int{}
	for _, s := range t.Summary {
		place[s.Label] = len(d.Labels)
		c := phaseColor[s.Label]
		d.Labels = append(d.Labels, pageLabel{string(s.Label), s.Label.Describe(), css(c), css(ink(c)), s.Cells, number(s.TestAccuracy)})
	}
	keep := func(int) bool { return true }
	if arraySize(t) > arrayBudget {
		d.ArraysOf = "telling"
		chosen := map[int]bool{}
		for _, c := range d.Telling {
			chosen[c.Cell] = true
		}
		keep = func(i int) bool { return chosen[i] }
	}
	for i := range t.Cells {
		c := &t.Cells[i]
		p := pageCell{Label: place[c.Label], Confidence: number(c.Confidence),
			Counts: [5]int{c.Replicas, c.Seen, c.Dead, c.Diverged, c.Failed}, Reason: c.Reason, Single: c.Single}
		if keep(i) {
			for _, r := range c.Arrays {
				p.Arrays = append(p.Arrays, newPageArray(r))
			}
		}
		d.Cells = append(d.Cells, p)
	}
	for _, b := range t.Boundaries {
		d.Boundaries = append(d.Boundaries, b.Points)
	}
	for _, r := range regions(t) {
		d.Names = append(d.Names, pageName{place[r.label], r.col, r.row})
	}
	for _, s := range t.Sensitivity {
		d.Sensitivity = append(d.Sensitivity, pageSensitivity{s.Role, s.Quantity, number(s.Threshold), number(s.Lower), number(s.Raise)})
	}
	for _, c := range t.Correlations {
		d.Correlations = append(d.Correlations, pageCorrelation{describe(c.Quantity).title, number(c.Rho), c.N})
	}
	return d
}

func isPanel(name string) bool {
	for _, q := range panels {
		if q.name == name {
			return true
		}
	}
	return false
}

func newPageQuantity(t *phase.Table, q quantity, panel bool) pageQuantity {
	out := pageQuantity{Name: q.name, Title: q.title, Short: shortTitle(q), Unit: q.unit, Panel: panel}
	s := newScale(q, t)
	if panel {
		for _, c := range s.colors {
			out.Colors = append(out.Colors, css(c))
		}
		for _, k := range s.ticks {
			out.Ticks = append(out.Ticks, pageTick{number(k.at), k.label})
		}
		out.Below, out.Above = s.below, s.above
	}
	for i := range t.Cells {
		c := &t.Cells[i]
		v, ok := c.Values[q.name]
		if !ok {
			v.Mean, v.StdErr = math.NaN(), math.NaN()
		}
		out.Mean = append(out.Mean, number(v.Mean))
		out.SE = append(out.SE, number(v.StdErr))
		out.N = append(out.N, v.N)
		if !panel {
			continue
		}
		at, text := math.NaN(), ""
		if !math.IsNaN(v.Mean) && c.Label != phase.Dead {
			at, text = min(max(s.position(v.Mean), 0), 1), q.text(v.Mean)
		}
		out.At, out.Text = append(out.At, number(at)), append(out.Text, text)
	}
	return out
}

func arraySize(t *phase.Table) int {
	n := 0
	for i := range t.Cells {
		for _, r := range t.Cells[i].Arrays {
			n += (1 + len(r.Array.Columns)) * min(r.Array.Size(), arrayPoints)
		}
	}
	return n
}

// newPageArray thins long arrays evenly; the ends stay, and so does a spectrum's every peak: of each stretch the largest value is kept.
func newPageArray(r record.Record) pageArray {
	out := pageArray{Quantity: r.Quantity, Replicas: r.Replicas()}
	if len(r.Array.Axes) != 1 || len(r.Array.Columns) == 0 {
		return out
	}
	columns := append([]record.Column{{Name: r.Array.Axes[0].Name, Data: r.Array.Axes[0].At}}, r.Array.Columns...)
	last := columns[len(columns)-1].Data
	n := len(last)
	var picked []int
	for k := range min(n, arrayPoints) {
		lo, hi := k*n/min(n, arrayPoints), (k+1)*n/min(n, arrayPoints)
		best := lo
		if lo > 0 && hi < n {
			for i := lo; i < hi; i++ {
				if last[i] > last[best] {
					best = i
				}
			}
		} else if hi == n {
			best = n - 1
		}
		picked = append(picked, best)
	}
	for _, column := range columns {
		thin := make([]coarse, len(picked))
		for i, k := range picked {
			thin[i] = coarse(column.Data[k])
		}
		out.Columns, out.Data = append(out.Columns, column.Name), append(out.Data, thin)
	}
	return out
}

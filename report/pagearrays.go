package report

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"basin/record"
	"basin/results"
)

// arrayBudget is how many numbers of curves and surfaces a page may hold. Beyond it, only highlighted cells keep
// theirs.
const arrayBudget = 1_000_000

// linePoints is how many points of one curve are kept: more than there are pixels. Of a surface, each axis keeps
// surfacePoints.
const (
	linePoints    = 200
	surfacePoints = 60
)

// pageArrays are the plots that cells have, and what their arrays share.
type pageArrays struct {
	Plots     []pagePlot      `json:"plots"`
	ArrayAxes []pageArrayAxis `json:"arrayAxes"`
	Partial   bool            `json:"partial"` // only highlighted cells have arrays
}

// pagePlot is a set of axes: an array with one axis is a line on it, one with two a map.
type pagePlot struct {
	Title string     `json:"title"`
	Doc   string     `json:"doc"`
	X     string     `json:"x"`
	Y     string     `json:"y,omitempty"` // of a map
	Log   bool       `json:"log"`         // y of lines
	Lines []pageLine `json:"lines"`
}

// pageLine is one quantity's part in a plot.
type pageLine struct {
	Title string `json:"title"`
	Color string `json:"color"`
	Dash  string `json:"dash,omitempty"`
}

type pageArrayAxis struct {
	At    []coarse `json:"at,omitempty"`
	Names []string `json:"names,omitempty"`
}

// pageArray is a column of a record's array in a cell.
type pageArray struct {
	Plot int      `json:"p"`
	Line int      `json:"l"`
	Of   string   `json:"of"` // the replicas: "0" or "0, 1"
	Axes []int    `json:"x"`  // index into ArrayAxes
	Data []coarse `json:"d,omitempty"`
	Map  []int    `json:"m,omitempty"` // colours, row by row; the first axis is vertical
	Bar  *pageBar `json:"bar,omitempty"`
}

// Line colours that stay apart for every eye, and against white.
var lineColors = []struct{ color, dash string }{
	{"#1f65ab", ""}, {"#a64600", "5 3"}, {"#3b2a6b", "2 2"}, {"#2a7f5c", "8 3 2 3"},
}

// plotKey is what the columns on one plot have in common. Quantities of one measure with like arrays share plots,
// as a curve and the line that it is compared with do; maps stand alone.
type plotKey struct{ measure, at, shape, column string }

// plotSet collects the plots of a run.
type plotSet struct {
	run   *results.Run
	cells []pageCell
	out   pageArrays
	plots map[plotKey]int
	first []record.Quantity // of each plot
	of    []plotKey
	axes  map[string]int
	size  int // numbers so far
}

// newPageArrays reads the arrays of all cells into their page cells; those of highlighted cells alone if all would
// be too many.
func newPageArrays(run *results.Run, chosen []highlight, cells []pageCell) (pageArrays, error) {
	set := newPlotSet(run, cells)
	err := run.EachArrays(func(i int, found []record.Record) error {
		if set.add(i, found); set.size > arrayBudget {
			return errBudget
		}
		return nil
	})
	if errors.Is(err, errBudget) {
		set = newPlotSet(run, cells)
		set.out.Partial, err = true, nil
		for _, h := range chosen {
			found, err := run.Arrays(h.Cell)
			if err != nil {
				return set.out, err
			}
			set.add(h.Cell, found)
		}
	}
	set.finish()
	return set.out, err
}

var errBudget = errors.New("too many numbers for a page")

func newPlotSet(run *results.Run, cells []pageCell) *plotSet {
	for i := range cells {
		cells[i].Arrays = nil
	}
	return &plotSet{run: run, cells: cells, out: pageArrays{Plots: []pagePlot{}, ArrayAxes: []pageArrayAxis{}},
		plots: map[plotKey]int{}, axes: map[string]int{}}
}

// add takes over the arrays of a cell.
func (s *plotSet) add(cell int, records []record.Record) {
	for i := range records {
		s.cells[cell].Arrays = append(s.cells[cell].Arrays, s.columns(&records[i])...)
	}
}

// columns turns a record's array into columns of plots; arrays of more than two axes are for exports alone.
func (s *plotSet) columns(r *record.Record) []pageArray {
	if n := len(r.Array.Axes); n == 0 || n > 2 || r.Array.Size() == 0 || len(r.Of) == 0 {
		return nil
	}
	q := s.run.Of(r)
	array := thin(r.Array)
	ids := make([]int, len(array.Axes))
	for i := range array.Axes {
		ids[i] = s.axis(&array.Axes[i])
	}
	var out []pageArray
	for _, c := range array.Columns {
		p := pageArray{Of: replicaText(r), Axes: ids}
		p.Plot, p.Line = s.plot(r, q, c.Name)
		if len(ids) == 1 {
			for _, v := range c.Data {
				p.Data = append(p.Data, coarse(v))
			}
		} else {
			p.Map, p.Bar = surface(c.Data, q.Scale)
		}
		s.size += len(c.Data)
		out = append(out, p)
	}
	return out
}

func replicaText(r *record.Record) string {
	var parts []string
	for _, i := range r.Replicas() {
		parts = append(parts, strconv.Itoa(i))
	}
	return strings.Join(slices.Compact(parts), ", ")
}

// surface maps values to the colours of a scale that spans them.
func surface(values []float64, kind record.Scale) ([]int, *pageBar) {
	unusable := func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }
	finite := slices.DeleteFunc(slices.Clone(values), unusable)
	sc := span(finite, kind)
	out := make([]int, len(values))
	for i, v := range values {
		if out[i] = -1; !math.IsNaN(v) && len(finite) > 0 {
			out[i] = sc.shade(v)
		}
	}
	bar := sc.bar(kind)
	return out, &bar
}

// axis keeps an axis once: most arrays of a quantity share it.
func (s *plotSet) axis(x *record.Axis) int {
	p := pageArrayAxis{Names: x.Names}
	for _, v := range x.At {
		p.At = append(p.At, coarse(v))
	}
	key := fmt.Sprint(p.At, strings.Join(p.Names, "\x00"))
	id, ok := s.axes[key]
	if !ok {
		id = len(s.out.ArrayAxes)
		s.axes[key] = id
		s.out.ArrayAxes = append(s.out.ArrayAxes, p)
	}
	return id
}

// plot finds or makes the plot of a record's column, and the quantity's line on it.
func (s *plotSet) plot(r *record.Record, q record.Quantity, column string) (plot, line int) {
	var shape, labels []string
	for i := range r.Array.Axes {
		shape = append(shape, r.Array.Axes[i].Name)
		labels = append(labels, withUnit(r.Array.Axes[i].Name, r.Array.Axes[i].Unit))
	}
	for _, c := range r.Array.Columns {
		shape = append(shape, c.Name)
	}
	key := plotKey{r.Measure, r.Of[0].At, strings.Join(shape, "\x00"), column}
	if len(labels) > 1 {
		key.shape = q.Name
	}
	plot, ok := s.plots[key]
	if !ok {
		plot = len(s.out.Plots)
		s.plots[key] = plot
		s.first, s.of = append(s.first, q), append(s.of, key)
		p := pagePlot{Title: heading(q), Doc: q.Doc, Log: q.Scale == record.Log, X: labels[len(labels)-1]}
		if len(labels) > 1 {
			p.Y = labels[0]
		}
		if len(r.Array.Columns) > 1 {
			p.Title = q.Title + ": " + column
		}
		s.out.Plots = append(s.out.Plots, p)
	}
	p := &s.out.Plots[plot]
	for i, l := range p.Lines {
		if l.Title == q.Title {
			return plot, i
		}
	}
	style := lineColors[len(p.Lines)%len(lineColors)]
	p.Lines = append(p.Lines, pageLine{q.Title, style.color, style.dash})
	return plot, len(p.Lines) - 1
}

// finish puts the plots in the order of their quantities, those first whose finding is the array itself, and names
// those that several quantities share by their column.
func (s *plotSet) finish() {
	rank := func(plot int) int {
		i := slices.IndexFunc(s.run.Quantities, func(q record.Quantity) bool { return q.Name == s.first[plot].Name })
		if !s.first[plot].Array {
			i += len(s.run.Quantities)
		}
		return i
	}
	order := make([]int, len(s.out.Plots))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return rank(a) - rank(b) })
	sorted, position := make([]pagePlot, len(order)), make([]int, len(order))
	for to, from := range order {
		p := s.out.Plots[from]
		if len(p.Lines) > 1 {
			p.Title = capital(s.of[from].column) + " (" + s.of[from].measure + ")"
		}
		sorted[to], position[from] = p, to
	}
	s.out.Plots = sorted
	for i := range s.cells {
		for k := range s.cells[i].Arrays {
			a := &s.cells[i].Arrays[k]
			a.Plot = position[a.Plot]
		}
	}
}

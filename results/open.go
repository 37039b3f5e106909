package results

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"basin/record"
	"basin/spec"
	"basin/store"
)

// Open reads a run folder, also while another process writes it. Close the run when done. Arrays are read when
// asked for.
func Open(dir string) (*Run, error) {
	folder := store.Folder(dir)
	text, err := folder.ReadSpec()
	if err != nil {
		return nil, err
	}
	if text == nil {
		return nil, fmt.Errorf("%s is not a run folder: it has no spec.yaml (basin run makes one)", dir)
	}
	sp, err := spec.Parse(folder.Spec(), text)
	if err != nil {
		return nil, err
	}
	r, err := store.OpenReader(dir)
	if err != nil {
		return nil, err
	}
	run, err := read(sp, r)
	if err != nil {
		r.Close()
	}
	return run, err
}

// read gathers what the spec and the database hold.
func read(sp *spec.Spec, r *store.Reader) (*Run, error) {
	s := Source{Name: sp.Name, Seed: sp.Seed, Rule: rule(sp.Phases), Quantities: slices.Clone(record.Quantities),
		Replicas: sp.Replicas, Close: r.Close}
	for _, a := range []struct {
		name string
		spec.Axis
	}{{"load", sp.Grid.Load}, {Temperature, sp.Grid.Temperature}} {
		if len(a.Values) > 0 {
			s.Axes = append(s.Axes, axis(a.name, a.Axis))
		}
	}
	index, err := s.readCells(r, places(sp))
	if err != nil {
		return nil, err
	}
	if err := s.readRecords(r, index); err != nil {
		return nil, err
	}
	costs, err := r.Costs()
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(costs)) {
		s.Costs = append(s.Costs, Cost{name, costs[name]})
	}
	s.Arrays = func(cell string, f func(string, record.Record) error) error {
		return r.Records(store.Query{Cell: cell, Arrays: true}, func(c store.Cell, rec record.Record) error {
			if rec.Array == nil {
				return nil
			}
			return f(c.ID, rec)
		})
	}
	return New(s)
}

// readCells reads the cells with their trainings and failures, and returns the index of each ID.
func (s *Source) readCells(r *store.Reader, places map[string][]int) (map[string]int, error) {
	cells, err := r.Cells()
	if err != nil {
		return nil, err
	}
	index := map[string]int{}
	for _, c := range cells {
		if at, ok := places[c.Label]; ok { // else a cell of a spec that the database has not seen yet
			index[c.ID] = len(s.Cells)
			s.Cells = append(s.Cells, SourceCell{ID: c.ID, At: at, State: State(c.State), Replicas: c.Replicas,
				Training: map[int]record.Status{}})
		}
	}
	err = r.Trainings(func(cell string, replica int, status record.Status) {
		if i, ok := index[cell]; ok {
			s.Cells[i].Training[replica] = status
		}
	})
	if err != nil {
		return nil, err
	}
	failures, err := r.Failures()
	for _, f := range failures {
		if i, ok := index[f.ID]; ok {
			s.Cells[i].Failures = append(s.Cells[i].Failures, Failure{Work: f.Work, Reason: f.Reason})
		}
	}
	return index, err
}

// readRecords reads the records of all cells, and describes quantities that record's list has not.
func (s *Source) readRecords(r *store.Reader, index map[string]int) error {
	declared := map[string]bool{}
	for _, q := range s.Quantities {
		declared[q.Name] = true
	}
	last := 0
	return r.Records(store.Query{}, func(c store.Cell, rec record.Record) error {
		i, ok := index[c.ID]
		if !ok {
			return nil
		}
		if !declared[rec.Quantity] {
			declared[rec.Quantity] = true
			s.Quantities = append(s.Quantities, record.Describe(rec.Quantity))
		}
		if i != last { // most cells have as many as the one before
			s.Cells[i].Records = make([]record.Record, 0, len(s.Cells[last].Records))
		}
		last = i
		s.Cells[i].Records = append(s.Cells[i].Records, rec)
		return nil
	})
}

// places are those of the grid, by the labels of their cells.
func places(sp *spec.Spec) map[string][]int {
	labels, at := []string{""}, [][]int{nil}
	for _, a := range []spec.Axis{sp.Grid.Load, sp.Grid.Temperature} {
		if len(a.Values) == 0 {
			continue
		}
		var nextLabels []string
		var nextAt [][]int
		for i, v := range a.Values {
			value := fmt.Sprintf("%s=%v", a.Path, v)
			for k, before := range labels {
				nextLabels = append(nextLabels, strings.TrimPrefix(before+" "+value, " "))
				nextAt = append(nextAt, append(slices.Clone(at[k]), i))
			}
		}
		labels, at = nextLabels, nextAt
	}
	if len(labels) == 1 && labels[0] == "" {
		labels[0] = sp.Name // of the only cell
	}
	out := make(map[string][]int, len(labels))
	for i, l := range labels {
		out[l] = at[i]
	}
	return out
}

// Names of the parameters most often swept. Others are shown by their path.
var axisLabels = map[string]string{
	"model.width":                  "width",
	"model.depth":                  "depth",
	"train.batch":                  "batch size",
	"train.epochs":                 "epochs",
	"train.optimizer.lr":           "learning rate",
	"train.optimizer.momentum":     "momentum",
	"train.optimizer.weight_decay": "weight decay",
	"data.fraction":                "data fraction",
	"data.label_noise":             "label noise",
	"data.pixel_noise":             "pixel noise",
	"data.train":                   "training samples",
}

// axis describes a swept parameter. The noise of SGD goes as lr/batch, so small batches are hot (Yang et al. 2021,
// "Taxonomizing local versus global structure in neural network loss landscapes").
func axis(name string, a spec.Axis) Axis {
	out := Axis{Name: name, Path: a.Path, Label: axisLabels[a.Path], Colder: a.Path == "train.batch"}
	if out.Label == "" {
		out.Label = a.Path
	}
	for _, v := range a.Values {
		text := fmt.Sprint(v)
		if x, ok := v.(float64); ok {
			text = strconv.FormatFloat(x, 'g', -1, 64)
		}
		out.Values = append(out.Values, text)
		x, ok := number(v)
		if ok {
			out.Numbers = append(out.Numbers, x)
		}
	}
	return out
}

// number reads a value as one; "2" in quotes is a name.
func number(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, !math.IsNaN(x)
	case int:
		return float64(x), true
	case uint64:
		return float64(x), true
	}
	return 0, false
}

// rule reads a spec's thresholds. An empty group takes those of Yang et al. (2021), who draw their boundaries by
// hand: the training loss stands in for the Hessian, poorly connected is a barrier of more than 1 % of error,
// similar a CKA of at least 0.7.
func rule(p spec.Phases) Rule {
	group := func(m map[string]float64, quantity string, value float64) []Threshold {
		if len(m) == 0 {
			return []Threshold{{quantity, value}}
		}
		var out []Threshold
		for _, q := range slices.Sorted(maps.Keys(m)) {
			out = append(out, Threshold{q, m[q]})
		}
		return out
	}
	return Rule{
		Sharp:   group(p.Sharp, record.TrainLoss, 0.05),
		Poor:    group(p.Poor, record.MC, -1),
		Similar: group(p.Similar, record.CKA, 0.7),
	}
}

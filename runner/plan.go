// Package runner does a sweep's work: it is the Runner that trains the replicas of a cell and measures them. Each
// worker has a separate one, whose compiled programs serve all cells of the same network on the same data.
package runner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"basin/dataset"
	"basin/measure"
	"basin/model"
	"basin/spec"
	"basin/sweep"
	"basin/train"
)

// Plan is a spec ready to be run.
type Plan struct {
	Spec  *spec.Spec
	Cells []spec.Cell
	Data  *Data

	recipes []train.Recipe // by cell
	works   []work
	sweep   []sweep.Cell
}

// work is a measure of the spec.
type work struct {
	spec.Work
	settings measure.After
}

// NewPlan resolves a spec and reads its data once, so that errors in either are found before anything is trained.
func NewPlan(s *spec.Spec, dataDir string) (*Plan, error) {
	p := &Plan{Spec: s, Cells: s.Cells(), Data: NewData(dataDir, s.Seed)}
	p.sweep, p.recipes = make([]sweep.Cell, len(p.Cells)), make([]train.Recipe, len(p.Cells))
	for _, w := range s.Measure.List() {
		settings, err := Measure(w.Settings)
		if err != nil {
			return nil, err
		}
		p.works = append(p.works, work{w, settings})
	}
	// Cells of the same data one after the other, so that a grid over data reads each set once, however it runs.
	order := make([]int, len(p.Cells))
	for i := range order {
		order[i] = i
	}
	keys := make([]string, len(p.Cells))
	for i, c := range p.Cells {
		keys[i] = key(c.Data)
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(keys[a], keys[b]) })
	for _, i := range order {
		var err error
		if p.sweep[i], err = p.plan(i); err != nil {
			if c := p.Cells[i]; c.Label != s.Name {
				return nil, fmt.Errorf("cell %s: %w", c.Label, err)
			}
			return nil, err
		}
	}
	return p, nil
}

// Sweep lists the cells with their work and its estimated cost, for sweep.Run.
func (p *Plan) Sweep() []sweep.Cell { return p.sweep }

// plan checks a cell against its data and lists its work.
func (p *Plan) plan(i int) (sweep.Cell, error) {
	c := p.Cells[i]
	split, err := p.Data.Load(c.Data)
	if err != nil {
		return sweep.Cell{}, err
	}
	if p.recipes[i], err = recipe(c.Train); err != nil {
		return sweep.Cell{}, err
	}
	n := split.Train.Len()
	if c.Train.Batch > n {
		return sweep.Cell{}, fmt.Errorf(
			"train: batch: %d is larger than the training set of %d samples; choose at most %d", c.Train.Batch, n, n)
	}
	m, err := newModel(c, split)
	if err != nil {
		return sweep.Cell{}, err
	}
	size := measure.SizeOf(m, split)
	cell := sweep.Cell{Index: i, ID: c.ID, Label: c.Label, Replicas: p.Spec.Replicas,
		TrainCost: p.recipes[i].Cost(size.Products, size.Train)}
	for _, w := range p.works {
		groups := sweep.Each(p.Spec.Replicas)
		if pairs, ok := w.settings.(measure.Paired); ok {
			groups = sweep.Pairs(p.Spec.Replicas, pairs.OnPairs())
		}
		cell.Measures = append(cell.Measures,
			sweep.Measure{Name: w.Name, Key: w.Key, Groups: groups, Cost: float64(w.settings.Cost(size))})
	}
	return cell, nil
}

// newModel makes a cell's model for its data.
func newModel(c spec.Cell, split *dataset.Split) (*model.Model, error) {
	a, err := Architecture(c.Model)
	if err != nil {
		return nil, err
	}
	width, err := Task(c.Train).Width(split.Train)
	if err != nil {
		return nil, err
	}
	return model.New(a, split.Train.Input(), width)
}

// DataFiles lists the user's own files among the data, sorted.
func (p *Plan) DataFiles() []string {
	files := map[string]bool{}
	for _, c := range p.Cells {
		if kind, _ := dataset.Find(c.Data.Set); kind.Ending() != "" {
			files[c.Data.Set] = true
		}
	}
	return slices.Sorted(maps.Keys(files))
}

// Package runner does a sweep's work: it is the Runner that trains the replicas of a cell and measures them. Each worker has one of its
// own, whose compiled programs serve all cells of the same architecture on the same data.
package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"basin/dataset"
	"basin/engine"
	"basin/measure"
	"basin/model"
	"basin/record"
	"basin/spec"
	"basin/spectral"
	"basin/sweep"
)

// Plan is a spec ready to be run.
type Plan struct {
	Spec  *spec.Spec
	Cells []spec.Cell
	Data  *Data

	sweep []sweep.Cell
}

// NewPlan resolves a spec and reads its data once, so that what is wrong with either shows before anything is trained.
func NewPlan(s *spec.Spec, dataDir string) (*Plan, error) {
	p := &Plan{Spec: s, Cells: s.Cells(), Data: NewData(dataDir, s.Seed)}
	p.sweep = make([]sweep.Cell, len(p.Cells))
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
		if p.sweep[i], err = p.outline(i); err != nil {
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

// outline checks a cell against its data and lists its work.
func (p *Plan) outline(i int) (sweep.Cell, error) {
	c := p.Cells[i]
	split, err := p.Data.Load(c.Data)
	if err != nil {
		return sweep.Cell{}, err
	}
	if n := split.Train.Len(); c.Train.Batch > n {
		return sweep.Cell{}, fmt.Errorf("train: batch: %d is larger than the training set of %d samples; choose at most %d", c.Train.Batch, n, n)
	}
	m, err := model.New(c.Model, split.Train.Input(), split.Train.Classes)
	if err != nil {
		return sweep.Cell{}, err
	}
	cell := sweep.Cell{Index: i, ID: c.ID, Label: c.Label, Replicas: p.Spec.Replicas, TrainCost: trainCost(m, split, c.Train)}
	for _, w := range p.Spec.Measure.List() {
		groups := sweep.Each(p.Spec.Replicas)
		if w.OnPairs {
			groups = sweep.Pairs(p.Spec.Replicas, w.Pairs)
		}
		cell.Measures = append(cell.Measures, sweep.Measure{Name: w.Name, Key: w.Key, Groups: groups, Cost: measureCost(m, split, w.Settings)})
	}
	return cell, nil
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

// Data reads sets once for all workers. It keeps the last few: a grid over data has as many as it has values.
type Data struct {
	dir  string
	seed uint64

	mu   sync.Mutex
	kept []loaded
}

type loaded struct {
	key   string
	split *dataset.Split
}

const keptSets = 4

// NewData reads from a data folder, with a spec's seed.
func NewData(dir string, seed uint64) *Data { return &Data{dir: dir, seed: seed} }

// Load returns the sets that d describes.
func (d *Data) Load(s spec.Data) (*dataset.Split, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k := key(s)
	for _, l := range d.kept {
		if l.key == k {
			return l.split, nil
		}
	}
	split, err := dataset.Load(s, dataset.Options{Dir: d.dir, Seed: d.seed})
	if err != nil {
		return nil, err
	}
	d.kept = append(d.kept, loaded{k, split})
	if len(d.kept) > keptSets {
		d.kept = d.kept[1:]
	}
	return split, nil
}

func key(parts ...any) string {
	text, err := json.Marshal(parts)
	if err != nil {
		panic(err) // specs hold strings and finite numbers
	}
	return string(text)
}

// Runner is one worker's.
type Runner struct {
	plan   *Plan
	engine engine.Engine
	space  spectral.Workspace
	bench  []*bench // most recently used last

	saveEvery time.Duration // between snapshots of a training under way
}

// New makes a worker's Runner.
func New(p *Plan, e engine.Engine) *Runner { return &Runner{plan: p, engine: e, saveEvery: saveEvery} }

// bench is an architecture on a set, with the programs that measure it.
type bench struct {
	key      string
	context  *measure.Context
	measures map[string]measure.Measure
}

// keptParameters bounds the sizes of the networks whose programs a worker keeps.
const keptParameters = 200_000

func (r *Runner) benchOf(c spec.Cell) (*bench, error) {
	k := key(c.Data, c.Model, c.Train.Loss, c.Train.DType)
	if i := slices.IndexFunc(r.bench, func(b *bench) bool { return b.key == k }); i >= 0 {
		b := r.bench[i]
		r.bench = append(slices.Delete(r.bench, i, i+1), b)
		return b, nil
	}
	split, err := r.plan.Data.Load(c.Data)
	if err != nil {
		return nil, err
	}
	m, err := model.New(c.Model, split.Train.Input(), split.Train.Classes)
	if err != nil {
		return nil, err
	}
	b := &bench{k, &measure.Context{Engine: r.engine, Model: m, Split: split, Loss: c.Train.Loss, Seed: r.plan.Spec.Seed,
		DType: measure.DTypeOf(c.Train.DType), Workspace: &r.space}, map[string]measure.Measure{}}
	r.bench = append(r.bench, b)
	for total := 0; ; {
		for _, b := range r.bench {
			total += b.context.Model.Params.Size()
		}
		if total <= keptParameters || len(r.bench) == 1 {
			break
		}
		r.bench, total = slices.Delete(r.bench, 0, 1), 0
	}
	return b, nil
}

// Open implements sweep.Runner.
func (r *Runner) Open(_ context.Context, c sweep.Cell) (sweep.Job, error) {
	cell := r.plan.Cells[c.Index]
	b, err := r.benchOf(cell)
	if err != nil {
		return nil, err
	}
	return &job{runner: r, cell: cell, bench: b, networks: map[int]measure.Network{}}, nil
}

// job is one cell under way.
type job struct {
	runner   *Runner
	cell     spec.Cell
	bench    *bench
	networks map[int]measure.Network
}

func (j *job) Close() error { return nil }

// Measure implements sweep.Job.
func (j *job) Measure(ctx context.Context, m sweep.Measure, todo [][]sweep.Replica, save func([]sweep.Replica, []record.Record) error) error {
	made, err := j.measure(m)
	if err != nil {
		return err
	}
	for _, group := range todo {
		if err := ctx.Err(); err != nil {
			return err
		}
		nets := make([]measure.Network, len(group))
		for i, r := range group {
			if nets[i], err = j.network(r); err != nil {
				return err
			}
		}
		found := measure.NewFindings(points(group))
		if err := made.Measure(ctx, nets, found); err != nil {
			return err
		}
		if err := save(group, found.Records); err != nil {
			return err
		}
	}
	return nil
}

func points(group []sweep.Replica) []record.Point {
	var replicas []int
	for _, r := range group {
		replicas = append(replicas, r.Index)
	}
	return record.Points(replicas...)
}

func (j *job) measure(m sweep.Measure) (measure.Measure, error) {
	if made := j.bench.measures[m.Key]; made != nil {
		return made, nil
	}
	for _, w := range j.runner.plan.Spec.Measure.List() {
		if w.Key == m.Key {
			made, err := measure.New(j.bench.context, w.Settings)
			if err == nil {
				j.bench.measures[m.Key] = made
			}
			return made, err
		}
	}
	return nil, fmt.Errorf("measure %s is not in the spec", m.Name)
}

// network is a replica as trained in this session, or as its checkpoint has it.
func (j *job) network(r sweep.Replica) (measure.Network, error) {
	if n, ok := j.networks[r.Index]; ok {
		return n, nil
	}
	n := measure.Network{Replica: r.Index, Status: r.Status, Reason: r.Reason}
	if r.Checkpoint != "" && r.Status != record.Diverged {
		var err error
		if n.Theta, n.State, _, err = ReadNetwork(r.Checkpoint, j.bench.context.Model, nil); err != nil {
			return n, err
		}
	}
	j.networks[r.Index] = n
	return n, nil
}

package runner

import (
	"context"
	"fmt"
	"time"

	"basin/engine"
	"basin/measure"
	"basin/network"
	"basin/objective"
	"basin/record"
	"basin/spec"
	"basin/spectral"
	"basin/sweep"
	"basin/train"
)

// Runner is one worker's.
type Runner struct {
	plan   *Plan
	engine engine.Engine
	space  spectral.Workspace
	kept   keeper

	saveEvery time.Duration // between snapshots of a training under way
}

// New makes a worker's Runner.
func New(p *Plan, e engine.Engine) *Runner {
	return &Runner{plan: p, engine: e, kept: keeper{bound: programBytes}, saveEvery: saveEvery}
}

// Open implements sweep.Runner.
func (r *Runner) Open(_ context.Context, c sweep.Cell) (sweep.Job, error) {
	cell := r.plan.Cells[c.Index]
	k := key(cell.Data, cell.Model, cell.Train.Loss, cell.Train.DType)
	shared, err := r.kept.get(k, func() (*objective.Setup, error) { return r.setup(cell) })
	if err != nil {
		return nil, err
	}
	return &job{runner: r, cell: cell, recipe: &r.plan.recipes[c.Index], shared: shared,
		networks: map[int]network.Network{}}, nil
}

// setup makes a cell's.
func (r *Runner) setup(c spec.Cell) (*objective.Setup, error) {
	split, err := r.plan.Data.Load(c.Data)
	if err != nil {
		return nil, err
	}
	m, err := newModel(c, split)
	if err != nil {
		return nil, err
	}
	return &objective.Setup{Engine: r.engine, Model: m, Task: Task(c.Train), Data: split, Seed: r.plan.Spec.Seed,
		DType: DType(c.Train.DType)}, nil
}

// job is one cell under way.
type job struct {
	runner   *Runner
	cell     spec.Cell
	recipe   *train.Recipe
	shared   *recipes
	networks map[int]network.Network
}

// Close implements sweep.Job.
func (j *job) Close() error { return nil }

// Measure implements sweep.Job.
func (j *job) Measure(ctx context.Context, m sweep.Measure, todo [][]sweep.Replica,
	save func([]sweep.Replica, []record.Record) error) error {
	made, err := j.measure(m)
	if err != nil {
		return err
	}
	for _, group := range todo {
		if err := ctx.Err(); err != nil {
			return err
		}
		nets := make([]network.Network, len(group))
		points := make([]record.Point, len(group))
		for i, r := range group {
			if nets[i], err = j.network(r); err != nil {
				return err
			}
			points[i] = nets[i].Point
		}
		found := measure.NewFindings(points)
		found.Workspace = &j.runner.space
		if err := made.Measure(ctx, nets, found); err != nil {
			return err
		}
		if err := save(group, found.Records); err != nil {
			return err
		}
	}
	return nil
}

func (j *job) measure(m sweep.Measure) (measure.Measure, error) {
	if made := j.shared.measures[m.Key]; made != nil {
		return made, nil
	}
	for _, w := range j.runner.plan.works {
		if w.Key == m.Key {
			made, err := w.settings.New(j.shared.setup)
			if err == nil {
				j.shared.measures[m.Key] = made
			}
			return made, err
		}
	}
	return nil, fmt.Errorf("measure %s is not in the spec", m.Name)
}

// network is a replica as trained in this session, or as its checkpoint has it.
func (j *job) network(r sweep.Replica) (network.Network, error) {
	if n, ok := j.networks[r.Index]; ok {
		return n, nil
	}
	var n network.Network
	if r.Checkpoint != "" && r.Status != record.Diverged {
		var err error
		if n, _, err = network.Read(r.Checkpoint, j.shared.setup.Model, nil); err != nil {
			return n, err
		}
	}
	n.Point, n.Status, n.Reason = record.Point{Replica: r.Index, At: record.Trained}, r.Status, r.Reason
	j.networks[r.Index] = n
	return n, nil
}

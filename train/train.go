// Package train finds minimisers: optimizers with PyTorch's semantics, learning-rate schedules, stopping rules, and an Observer that sees
// every step. All arithmetic of a step runs in two compiled programs, one for the gradient of a batch and one for the update, which
// read and write the flat parameter vector in place.
package train

import (
	"context"
	"fmt"
	"math"
	"slices"

	"basin/dataset"
	"basin/engine"
	"basin/graph"
	"basin/model"
	"basin/objective"
	"basin/random"
	"basin/record"
	"basin/spec"
)

// Step is what an Observer sees after each update.
type Step struct {
	Epoch, Batch int // counted from 0; Batch within the epoch
	LR, Loss     float64
	Gradient     engine.Array // of the batch's loss, without weight decay, flat; valid during the call
	Theta        engine.Array // after the update, flat; valid during the call
}

// Observer is called after each update. It must not change what it sees.
type Observer func(Step) error

// Snapshot is all that a training needs to go on after an epoch. Vectors are flat.
type Snapshot struct {
	Epoch     int // epochs done
	Steps     int // updates done
	Theta     []float64
	State     []float64
	Moments   [][]float64 // of the optimizer
	BestTheta []float64   // nil unless the best checkpoint is kept
	BestState []float64
	Losses    []float64 // of each epoch so far
}

// Result is a trained network.
type Result struct {
	Theta, State []float64
	Losses       []float64 // training loss of each epoch: the mean over its samples as they were met
	Epoch        int       // the epoch whose end Theta is from, counted from 1
	Steps        int       // updates made
	Stopped      string    // why training ended: "epochs", "rule B", "target loss", "diverged"
	Status       record.Status
	Reason       string
}

// Trainer holds compiled programs for one model, set and recipe. It trains one replica at a time.
type Trainer struct {
	model   *model.Model
	set     *dataset.Set
	recipe  spec.Train
	dtype   graph.DType
	theta   engine.Array // flat
	state   engine.Array
	grad    engine.Array
	loss    engine.Array
	batches map[int]*batchProgram // by batch size
	update  *Optimizer
}

// batchProgram computes the loss and gradient of the samples that index names.
type batchProgram struct {
	index engine.Array
	run   engine.Run
}

// New compiles the programs of a recipe.
func New(e engine.Engine, m *model.Model, set *dataset.Set, recipe spec.Train) (*Trainer, error) {
	n := set.Len()
	if recipe.Batch < 1 || recipe.Batch > n {
		return nil, fmt.Errorf("train: batch: %d is not between 1 and the %d training samples", recipe.Batch, n)
	}
	t := &Trainer{model: m, set: set, recipe: recipe, batches: map[int]*batchProgram{}}
	if recipe.DType == "float64" {
		t.dtype = graph.Float64
	}
	flat := graph.T(t.dtype, m.Params.Size())
	t.theta, t.grad = engine.NewArray(flat), engine.NewArray(flat)
	t.state, t.loss = engine.NewArray(graph.T(t.dtype, m.State.Size())), engine.NewArray(graph.T(t.dtype))
	sizes := []int{recipe.Batch}
	if last := n % recipe.Batch; last > 0 && !recipe.DropLast {
		sizes = append(sizes, last)
	}
	x, y := objective.Arrays(set, t.dtype)
	for _, b := range sizes {
		p, err := t.compileBatch(e, b, x, y)
		if err != nil {
			return nil, err
		}
		t.batches[b] = p
	}
	var err error
	t.update, err = NewOptimizer(e, recipe.Optimizer, t.theta, t.grad)
	return t, err
}

func (t *Trainer) compileBatch(e engine.Engine, b int, x, y engine.Array) (*batchProgram, error) {
	m := t.model
	np, ns := len(m.Params.Segments), len(m.State.Segments)
	types := append(model.Types(m.Params, t.dtype), model.Types(m.State, t.dtype)...)
	types = append(types, x.Type, y.Type, graph.T(graph.Int32, b))
	p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		theta, state, index := in[:np], in[np:np+ns], in[np+ns+2]
		pass := m.Apply(theta, state, graph.Gather(in[np+ns], index), model.Batch)
		loss := objective.Mean(objective.PerExample(t.recipe.Loss, pass.Logits, graph.Gather(in[np+ns+1], index)))
		return slices.Concat([]*graph.Value{loss}, graph.Grad(loss, theta...), pass.State)
	}, types...)
	if err != nil {
		return nil, err
	}
	donate := make([]int, len(p.Outputs))
	for i := range ns {
		donate[1+np+i] = np + i + 1
	}
	exe, err := e.Compile(p, engine.Options{Donate: donate})
	if err != nil {
		return nil, err
	}
	index := engine.NewArray(graph.T(graph.Int32, b))
	state := objective.Segments(t.state, m.State)
	in := slices.Concat(objective.Segments(t.theta, m.Params), state, []engine.Array{x, y, index})
	out := slices.Concat([]engine.Array{t.loss}, objective.Segments(t.grad, m.Params), state)
	run, err := exe.Bind(in, out)
	return &batchProgram{index, run}, err
}

// Options of one training. The zero value trains from the start and tells nobody.
type Options struct {
	Observer Observer
	From     *Snapshot                   // where to go on
	Save     func(func() Snapshot) error // called after each epoch; calls its argument if it wants a snapshot
}

// Run trains one replica from its own initialisation. Divergence is a status of the result, not an error.
func (t *Trainer) Run(ctx context.Context, seed uint64, replica int, o Options) (*Result, error) {
	r, err := t.start(seed, replica, o.From)
	if err != nil {
		return nil, err
	}
	batches, err := dataset.NewBatches(t.set.Len(), t.recipe.Batch, t.recipe.DropLast, seed, replica)
	if err != nil {
		return nil, err
	}
	for epoch := r.epoch; epoch < t.recipe.Epochs; epoch++ {
		if err := r.epochOf(ctx, batches, epoch, o.Observer); err != nil {
			return nil, err
		}
		if r.stop(epoch) {
			break
		}
		if o.Save != nil {
			if err := o.Save(r.snapshot); err != nil {
				return nil, err
			}
		}
	}
	return r.result(), nil
}

// run is one training under way.
type run struct {
	*Trainer
	epoch, steps         int
	losses               []float64
	bestTheta, bestState []float64
	best                 int // epoch of the best, counted from 1
	stopped              string
	reason               string
}

func (t *Trainer) start(seed uint64, replica int, from *Snapshot) (*run, error) {
	r := &run{Trainer: t, stopped: "epochs"}
	t.update.Reset()
	if from == nil {
		objective.Store(t.theta, t.model.Init(random.Stream(seed, "init", replica)))
		objective.Store(t.state, t.model.InitState())
		return r, nil
	}
	if len(from.Theta) != t.theta.Len() || len(from.State) != t.state.Len() || len(from.Moments) != len(t.update.moments) {
		return nil, fmt.Errorf("train: the snapshot is of another network or optimizer")
	}
	objective.Store(t.theta, from.Theta)
	objective.Store(t.state, from.State)
	for i, m := range from.Moments {
		objective.Store(t.update.moments[i], m)
	}
	t.update.steps = from.Steps
	r.epoch, r.steps, r.losses = from.Epoch, from.Steps, slices.Clone(from.Losses)
	r.bestTheta, r.bestState = from.BestTheta, from.BestState
	for i, l := range r.losses {
		if r.best == 0 || l < r.losses[r.best-1] {
			r.best = i + 1
		}
	}
	return r, nil
}

// cancelEvery is how many steps pass between looks at the context.
const cancelEvery = 64

// epochOf trains one epoch and appends its loss, which is NaN if it left the finite numbers.
func (r *run) epochOf(ctx context.Context, batches *dataset.Batches, epoch int, see Observer) error {
	sum, count := 0.0, 0
	for i, index := range batches.Epoch(epoch) {
		if i%cancelEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		p := r.batches[len(index)]
		copy(p.index.I32, index)
		if err := p.run(); err != nil {
			return err
		}
		lr := LearningRate(r.recipe.Optimizer.LR, r.recipe.Schedule, r.recipe.Epochs, epoch, i, batches.Len())
		if err := r.update.Step(lr); err != nil {
			return err
		}
		r.steps++
		loss := r.loss.At(0)
		sum += loss * float64(len(index))
		count += len(index)
		if see != nil {
			if err := see(Step{epoch, i, lr, loss, r.grad, r.theta}); err != nil {
				return err
			}
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			break
		}
	}
	r.epoch = epoch + 1
	r.losses = append(r.losses, sum/float64(count))
	return nil
}

// stop decides after an epoch whether training ends, and keeps the best.
func (r *run) stop(epoch int) bool {
	loss := r.losses[epoch]
	if math.IsNaN(loss) || math.IsInf(loss, 0) || !finite(r.theta) {
		r.stopped, r.reason = "diverged", fmt.Sprintf("the loss or a parameter left the finite numbers in epoch %d", epoch+1)
		return true
	}
	if r.recipe.Keep == "best" && (r.best == 0 || loss < r.losses[r.best-1]) {
		r.best, r.bestTheta, r.bestState = epoch+1, objective.Load(r.theta), objective.Load(r.state)
	}
	if s := r.recipe.Stop; s.TargetLoss > 0 && loss <= s.TargetLoss {
		r.stopped = "target loss"
		return true
	} else if s.RuleB && RuleB(r.losses) {
		r.stopped = "rule B"
		return true
	}
	return false
}

// RuleB is the taxonomy authors' rule: at least 30 epochs, and the last five epoch-to-epoch changes of the loss are all at most 1e-4.
func RuleB(losses []float64) bool {
	const epochs, changes, small = 30, 5, 1e-4
	n := len(losses)
	if n < epochs {
		return false
	}
	for i := n - changes; i < n; i++ {
		if math.Abs(losses[i]-losses[i-1]) > small {
			return false
		}
	}
	return true
}

func (r *run) snapshot() Snapshot {
	s := Snapshot{Epoch: r.epoch, Steps: r.steps, Theta: objective.Load(r.theta), State: objective.Load(r.state),
		BestTheta: r.bestTheta, BestState: r.bestState, Losses: slices.Clone(r.losses)}
	for _, m := range r.update.moments {
		s.Moments = append(s.Moments, objective.Load(m))
	}
	return s
}

func (r *run) result() *Result {
	out := &Result{Theta: objective.Load(r.theta), State: objective.Load(r.state), Losses: r.losses, Epoch: r.epoch, Steps: r.steps, Stopped: r.stopped, Status: record.OK}
	if r.bestTheta != nil {
		out.Theta, out.State, out.Epoch = r.bestTheta, r.bestState, r.best
	}
	if r.stopped == "diverged" {
		out.Status, out.Reason = record.Diverged, r.reason
	}
	return out
}

func finite(a engine.Array) bool {
	for i := range a.Len() {
		if x := a.At(i); math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// Package train finds minimisers: optimizers with PyTorch's semantics, learning-rate schedules, stopping rules, and an Observer that sees
// every step. All arithmetic of a step is one compiled program, from the gathering of a batch to the update, which reads and writes the
// parameters in place. Small networks may train together, several replicas in one program.
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
	Gradient     engine.Array // of the batch's loss, without weight decay, flat; valid during the call; empty if Options.WithoutGradient
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

// Trainer holds compiled programs for one model, set and recipe.
type Trainer struct {
	compiler
	crews map[int]*crew // by number of replicas
}

// New prepares the programs of a recipe.
func New(e engine.Engine, m *model.Model, set *dataset.Set, recipe spec.Train) (*Trainer, error) {
	if n := set.Len(); recipe.Batch < 1 || recipe.Batch > n {
		return nil, fmt.Errorf("train: batch: %d is not between 1 and the %d training samples", recipe.Batch, n)
	}
	rule, err := NewRule(recipe.Optimizer)
	if err != nil {
		return nil, err
	}
	t := &Trainer{compiler{engine: e, model: m, recipe: recipe, rule: rule}, map[int]*crew{}}
	if recipe.DType == "float64" {
		t.dtype = graph.Float64
	}
	t.x, _ = objective.Arrays(set, t.dtype)
	t.y = objective.Targets(set, m.Outputs, t.dtype)
	return t, nil
}

// Options of one training. The zero value trains from the start and tells nobody.
type Options struct {
	Observer        Observer
	WithoutGradient bool                        // the Observer does not look at gradients, which then cost nothing
	From            *Snapshot                   // where to go on
	Save            func(func() Snapshot) error // called after each epoch; calls its argument if it wants a snapshot
}

// Member is one replica of several that train together.
type Member struct {
	Replica int
	Options
}

// Run trains one replica from its own initialisation. Divergence is a status of the result, not an error.
func (t *Trainer) Run(ctx context.Context, seed uint64, replica int, o Options) (*Result, error) {
	results, err := t.RunTogether(ctx, seed, []Member{{replica, o}})
	if err != nil {
		return nil, err
	}
	return results[0], nil
}

// RunTogether trains several replicas, as far as they are in the same epoch by one program that takes a step with all of them. Each
// result is the one that Run gives, bit for bit. A replica that stops leaves the others to go on without it; one that is observed
// trains alone. It pays for networks so small that a step's fixed cost counts.
func (t *Trainer) RunTogether(ctx context.Context, seed uint64, members []Member) ([]*Result, error) {
	runs := make([]*run, len(members))
	for i, m := range members {
		var err error
		if runs[i], err = t.start(seed, m); err != nil {
			return nil, err
		}
	}
	for {
		together, until := t.next(runs)
		if len(together) == 0 {
			break
		}
		if err := t.lockStep(ctx, together, until); err != nil {
			return nil, err
		}
	}
	results := make([]*Result, len(runs))
	for i, r := range runs {
		results[i] = r.result()
	}
	return results, nil
}

// next chooses the runs that are behind all others, and the epoch until which they may go on by themselves.
func (t *Trainer) next(runs []*run) (together []*run, until int) {
	for _, r := range runs {
		if r.stopped != "" || len(together) > 0 && r.epoch > together[0].epoch {
			continue
		}
		if len(together) > 0 && r.epoch < together[0].epoch {
			together = nil
		}
		together = append(together, r)
	}
	until = t.recipe.Epochs
	for _, r := range runs {
		if r.stopped == "" && r.epoch > together[0].epoch {
			until = min(until, r.epoch)
		}
	}
	for i, r := range together {
		if r.o.Observer != nil {
			return together[i : i+1], t.recipe.Epochs
		}
	}
	return together, until
}

// lockStep trains runs that are in one epoch until a given epoch, or until one of them stops.
func (t *Trainer) lockStep(ctx context.Context, runs []*run, until int) error {
	w := t.crews[len(runs)]
	if w == nil {
		w = t.crew(len(runs))
		t.crews[len(runs)] = w
	}
	batches := make([]*dataset.Batches, len(runs))
	for i, r := range runs {
		batches[i] = r.batches
		r.enter(w, i)
	}
	defer func() {
		for _, r := range runs {
			r.leave()
		}
	}()
	for epoch, going := runs[0].epoch, true; going && epoch < until; epoch++ {
		if err := w.epoch(ctx, runs, batches, epoch); err != nil {
			return err
		}
		for _, r := range runs {
			if r.stop(epoch) {
				going = false
			} else if r.o.Save != nil {
				if err := r.o.Save(r.snapshot); err != nil {
					return err
				}
			}
		}
	}
	for _, r := range runs {
		if r.stopped == "" && r.epoch == t.recipe.Epochs {
			r.stopped = "epochs"
		}
	}
	return nil
}

// cancelEvery is how many steps pass between looks at the context.
const cancelEvery = 64

// epoch trains one epoch and appends each run's loss, which is NaN if it left the finite numbers. A run whose loss did is where it was
// then, whatever its part of the program goes on to compute.
func (w *crew) epoch(ctx context.Context, runs []*run, batches []*dataset.Batches, epoch int) error {
	for _, b := range batches {
		b.Start(epoch)
	}
	see, gradient := runs[0].o.Observer, !runs[0].o.WithoutGradient
	recipe, n, broken, before := &w.recipe, batches[0].Len(), 0, runs[0].steps
	var lr float64
	for i := 0; i < n && broken < len(runs); i++ {
		if i%cancelEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if i == 0 || epoch < recipe.Schedule.Warmup {
			lr = LearningRate(recipe.Optimizer.LR, recipe.Schedule, recipe.Epochs, epoch, i, n)
		}
		if err := w.take(batches, i, lr, before+i, see != nil && gradient); err != nil {
			return err
		}
		size := len(batches[0].At(i))
		for k, r := range runs {
			if r.broken {
				continue
			}
			loss := w.loss.At(k)
			r.steps++
			r.sum += loss * float64(size)
			r.count += size
			if math.IsNaN(loss) || math.IsInf(loss, 0) {
				r.vectors, r.broken = r.load(), true
				broken++
			}
		}
		if see != nil {
			s := Step{Epoch: epoch, Batch: i, LR: lr, Loss: w.loss.At(0), Theta: w.theta}
			if gradient {
				s.Gradient = w.grad
			}
			if err := see(s); err != nil {
				return err
			}
		}
	}
	for _, r := range runs {
		r.epoch = epoch + 1
		r.losses = append(r.losses, r.sum/float64(r.count))
		r.sum, r.count = 0, 0
	}
	return nil
}

// run is one training under way. Its vectors are in the arrays of a crew while it trains.
type run struct {
	*compiler
	o       Options
	batches *dataset.Batches

	epoch, steps         int
	sum                  float64 // of the losses of the epoch under way, over count samples
	count                int
	losses               []float64
	bestTheta, bestState []float64
	best                 int // epoch of the best, counted from 1
	stopped              string
	reason               string

	vectors       // where it is not in a crew, or broken
	crew    *crew // nil between crews
	place   int   // in the crew
	broken  bool  // its loss is not finite
}

// vectors are all that steps change, flat.
type vectors struct {
	theta, state []float64
	moments      [][]float64
}

func (t *Trainer) start(seed uint64, m Member) (*run, error) {
	r := &run{compiler: &t.compiler, o: m.Options}
	var err error
	if r.batches, err = dataset.NewBatches(t.x.Type.Shape[0], t.recipe.Batch, t.recipe.DropLast, seed, m.Replica); err != nil {
		return nil, err
	}
	from := m.From
	if from == nil {
		r.theta, r.state = t.model.Init(random.Stream(seed, "init", m.Replica)), t.model.InitState()
		for range t.rule.Moments {
			r.moments = append(r.moments, make([]float64, len(r.theta)))
		}
	} else {
		if len(from.Theta) != t.model.Params.Size() || len(from.State) != t.model.State.Size() || len(from.Moments) != t.rule.Moments {
			return nil, fmt.Errorf("train: the snapshot is of another network or optimizer")
		}
		r.vectors = vectors{from.Theta, from.State, from.Moments}
		r.epoch, r.steps, r.losses = from.Epoch, from.Steps, slices.Clone(from.Losses)
		r.bestTheta, r.bestState = from.BestTheta, from.BestState
		for i, l := range r.losses {
			if r.best == 0 || l < r.losses[r.best-1] {
				r.best = i + 1
			}
		}
	}
	if r.epoch >= t.recipe.Epochs {
		r.stopped = "epochs"
	}
	return r, nil
}

// enter moves the run's vectors to a place in a crew, leave moves them back.
func (r *run) enter(w *crew, place int) {
	r.crew, r.place = w, place
	objective.StoreVector(w.theta, r.model.Params, w.n, place, r.theta)
	objective.StoreVector(w.state, r.model.State, w.n, place, r.state)
	for i, m := range r.moments {
		objective.StoreVector(w.moments[i], r.model.Params, w.n, place, m)
	}
}

func (r *run) leave() { r.vectors, r.crew = r.load(), nil }

// load copies the run's vectors as they stand.
func (r *run) load() vectors {
	if r.crew == nil || r.broken {
		return r.vectors
	}
	w := r.crew
	v := vectors{theta: objective.LoadVector(w.theta, r.model.Params, w.n, r.place), state: objective.LoadVector(w.state, r.model.State, w.n, r.place)}
	for _, m := range w.moments {
		v.moments = append(v.moments, objective.LoadVector(m, r.model.Params, w.n, r.place))
	}
	return v
}

// stop decides after an epoch whether training ends, and keeps the best.
func (r *run) stop(epoch int) bool {
	loss := r.losses[epoch]
	if math.IsNaN(loss) || math.IsInf(loss, 0) || !r.finite() {
		r.stopped, r.reason = "diverged", fmt.Sprintf("the loss or a parameter left the finite numbers in epoch %d", epoch+1)
		return true
	}
	if r.recipe.Keep == "best" && (r.best == 0 || loss < r.losses[r.best-1]) {
		v := r.load()
		r.best, r.bestTheta, r.bestState = epoch+1, v.theta, v.state
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
	v := r.load()
	return Snapshot{Epoch: r.epoch, Steps: r.steps, Theta: v.theta, State: v.state, Moments: v.moments,
		BestTheta: r.bestTheta, BestState: r.bestState, Losses: slices.Clone(r.losses)}
}

func (r *run) result() *Result {
	out := &Result{Theta: r.theta, State: r.state, Losses: r.losses, Epoch: r.epoch, Steps: r.steps, Stopped: r.stopped, Status: record.OK}
	if r.bestTheta != nil {
		out.Theta, out.State, out.Epoch = r.bestTheta, r.bestState, r.best
	}
	if r.stopped == "diverged" {
		out.Status, out.Reason = record.Diverged, r.reason
	}
	return out
}

// finite reports whether all parameters are finite numbers.
func (r *run) finite() bool {
	w := r.crew
	for _, a := range objective.Blocked(w.theta, r.model.Params, w.n) {
		n := a.Len() / w.n
		if !allFinite(a.F32[min(len(a.F32), r.place*n):min(len(a.F32), (r.place+1)*n)]) ||
			!allFinite(a.F64[min(len(a.F64), r.place*n):min(len(a.F64), (r.place+1)*n)]) {
			return false
		}
	}
	return true
}

// allFinite looks at sums of x−x, which is NaN for NaN and infinities alone.
func allFinite[T float32 | float64](x []T) bool {
	var s T
	for _, v := range x {
		s += v - v
	}
	return s == 0
}

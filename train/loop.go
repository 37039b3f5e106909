package train

import (
	"context"
	"fmt"
	"math"

	"basin/dataset"
	"basin/random"
	"basin/record"
)

// run is one training under way.
type run struct {
	Member
	observers []Observer // in the order of their names
	asking    []Observer // of them those that want the update at hand
	trainer   *Trainer
	batches   *dataset.Batches
	at        Snapshot // where it stands; a stepper has its vectors while it is in one
	best      int      // epoch of the best, counted from 1
	stopped   string
	reason    string
	take      func() *Snapshot

	stepper stepper // nil between steps with others, and once it is broken
	place   int     // in the stepper
	broken  bool    // its loss is not finite
}

// Run trains replicas, each from its initialisation or its snapshot. As far as they stand at the same step, one
// program takes the step with all of them; each result has the bits that the replica has alone. A replica that
// stops leaves the others to continue without it. Training together pays for networks so small that a step's fixed
// cost counts. Divergence is a status of a result, not an error.
func (t *Trainer) Run(ctx context.Context, members ...Member) ([]*Result, error) {
	runs := make([]*run, len(members))
	for i, m := range members {
		var err error
		if runs[i], err = t.start(m); err != nil {
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

func (t *Trainer) start(m Member) (*run, error) {
	r := &run{Member: m, trainer: t}
	r.take = r.snapshot
	for _, name := range m.names() {
		r.observers = append(r.observers, m.Observers[name])
	}
	var err error
	r.batches, err = dataset.NewBatches(t.samples, t.recipe.Batch, t.recipe.DropLast, t.setup.Seed, m.Replica)
	if err != nil {
		return nil, err
	}
	if t.fits(m.From, &m, r.batches.Len()) {
		err = r.resume(m.From)
	} else {
		r.at.Theta, r.at.State = r.initial(), t.setup.Model.InitState()
	}
	if r.at.Steps >= t.recipe.Epochs*r.batches.Len() {
		r.stopped = "epochs"
	}
	return r, err
}

// initial draws the initialisation.
func (r *run) initial() []float64 {
	s := r.trainer.setup
	return s.Model.Init(random.Stream(s.Seed, "init", r.Replica))
}

// next chooses the runs that are behind all others, and the step until which they may continue by themselves.
func (t *Trainer) next(runs []*run) (together []*run, until int) {
	for _, r := range runs {
		switch {
		case r.stopped != "":
			continue
		case len(together) == 0:
			until = t.recipe.Epochs * r.batches.Len()
		case r.at.Steps > together[0].at.Steps:
			until = min(until, r.at.Steps)
			continue
		case r.at.Steps < together[0].at.Steps:
			until = min(until, together[0].at.Steps)
			together = nil
		}
		together = append(together, r)
	}
	if t.search != nil && len(together) > 1 {
		together = together[:1]
	}
	return together, until
}

// stepper is what makes the steps of n runs.
func (t *Trainer) stepper(n int) (stepper, error) {
	if t.search != nil {
		return t.search, nil
	}
	return t.group(n)
}

// lockStep trains runs that stand at one step until another, or until the end of an epoch in which one of them
// stops.
func (t *Trainer) lockStep(ctx context.Context, runs []*run, until int) error {
	g, err := t.stepper(len(runs))
	if err != nil {
		return err
	}
	for i, r := range runs {
		r.stepper, r.place = g, i
		g.enter(i, r)
	}
	defer func() {
		for _, r := range runs {
			r.leave()
		}
	}()
	n, first, lr := runs[0].batches.Len(), runs[0].at.Steps, 0.0
	for steps, going := first, true; going && steps < until; steps++ {
		if ctx.Err() != nil {
			return cancelled(ctx, runs)
		}
		epoch, i := steps/n, steps%n
		if i == 0 || steps == first {
			for _, r := range runs {
				r.batches.Start(epoch)
			}
			g.startEpoch(runs, epoch)
		}
		if i == 0 || steps == first || epoch < t.recipe.Warmup {
			lr = t.recipe.rate(steps, n)
		}
		alive, err := makeUpdate(g, runs, update{steps + 1, epoch, i, lr})
		if err != nil {
			return err
		}
		if i == n-1 || alive == 0 {
			for _, r := range runs {
				going = !r.endEpoch(epoch) && going
			}
		}
		if err := save(runs); err != nil {
			return err
		}
	}
	return nil
}

// cancelled offers a last snapshot of each run.
func cancelled(ctx context.Context, runs []*run) error {
	if err := save(runs); err != nil {
		return err
	}
	return ctx.Err()
}

func save(runs []*run) error {
	for _, r := range runs {
		if r.Save != nil && r.stopped == "" && !r.broken {
			if err := r.Save(r.take); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeUpdate makes a step with all runs, and shows it to those observers that want it. A run whose loss leaves the
// finite numbers stays where it was then, whatever its part of the program computes until the epoch ends.
func makeUpdate(g stepper, runs []*run, u update) (alive int, err error) {
	gradient := false
	for _, r := range runs {
		if !r.broken && r.asks(u.step) {
			gradient = true
		}
	}
	if err := g.step(runs, u, gradient); err != nil {
		return 0, err
	}
	size := float64(len(runs[0].batches.At(u.batch)))
	for i, r := range runs {
		if r.broken {
			continue
		}
		loss := g.loss(i)
		r.at.Steps++
		r.at.Sum += float64(loss * size)
		r.at.Count += int(size)
		if err := r.show(Step{u.step, u.epoch, u.batch, u.lr, loss, g, i}); err != nil {
			return 0, err
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			r.leave()
			r.broken = true
		} else {
			alive++
		}
	}
	return alive, nil
}

// leave takes a run's vectors back from its stepper.
func (r *run) leave() {
	if r.stepper != nil {
		r.at.Theta, r.at.State, r.at.Memory = r.stepper.theta(r.place), r.stepper.state(r.place), r.stepper.memory(r.place)
		r.stepper = nil
	}
}

// endEpoch decides after an epoch whether training ends, and keeps the best.
func (r *run) endEpoch(epoch int) (stops bool) {
	recipe := &r.trainer.recipe
	loss := r.at.Sum / float64(r.at.Count)
	r.at.Losses, r.at.Sum, r.at.Count = append(r.at.Losses, loss), 0, 0
	if r.broken || !r.stepper.finite(r.place) || math.IsNaN(loss) || math.IsInf(loss, 0) {
		r.stopped = "diverged"
		r.reason = fmt.Sprintf("the loss or a parameter left the finite numbers in epoch %d", epoch+1)
		return true
	}
	if recipe.Best && (r.best == 0 || loss < r.at.Losses[r.best-1]) {
		r.best, r.at.BestTheta, r.at.BestState = epoch+1, r.stepper.theta(r.place), r.stepper.state(r.place)
	}
	for _, s := range recipe.Stop {
		if s.Stops(r.at.Losses) {
			r.stopped = s.Name()
			return true
		}
	}
	if epoch+1 == recipe.Epochs {
		r.stopped = "epochs"
	}
	return r.stopped != ""
}

func (r *run) result() *Result {
	out := &Result{Theta: r.at.Theta, State: r.at.State, Losses: r.at.Losses, Epoch: len(r.at.Losses),
		Steps: r.at.Steps, Stopped: r.stopped, Status: record.OK}
	if r.at.BestTheta != nil {
		out.Theta, out.State, out.Epoch = r.at.BestTheta, r.at.BestState, r.best
	}
	if r.stopped == "diverged" {
		out.Status, out.Reason = record.Diverged, r.reason
	}
	return out
}

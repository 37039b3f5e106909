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
	at        Snapshot // where it stands; while it is in a group, that has its vectors
	best      int      // epoch of the best, counted from 1
	stopped   string
	reason    string
	take      func() *Snapshot

	group  *group // nil between groups, and once it is broken
	place  int    // in the group
	broken bool   // its loss is not finite
}

// Run trains replicas, each from its initialisation or its snapshot. As far as they stand at the same step, one
// program takes the step with all of them; each result has the bits that the replica has alone. A replica that
// stops leaves the others to continue without it. Training together pays for networks so small that a step's fixed
// cost counts. Divergence is a status of a result, not an error.
func (t *Trainer) Run(ctx context.Context, seed uint64, members ...Member) ([]*Result, error) {
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

func (t *Trainer) start(seed uint64, m Member) (*run, error) {
	r := &run{Member: m, trainer: t}
	r.take = r.snapshot
	for _, name := range m.names() {
		r.observers = append(r.observers, m.Observers[name])
	}
	var err error
	r.batches, err = dataset.NewBatches(t.x.Type.Shape[0], t.recipe.Batch, t.recipe.DropLast, seed, m.Replica)
	if err != nil {
		return nil, err
	}
	if t.fits(m.From, &m, r.batches.Len()) {
		err = r.resume(m.From)
	} else {
		r.at.Theta, r.at.State = t.model.Init(random.Stream(seed, "init", m.Replica)), t.model.InitState()
	}
	if r.at.Steps >= t.recipe.Epochs*r.batches.Len() {
		r.stopped = "epochs"
	}
	return r, err
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
	return together, until
}

// lockStep trains runs that stand at one step until another, or until the end of an epoch in which one of them
// stops.
func (t *Trainer) lockStep(ctx context.Context, runs []*run, until int) error {
	g := t.group(len(runs))
	for i, r := range runs {
		r.enter(g, i)
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
		}
		if i == 0 || steps == first || epoch < t.recipe.Warmup {
			lr = t.recipe.rate(steps, n)
		}
		alive, err := g.update(runs, steps, i, lr)
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

// update makes a step with all runs, and shows it to those observers that want it. A run whose loss leaves the
// finite numbers stays where it was then, whatever its part of the program computes until the epoch ends.
func (g *group) update(runs []*run, steps, i int, lr float64) (alive int, err error) {
	gradient := false
	for _, r := range runs {
		if !r.broken && r.asks(steps+1) {
			gradient = true
		}
	}
	if err := g.take(runs, steps, i, lr, gradient); err != nil {
		return 0, err
	}
	size := len(runs[0].batches.At(i))
	for k, r := range runs {
		if r.broken {
			continue
		}
		loss := g.losses.At(k)
		r.at.Steps++
		r.at.Sum += float64(loss * float64(size))
		r.at.Count += size
		if err := r.show(Step{steps + 1, steps / r.batches.Len(), i, lr, loss, g, k}); err != nil {
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

// endEpoch decides after an epoch whether training ends, and keeps the best.
func (r *run) endEpoch(epoch int) (stops bool) {
	recipe := &r.trainer.recipe
	loss := r.at.Sum / float64(r.at.Count)
	r.at.Losses, r.at.Sum, r.at.Count = append(r.at.Losses, loss), 0, 0
	if r.broken || !r.finite() || math.IsNaN(loss) || math.IsInf(loss, 0) {
		r.stopped = "diverged"
		r.reason = fmt.Sprintf("the loss or a parameter left the finite numbers in epoch %d", epoch+1)
		return true
	}
	if recipe.Best && (r.best == 0 || loss < r.at.Losses[r.best-1]) {
		var best Snapshot
		r.load(&best)
		r.best, r.at.BestTheta, r.at.BestState = epoch+1, best.Theta, best.State
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

func (r *run) finite() bool { return r.group.frame.Finite(r.group.theta, r.place) }

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

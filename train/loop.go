package train

import (
	"context"
	"math"
)

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
		g.store(i, r)
	}
	defer func() {
		for _, r := range runs {
			r.release()
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
			r.release()
			r.broken = true
		} else {
			alive++
		}
	}
	return alive, nil
}

package path

import (
	"context"
	"fmt"

	"basin/dataset"
	"basin/param"
	"basin/random"
)

// Fit trains the bends between two networks. What it draws depends on the setup's seed and the purpose, which
// names the pair.
func (c *Curve) Fit(ctx context.Context, a, b []float64, purpose string) ([][]float64, error) {
	rng := random.Stream(c.setup.Seed, "curve/"+purpose, 0)
	last := len(c.bends) + 1
	c.frame.Store(c.points[0], 0, a)
	c.frame.Store(c.points[last], 0, b)
	for i, d := range c.bends {
		start := make([]float64, len(a))
		if c.o.Start == "random" {
			start = c.setup.Model.Init(rng)
		} else {
			param.Lerp(start, a, b, float64(i+1)/float64(last))
		}
		c.frame.Store(c.points[i+1], 0, start)
		d.SetMemory(0, nil)
	}
	batches, err := dataset.NewBatches(c.samples, c.o.Batch, false, rng.Uint64(), 0)
	if err != nil {
		return nil, err
	}
	steps := 0
	for epoch := range c.o.Epochs {
		lr := c.o.Rule.LearningRate() * curveRate(float64(epoch)/float64(c.o.Epochs))
		for _, index := range batches.Epoch(epoch) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			steps++
			if err := c.step(index, rng.Float64(), lr, steps); err != nil {
				return nil, fmt.Errorf("path: fitting a curve: %w", err)
			}
		}
	}
	var bends [][]float64
	for _, s := range c.points[1:last] {
		bends = append(bends, c.frame.Load(s, 0))
	}
	return bends, nil
}

// step moves the bends by one batch at one t.
func (c *Curve) step(index []int32, t, lr float64, step int) error {
	batch := c.batches[len(index)]
	copy(batch.index.I32, index)
	c.t.Set(0, t)
	for _, d := range c.bends {
		d.SetRates(lr, step)
	}
	return batch.run()
}

// curveRate is the schedule of Garipov et al. 2018 over the share of the epochs done: 1 until half, then linear to
// 0.01 at 0.9.
func curveRate(done float64) float64 {
	const from, to, low = 0.5, 0.9, 0.01
	switch {
	case done <= from:
		return 1
	case done >= to:
		return low
	}
	return 1 - (1-low)*(done-from)/(to-from)
}

package runner

import (
	"context"
	"math"
	"os"
	"time"

	"basin/measure"
	"basin/record"
	"basin/spec"
	"basin/sweep"
	"basin/train"
)

// saveEvery is how often a long training writes all it needs to go on, by default.
const saveEvery = time.Minute

// Train implements sweep.Job.
func (j *job) Train(ctx context.Context, todo []sweep.Replica, save func(sweep.Replica, []record.Record) error) error {
	c := j.bench.context
	t, err := train.New(c.Engine, c.Model, c.Split.Train, j.cell.Train)
	if err != nil {
		return err
	}
	for _, r := range todo {
		result, err := j.trainOne(ctx, t, r)
		if err != nil {
			return err
		}
		if err := WriteNetwork(r.Checkpoint, c.Model, result.Theta, result.State, c.DType, result.Steps); err != nil {
			return err
		}
		os.Remove(partial(r.Checkpoint))
		r.Status, r.Reason = result.Status, result.Reason
		if err := save(r, j.trainRecords(r, result)); err != nil {
			return err
		}
		j.networks[r.Index] = measure.Network{Replica: r.Index, Theta: result.Theta, State: result.State, Status: r.Status, Reason: r.Reason}
	}
	return nil
}

func (j *job) trainOne(ctx context.Context, t *train.Trainer, r sweep.Replica) (*train.Result, error) {
	o := train.Options{From: readSnapshot(partial(r.Checkpoint), j.cell.ID, j.bench.context.Model)}
	last := time.Now()
	o.Save = func(snapshot func() train.Snapshot) error {
		if time.Since(last) < j.runner.saveEvery && ctx.Err() == nil {
			return nil
		}
		last = time.Now()
		return writeSnapshot(partial(r.Checkpoint), j.cell.ID, snapshot())
	}
	return t.Run(ctx, j.cell.Seed, r.Index, o)
}

// trainRecords is how training went: the loss of each epoch.
func (j *job) trainRecords(r sweep.Replica, result *train.Result) []record.Record {
	epochs := make([]float64, len(result.Losses))
	for i := range epochs {
		epochs[i] = float64(i + 1)
	}
	loss := math.NaN()
	if n := len(result.Losses); n > 0 {
		loss = result.Losses[n-1]
	}
	c := j.bench.context
	return []record.Record{{Quantity: record.EpochLoss, Replicas: []int{r.Index}, Value: loss, StdErr: math.NaN(), N: result.Epoch,
		Status: result.Status, Reason: result.Reason,
		Array: &record.Array{Columns: []string{"epoch", "loss"}, Data: [][]float64{epochs, result.Losses}},
		Provenance: record.Provenance{Estimator: "mean over the epoch's batches; stopped by " + result.Stopped, DType: c.DType.String(), Set: "train",
			CPU: c.Engine.Level(), Version: spec.NumericalVersion}}}
}

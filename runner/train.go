package runner

import (
	"context"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"basin/model"
	"basin/network"
	"basin/record"
	"basin/spec"
	"basin/sweep"
	"basin/train"
)

// saveEvery is how often a long training writes all it needs to resume, by default.
const saveEvery = time.Minute

// Train implements sweep.Job.
func (j *job) Train(ctx context.Context, todo []sweep.Replica,
	save func(sweep.Replica, []record.Record) error) error {
	t, err := train.New(j.shared.setup, *j.recipe)
	if err != nil {
		return err
	}
	size := together(j.shared.setup.Model, j.recipe.Batch)
	for group := range slices.Chunk(todo, size) {
		began := time.Now()
		results, err := j.trainGroup(ctx, t, group)
		if err != nil {
			return err
		}
		share := time.Since(began).Seconds() / float64(len(group))
		for i, r := range group {
			if err := j.commit(r, results[i], share, save); err != nil {
				return err
			}
		}
	}
	return nil
}

// together is how many replicas train as one program: several of a network so small, at batches so small, that the
// fixed cost of a step is much of it. Measured, of five against one: 0.54 of the time a step at 64-1-1-10 and
// batch 8, 0.89 at 64-64-64-10; 0.78 and 0.92 at batch 32 and widths 1 and 23; at batch 128 nothing is won, and at
// 512 values leave the cache. Results do not depend on it.
func together(m *model.Model, batch int) int {
	const replicas, values, products = 8, 4096, 100_000
	features := 1
	for _, n := range m.Input {
		features *= n
	}
	if batch*features <= values && batch*m.Params.Size() <= products {
		return replicas
	}
	return 1
}

// commit writes a trained replica and saves it.
func (j *job) commit(r sweep.Replica, result *train.Result, seconds float64,
	save func(sweep.Replica, []record.Record) error) error {
	s := j.shared.setup
	n := network.Network{Point: record.Point{Replica: r.Index, At: record.Trained}, Theta: result.Theta,
		State:  result.State,
		Status: result.Status, Reason: result.Reason}
	metadata := map[string]string{"basin": spec.NumericalVersion, "model": j.cell.Model.Kind}
	if err := network.Write(r.Checkpoint, s.Model, n, s.DType, result.Steps, metadata); err != nil {
		return err
	}
	os.Remove(partial(r.Checkpoint))
	r.Status, r.Reason, r.Seconds = result.Status, result.Reason, seconds
	if err := save(r, j.trainRecords(r, result)); err != nil {
		return err
	}
	j.networks[r.Index] = n
	return nil
}

// trainGroup trains replicas, each from where its snapshot has it.
func (j *job) trainGroup(ctx context.Context, t *train.Trainer, group []sweep.Replica) ([]*train.Result, error) {
	members := make([]train.Member, len(group))
	for i, r := range group {
		members[i] = train.Member{Replica: r.Index, From: train.ReadSnapshot(partial(r.Checkpoint), j.cell.ID),
			Save: j.saver(ctx, r)}
	}
	return t.Run(ctx, members...)
}

// partial is where a training that is not finished keeps its snapshots.
func partial(path string) string {
	return strings.TrimSuffix(path, ".safetensors") + ".partial.safetensors"
}

// saver keeps a snapshot from time to time, and when the training is cancelled.
func (j *job) saver(ctx context.Context, r sweep.Replica) func(take func() *train.Snapshot) error {
	last := time.Now()
	return func(take func() *train.Snapshot) error {
		if time.Since(last) < j.runner.saveEvery && ctx.Err() == nil {
			return nil
		}
		last = time.Now()
		return take().Write(partial(r.Checkpoint), j.cell.ID)
	}
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
	s := j.shared.setup
	return []record.Record{{Quantity: record.EpochLoss, Of: record.Points(r.Index), Value: loss, StdErr: math.NaN(),
		N:      result.Epoch,
		Status: result.Status, Reason: result.Reason,
		Seconds: r.Seconds, Array: record.Curve("epoch", epochs, record.Column{Name: "loss", Data: result.Losses}),
		Provenance: record.Provenance{Estimator: "mean over the epoch's batches; stopped by " + result.Stopped,
			DType: s.DType.String(), Set: "train",
			CPU: s.Engine.Level(), Version: spec.NumericalVersion}}}
}

package train_test

import (
	"context"
	"slices"
	"testing"

	"basin/dataset"
	"basin/graph"
	"basin/model"
	"basin/objective"
	"basin/random"
	"basin/train"
)

// noisy is a network with dropout before and after its hidden layer.
type noisy struct{}

func (noisy) Fits([]int) error { return nil }

func (noisy) Build(b *model.Builder, x *graph.Value, outputs int) *graph.Value {
	x = b.Dropout(graph.Reshape(x, x.Shape()[0], 64), 0.1)
	x = b.Dropout(graph.Tanh(b.Linear("fc1", x, 6)), 0.5)
	return b.Linear("fc2", x, outputs)
}

// wiggling gives each replica other samples in each epoch: those of the set, moved.
func wiggling(set *dataset.Set) func(seed uint64, epoch, replica int) *dataset.Set {
	return func(seed uint64, epoch, replica int) *dataset.Set {
		rng := random.Stream(seed+uint64(epoch), "samples", replica)
		x := slices.Clone(set.X().F32)
		for i := range x {
			x[i] += 0.3 * float32(rng.NormFloat64())
		}
		return dataset.NewSet(set.Name, set.Input(), x, set.Y().I32, set.Classes)
	}
}

// TestWhatIsDrawnInTraining, dropout's noise or fresh samples, depends on the replica and the step alone: together
// or not, resumed or not, the bits are the same; and it is drawn.
func TestWhatIsDrawnInTraining(t *testing.T) {
	dropout := on(t, digits(t), noisy{}, classification(), graph.Float32)
	fresh := setup(t, true, graph.Float32)
	fresh.Data.Fresh = wiggling(fresh.Data.Train)
	plain := setup(t, true, graph.Float32)
	for name, s := range map[string]*objective.Setup{"dropout": dropout, "fresh samples": fresh} {
		tr := trainer(t, s, sgd())
		var kept []*train.Snapshot
		want := run(t, tr, train.Member{Replica: 1, Save: keep(&kept)})
		for _, at := range []int{0, 5, 6, 17, len(kept) - 1} {
			three, err := tr.Run(context.Background(), train.Member{}, train.Member{Replica: 1, From: kept[at]},
				train.Member{Replica: 2})
			if err != nil {
				t.Fatal(err)
			}
			same(t, name, three[1], want)
		}
		same(t, name+" alone", run(t, trainer(t, s, sgd()), train.Member{Replica: 1}), want)
		if l := want.Losses; !(l[len(l)-1] < 0.9*l[0]) {
			t.Errorf("%s: losses %v", name, l)
		}
	}
	a := run(t, trainer(t, fresh, sgd()), train.Member{})
	if b := run(t, trainer(t, plain, sgd()), train.Member{}); slices.Equal(a.Theta, b.Theta) {
		t.Error("samples were not drawn")
	}
	losses := map[float64]bool{}
	still := sgd()
	still.Optimizer, still.Batch = &train.SGD{LR: 1e-30}, 8
	alike := on(t, digits(t).Select(make([]int32, 8)), noisy{}, classification(), graph.Float32) // in whatever order
	for _, l := range run(t, trainer(t, alike, still), train.Member{}).Losses {
		losses[l] = true
	}
	if len(losses) != still.Epochs {
		t.Errorf("a network that does not move has losses %v: noise was not drawn anew", losses)
	}
}

package train_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"basin/graph"
	"basin/record"
	"basin/train"
)

// TestTogetherIsAlone: replicas that train together come out with the bits that they have alone, also where one
// stops before the others, where they resume from different steps, and where some are watched.
func TestTogetherIsAlone(t *testing.T) {
	adam := sgd()
	adam.Optimizer = &train.Adam{LR: 0.01, WeightDecay: 1e-3, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8}
	target := sgd()
	target.Epochs, target.Stop = 12, []train.Stop{train.TargetLoss(1.2)}
	best := fast(1)
	best.Best = true
	double := sgd()
	double.Schedule, double.Warmup = &train.Steps{At: []int{3}, Factor: 0.1}, 2
	diverging := fast(40)
	diverging.Epochs = 12
	for name, recipe := range map[string]train.Recipe{
		"sgd": sgd(), "adam": adam, "target": target, "best": best, "double": double, "diverging": diverging,
	} {
		for _, batchNorm := range []bool{false, true} {
			t.Run(fmt.Sprint(name, batchNorm), func(t *testing.T) {
				d := graph.Float32
				if name == "double" {
					d = graph.Float64
				}
				tr := trainer(t, setup(t, batchNorm, d), recipe)
				const replicas = 4
				var alone []*train.Result
				kept := make([][]*train.Snapshot, replicas)
				stopped := map[string]bool{}
				for r := range replicas {
					alone = append(alone, run(t, tr, train.Member{Replica: r, Save: keep(&kept[r])}))
					stopped[fmt.Sprint(alone[r].Stopped, len(alone[r].Losses))] = true
				}
				check := func(what string, member func(r int) train.Member) {
					t.Helper()
					var members []train.Member
					for r := range replicas {
						m := member(r)
						m.Replica = r
						members = append(members, m)
					}
					got, err := tr.Run(context.Background(), members...)
					if err != nil {
						t.Fatal(err)
					}
					for r := range replicas {
						same(t, fmt.Sprintf("%s, replica %d", what, r), got[r], alone[r])
						if got[r].Status != alone[r].Status || got[r].Stopped != alone[r].Stopped ||
							got[r].Reason != alone[r].Reason {
							t.Errorf("%s, replica %d: %q by %q, alone %q by %q", what, r,
								got[r].Status, got[r].Stopped, alone[r].Status, alone[r].Stopped)
						}
					}
				}
				check("from the start", func(int) train.Member { return train.Member{} })
				rng := rand.New(rand.NewPCG(1, 2))
				offered, from := make([]int, replicas), make([]int, replicas)
				check("from different steps", func(r int) train.Member {
					m := train.Member{Save: func(func() *train.Snapshot) error { offered[r]++; return nil }}
					if from[r] = rng.IntN(len(kept[r])); r > 0 {
						m.From = kept[r][from[r]]
						from[r]++
					} else {
						from[r] = 0
					}
					return m
				})
				for r := range replicas {
					if want := len(kept[r]) - from[r]; offered[r] != want {
						t.Errorf("replica %d was offered %d snapshots from step %d on, alone %d", r, offered[r], from[r], want)
					}
				}
				var watching [replicas]watcher
				check("some watched", func(r int) train.Member {
					watching[r].every = r
					return train.Member{Observers: map[string]train.Observer{"watcher": &watching[r]}}
				})
				for r := range replicas {
					var alone watcher
					alone.every = r
					run(t, tr, train.Member{Replica: r, Observers: map[string]train.Observer{"watcher": &alone}})
					if !alone.equal(&watching[r]) {
						t.Errorf("replica %d: the watcher saw %+v, alone %+v", r, watching[r], alone)
					}
				}
				if name == "target" && len(stopped) < 2 {
					t.Errorf("all replicas stop in one epoch, which shows nothing: %v", stopped)
				}
				if name == "diverging" && !batchNorm && alone[0].Status != record.Diverged {
					t.Error("nothing diverged, which shows nothing")
				}
			})
		}
	}
}

// TestBrokenReplicasLeaveTheOthersAlone: until the epoch ends, a group also steps with a replica whose loss is not
// finite any more.
func TestBrokenReplicasLeaveTheOthersAlone(t *testing.T) {
	recipe := fast(40)
	recipe.Epochs = 12
	const breaks, lasts = 1, 5 // replicas
	tr := newTrainer(t, recipe, false)
	var alone, together watcher
	alone.every, together.every = 1, 1
	want := run(t, tr, train.Member{Replica: lasts, Observers: map[string]train.Observer{"w": &alone}})
	got, err := tr.Run(context.Background(), train.Member{Replica: breaks},
		train.Member{Replica: lasts, Observers: map[string]train.Observer{"w": &together}})
	if err != nil {
		t.Fatal(err)
	}
	if n := got[0].Steps % 7; got[0].Status != record.Diverged || n == 0 || n == 6 || got[1].Status != record.OK {
		t.Errorf("replicas stopped after %d and %d steps: it shows nothing", got[0].Steps, got[1].Steps)
	}
	same(t, "the replica that lasts", got[1], want)
	if !together.equal(&alone) {
		t.Errorf("its observer saw %v, alone %v", together.seen, alone.seen)
	}
}

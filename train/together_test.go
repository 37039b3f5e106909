package train_test

import (
	"context"
	"fmt"
	"testing"

	"basin/record"
	"basin/spec"
	"basin/train"
)

// TestTogetherIsAlone: replicas that train together come out with the bits that they have alone, also where one stops before the
// others, where they go on from different epochs, and where one is observed.
func TestTogetherIsAlone(t *testing.T) {
	adam := sgd()
	adam.Optimizer = spec.Optimizer{Kind: "adam", LR: 0.01, WeightDecay: 1e-3, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8}
	target := sgd()
	target.Epochs, target.Stop.TargetLoss = 12, 1.2
	best := sgd()
	best.Keep, best.Optimizer.LR = "best", 1
	double := sgd()
	double.DType, double.Schedule = "float64", spec.Schedule{Kind: "step", At: []int{3}, Factor: 0.1, Warmup: 2}
	diverging := sgd()
	diverging.Epochs, diverging.Optimizer.LR = 12, 40
	for name, recipe := range map[string]spec.Train{"sgd": sgd(), "adam": adam, "target": target, "best": best, "double": double, "diverging": diverging} {
		for _, batchNorm := range []bool{false, true} {
			t.Run(fmt.Sprint(name, batchNorm), func(t *testing.T) {
				tr := newTrainer(t, recipe, batchNorm)
				const replicas = 4
				var alone []*train.Result
				kept := make([][]train.Snapshot, replicas)
				stopped := map[string]bool{}
				for r := range replicas {
					alone = append(alone, run(t, tr, r, train.Options{Save: func(s func() train.Snapshot) error {
						kept[r] = append(kept[r], s())
						return nil
					}}))
					stopped[fmt.Sprint(alone[r].Stopped, len(alone[r].Losses))] = true
				}
				check := func(what string, o func(r int) train.Options) {
					t.Helper()
					var members []train.Member
					for r := range replicas {
						members = append(members, train.Member{Replica: r, Options: o(r)})
					}
					got, err := tr.RunTogether(context.Background(), 1, members)
					if err != nil {
						t.Fatal(err)
					}
					for r := range replicas {
						same(t, fmt.Sprintf("%s, replica %d", what, r), got[r], alone[r])
						if got[r].Status != alone[r].Status || got[r].Stopped != alone[r].Stopped || got[r].Reason != alone[r].Reason {
							t.Errorf("%s, replica %d: %q by %q, alone %q by %q", what, r, got[r].Status, got[r].Stopped, alone[r].Status, alone[r].Stopped)
						}
					}
				}
				check("from the start", func(int) train.Options { return train.Options{} })
				offered := make([]int, replicas)
				check("from different epochs", func(r int) train.Options {
					o := train.Options{Save: func(func() train.Snapshot) error { offered[r]++; return nil }}
					if r > 0 && len(kept[r]) >= r {
						o.From = &kept[r][r-1]
					}
					return o
				})
				for r := range replicas {
					if from := min(r, len(kept[r])); r > 0 && len(kept[r]) >= r && offered[r] != len(kept[r])-from {
						t.Errorf("replica %d was offered %d snapshots from epoch %d on, alone %d", r, offered[r], from, len(kept[r]))
					}
				}
				seen := 0
				check("one observed", func(r int) train.Options {
					if r != 2 {
						return train.Options{}
					}
					return train.Options{Observer: func(train.Step) error { seen++; return nil }}
				})
				if seen != alone[2].Steps {
					t.Errorf("%d steps were observed, %d made", seen, alone[2].Steps)
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

// TestWithoutGradient: an Observer that does not look at gradients sees no gradient and the same training.
func TestWithoutGradient(t *testing.T) {
	tr := newTrainer(t, sgd(), true)
	watched := run(t, tr, 0, train.Options{Observer: func(s train.Step) error {
		if s.Gradient.Len() == 0 {
			t.Fatal("no gradient")
		}
		return nil
	}})
	without := run(t, tr, 0, train.Options{WithoutGradient: true, Observer: func(s train.Step) error {
		if s.Gradient.Len() != 0 {
			t.Fatal("a gradient that nobody asked for")
		}
		return nil
	}})
	same(t, "without gradient", without, watched)
	same(t, "unwatched", run(t, tr, 0, train.Options{}), watched)
}

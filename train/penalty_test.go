package train_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"basin/graph"
	"basin/param"
	"basin/train"
)

// ridge is ½‖θ‖², or ½‖θ−θ₀‖², with weights by epoch: the last one lasts.
type ridge struct {
	weights []float64
	near    bool // to the initialisation
}

func (r ridge) Weight(epoch int) float64 { return r.weights[min(epoch, len(r.weights)-1)] }

func (r ridge) Value(theta, initial []*graph.Value) *graph.Value {
	sum := graph.Const(theta[0].DType(), 0)
	for i, v := range theta {
		if r.near {
			v = graph.Sub(v, initial[i])
		}
		sum = graph.Add(sum, graph.ReduceSum(graph.Square(v)))
	}
	return graph.Scale(sum, 0.5)
}

// TestPenaltyIsWeightDecay: half the squared norm has weight decay's gradient. What is reported is the data's.
func TestPenaltyIsWeightDecay(t *testing.T) {
	const rounding = 1e-10 // of 42 steps of float64
	decayed, penalised := sgd(), sgd()
	decayed.Optimizer = &train.SGD{LR: 0.05, Momentum: 0.9, WeightDecay: 0.02}
	penalised.Optimizer, penalised.Penalty = &train.SGD{LR: 0.05, Momentum: 0.9}, ridge{weights: []float64{0.02}}
	want, got := watcher{every: 1}, watcher{every: 1}
	a := run(t, trainer(t, setup(t, true, graph.Float64), decayed),
		train.Member{Observers: map[string]train.Observer{"w": &want}})
	b := run(t, trainer(t, setup(t, true, graph.Float64), penalised),
		train.Member{Observers: map[string]train.Observer{"w": &got}})
	if d := param.Distance(a.Theta, b.Theta); d > rounding*param.Norm(a.Theta) {
		t.Errorf("the results are %v apart, of %v", d, param.Norm(a.Theta))
	}
	for i := range want.seen {
		if math.Abs(got.seen[i]-want.seen[i]) > rounding*want.seen[i] {
			t.Errorf("steps, losses, gradients and parameters add to %v, with weight decay to %v", got.seen, want.seen)
		}
	}
	plain := run(t, trainer(t, setup(t, true, graph.Float64), sgd()), train.Member{})
	if param.Distance(plain.Theta, b.Theta) < 1e-3 {
		t.Error("the penalty changes nothing, which shows nothing")
	}
}

// TestPenaltyFollowsItsWeight from epoch to epoch, and knows the initialisation: also together, and resumed in the
// middle of an epoch.
func TestPenaltyFollowsItsWeight(t *testing.T) {
	recipe := sgd()
	recipe.Penalty = ridge{weights: []float64{0, 3, 0.1}, near: true}
	tr := newTrainer(t, recipe, false)
	var kept []*train.Snapshot
	want := run(t, tr, train.Member{Replica: 1, Save: keep(&kept)})
	both, err := tr.Run(context.Background(), train.Member{}, train.Member{Replica: 1})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "together", both[1], want)
	for _, at := range []int{3, 9, 10, 30} {
		same(t, "resumed", run(t, tr, train.Member{Replica: 1, From: kept[at]}), want)
	}
	unweighted := sgd()
	first := run(t, newTrainer(t, unweighted, false), train.Member{Replica: 1, Save: keep(&kept)})
	whole := len(kept) / 2
	if !slices.Equal(kept[6].Theta, kept[whole+6].Theta) || slices.Equal(want.Theta, first.Theta) {
		t.Error("an epoch of weight zero is another than one without a penalty, or all are alike")
	}
	strong := sgd()
	strong.Penalty = ridge{weights: []float64{10}, near: true}
	held := run(t, newTrainer(t, strong, false), train.Member{Replica: 1})
	start := kept[0].Theta // after one step
	if far, near := param.Distance(first.Theta, start), param.Distance(held.Theta, start); near > 0.2*far {
		t.Errorf("held to where it started, it moved by %v, alone by %v", near, far)
	}
}

package measure_test

import (
	"context"
	"math"
	"testing"

	"basin/graph"
	"basin/measure"
	"basin/network"
	"basin/objective"
	"basin/param"
	"basin/record"
	"basin/task"
	"basin/train"
)

// travelled is a measure along training: the length of the way from the initialisation, step by step.
type travelled struct{}

func (travelled) Quantities(task.Task) []record.Quantity {
	return []record.Quantity{{Name: "travelled", Title: "Distance travelled"}}
}

func (travelled) Cost(s measure.Size) measure.Cost { return measure.Cost(s.Params) }

func (travelled) Watch(_ *objective.Setup, start network.Network) (measure.Watcher, error) {
	return &watching{last: start.Theta}, nil
}

// watching is one training's.
type watching struct {
	last   []float64
	length float64
}

func (w *watching) Wants(int) bool { return true }

func (w *watching) Step(s train.Step) error {
	theta := s.Theta()
	w.length += param.Distance(theta, w.last)
	w.last = theta
	return nil
}

func (w *watching) State() (map[string][]float64, []string) {
	return map[string][]float64{"last": w.last, "length": {w.length}}, nil
}

func (w *watching) Restore(v map[string][]float64) error {
	w.last, w.length = v["last"], v["length"][0]
	return nil
}

func (w *watching) Records(f *measure.Findings) error {
	f.Add(record.Record{Quantity: "travelled", Value: w.length, StdErr: math.NaN(), Status: record.OK})
	return nil
}

// TestMeasuresAlongTraining have records when it is over, the same ones where it was interrupted.
func TestMeasuresAlongTraining(t *testing.T) {
	s := newSetup(t, graph.Float32)
	tr, err := train.New(s, train.Recipe{Optimizer: &train.SGD{LR: 0.05, Momentum: 0.9}, Batch: 16, Epochs: 3})
	if err != nil {
		t.Fatal(err)
	}
	var along measure.Along = travelled{}
	start := network.Network{Theta: make([]float64, s.Model.Params.Size())}
	watch := func(from *train.Snapshot, save func(take func() *train.Snapshot) error) record.Record {
		t.Helper()
		w, err := along.Watch(s, start)
		if err != nil {
			t.Fatal(err)
		}
		m := train.Member{Observers: map[string]train.Observer{"travelled": w}, From: from, Save: save}
		if _, err := tr.Run(context.Background(), m); err != nil {
			t.Fatal(err)
		}
		found := measure.NewFindings([]record.Point{{Replica: 0, At: record.Trained}})
		if err := w.Records(found); err != nil {
			t.Fatal(err)
		}
		return find(t, found.Records, "travelled")
	}
	var kept []*train.Snapshot
	whole := watch(nil, func(take func() *train.Snapshot) error { kept = append(kept, take()); return nil })
	resumed := watch(kept[len(kept)/2], nil)
	if !(whole.Value > 0) || math.Float64bits(whole.Value) != math.Float64bits(resumed.Value) {
		t.Errorf("travelled %v, and %v where it was interrupted", whole.Value, resumed.Value)
	}
}

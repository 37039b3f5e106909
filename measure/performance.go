package measure

import (
	"context"
	"math"
	"strings"

	"basin/dataset"
	"basin/network"
	"basin/objective"
	"basin/record"
	"basin/task"
)

// Performance is the loss and the task's metrics on the whole training and test sets, in evaluation mode.
type Performance struct{}

// Quantities implements Settings: of each set the loss and the metrics, and the gap between the accuracies.
func (*Performance) Quantities(t task.Task) (list []record.Quantity) {
	for _, set := range []string{"train", "test"} {
		list = append(list, record.Describe(set+"_loss"))
		for _, q := range t.Metrics() {
			list = append(list, metricOn(set, q))
		}
	}
	if _, known := accuracy(t); known {
		list = append(list, record.Describe(record.Gap))
	}
	return list
}

// metricOn describes a metric on a set.
func metricOn(set string, q record.Quantity) record.Quantity {
	if known := record.Describe(set + "_" + q.Name); known.Title != known.Name {
		return known
	}
	title := map[string]string{"train": "Training ", "test": "Test "}[set]
	q.Name, q.Title, q.Symbol = set+"_"+q.Name, title+strings.ToLower(q.Title), set+" "+q.Symbol
	return q
}

// accuracy is which of the task's metrics is a share of right predictions.
func accuracy(t task.Task) (metric int, known bool) {
	for i, q := range t.Metrics() {
		if q.Unit == "%" && q.Better == record.Higher {
			return i, true
		}
	}
	return 0, false
}

// Cost implements Settings.
func (*Performance) Cost(s Size) Cost { return s.evaluations() }

// New implements After.
func (p *Performance) New(s *objective.Setup) (Measure, error) { return &performance{p, s}, nil }

type performance struct {
	settings *Performance
	setup    *objective.Setup
}

func (p *performance) Measure(_ context.Context, group []network.Network, f *Findings) error {
	const estimator = "mean over the set"
	s := p.setup
	if why, ok := diverged(group); ok {
		f.Missing(record.Diverged, why, provenance(s, estimator, s.DType, "train, test"),
			p.settings.Quantities(s.Task)...)
		return nil
	}
	var out []record.Record
	dead := false
	add := func(quantity string, value float64, n int, set string) {
		r := record.Record{Quantity: quantity, Value: value, StdErr: math.NaN(), N: n}
		if r.Status, r.Reason = finiteStatus(value); r.Status == record.OK && dead {
			r.Status, r.Reason = record.Constant, deadReason
		}
		r.Provenance = provenance(s, estimator, s.DType, set)
		out = append(out, r)
	}
	var found []objective.Evaluation
	for i, set := range []*dataset.Set{s.Data.Train, s.Data.Test} {
		if set == nil {
			continue
		}
		o, err := s.On(set, objective.Options{DType: s.DType})
		if err != nil {
			return err
		}
		o.MoveTo(group[0].Theta, group[0].State)
		e, err := o.Evaluate()
		if err != nil {
			return err
		}
		if i == 0 {
			dead = e.Constant
		}
		name := []string{"train", "test"}[i]
		add(name+"_loss", e.Loss, e.N, name)
		for j, q := range s.Task.Metrics() {
			add(name+"_"+q.Name, e.Metrics[j], e.N, name)
		}
		found = append(found, e)
	}
	if i, known := accuracy(s.Task); known && len(found) == 2 {
		add(record.Gap, found[0].Metrics[i]-found[1].Metrics[i], found[1].N, "train, test")
	}
	f.Add(out...)
	return nil
}

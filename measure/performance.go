package measure

import (
	"context"
	"fmt"
	"math"

	"basin/network"
	"basin/objective"
	"basin/record"
)

// performance is loss and accuracy on the whole training and test sets, in evaluation mode.
type performance struct {
	c           *Context
	train, test *objective.Objective
}

// newPerformance makes it once: other measures ask it which networks are dead.
func (c *Context) newPerformance() (*performance, error) {
	if c.performance != nil {
		return c.performance, nil
	}
	o := objective.Options{Loss: c.Loss, DType: c.DType}
	train, err := objective.New(c.Engine, c.Model, c.Split.Train, o)
	if err != nil {
		return nil, err
	}
	test, err := objective.New(c.Engine, c.Model, c.Split.Test, o)
	if err != nil {
		return nil, err
	}
	c.performance = &performance{c, train, test}
	return c.performance, nil
}

func (p *performance) Measure(_ context.Context, group []network.Network, f *Findings) error {
	from := p.c.provenance("mean over the set", p.c.DType, "train, test")
	if why, ok := diverged(group); ok {
		f.Missing(record.Diverged, why, from, record.TrainLoss, record.TrainAccuracy, record.TestLoss, record.TestAccuracy, record.Gap)
		return nil
	}
	n := group[0]
	p.train.MoveTo(n.Theta, n.State)
	train, err := p.train.Evaluate()
	if err != nil {
		return err
	}
	p.test.MoveTo(n.Theta, n.State)
	test, err := p.test.Evaluate()
	if err != nil {
		return err
	}
	var out []record.Record
	add := func(quantity string, value, stdErr float64, n int, set string) {
		r := record.Record{Quantity: quantity, Value: value, StdErr: stdErr, N: n}
		if r.Status, r.Reason = finiteStatus(value); r.Status == record.OK && train.Constant {
			r.Status, r.Reason = record.Constant, deadReason
		}
		r.Provenance = p.c.provenance("mean over the set", p.c.DType, set)
		out = append(out, r)
	}
	add(record.TrainLoss, train.Loss, math.NaN(), train.N, "train")
	add(record.TrainAccuracy, train.Accuracy, math.NaN(), train.N, "train")
	add(record.TestLoss, test.Loss, math.NaN(), test.N, "test")
	add(record.TestAccuracy, test.Accuracy, math.NaN(), test.N, "test")
	add(record.Gap, train.Accuracy-test.Accuracy, math.NaN(), test.N, "train, test")
	f.Add(out...)
	return nil
}

const deadReason = "the network's outputs do not depend on its inputs: it is dead"

// dead reports the first network of a group whose outputs on the training set are constant.
func (p *performance) dead(group []network.Network) (reason string, found bool, err error) {
	for _, n := range group {
		p.train.MoveTo(n.Theta, n.State)
		logits, err := p.train.Logits()
		if err != nil {
			return "", false, err
		}
		if objective.ConstantRows(logits, p.c.Model.Outputs) {
			return fmt.Sprintf("replica %d is dead: its outputs do not depend on its inputs", n.Replica), true, nil
		}
	}
	return "", false, nil
}

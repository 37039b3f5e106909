package measure

import (
	"context"
	"math"

	"basin/network"
	"basin/objective"
	"basin/param"
	"basin/record"
	"basin/task"
)

// Distance is how far two networks lie apart in their trainable parameters: ‖θ−θ′‖, ‖θ−θ′‖/√(‖θ‖·‖θ′‖), and the
// cosine of their angle.
type Distance struct {
	Pairs int // how many pairs of replicas; -1: all
}

// OnPairs implements Paired.
func (d *Distance) OnPairs() int { return d.Pairs }

// Quantities implements Settings.
func (*Distance) Quantities(task.Task) []record.Quantity {
	return quantities(record.L2, record.L2Normalised, record.Cosine)
}

// Cost implements Settings.
func (*Distance) Cost(s Size) Cost { return Cost(s.Params) }

// New implements After.
func (d *Distance) New(s *objective.Setup) (Measure, error) { return &distance{d, s}, nil }

type distance struct {
	settings *Distance
	setup    *objective.Setup
}

func (d *distance) Measure(_ context.Context, group []network.Network, f *Findings) error {
	from := provenance(d.setup, "exact", d.setup.DType, "")
	if why, ok := diverged(group); ok {
		f.Missing(record.Undefined, why, from, d.settings.Quantities(d.setup.Task)...)
		return nil
	}
	a, b := group[0].Theta, group[1].Theta
	values := []float64{param.Distance(a, b), param.NormalizedDistance(a, b), param.Cosine(a, b)}
	var out []record.Record
	for i, q := range d.settings.Quantities(d.setup.Task) {
		r := record.Record{Quantity: q.Name, Value: values[i], StdErr: math.NaN(), N: len(a), Provenance: from}
		r.Status, r.Reason = finiteStatus(r.Value)
		out = append(out, r)
	}
	f.Add(out...)
	return nil
}

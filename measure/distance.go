package measure

import (
	"context"
	"math"

	"basin/network"
	"basin/param"
	"basin/record"
)

// distance is how far two networks lie apart in their trainable parameters: ‖θ−θ′‖, ‖θ−θ′‖/√(‖θ‖·‖θ′‖), and the cosine of their angle.
type distance struct{ c *Context }

func (m distance) Measure(_ context.Context, group []network.Network, f *Findings) error {
	from := m.c.provenance("exact", m.c.DType, "")
	if why, ok := diverged(group); ok {
		f.Missing(record.Undefined, why, from, record.L2, record.L2Normalised, record.Cosine)
		return nil
	}
	a, b := group[0].Theta, group[1].Theta
	var out []record.Record
	for _, q := range []struct {
		name  string
		value float64
	}{{record.L2, param.Distance(a, b)}, {record.L2Normalised, param.NormalizedDistance(a, b)}, {record.Cosine, param.Cosine(a, b)}} {
		r := record.Record{Quantity: q.name, Value: q.value, StdErr: math.NaN(), N: len(a), Provenance: from}
		r.Status, r.Reason = finiteStatus(q.value)
		out = append(out, r)
	}
	f.Add(out...)
	return nil
}

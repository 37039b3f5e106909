package measure

import (
	"context"
	"fmt"
	"math"

	"basin/dataset"
	"basin/network"
	"basin/objective"
	"basin/random"
	"basin/record"
	"basin/task"
)

// Similarity is linear CKA (Kornblith et al. 2019) between the predictions of two networks on the same inputs,
//
//	CKA = ‖YᵀX‖²_F / (‖XᵀX‖_F ‖YᵀY‖_F)
//
// for X, Y [n, width] with centred columns: the same number as that of the centred n×n Gram matrices, at n·width²
// cost. Where a task's predictions stand for probabilities, it is also found of those.
type Similarity struct {
	Pairs   int    // how many pairs of replicas; -1: all
	Samples int    // inputs compared
	Inputs  string // "mixup": convex mixtures of pairs of inputs, λ ~ Beta(16,16); "plain"
	Set     string // where inputs come from: "train", "test"
}

// OnPairs implements Paired.
func (s *Similarity) OnPairs() int { return s.Pairs }

// Quantities implements Settings.
func (*Similarity) Quantities(t task.Task) []record.Quantity {
	if _, ok := t.(task.Distributor); ok {
		return quantities(record.CKA, record.CKALogits)
	}
	return quantities(record.CKALogits)
}

// Cost implements Settings.
func (s *Similarity) Cost(size Size) Cost { return Cost(float64(s.Samples) * size.Products) }

// New implements After.
func (s *Similarity) New(setup *objective.Setup) (Measure, error) {
	if err := choose("similarity: set", s.Set, "train", "test"); err != nil {
		return nil, err
	}
	if err := choose("similarity: inputs", s.Inputs, "mixup", "plain"); err != nil {
		return nil, err
	}
	set, name := setup.Data.Train, s.Set
	if s.Set == "test" {
		set = setup.Data.Test
	}
	if s.Inputs == "plain" {
		set = dataset.Subset(set, s.Samples, setup.Seed)
	} else {
		set, name = dataset.Mixup(set, s.Samples, random.Stream(setup.Seed, "similarity", 0)), "mixup of "+name
	}
	o, err := setup.On(set, objective.Options{DType: setup.DType})
	return &similarity{settings: s, setup: setup, outputs: o, known: map[int]features{},
		set: fmt.Sprintf("%s[%d]", name, set.Len())}, err
}

type similarity struct {
	settings *Similarity
	setup    *objective.Setup
	outputs  *objective.Objective
	known    map[int]features // by replica
	set      string
}

// features are a network's centred outputs, one for each quantity; nil where they are constant.
type features struct {
	of      *float64 // whose: the address of its θ
	centred [][]float64
	width   int
}

// Bytes implements Keeper.
func (m *similarity) Bytes() (n int) {
	for _, f := range m.known {
		for _, c := range f.centred {
			n += 8 * len(c)
		}
	}
	return n
}

func (m *similarity) Measure(_ context.Context, group []network.Network, f *Findings) error {
	from := provenance(m.setup, "linear CKA, biased HSIC, centred", m.setup.DType, m.set)
	list := m.settings.Quantities(m.setup.Task)
	if why, ok := diverged(group); ok {
		f.Missing(record.Undefined, why, from, list...)
		return nil
	}
	var of [2]features
	for i, n := range group {
		var err error
		if of[i], err = m.features(n); err != nil {
			return err
		}
	}
	var out []record.Record
	for i, q := range list {
		r := record.Record{Quantity: q.Name, StdErr: math.NaN(), N: m.outputs.Set.Len(), Provenance: from}
		x, y := of[0].centred[i], of[1].centred[i]
		if x == nil || y == nil {
			which := group[0].Replica
			if x != nil {
				which = group[1].Replica
			}
			r.Value, r.Status = math.NaN(), record.Constant
			r.Reason = fmt.Sprintf("the outputs of replica %d are constant: CKA is 0/0", which)
		} else {
			r.Value = CKA(x, y, of[0].width)
			r.Status, r.Reason = finiteStatus(r.Value)
		}
		out = append(out, r)
	}
	f.Add(out...)
	return nil
}

// features are kept, since a replica belongs to many pairs.
func (m *similarity) features(n network.Network) (features, error) {
	if f := m.known[n.Replica]; f.of == &n.Theta[0] {
		return f, nil
	}
	m.outputs.MoveTo(n.Theta, n.State)
	predictions, err := m.outputs.Predictions()
	if err != nil {
		return features{}, err
	}
	z := objective.Load(predictions)
	f := features{of: &n.Theta[0], width: len(z) / predictions.Type.Shape[0]}
	if d, ok := m.setup.Task.(task.Distributor); ok {
		f.centred = append(f.centred, Centred(d.Probabilities(z, f.width), f.width))
	}
	f.centred = append(f.centred, Centred(z, f.width))
	m.known[n.Replica] = f
	return f, nil
}

// Centred subtracts its mean from each column of x [n, width]; nil if nothing but rounding is left, as of a dead
// network: two of them would otherwise read CKA 1.
func Centred(x []float64, width int) []float64 {
	n := len(x) / width
	out := make([]float64, len(x))
	before, after := 0.0, 0.0
	for j := range width {
		mean := 0.0
		for i := range n {
			mean += x[i*width+j]
		}
		mean /= float64(n)
		for i := range n {
			v := x[i*width+j]
			d := v - mean
			out[i*width+j] = d
			before += float64(v * v)
			after += float64(d * d)
		}
	}
	if !(math.Sqrt(after) > objective.Rounding*math.Sqrt(before)) && !math.IsNaN(after) {
		return nil
	}
	return out
}

// CKA is the linear CKA of two centred matrices of the same shape [n, width].
func CKA(x, y []float64, width int) float64 {
	xy, xx, yy := crossNorm(x, y, width), crossNorm(x, x, width), crossNorm(y, y, width)
	return xy / math.Sqrt(xx*yy)
}

// crossNorm is ‖XᵀY‖²_F.
func crossNorm(x, y []float64, width int) float64 {
	c := make([]float64, width*width)
	for i := 0; i < len(x); i += width {
		for a, u := range x[i : i+width] {
			row := c[a*width : (a+1)*width]
			for b, v := range y[i : i+width] {
				row[b] += float64(u * v)
			}
		}
	}
	sum := 0.0
	for _, v := range c {
		sum += float64(v * v)
	}
	return sum
}

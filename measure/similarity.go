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
	"basin/spec"
)

// similarity is linear CKA (Kornblith et al. 2019) between the outputs of two networks on the same inputs,
//
//	CKA = ‖YᵀX‖²_F / (‖XᵀX‖_F ‖YᵀY‖_F)
//
// for X, Y [n, classes] with centred columns: the same number as that of the centred n×n Gram matrices, at n·classes² cost.
type similarity struct {
	c       *Context
	s       spec.Similarity
	outputs *objective.Objective
	known   map[int][2][]float64 // replica → its centred softmax and logits
	owner   map[int]*float64     // whose: the address of its θ
	set     string
}

func newSimilarity(c *Context, s spec.Similarity) (Measure, error) {
	set, name := c.Split.Train, "train"
	if s.Set == "test" {
		set, name = c.Split.Test, "test"
	}
	rng := random.Stream(c.Seed, "similarity", 0)
	if s.Inputs == "plain" {
		set = dataset.Subset(set, s.Samples, c.Seed)
	} else {
		set, name = dataset.Mixup(set, s.Samples, rng), "mixup of "+name
	}
	o, err := objective.New(c.Engine, c.Model, set, objective.Options{Loss: c.Loss, DType: c.DType})
	return &similarity{c: c, s: s, outputs: o, known: map[int][2][]float64{}, owner: map[int]*float64{}, set: fmt.Sprintf("%s[%d]", name, set.Len())}, err
}

func (m *similarity) Measure(_ context.Context, group []network.Network, f *Findings) error {
	const estimator = "linear CKA, biased HSIC, centred"
	from := m.c.provenance(estimator, m.c.DType, m.set)
	if why, ok := diverged(group); ok {
		f.Missing(record.Undefined, why, from, record.CKA, record.CKALogits)
		return nil
	}
	var features [2][2][]float64
	for i, n := range group {
		var err error
		if features[i], err = m.features(n); err != nil {
			return err
		}
	}
	var out []record.Record
	for i, quantity := range []string{record.CKA, record.CKALogits} {
		r := record.Record{Quantity: quantity, StdErr: math.NaN(), N: m.outputs.Set.Len(), Provenance: from}
		x, y := features[0][i], features[1][i]
		if x == nil || y == nil {
			which := group[0].Replica
			if x != nil {
				which = group[1].Replica
			}
			r.Value, r.Status, r.Reason = math.NaN(), record.Constant, fmt.Sprintf("the outputs of replica %d are constant: CKA is 0/0", which)
		} else {
			r.Value = CKA(x, y, m.c.Model.Outputs)
			r.Status, r.Reason = finiteStatus(r.Value)
		}
		out = append(out, r)
	}
	f.Add(out...)
	return nil
}

// features are a network's centred softmax outputs and logits; nil where they are constant. They are kept, since a replica belongs to
// many pairs.
func (m *similarity) features(n network.Network) (f [2][]float64, err error) {
	if m.owner[n.Replica] == &n.Theta[0] {
		return m.known[n.Replica], nil
	}
	m.outputs.MoveTo(n.Theta, n.State)
	logits, err := m.outputs.Logits()
	if err != nil {
		return f, err
	}
	width := m.c.Model.Outputs
	z := objective.Load(logits)
	f = [2][]float64{Centred(softmax(z, width), width), Centred(z, width)}
	m.owner[n.Replica], m.known[n.Replica] = &n.Theta[0], f
	return f, nil
}

func softmax(z []float64, width int) []float64 {
	p := make([]float64, len(z))
	for i := 0; i < len(z); i += width {
		top, sum := math.Inf(-1), 0.0
		for _, x := range z[i : i+width] {
			top = max(top, x)
		}
		for j, x := range z[i : i+width] {
			p[i+j] = math.Exp(x - top)
			sum += p[i+j]
		}
		for j := range width {
			p[i+j] /= sum
		}
	}
	return p
}

// constantNorm is the norm of a centred matrix, relative to its norm before, below which it is rounding noise of float32 outputs: a few
// hundred units in the last place. Two dead networks would otherwise read CKA 1.
const constantNorm = 3e-5

// Centred subtracts its mean from each column of x [n, width]; nil if nothing but rounding is left.
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
	if !(math.Sqrt(after) > constantNorm*math.Sqrt(before)) && !math.IsNaN(after) {
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

package objective

import (
	"slices"

	"basin/dataset"
	"basin/engine"
	"basin/graph"
	"basin/task"
)

// arrays are a whole part as arguments of programs.
type arrays struct {
	x, y, weight engine.Array // weight: empty where all samples weigh alike
	total        float64      // Σw
}

// arraysOf gives a part's inputs and targets in a dtype. Integers stay; what has the dtype shares the part's
// memory. Targets that the part lacks are zeros.
func arraysOf(p dataset.Part, t task.Task, d graph.DType) arrays {
	a := arrays{x: converted(p.X, d), total: float64(p.X.Len())}
	if a.y = converted(p.Y, d); p.Y.Shape == nil {
		a.y = engine.NewArray(graph.T(graph.Int32, p.X.Len()))
	}
	w := p.Weight
	if t, ok := t.(task.Weighter); ok {
		w = t.Weights(p)
	}
	if w != nil {
		a.weight, a.total = converted(dataset.Array{Shape: []int{len(w)}, F64: w}, d), 0
		for i := range w {
			a.total += a.weight.At(i)
		}
	}
	return a
}

// converted is an array in a dtype; integers stay.
func converted(a dataset.Array, d graph.DType) engine.Array {
	switch {
	case a.I32 != nil:
		return engine.Int32s(a.I32, a.Shape...)
	case d == graph.Float32 && a.F32 != nil:
		return engine.Float32s(a.F32, a.Shape...)
	case d == graph.Float64 && a.F64 != nil:
		return engine.Float64s(a.F64, a.Shape...)
	}
	out := engine.NewArray(graph.T(d, a.Shape...))
	for i, v := range a.F32 {
		out.F64[i] = float64(v)
	}
	for i, v := range a.F64 {
		out.F32[i] = float32(v)
	}
	return out
}

// oneHot gives labels as programs of many steps take them: one-hot rows, [n, classes], which spare each step the
// making of them; or the labels themselves where rows would take more memory than the inputs.
func oneHot(labels, x engine.Array, classes int, d graph.DType) engine.Array {
	n := labels.Len()
	if labels.Type.DType != graph.Int32 || len(labels.Type.Shape) != 1 || n == 0 || classes == 0 ||
		classes > x.Len()/n {
		return labels
	}
	rows := engine.NewArray(graph.T(d, n, classes))
	for i, y := range labels.I32 {
		rows.Set(i*classes+int(y), 1)
	}
	return rows
}

// Feed is a set in a frame, of which programs take batches: some samples of its first part, and all of the others.
type Feed struct {
	frame *Frame
	setup *Setup
	parts []fed
	own   bool
}

// fed are the slots of a part, and the arrays there where each member has separate samples.
type fed struct {
	x, y, weight Slot
	weighs       bool
	arrays       arrays
}

// Feed adds a training set to a frame. Members see the same samples, or, if own, each has those that Replace gives
// it.
func (s *Setup) Feed(f *Frame, set *dataset.Set, own bool) (*Feed, error) {
	if err := s.check(set); err != nil {
		return nil, err
	}
	feed := &Feed{frame: f, setup: s, own: own}
	for _, p := range set.Parts {
		a := feed.arrays(p, set.Classes)
		slot := f.Shared
		if own {
			slot = f.Own
			a.x, a.y, a.weight = repeated(a.x, f.members()), repeated(a.y, f.members()), repeated(a.weight, f.members())
		}
		x := fed{x: slot(a.x), y: slot(a.y), weighs: a.weight.Len() > 0, arrays: a}
		if x.weighs {
			x.weight = slot(a.weight)
		}
		feed.parts = append(feed.parts, x)
	}
	return feed, nil
}

func (f *Feed) arrays(p dataset.Part, classes int) arrays {
	a := arraysOf(p, f.setup.Task, f.setup.DType)
	a.y = oneHot(a.y, a.x, classes, f.setup.DType)
	return a
}

// repeated is room for an array of each of n members; of none, none.
func repeated(a engine.Array, n int) engine.Array {
	if a.Len() == 0 {
		return a
	}
	return engine.NewArray(graph.T(a.Type.DType, append([]int{n}, a.Type.Shape...)...))
}

// Replace gives a member other samples, of the shapes of the set that the feed was made for.
func (f *Feed) Replace(member int, set *dataset.Set) {
	for i, p := range set.Parts {
		from, to := f.arrays(p, set.Classes), f.parts[i].arrays
		for _, c := range [][2]engine.Array{{to.x, from.x}, {to.y, from.y}, {to.weight, from.weight}} {
			if !slices.Equal(c[0].Type.Shape[min(1, len(c[0].Type.Shape)):], c[1].Type.Shape) {
				panic("objective: fresh samples of another shape")
			}
			n := c[1].Len()
			copyInto(part(c[0], member*n, n), c[1])
		}
	}
}

func copyInto(to, from engine.Array) {
	copy(to.F32, from.F32)
	copy(to.F64, from.F64)
	copy(to.I32, from.I32)
}

// Batch is a batch in a program: the samples of the first part that an array of indices names, and all of the
// other parts.
func (f *Feed) Batch(b *Body, index Slot) (batch []Samples) {
	for i, p := range f.parts {
		s := Samples{X: b.One(p.x), Y: b.One(p.y)}
		if p.weighs {
			s.Weight = b.One(p.weight)
		}
		if i == 0 {
			at := b.One(index)
			s.X, s.Y = graph.Gather(s.X, at), graph.Gather(s.Y, at)
			if p.weighs {
				s.Weight = graph.Gather(s.Weight, at)
			}
		}
		batch = append(batch, s)
	}
	return batch
}

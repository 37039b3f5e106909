// Package objective joins a model, a task and a set into a function of the parameters θ, and offers what the
// landscape is measured by: the loss, the task's metrics, the outputs, the gradient, and the Hessian as a linear
// operator.
//
// The loss is that of the data alone, without weight decay or penalties (the landscape's loss, not the
// optimizer's): the sum over the set's parts of the weighted mean over their samples. A part is evaluated in
// chunks of a fixed size that depends on the shape of its inputs alone; sums over chunks run in order, in float64.
// The last chunk, if short, has a separate program: nothing is padded or masked, so how a set is split changes
// nothing but rounding.
package objective

import (
	"fmt"

	"basin/dataset"
	"basin/engine"
	"basin/graph"
	"basin/model"
	"basin/param"
	"basin/task"
)

// ChunkSize is how many samples are evaluated at once: 512 small ones, fewer of larger ones.
func ChunkSize(features int) int {
	return max(32, min(512, 512*1024/max(1, features)))
}

// Objective is a loss as a function of θ. It keeps a current point, set by MoveTo. It is not safe for concurrent
// use.
type Objective struct {
	Model   *model.Model
	Task    task.Task
	Set     *dataset.Set
	Options Options

	engine        engine.Engine
	parts         []arrays
	chunks        []chunk
	theta, state  Slot // the current point
	x, y, weight  Slot // a chunk's samples
	forward       *forward
	gradient      []engine.Run // one a chunk, made when first needed; so are those that follow
	sum           Slot         // that gradient gives
	moments       []engine.Run
	momentsOf     Slot // that moments give
	tangents      []tangent
	vector, image Slot // what tangents multiply, and the product
	residualBytes int

	programs []*Program
	bytes    int // of arrays
}

// chunk is a run of samples of a part, with what its programs read and write. Chunks share all vectors.
type chunk struct {
	part, from, to int
	*Frame
}

func newObjective(s *Setup, set *dataset.Set, o Options) (*Objective, error) {
	if err := s.check(set); err != nil {
		return nil, err
	}
	ob := &Objective{Model: s.Model, Task: o.Task, Set: set, Options: o, engine: s.Engine,
		residualBytes: residualBytes}
	if o.Task == nil {
		ob.Task = s.Task
	}
	switch width, err := ob.Task.Width(set); {
	case err != nil:
		return nil, err
	case width != s.Model.Outputs:
		return nil, fmt.Errorf("task: the set %q needs a network of %d outputs, this one has %d", set.Name, width,
			s.Model.Outputs)
	}
	conversion, err := newConversion(s.Engine, o.DType, ob.Dim())
	if err != nil {
		return nil, err
	}
	for i, p := range set.Parts {
		n, size := p.X.Len(), o.Chunk
		if size == 0 {
			size = ChunkSize(p.X.Size())
		}
		if o.Mode == model.Batch {
			size = n
		}
		for from := 0; from < n; from += size {
			ob.chunks = append(ob.chunks, chunk{i, from, min(n, from+size), &Frame{conversion: conversion}})
		}
		ob.parts = append(ob.parts, arraysOf(p, ob.Task, o.DType))
	}
	ob.theta, ob.state = ob.addVector(s.Model.Params), ob.addVector(s.Model.State)
	ob.x = ob.addRows(func(part int) engine.Array { return ob.parts[part].x })
	ob.y = ob.addRows(func(part int) engine.Array { return ob.parts[part].y })
	ob.weight = ob.addRows(func(part int) engine.Array { return ob.parts[part].weight })
	return ob, nil
}

// newArray allocates an array that the objective keeps, in its dtype.
func (o *Objective) newArray(shape ...int) engine.Array {
	return o.allocate(graph.T(o.Options.DType, shape...))
}

func (o *Objective) allocate(t graph.Type) engine.Array {
	o.bytes += t.Size() * width(t.DType)
	return engine.NewArray(t)
}

// addVector adds a vector that all chunks share.
func (o *Objective) addVector(l param.Layout) (s Slot) {
	a := o.newArray(l.Size())
	for _, c := range o.chunks {
		s = c.Vector(l, a)
	}
	return s
}

// addRows gives each chunk its rows of a part's array. An empty array stays empty.
func (o *Objective) addRows(of func(part int) engine.Array) (s Slot) {
	for _, c := range o.chunks {
		a := of(c.part)
		if a.Len() > 0 {
			a = rows(a, c.from, c.to)
		}
		s = c.Shared(a)
	}
	return s
}

// shared is a frame that holds the vectors.
func (o *Objective) shared() *Frame { return o.chunks[0].Frame }

// Dim is the number of trainable parameters.
func (o *Objective) Dim() int { return o.Model.Params.Size() }

// Bytes is the memory that the objective keeps: its programs and what they write.
func (o *Objective) Bytes() int {
	n := o.bytes
	for _, p := range o.programs {
		n += p.Bytes()
	}
	return n
}

// MoveTo sets the current point: trainable parameters and running statistics, each flat.
func (o *Objective) MoveTo(theta, state []float64) {
	o.shared().Store(o.theta, 0, theta)
	o.setState(state)
}

func (o *Objective) setState(state []float64) {
	o.shared().Store(o.state, 0, state)
	for _, t := range o.tangents {
		t.values.chunk = -1 // the current point is no longer that of the primal passes
	}
}

// samples are those of a chunk of a part.
func (o *Objective) samples(b *Body, part int) Samples {
	s := Samples{X: b.One(o.x), Y: b.One(o.y)}
	if o.parts[part].weight.Len() > 0 {
		s.Weight = b.One(o.weight)
	}
	return s
}

// outputs is F on a chunk of a part.
func (o *Objective) outputs(b *Body, part int, mode model.Mode) (f *graph.Value, pass model.Pass) {
	return outputs(o.Task, o.Model, b.Get(o.theta), b.Get(o.state), part, o.samples(b, part), mode, nil)
}

// chunkSum is the weighted sum of the losses of a chunk.
func (o *Objective) chunkSum(b *Body, part int) *graph.Value {
	f, _ := o.outputs(b, part, o.Options.Mode)
	losses := o.Task.Loss(part, f, b.One(o.y))
	if w := o.samples(b, part).Weight; w != nil {
		losses = graph.Mul(w, losses)
	}
	return graph.ReduceSum(losses)
}

// compile makes a program for each size of chunk of each part, and binds it for each chunk.
func (o *Objective) compile(build func(b *Body, part int)) ([]engine.Run, error) {
	programs := map[[2]int]*Program{}
	runs := make([]engine.Run, len(o.chunks))
	for i, c := range o.chunks {
		kind := [2]int{c.part, c.to - c.from}
		var err error
		if programs[kind] == nil {
			if programs[kind], err = c.Compile(o.engine, func(b *Body) { build(b, c.part) }); err != nil {
				return nil, err
			}
			o.programs = append(o.programs, programs[kind])
		}
		if runs[i], err = programs[kind].Bind(c.Frame); err != nil {
			return nil, err
		}
	}
	return runs, nil
}

// each runs a program of every chunk, in order, and what follows it.
func (o *Objective) each(runs []engine.Run, then func(i int, c chunk) error) error {
	for i, run := range runs {
		if err := run(); err != nil {
			return err
		}
		if err := then(i, o.chunks[i]); err != nil {
			return err
		}
	}
	return nil
}

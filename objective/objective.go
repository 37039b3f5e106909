// Package objective joins a model and a set into a function of the parameters θ, and offers what the landscape is
// measured by: the loss, the accuracy, the logits, the gradient, and the Hessian as a linear operator.
//
// The loss is the mean over the set, of the data alone, without weight decay (the landscape's loss, not the
// optimizer's). A set is evaluated in chunks of a fixed size that depends on the shape of the inputs alone; sums
// over chunks run in order, in float64. The last chunk, if short, has a program of its own: nothing is padded or
// masked, so how a set is split changes nothing but rounding.
package objective

import (
	"fmt"

	"basin/dataset"
	"basin/engine"
	"basin/graph"
	"basin/model"
	"basin/param"
)

// Options say how the objective is computed. The zero value is cross-entropy in evaluation mode, in float32.
type Options struct {
	Loss  string     // "cross-entropy" (default), "squared-error"
	Mode  model.Mode // which statistics batch norm uses; in mode Batch the whole set must be one chunk
	DType graph.DType
	Chunk int // samples a chunk; default: ChunkSize of the inputs
}

// ChunkSize is how many samples are evaluated at once: 512 small ones, fewer of larger ones.
func ChunkSize(features int) int {
	return max(32, min(512, 512*1024/max(1, features)))
}

// Objective is a loss as a function of θ. It keeps a current point, set by MoveTo. It is not safe for concurrent
// use.
type Objective struct {
	Model   *model.Model
	Set     *dataset.Set
	Options Options

	engine        engine.Engine
	chunks        []chunk
	theta, state  Slot         // the current point
	x, y          Slot         // a chunk's samples and labels
	losses        engine.Array // [n]
	logits        engine.Array // [n, outputs]
	lossesOf      Slot         // a chunk's rows of them
	logitsOf      Slot
	forward       []engine.Run // one a chunk, made when first needed; so are those that follow
	gradient      []engine.Run
	sum           Slot // what gradient gives
	moments       []engine.Run
	momentsOf     Slot // what moments gives
	tangents      []tangent
	vector, image Slot // what tangents multiply and what they give
	residualBytes int
}

// chunk is a run of samples, with what its programs read and write. Chunks share all vectors.
type chunk struct {
	from, to int
	*Frame
}

// New makes the objective of a model on a set.
func New(e engine.Engine, m *model.Model, set *dataset.Set, o Options) (*Objective, error) {
	if o.Loss == "" {
		o.Loss = "cross-entropy"
	}
	if o.Chunk == 0 {
		o.Chunk = ChunkSize(set.Size())
	}
	n := set.Len()
	if n == 0 {
		return nil, fmt.Errorf("objective: the set %q is empty", set.Name)
	}
	if o.Mode == model.Batch {
		o.Chunk = n
	}
	ob := &Objective{Model: m, Set: set, Options: o, engine: e, residualBytes: residualBytes,
		losses: engine.NewArray(graph.T(o.DType, n)), logits: engine.NewArray(graph.T(o.DType, n, m.Outputs))}
	conversion, err := newConversion(e, o.DType, ob.Dim())
	if err != nil {
		return nil, err
	}
	for from := 0; from < n; from += o.Chunk {
		ob.chunks = append(ob.chunks, chunk{from, min(n, from+o.Chunk), &Frame{conversion: conversion}})
	}
	x, y := Arrays(set, o.DType)
	if set.Y == nil {
		y = engine.NewArray(graph.T(graph.Int32, n))
	}
	ob.theta, ob.state = ob.addVector(m.Params), ob.addVector(m.State)
	ob.x, ob.y = ob.addRows(x), ob.addRows(y)
	ob.lossesOf, ob.logitsOf = ob.addRows(ob.losses), ob.addRows(ob.logits)
	return ob, nil
}

// addVector adds a vector that all chunks share.
func (o *Objective) addVector(l param.Layout) (s Slot) {
	a := engine.NewArray(graph.T(o.Options.DType, l.Size()))
	for _, c := range o.chunks {
		s = c.Vector(l, a)
	}
	return s
}

// addRows gives each chunk its rows of an array.
func (o *Objective) addRows(a engine.Array) (s Slot) {
	for _, c := range o.chunks {
		s = c.Shared(rows(a, c.from, c.to))
	}
	return s
}

// shared is a frame that holds the vectors.
func (o *Objective) shared() *Frame { return o.chunks[0].Frame }

// Dim is the number of trainable parameters.
func (o *Objective) Dim() int { return o.Model.Params.Size() }

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

// pass is the model's on a chunk.
func (o *Objective) pass(b *Body, mode model.Mode) model.Pass {
	return o.Model.Apply(b.Get(o.theta), b.Get(o.state), b.One(o.x), mode)
}

// chunkSum is the sum of the losses of a chunk.
func (o *Objective) chunkSum(b *Body) *graph.Value {
	return graph.ReduceSum(PerExample(o.Options.Loss, o.pass(b, o.Options.Mode).Outputs, b.One(o.y)))
}

// compile makes a program for each size of chunk, and binds it for each chunk.
func (o *Objective) compile(build func(*Body)) ([]engine.Run, error) {
	programs := map[int]*Program{}
	runs := make([]engine.Run, len(o.chunks))
	for i, c := range o.chunks {
		n := c.to - c.from
		var err error
		if programs[n] == nil {
			if programs[n], err = c.Compile(o.engine, build); err != nil {
				return nil, err
			}
		}
		if runs[i], err = programs[n].Bind(c.Frame); err != nil {
			return nil, err
		}
	}
	return runs, nil
}

// Package objective joins a model and a set into a function of the parameters θ, and offers what the landscape is measured by: the loss,
// the accuracy, the logits, the gradient, and the Hessian as a linear operator.
//
// The loss is the mean over the set, of the data alone, without weight decay (the landscape's loss, not the optimizer's). A set is
// evaluated in chunks of a fixed size that depends on the shape of the inputs alone; sums over chunks run in order, in float64. The
// last chunk, if short, has a program of its own: nothing is padded or masked, so how a set is split changes nothing but rounding.
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

// Objective is a loss as a function of θ. It keeps a current point, set by MoveTo. It is not safe for concurrent use.
type Objective struct {
	Model   *model.Model
	Set     *dataset.Set
	Options Options

	engine        engine.Engine
	theta, state  engine.Array // the current point, flat
	inputs        engine.Array // the whole set's
	labels        engine.Array // zeros where the set has none
	chunks        []chunk
	forward       []engine.Run // one a chunk, made when first needed
	gradient      []engine.Run
	tangents      []tangent    // one a chunk, made when first needed
	vector, image engine.Array // what they multiply and what they give, flat
	residualBytes int
	conversion    *conversion  // of long vectors; nil for short ones
	losses        engine.Array // [n]
	logits        engine.Array // [n, outputs]
	segments      engine.Array // gradient of one chunk, flat
	programs      map[string]engine.Executable
}

// chunk is a run of samples.
type chunk struct{ from, to int }

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
	ob := &Objective{Model: m, Set: set, Options: o, engine: e,
		theta:  engine.NewArray(graph.T(o.DType, m.Params.Size())),
		state:  engine.NewArray(graph.T(o.DType, m.State.Size())),
		losses: engine.NewArray(graph.T(o.DType, n)), logits: engine.NewArray(graph.T(o.DType, n, m.Outputs)),
		residualBytes: residualBytes, programs: map[string]engine.Executable{},
	}
	ob.inputs, ob.labels = Arrays(set, o.DType)
	if set.Y().I32 == nil {
		ob.labels = engine.NewArray(graph.T(graph.Int32, n))
	}
	for from := 0; from < n; from += o.Chunk {
		ob.chunks = append(ob.chunks, chunk{from, min(n, from+o.Chunk)})
	}
	if o.DType == graph.Float32 && ob.Dim() >= longVector {
		var err error
		if ob.conversion, err = newConversion(e, ob.Dim()); err != nil {
			return nil, err
		}
	}
	return ob, nil
}

// Dim is the number of trainable parameters.
func (o *Objective) Dim() int { return o.Model.Params.Size() }

// MoveTo sets the current point: trainable parameters and running statistics, each flat.
func (o *Objective) MoveTo(theta, state []float64) {
	if err := o.conversion.store(o.theta, theta); err != nil {
		panic(err) // of another length, as Store does
	}
	Store(o.state, state)
	o.stale()
}

// stale says that the current point is no longer that of the primal passes.
func (o *Objective) stale() {
	for _, t := range o.tangents {
		t.values.chunk = -1
	}
}

// Segments views a flat array as the arrays of a layout.
func Segments(flat engine.Array, l param.Layout) []engine.Array {
	out := make([]engine.Array, len(l.Segments))
	for i, s := range l.Segments {
		out[i] = part(flat, s.Offset, s.Size, s.Shape...)
		out[i].Type.Shape = s.Shape
	}
	return out
}

// arguments are the inputs that every program of the objective begins with: θ, state, samples and labels of a chunk.
func (o *Objective) arguments(c chunk) []engine.Array {
	in := append(Segments(o.theta, o.Model.Params), Segments(o.state, o.Model.State)...)
	return append(in, rows(o.inputs, c, o.Set.Size()), engine.Int32s(o.labels.I32[c.from:c.to]))
}

// trace makes a program of the arguments of a chunk of n samples and more inputs.
func (o *Objective) trace(n int, f func(theta, state []*graph.Value, x, y *graph.Value, more []*graph.Value) []*graph.Value, more ...graph.Type) (*graph.Program, error) {
	m, d := o.Model, o.Options.DType
	types := append(model.Types(m.Params, d), model.Types(m.State, d)...)
	types = append(types, graph.T(d, append([]int{n}, o.Set.Input()...)...), graph.T(graph.Int32, n))
	types = append(types, more...)
	np, ns := len(m.Params.Segments), len(m.State.Segments)
	return graph.Trace(func(in []*graph.Value) []*graph.Value {
		return f(in[:np], in[np:np+ns], in[np+ns], in[np+ns+1], in[np+ns+2:])
	}, types...)
}

// compile traces and compiles once for each name and chunk size.
func (o *Objective) compile(name string, n int, p func() (*graph.Program, error)) (engine.Executable, error) {
	key := fmt.Sprintf("%s/%d", name, n)
	if x := o.programs[key]; x != nil {
		return x, nil
	}
	program, err := p()
	if err != nil {
		return nil, err
	}
	x, err := o.engine.Compile(program, engine.Options{})
	if err == nil {
		o.programs[key] = x
	}
	return x, err
}

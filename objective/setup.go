package objective

import (
	"fmt"

	"basin/dataset"
	"basin/engine"
	"basin/graph"
	"basin/model"
	"basin/task"
)

// Setup is what recipes of equal data, task and network share: their objectives, which are compiled once. It is
// not safe for concurrent use.
type Setup struct {
	Engine engine.Engine
	Model  *model.Model
	Task   task.Task
	Data   *dataset.Split
	Seed   uint64
	DType  graph.DType // of training; objectives may have another

	kept map[key]*Objective
}

type key struct {
	set *dataset.Set
	o   Options
}

// Options say how an objective is computed. The zero value is the setup's task in evaluation mode, in float32.
type Options struct {
	Mode  model.Mode // which statistics batch norm uses; in mode Batch each part of the set is one chunk
	DType graph.DType
	Chunk int       // samples a chunk; 0: by the size of a sample, ChunkSize
	Task  task.Task // instead of the setup's
}

// On gives the objective on a set: always the same one for the same set and options, and all that it compiles.
func (s *Setup) On(set *dataset.Set, o Options) (*Objective, error) {
	k := key{set, o}
	if ob := s.kept[k]; ob != nil {
		return ob, nil
	}
	ob, err := newObjective(s, set, o)
	if err != nil {
		return nil, err
	}
	if s.kept == nil {
		s.kept = map[key]*Objective{}
	}
	s.kept[k] = ob
	return ob, nil
}

// Bytes is the memory of all that the setup keeps, without its data.
func (s *Setup) Bytes() (n int) {
	for _, o := range s.kept {
		n += o.Bytes()
	}
	return n
}

// Samples are some samples of a part in a program: inputs, targets, and weights where the part has them.
type Samples struct{ X, Y, Weight *graph.Value }

// Loss is the loss of a batch in training, which has samples of each part of a set, at parameters that may be any
// values of the program: the sum over parts of Σwℓ/Σw. The pass has the next running statistics. Noise is that
// which the model takes for the first part's samples.
func (s *Setup) Loss(theta, state []*graph.Value, batch []Samples, noise ...*graph.Value) (loss *graph.Value,
	pass model.Pass) {
	for part, b := range batch {
		f, p := outputs(s.Task, s.Model, theta, state, part, b, model.Batch, noise)
		mean := weightedMean(s.Task.Loss(part, f, b.Y), b.Weight)
		if part == 0 {
			loss, pass = mean, p
		} else {
			loss = graph.Add(loss, mean)
		}
	}
	return loss, pass
}

func weightedMean(losses, w *graph.Value) *graph.Value {
	if w == nil {
		return graph.Scale(graph.ReduceSum(losses), 1/float64(losses.Type().Size()))
	}
	return graph.Div(graph.ReduceSum(graph.Mul(w, losses)), graph.ReduceSum(w))
}

// outputs is F of some samples, with the model's pass.
func outputs(t task.Task, m *model.Model, theta, state []*graph.Value, part int, b Samples, mode model.Mode,
	noise []*graph.Value) (f *graph.Value, pass model.Pass) {
	net, made := once(m, theta, state, mode, noise)
	f = t.Outputs(net, part, b.X, b.Y)
	return f, *made
}

// once is the network for one call, whose pass is kept.
func once(m *model.Model, theta, state []*graph.Value, mode model.Mode, noise []*graph.Value) (task.Net,
	*model.Pass) {
	var pass model.Pass
	calls := 0
	return func(x *graph.Value) *graph.Value {
		if calls++; calls > 1 {
			panic("objective: a task called its network twice for one part")
		}
		pass = m.Apply(theta, state, x, mode, noise...)
		return pass.Outputs
	}, &pass
}

// check reports what the setup and a set do not do together.
func (s *Setup) check(set *dataset.Set) error {
	if len(set.Parts) > 1 && s.Model.HasNoise {
		return fmt.Errorf("model: dropout needs a set of one part, the set %q has %d", set.Name, len(set.Parts))
	}
	if len(set.Parts) > 1 && len(s.Model.Norms) > 0 {
		return fmt.Errorf("model: batch norm needs a set of one part, the set %q has %d; choose a model without it",
			set.Name, len(set.Parts))
	}
	for _, p := range set.Parts {
		if p.X.Len() == 0 {
			return fmt.Errorf("objective: the set %q has no samples, or a part without any", set.Name)
		}
	}
	if len(set.Parts) == 0 {
		return fmt.Errorf("objective: the set %q is empty", set.Name)
	}
	return nil
}

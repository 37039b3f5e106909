package train

import (
	"slices"

	"basin/dataset"
	"basin/engine"
	"basin/graph"
	"basin/model"
	"basin/objective"
	"basin/spec"
)

// crew is some replicas of one network that train in lock-step: one program takes a step with all of them. Of several, every array
// has a leading axis, and the program is the single one's under graph.Vmap, so each replica has the bits that it has alone.
type crew struct {
	*compiler
	n                  int // replicas
	theta, state, grad engine.Array
	moments            []engine.Array
	rates              []engine.Array // scalars, shared
	loss               engine.Array   // one a replica
	steps              map[stepKind]*step
}

// compiler is what the programs of all crews are made of.
type compiler struct {
	engine engine.Engine
	model  *model.Model
	recipe spec.Train
	dtype  graph.DType
	rule   Rule
	x, y   engine.Array // the whole set: samples and targets
}

// stepKind tells the programs of a crew apart: by batch size, and by whether the gradient is written too.
type stepKind struct {
	batch    int
	gradient bool
}

// step is one program: it gathers the samples that index names, computes their loss, its gradient and the update, and writes all that
// is new over what is old.
type step struct {
	index engine.Array // [replicas·batch]
	run   engine.Run
}

func (c *compiler) crew(n int) *crew {
	flat, state := graph.T(c.dtype, n*c.model.Params.Size()), graph.T(c.dtype, n*c.model.State.Size())
	w := &crew{compiler: c, n: n, theta: engine.NewArray(flat), state: engine.NewArray(state), loss: engine.NewArray(graph.T(c.dtype, n)), steps: map[stepKind]*step{}}
	for range c.rule.Moments {
		w.moments = append(w.moments, engine.NewArray(flat))
	}
	for range c.rule.Rates {
		w.rates = append(w.rates, engine.NewArray(graph.T(c.dtype)))
	}
	return w
}

// step compiles a kind of step when it is first needed.
func (w *crew) step(k stepKind) (*step, error) {
	if s := w.steps[k]; s != nil {
		return s, nil
	}
	single := w.single(k)
	p, err := single.program(w.compiler, w.n)
	if err != nil {
		return nil, err
	}
	if k.gradient && w.grad.Len() == 0 {
		w.grad = engine.NewArray(w.theta.Type)
	}
	s := &step{index: engine.NewArray(graph.T(graph.Int32, w.n*k.batch))}
	params := func(a engine.Array) []engine.Array { return objective.Blocked(a, w.model.Params, w.n) }
	state := objective.Blocked(w.state, w.model.State, w.n)
	loss, index := w.loss, s.index
	index.Type = graph.T(graph.Int32, w.n, k.batch)
	if w.n == 1 {
		params = func(a engine.Array) []engine.Array { return objective.Segments(a, w.model.Params) }
		state = objective.Segments(w.state, w.model.State)
		loss.Type, index.Type = graph.T(w.dtype), s.index.Type
	}
	changing := slices.Concat(params(w.theta), state)
	for _, m := range w.moments {
		changing = append(changing, params(m)...)
	}
	in := slices.Concat(changing, []engine.Array{index}, w.rates, []engine.Array{w.x, w.y})
	out := slices.Concat(changing, []engine.Array{loss})
	donate := make([]int, len(changing))
	for i := range donate {
		donate[i] = i + 1
	}
	if k.gradient {
		out = append(out, params(w.grad)...)
	}
	x, err := w.engine.Compile(p, engine.Options{Donate: donate})
	if err != nil {
		return nil, err
	}
	if s.run, err = x.Bind(in, out); err != nil {
		return nil, err
	}
	w.steps[k] = s
	return s, nil
}

// single is a step of one replica. It begins with what changes (θ, state, moments, segment by segment) and returns that first.
type single struct {
	mapped []graph.Type // what each replica has of its own: what changes, then the indices of its samples
	shared []graph.Type // rates, and the set
	f      func(mapped, shared []*graph.Value) []*graph.Value
}

func (c *compiler) single(k stepKind) single {
	m := c.model
	params, state := model.Types(m.Params, c.dtype), model.Types(m.State, c.dtype)
	np, ns := len(params), len(state)
	s := single{mapped: slices.Concat(params, state)}
	for range c.rule.Moments {
		s.mapped = append(s.mapped, params...)
	}
	s.mapped = append(s.mapped, graph.T(graph.Int32, k.batch))
	for range c.rule.Rates {
		s.shared = append(s.shared, graph.T(c.dtype))
	}
	s.shared = append(s.shared, c.x.Type, c.y.Type)
	s.f = func(mapped, shared []*graph.Value) []*graph.Value {
		theta, state, moments, index := mapped[:np], mapped[np:np+ns], mapped[np+ns:len(mapped)-1], mapped[len(mapped)-1]
		rates, x, y := shared[:c.rule.Rates], shared[c.rule.Rates], shared[c.rule.Rates+1]
		pass := m.Apply(theta, state, graph.Gather(x, index), model.Batch)
		loss := objective.Mean(objective.PerExample(c.recipe.Loss, pass.Logits, graph.Gather(y, index)))
		grad := graph.Grad(loss, theta...)
		nextTheta, nextMoments := c.rule.UpdateAll(theta, grad, moments, rates)
		out := slices.Concat(nextTheta, pass.State, nextMoments, []*graph.Value{loss})
		if k.gradient {
			out = append(out, grad...)
		}
		return out
	}
	return s
}

// program maps the step over n replicas.
func (s single) program(c *compiler, n int) (*graph.Program, error) {
	if n == 1 {
		return graph.Trace(func(in []*graph.Value) []*graph.Value { return s.f(in[:len(s.mapped)], in[len(s.mapped):]) }, slices.Concat(s.mapped, s.shared)...)
	}
	types := make([]graph.Type, len(s.mapped))
	for i, t := range s.mapped {
		types[i] = graph.T(t.DType, append([]int{n}, t.Shape...)...)
	}
	return graph.Trace(func(in []*graph.Value) []*graph.Value {
		mapped, shared := in[:len(s.mapped)], in[len(s.mapped):]
		return graph.Vmap(func(one []*graph.Value) []*graph.Value { return s.f(one, shared) }, mapped...)
	}, slices.Concat(types, s.shared)...)
}

// take takes a step with the i-th batch of each member's epoch.
func (w *crew) take(batches []*dataset.Batches, i int, lr float64, steps int, gradient bool) error {
	size := len(batches[0].At(i))
	s, err := w.step(stepKind{size, gradient})
	if err != nil {
		return err
	}
	for r, b := range batches {
		copy(s.index.I32[r*size:], b.At(i))
	}
	w.rule.SetRates(w.rates, lr, steps+1)
	return s.run()
}

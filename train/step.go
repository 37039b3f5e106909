package train

import (
	"basin/engine"
	"basin/graph"
	"basin/model"
	"basin/objective"
)

// group is some replicas of one network that train in lock-step: one program takes a step with all of them.
type group struct {
	*Trainer
	frame        objective.Frame
	theta, state objective.Slot
	gradient     objective.Slot // of the batch's loss, once a step writes it
	descent      *Descent
	x, y         objective.Slot
	losses       engine.Array // one a replica
	loss         objective.Slot
	steps        map[stepKind]*step
}

// stepKind distinguishes the programs of a group: by batch size, and by whether the gradient is written too.
type stepKind struct {
	batch    int
	gradient bool
}

// step is one program: it gathers the samples that index names, computes their loss, its gradient and the update,
// and writes all that is new over what is old.
type step struct {
	index engine.Array // [replicas, batch]
	run   engine.Run
}

// group makes the memory of n replicas.
func (t *Trainer) group(n int) *group {
	if g := t.groups[n]; g != nil {
		return g
	}
	d, m := t.recipe.DType, t.model
	g := &group{Trainer: t, frame: objective.Frame{Members: n}, losses: engine.NewArray(graph.T(d, n)), gradient: -1,
		steps: map[stepKind]*step{}}
	g.theta = g.frame.Vector(m.Params, engine.NewArray(graph.T(d, n*m.Params.Size())))
	g.state = g.frame.Vector(m.State, engine.NewArray(graph.T(d, n*m.State.Size())))
	g.descent = NewDescent(&g.frame, t.rule, g.theta, m.Params, d)
	g.x, g.y, g.loss = g.frame.Shared(t.x), g.frame.Shared(t.y), g.frame.Own(g.losses)
	t.groups[n] = g
	return g
}

// step compiles a kind of step when it is first needed.
func (g *group) step(k stepKind) (*step, error) {
	if s := g.steps[k]; s != nil {
		return s, nil
	}
	n := g.frame.Members
	if k.gradient && g.gradient < 0 {
		g.gradient = g.frame.Vector(g.model.Params, engine.NewArray(graph.T(g.recipe.DType, n*g.model.Params.Size())))
	}
	s := &step{index: engine.NewArray(graph.T(graph.Int32, n, k.batch))}
	index := g.frame.Own(s.index)
	p, err := g.frame.Compile(g.engine, func(b *objective.Body) {
		theta, samples := b.Get(g.theta), b.One(index)
		pass := g.model.Apply(theta, b.Get(g.state), graph.Gather(b.One(g.x), samples), model.Batch)
		loss := objective.Mean(objective.PerExample(g.recipe.Loss, pass.Outputs, graph.Gather(b.One(g.y), samples)))
		grad := graph.Grad(loss, theta...)
		g.descent.Update(b, grad)
		b.Set(g.state, pass.State...)
		b.Set(g.loss, loss)
		if k.gradient {
			b.Set(g.gradient, grad...)
		}
	})
	if err != nil {
		return nil, err
	}
	if s.run, err = p.Bind(&g.frame); err != nil {
		return nil, err
	}
	g.steps[k] = s
	return s, nil
}

// take makes an update with the i-th batch of each run's epoch.
func (g *group) take(runs []*run, steps, i int, lr float64, gradient bool) error {
	size := len(runs[0].batches.At(i))
	s, err := g.step(stepKind{size, gradient})
	if err != nil {
		return err
	}
	for k, r := range runs {
		copy(s.index.I32[k*size:], r.batches.At(i))
	}
	g.descent.SetRates(lr, steps+1)
	return s.run()
}

// enter moves a run's vectors to a place in the group, leave moves them back.
func (r *run) enter(g *group, place int) {
	r.group, r.place = g, place
	g.frame.Store(g.theta, place, r.at.Theta)
	g.frame.Store(g.state, place, r.at.State)
	g.descent.SetMemory(place, r.at.Memory)
}

func (r *run) leave() {
	r.load(&r.at)
	r.group = nil
}

// load copies a run's vectors, where a group has them.
func (r *run) load(s *Snapshot) {
	if g := r.group; g != nil {
		s.Theta, s.State = g.frame.Load(g.theta, r.place), g.frame.Load(g.state, r.place)
		s.Memory = g.descent.Memory(r.place)
	}
}

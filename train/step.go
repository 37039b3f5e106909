package train

import (
	"fmt"

	"basin/engine"
	"basin/graph"
	"basin/objective"
	"basin/random"
)

// update is where a step stands in its training.
type update struct {
	step         int // counted from 1
	epoch, batch int // counted from 0
	lr           float64
}

// stepper has the vectors of some runs, each at a place, and makes steps with all of them.
type stepper interface {
	store(place int, r *run)
	theta(place int) []float64 // copies of a run's vectors
	state(place int) []float64
	memory(place int) [][]float64
	step(runs []*run, u update, gradient bool) error
	startEpoch(runs []*run, epoch int)
	loss(place int) float64       // of the last step
	gradient(place int) []float64 // of the data's loss, in that step
	finite(place int) bool        // whether all parameters are
}

// group is some replicas of one network that train in lock-step: one program takes a step with all of them.
type group struct {
	*Trainer
	frame            objective.Frame
	thetaOf, stateOf objective.Slot
	gradOf           objective.Slot // of the batch's loss, once a step writes it
	descent          *Descent
	penalised        *penalised
	feed             *objective.Feed
	losses           engine.Array // one a replica
	lossOf           objective.Slot
	programs         map[stepKind]*program
}

// stepKind distinguishes the programs of a group: by batch size, and by whether the gradient is written too.
type stepKind struct {
	batch    int
	gradient bool
}

// program gathers the samples that index names, computes their loss, its gradient and the update, and writes all
// that is new over what is old.
type program struct {
	index engine.Array   // [replicas, batch]
	noise []engine.Array // [replicas, …]
	run   engine.Run
}

// group makes the memory of n replicas.
func (t *Trainer) group(n int) (*group, error) {
	if g := t.groups[n]; g != nil {
		return g, nil
	}
	d, data := t.setup.DType, t.setup.Data
	g := &group{Trainer: t, frame: objective.Frame{Members: n}, losses: engine.NewArray(graph.T(d, n)), gradOf: -1,
		programs: map[stepKind]*program{}}
	g.thetaOf = t.vector(&g.frame)
	g.stateOf = g.frame.Vector(t.setup.Model.State, engine.NewArray(graph.T(d, n*t.setup.Model.State.Size())))
	g.descent = NewDescent(&g.frame, t.rule, g.thetaOf, t.setup.Model.Params, d)
	g.penalised = t.newPenalised(&g.frame)
	g.lossOf = g.frame.Own(g.losses)
	var err error
	if g.feed, err = t.setup.Feed(&g.frame, data.Train, data.Fresh != nil); err != nil {
		return nil, err
	}
	t.groups[n] = g
	return g, nil
}

// vector adds a vector like θ to a frame.
func (t *Trainer) vector(f *objective.Frame) objective.Slot {
	l := t.setup.Model.Params
	return f.Vector(l, engine.NewArray(graph.T(t.setup.DType, max(1, f.Members)*l.Size())))
}

// program compiles a kind of step when it is first needed.
func (g *group) program(k stepKind) (*program, error) {
	if p := g.programs[k]; p != nil {
		return p, nil
	}
	if k.gradient && g.gradOf < 0 {
		g.gradOf = g.vector(&g.frame)
	}
	n := g.frame.Members
	p := &program{index: engine.NewArray(graph.T(graph.Int32, n, k.batch))}
	index := g.frame.Own(p.index)
	noise, err := g.addNoise(p, k.batch)
	if err != nil {
		return nil, err
	}
	compiled, err := g.frame.Compile(g.setup.Engine, func(b *objective.Body) {
		var drawn []*graph.Value
		for _, s := range noise {
			drawn = append(drawn, b.One(s))
		}
		theta := b.Get(g.thetaOf)
		loss, pass := g.setup.Loss(theta, b.Get(g.stateOf), g.feed.Batch(b, index), drawn...)
		objective := loss
		if g.penalised != nil {
			objective = graph.Add(loss, g.penalised.term(b, theta))
		}
		g.descent.Update(b, graph.Grad(objective, theta...))
		b.Set(g.stateOf, pass.State...)
		b.Set(g.lossOf, loss)
		if k.gradient {
			b.Set(g.gradOf, graph.Grad(loss, theta...)...)
		}
	})
	if err != nil {
		return nil, err
	}
	if p.run, err = compiled.Bind(&g.frame); err != nil {
		return nil, err
	}
	g.programs[k] = p
	return p, nil
}

// addNoise makes room for the random numbers that the network takes of a batch.
func (g *group) addNoise(p *program, batch int) (noise []objective.Slot, err error) {
	if !g.setup.Model.HasNoise {
		return nil, nil
	}
	shapes, err := g.setup.Model.Noise(batch)
	for _, shape := range shapes {
		a := engine.NewArray(graph.T(g.setup.DType, append([]int{g.frame.Members}, shape...)...))
		p.noise, noise = append(p.noise, a), append(noise, g.frame.Own(a))
	}
	return noise, err
}

func (g *group) startEpoch(runs []*run, epoch int) {
	g.penalised.setWeight(epoch)
	if fresh := g.setup.Data.Fresh; fresh != nil {
		for i, r := range runs {
			g.feed.Replace(i, fresh(g.setup.Seed, epoch, r.Replica))
		}
	}
}

// step makes an update with the batch that is due in each run's epoch.
func (g *group) step(runs []*run, u update, gradient bool) error {
	size := len(runs[0].batches.At(u.batch))
	p, err := g.program(stepKind{size, gradient})
	if err != nil {
		return err
	}
	for i, r := range runs {
		copy(p.index.I32[i*size:], r.batches.At(u.batch))
		if len(p.noise) > 0 {
			p.draw(i, g.frame.Members, g.setup.Seed, u.step, r.Replica)
		}
	}
	g.descent.SetRates(u.lr, u.step)
	return p.run()
}

// draw fills the noise of a member's step.
func (p *program) draw(member, members int, seed uint64, step, replica int) {
	rng := random.Stream(seed, fmt.Sprintf("noise/%d", step), replica)
	for _, a := range p.noise {
		n := a.Len() / members
		for j := range n {
			a.Set(member*n+j, float64(rng.Float32()))
		}
	}
}

func (g *group) store(place int, r *run) {
	g.frame.Store(g.thetaOf, place, r.at.Theta)
	g.frame.Store(g.stateOf, place, r.at.State)
	g.descent.SetMemory(place, r.at.Memory)
	g.penalised.start(place, r)
}

func (g *group) theta(place int) []float64    { return g.frame.Load(g.thetaOf, place) }
func (g *group) state(place int) []float64    { return g.frame.Load(g.stateOf, place) }
func (g *group) memory(place int) [][]float64 { return g.descent.Memory(place) }
func (g *group) loss(place int) float64       { return g.losses.At(place) }
func (g *group) gradient(place int) []float64 { return g.frame.Load(g.gradOf, place) }
func (g *group) finite(place int) bool        { return g.frame.Finite(g.thetaOf, place) }

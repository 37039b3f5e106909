package path

import (
	"fmt"

	"basin/dataset"
	"basin/engine"
	"basin/graph"
	"basin/model"
	"basin/objective"
	"basin/train"
)

// CurveOptions say how the bends of a curve are trained.
type CurveOptions struct {
	Loss   string // as objective.PerExample
	DType  graph.DType
	Gamma  Gamma
	Start  string // "midpoint": on the line; "random": an initialisation of the model, as Yang et al. 2021 have it
	Rule   train.Rule
	Decay  float64 // L2 on the curve point, ½·Decay·‖γ(t)‖²
	Epochs int
	Batch  int // at most the set's size is used
}

// Curve finds curves of low loss between two networks (Garipov et al. 2018): with the ends fixed, it trains the
// bends φ to minimise E_t L(γ(t)), t uniform on [0,1], one t a batch. Its programs serve any pair of ends.
type Curve struct {
	o       CurveOptions
	model   *model.Model
	n       int // samples
	frame   objective.Frame
	points  []objective.Slot // the first end, the bends, the other end
	bends   []*train.Descent
	t       engine.Array
	batches map[int]*curveBatch // by size
}

type curveBatch struct {
	index engine.Array
	run   engine.Run
}

// NewCurve compiles the programs for a model and its training set.
func NewCurve(e engine.Engine, m *model.Model, set *dataset.Set, o CurveOptions) (*Curve, error) {
	if o.Start != "midpoint" && o.Start != "random" {
		return nil, fmt.Errorf("path: start: %q is unknown; choose midpoint or random", o.Start)
	}
	o.Batch = min(o.Batch, set.Len())
	c := &Curve{o: o, model: m, n: set.Len(), t: engine.NewArray(graph.T(o.DType)), batches: map[int]*curveBatch{}}
	last := o.Gamma.Bends() + 1
	for i := range last + 1 {
		point := c.frame.Vector(m.Params, engine.NewArray(graph.T(o.DType, m.Params.Size())))
		if c.points = append(c.points, point); i > 0 && i < last {
			c.bends = append(c.bends, train.NewDescent(&c.frame, o.Rule, point, m.Params, o.DType))
		}
	}
	x, _ := objective.Arrays(set, o.DType)
	y := objective.Targets(set, m.Outputs, o.DType)
	samples, targets, t := c.frame.Shared(x), c.frame.Shared(y), c.frame.Shared(c.t)
	state := c.frame.Vector(m.State, engine.NewArray(graph.T(o.DType, m.State.Size())))
	c.frame.Store(state, 0, m.InitState())
	for _, size := range []int{o.Batch, c.n % o.Batch} {
		if size == 0 || c.batches[size] != nil {
			continue
		}
		batch := &curveBatch{index: engine.NewArray(graph.T(graph.Int32, size))}
		index := c.frame.Shared(batch.index)
		p, err := c.frame.Compile(e, func(b *objective.Body) {
			gamma, squares := c.gamma(b, t)
			pass := m.Apply(gamma, b.Get(state), graph.Gather(b.One(samples), b.One(index)), model.Batch)
			loss := objective.Mean(objective.PerExample(o.Loss, pass.Outputs, graph.Gather(b.One(targets), b.One(index))))
			c.descend(b, graph.Add(loss, graph.Scale(squares, o.Decay/2)))
		})
		if err != nil {
			return nil, err
		}
		if batch.run, err = p.Bind(&c.frame); err != nil {
			return nil, err
		}
		c.batches[size] = batch
	}
	return c, nil
}

// gamma is the curve point γ(t), and ‖γ(t)‖². They are part of the graph, so that the chain rule through γ is the
// graph's own.
func (c *Curve) gamma(b *objective.Body, t objective.Slot) (gamma []*graph.Value, squares *graph.Value) {
	w := c.o.Gamma.Graph(b.One(t))
	squares = graph.Const(c.o.DType, 0)
	for s := range c.model.Params.Segments {
		var sum *graph.Value
		for i, point := range c.points {
			term := graph.Mul(w[i], b.Get(point)[s])
			if sum == nil {
				sum = term
			} else {
				sum = graph.Add(sum, term)
			}
		}
		gamma, squares = append(gamma, sum), graph.Add(squares, graph.ReduceSum(graph.Square(sum)))
	}
	return gamma, squares
}

// descend moves all bends against their gradients.
func (c *Curve) descend(b *objective.Body, loss *graph.Value) {
	var bends []*graph.Value
	for i := range c.bends {
		bends = append(bends, b.Get(c.points[i+1])...)
	}
	grad := graph.Grad(loss, bends...)
	n := len(c.model.Params.Segments)
	for i, d := range c.bends {
		d.Update(b, grad[i*n:(i+1)*n])
	}
}

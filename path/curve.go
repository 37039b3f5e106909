package path

import (
	"fmt"

	"basin/engine"
	"basin/graph"
	"basin/objective"
	"basin/train"
)

// CurveOptions say how the bends of a curve are trained.
type CurveOptions struct {
	Gamma  Gamma
	Start  string // "midpoint": on the line; "random": an initialisation of the model, as Yang et al. 2021 have it
	Rule   train.Rule
	Decay  float64 // L2 on the curve point, ½·Decay·‖γ(t)‖²
	Epochs int
	Batch  int // samples of the set's first part; at most all are used
}

// Curve finds curves of low loss between two networks (Garipov et al. 2018): with the ends fixed, it trains the
// bends φ to minimise E_t L(γ(t)), t uniform on [0,1], one t a batch. Its programs serve any pair of ends.
type Curve struct {
	o       CurveOptions
	setup   *objective.Setup
	samples int
	frame   objective.Frame
	points  []objective.Slot // the first end, the bends, the other end
	bends   []*train.Descent
	state   objective.Slot
	t       engine.Array
	tOf     objective.Slot
	feed    *objective.Feed
	batches map[int]*curveBatch // by size
}

type curveBatch struct {
	index   engine.Array
	program *objective.Program
	run     engine.Run
}

// NewCurve compiles the programs on the setup's training set.
func NewCurve(s *objective.Setup, o CurveOptions) (*Curve, error) {
	if o.Start != "midpoint" && o.Start != "random" {
		return nil, fmt.Errorf("path: start: %q is unknown; choose midpoint or random", o.Start)
	}
	m, set := s.Model, s.Data.Train
	c := &Curve{o: o, setup: s, samples: set.Len(), t: engine.NewArray(graph.T(s.DType)),
		batches: map[int]*curveBatch{}}
	c.o.Batch = min(o.Batch, c.samples)
	last := o.Gamma.Bends() + 1
	for i := range last + 1 {
		point := c.frame.Vector(m.Params, engine.NewArray(graph.T(s.DType, m.Params.Size())))
		if c.points = append(c.points, point); i > 0 && i < last {
			c.bends = append(c.bends, train.NewDescent(&c.frame, o.Rule, point, m.Params, s.DType))
		}
	}
	c.state = c.frame.Vector(m.State, engine.NewArray(graph.T(s.DType, m.State.Size())))
	c.frame.Store(c.state, 0, m.InitState())
	c.tOf = c.frame.Shared(c.t)
	var err error
	if c.feed, err = s.Feed(&c.frame, set, false); err != nil {
		return nil, err
	}
	for _, size := range []int{c.o.Batch, c.samples % c.o.Batch} {
		if size > 0 && c.batches[size] == nil {
			if c.batches[size], err = c.compile(size); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// compile makes the program that moves the bends along −∇_φ [L(γ(t)) + ½·Decay·‖γ(t)‖²] on a batch.
func (c *Curve) compile(size int) (*curveBatch, error) {
	batch := &curveBatch{index: engine.NewArray(graph.T(graph.Int32, size))}
	index := c.frame.Shared(batch.index)
	var err error
	batch.program, err = c.frame.Compile(c.setup.Engine, func(b *objective.Body) {
		gamma, squares := c.gamma(b)
		loss, _ := c.setup.Loss(gamma, b.Get(c.state), c.feed.Batch(b, index))
		c.descend(b, graph.Add(loss, graph.Scale(squares, c.o.Decay/2)))
	})
	if err == nil {
		batch.run, err = batch.program.Bind(&c.frame)
	}
	return batch, err
}

// Bytes is the memory of the curve's programs and points.
func (c *Curve) Bytes() (n int) {
	for _, b := range c.batches {
		n += b.program.Bytes()
	}
	return n + len(c.points)*8*c.setup.Model.Params.Size()
}

// gamma is the curve point γ(t), and ‖γ(t)‖². They are part of the graph, so that the chain rule through γ is the
// graph's own.
func (c *Curve) gamma(b *objective.Body) (gamma []*graph.Value, squares *graph.Value) {
	w := c.o.Gamma.Graph(b.One(c.tOf))
	squares = graph.Const(c.setup.DType, 0)
	for s := range c.setup.Model.Params.Segments {
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
	n := len(c.setup.Model.Params.Segments)
	for i, d := range c.bends {
		d.Update(b, grad[i*n:(i+1)*n])
	}
}

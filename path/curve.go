package path

import (
	"context"
	"fmt"
	"slices"

	"basin/dataset"
	"basin/engine"
	"basin/graph"
	"basin/model"
	"basin/objective"
	"basin/param"
	"basin/random"
	"basin/spec"
	"basin/train"
)

// CurveOptions say how a bend is trained.
type CurveOptions struct {
	Loss        string // as objective.PerExample
	Epochs      int
	Batch       int // at most the set's size is used
	LR          float64
	Momentum    float64
	WeightDecay float64 // L2 on the curve point
	Start       string  // "midpoint" (default), "random": an initialisation of the model, as the authors of the taxonomy have it
	DType       graph.DType
}

// Curve finds quadratic Bézier curves of low loss between two networks (Garipov et al. 2018): with the ends fixed, it trains the bend φ
// to minimise E_t L(γ(t)), t uniform on [0,1], one t a batch. Its programs serve any pair of ends.
type Curve struct {
	model         *model.Model
	o             CurveOptions
	n             int
	a, b, bend, t engine.Array
	state         engine.Array
	rule          train.Rule
	moments       []engine.Array
	rates         []engine.Array
	batches       map[int]*curveBatch
}

type curveBatch struct {
	index engine.Array
	run   engine.Run
}

// NewCurve compiles the programs for a model and its training set.
func NewCurve(e engine.Engine, m *model.Model, set *dataset.Set, o CurveOptions) (*Curve, error) {
	o.Batch = min(o.Batch, set.Len())
	flat := graph.T(o.DType, m.Params.Size())
	c := &Curve{model: m, o: o, n: set.Len(), batches: map[int]*curveBatch{},
		a: engine.NewArray(flat), b: engine.NewArray(flat), bend: engine.NewArray(flat),
		t: engine.NewArray(graph.T(o.DType)), state: engine.NewArray(graph.T(o.DType, m.State.Size()))}
	objective.Store(c.state, m.InitState())
	var err error
	if c.rule, err = train.NewRule(spec.Optimizer{Kind: "sgd", Momentum: o.Momentum}); err != nil {
		return nil, err
	}
	for range c.rule.Moments {
		c.moments = append(c.moments, engine.NewArray(flat))
	}
	for range c.rule.Rates {
		c.rates = append(c.rates, engine.NewArray(graph.T(o.DType)))
	}
	sizes := []int{o.Batch}
	if last := c.n % o.Batch; last > 0 {
		sizes = append(sizes, last)
	}
	x, _ := objective.Arrays(set, o.DType)
	y := objective.Targets(set, m.Outputs, o.DType)
	for _, size := range sizes {
		p, err := c.compile(e, size, x, y)
		if err != nil {
			return nil, err
		}
		c.batches[size] = p
	}
	return c, nil
}

// compile makes the program that steps along −∇_φ [L(γ(t)) + ½wd‖γ(t)‖²] on a batch: γ and its loss are built as one graph, so that the chain rule
// through γ, ∂γ/∂φ = 2t(1−t), is the graph's own.
func (c *Curve) compile(e engine.Engine, size int, x, y engine.Array) (*curveBatch, error) {
	m, d := c.model, c.o.DType
	params := model.Types(m.Params, d)
	np, ns := len(params), len(m.State.Segments)
	types := slices.Concat(params, params, params, model.Types(m.State, d), []graph.Type{c.t.Type, x.Type, y.Type, graph.T(graph.Int32, size)})
	for range c.rule.Rates {
		types = append(types, c.t.Type)
	}
	for range c.rule.Moments {
		types = append(types, params...)
	}
	p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		a, bend, b, state, rest := in[:np], in[np:2*np], in[2*np:3*np], in[3*np:3*np+ns], in[3*np+ns:]
		t, index, rates, moments := rest[0], rest[3], rest[4:4+c.rule.Rates], rest[4+c.rule.Rates:]
		s := graph.Sub(graph.Const(d, 1), t)
		gamma := make([]*graph.Value, np)
		penalty := graph.Const(d, 0)
		for i := range gamma {
			gamma[i] = graph.Add(graph.Add(
				graph.Mul(graph.Mul(s, s), a[i]), graph.Mul(graph.Scale(graph.Mul(s, t), 2), bend[i])), graph.Mul(graph.Mul(t, t), b[i]))
			penalty = graph.Add(penalty, graph.ReduceSum(graph.Square(gamma[i])))
		}
		pass := m.Apply(gamma, state, graph.Gather(rest[1], index), model.Batch)
		loss := objective.Mean(objective.PerExample(c.o.Loss, pass.Logits, graph.Gather(rest[2], index)))
		grad := graph.Grad(graph.Add(loss, graph.Scale(penalty, c.o.WeightDecay/2)), bend...)
		next, nextMoments := c.rule.UpdateAll(bend, grad, moments, rates)
		return append(next, nextMoments...)
	}, types...)
	if err != nil {
		return nil, err
	}
	seg := func(a engine.Array) []engine.Array { return objective.Segments(a, m.Params) }
	index := engine.NewArray(graph.T(graph.Int32, size))
	in := slices.Concat(seg(c.a), seg(c.bend), seg(c.b), objective.Segments(c.state, m.State), []engine.Array{c.t, x, y, index}, c.rates)
	out := seg(c.bend)
	donate := make([]int, np, len(p.Outputs))
	for i := range donate {
		donate[i] = np + i + 1
	}
	for _, moment := range c.moments {
		for _, a := range seg(moment) {
			in, out = append(in, a), append(out, a)
			donate = append(donate, len(in))
		}
	}
	exe, err := e.Compile(p, engine.Options{Donate: donate})
	if err != nil {
		return nil, err
	}
	run, err := exe.Bind(in, out)
	return &curveBatch{index, run}, err
}

// Fit trains a bend between two networks. What it draws depends on the seed and the purpose, which names the pair.
func (c *Curve) Fit(ctx context.Context, a, b []float64, seed uint64, purpose string) ([]float64, error) {
	rng := random.Stream(seed, "curve/"+purpose, 0)
	objective.Store(c.a, a)
	objective.Store(c.b, b)
	start := make([]float64, len(a))
	if c.o.Start == "random" {
		start = c.model.Init(rng)
	} else {
		param.Lerp(start, a, b, 0.5)
	}
	objective.Store(c.bend, start)
	for _, m := range c.moments {
		objective.Store(m, make([]float64, m.Len()))
	}
	batches, err := dataset.NewBatches(c.n, c.o.Batch, false, rng.Uint64(), 0)
	if err != nil {
		return nil, err
	}
	steps := 0
	for epoch := range c.o.Epochs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		lr := c.o.LR * curveRate(float64(epoch)/float64(c.o.Epochs))
		for _, index := range batches.Epoch(epoch) {
			p := c.batches[len(index)]
			copy(p.index.I32, index)
			c.t.Set(0, rng.Float64())
			steps++
			c.rule.SetRates(c.rates, lr, steps)
			if err := p.run(); err != nil {
				return nil, fmt.Errorf("path: fitting a curve: %w", err)
			}
		}
	}
	return objective.Load(c.bend), nil
}

// curveRate is the authors' schedule over the share of the epochs done: 1 until half, then linear to 0.01 at 0.9.
func curveRate(done float64) float64 {
	const from, to, low = 0.5, 0.9, 0.01
	switch {
	case done <= from:
		return 1
	case done >= to:
		return low
	}
	return 1 - (1-low)*(done-from)/(to-from)
}

package objective

import (
	"math"

	"basin/dataset"
	"basin/engine"
	"basin/graph"
	"basin/task"
)

// Evaluation is what one pass over the set gives.
type Evaluation struct {
	Loss     float64
	Metrics  []float64 // of the first part that has them; NaN without targets, or where the loss is not finite
	N        int       // samples
	Constant bool      // the predictions do not depend on the inputs: a dead network
}

// Rounding is how far numbers of float32 may differ, relative to their size, and still be one number with rounding
// noise: a few hundred units in the last place.
const Rounding = 3e-5

// forward is the pass over the set, with what it writes.
type forward struct {
	runs        []engine.Run
	losses      []engine.Array // by part, [n]
	predictions []engine.Array // by part, [n, width]
}

// Evaluate makes one pass over the set at the current point.
func (o *Objective) Evaluate() (Evaluation, error) {
	if err := o.run(); err != nil {
		return Evaluation{}, err
	}
	var e Evaluation
	for part, a := range o.parts {
		n, sum := a.x.Type.Shape[0], 0.0
		for i := range n {
			if a.weight.Len() > 0 {
				sum += float64(a.weight.At(i) * o.forward.losses[part].At(i))
			} else {
				sum += o.forward.losses[part].At(i)
			}
		}
		e.Loss += sum / a.total
		e.N += n
	}
	e.Metrics, e.Constant = o.metrics(e.Loss), constantRows(o.forward.predictions[0])
	return e, nil
}

// metrics evaluates the predictions of the pass that was made.
func (o *Objective) metrics(loss float64) []float64 {
	for part, p := range o.Set.Parts {
		if p.Y.Shape == nil || math.IsNaN(loss) || math.IsInf(loss, 0) {
			break // of what is NaN no element is the largest: what was counted would pass for a finding
		}
		f := o.forward.predictions[part]
		if m := o.Task.Evaluate(part, dataset.Array{Shape: f.Type.Shape, F32: f.F32, F64: f.F64}, p.Y); m != nil {
			return m
		}
	}
	m := make([]float64, len(o.Task.Metrics()))
	for i := range m {
		m[i] = math.NaN()
	}
	return m
}

// Predictions makes one pass over the set and gives those of its first part, [n, width]. The array is overwritten
// by the next pass.
func (o *Objective) Predictions() (engine.Array, error) {
	if err := o.run(); err != nil {
		return engine.Array{}, err
	}
	return o.forward.predictions[0], nil
}

// Dead reports whether the predictions at the current point do not depend on the inputs.
func (o *Objective) Dead() (bool, error) {
	p, err := o.Predictions()
	return err == nil && constantRows(p), err
}

func (o *Objective) run() error {
	if o.forward == nil {
		if err := o.bindForward(); err != nil {
			return err
		}
	}
	return o.each(o.forward.runs, func(int, chunk) error { return nil })
}

// bindForward makes room for what the pass writes, whose shapes a first trace gives, and compiles it.
func (o *Objective) bindForward() (err error) {
	f := &forward{}
	for i, c := range o.chunks {
		if i > 0 && c.part == o.chunks[i-1].part {
			continue
		}
		var shape []int
		if _, _, err := c.trace(func(b *Body) { shape = o.predictions(b, c.part).Shape() }); err != nil {
			return err
		}
		n := o.parts[c.part].x.Type.Shape[0]
		f.losses = append(f.losses, o.newArray(n))
		f.predictions = append(f.predictions, o.newArray(append([]int{n}, shape[1:]...)...))
	}
	losses := o.addRows(func(part int) engine.Array { return f.losses[part] })
	predictions := o.addRows(func(part int) engine.Array { return f.predictions[part] })
	f.runs, err = o.compile(func(b *Body, part int) {
		outputs, _ := o.outputs(b, part, o.Options.Mode)
		b.Set(losses, o.Task.Loss(part, outputs, b.One(o.y)))
		if _, ok := o.Task.(task.Predictor); ok {
			outputs = o.predictions(b, part)
		}
		b.Set(predictions, outputs)
	})
	if err == nil {
		o.forward = f
	}
	return err
}

// predictions are the task's on a chunk: F, or what a Predictor says.
func (o *Objective) predictions(b *Body, part int) *graph.Value {
	p, ok := o.Task.(task.Predictor)
	if !ok {
		f, _ := o.outputs(b, part, o.Options.Mode)
		return f
	}
	s := o.samples(b, part)
	net, _ := once(o.Model, b.Get(o.theta), b.Get(o.state), o.Options.Mode, nil)
	return p.Predict(net, part, s.X, s.Y)
}

// Gradient sets dst to the gradient of the loss at the current point.
func (o *Objective) Gradient(dst []float64) (err error) {
	if o.gradient == nil {
		o.sum = o.addVector(o.Model.Params)
		o.gradient, err = o.compile(func(b *Body, part int) {
			b.Set(o.sum, graph.Grad(o.chunkSum(b, part), b.Get(o.theta)...)...)
		})
		if err != nil {
			return err
		}
	}
	clear(dst)
	sum := dst // of a part
	if len(o.parts) > 1 {
		sum = make([]float64, len(dst))
	}
	return o.each(o.gradient, func(i int, c chunk) error {
		if err := o.shared().read(sum, o.sum, 1, true); err != nil {
			return err
		}
		if i+1 < len(o.chunks) && o.chunks[i+1].part == c.part {
			return nil
		}
		total := o.parts[c.part].total
		if len(o.parts) == 1 {
			for i := range dst {
				dst[i] /= total
			}
			return nil
		}
		for i, v := range sum {
			dst[i] += v / total
		}
		clear(sum)
		return nil
	})
}

// constantRows reports whether all rows of an array [n, width] are the same but for rounding. Rows that are not
// finite are not constant.
func constantRows(a engine.Array) bool {
	width := a.Len() / max(1, a.Type.Shape[0])
	if a.Type.DType == graph.Float64 {
		return constant(a.F64, width)
	}
	return constant(a.F32, width)
}

func constant[T float32 | float64](x []T, width int) bool {
	for j := range width {
		low, high := math.Inf(1), math.Inf(-1)
		for i := j; i < len(x); i += width {
			v := float64(x[i])
			if math.IsNaN(v) {
				return false
			}
			low, high = min(low, v), max(high, v)
		}
		if !(high-low <= Rounding*max(math.Abs(low), math.Abs(high))) {
			return false
		}
	}
	return true
}

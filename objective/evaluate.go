package objective

import (
	"math"

	"basin/engine"
	"basin/graph"
)

// Evaluation is what one pass over the set gives.
type Evaluation struct {
	Loss     float64 // mean over the set
	Accuracy float64 // per cent of the samples whose largest logit is the label's; NaN where the loss is not finite
	N        int
	Constant bool // the logits do not depend on the inputs: a dead network
}

// Evaluate makes one pass over the set at the current point.
func (o *Objective) Evaluate() (Evaluation, error) {
	if err := o.runForward(); err != nil {
		return Evaluation{}, err
	}
	n, c := o.Set.Len(), o.Model.Outputs
	sum := 0.0
	for i := range n {
		sum += o.losses.At(i)
	}
	accuracy := 100 * float64(right(o.logits, c, o.Set.Y)) / float64(n)
	if math.IsNaN(sum) || math.IsInf(sum, 0) {
		accuracy = math.NaN() // NaN has no largest logit: what was counted would pass for a finding
	}
	return Evaluation{Loss: sum / float64(n), Accuracy: accuracy, N: n, Constant: ConstantRows(o.logits, c)}, nil
}

// Logits makes one pass over the set and returns the logits, [n, outputs]. The array is overwritten by the next
// pass.
func (o *Objective) Logits() (engine.Array, error) {
	err := o.runForward()
	return o.logits, err
}

func (o *Objective) runForward() (err error) {
	if o.forward == nil {
		o.forward, err = o.compile(func(b *Body) {
			logits := o.pass(b, o.Options.Mode).Outputs
			b.Set(o.lossesOf, PerExample(o.Options.Loss, logits, b.One(o.y)))
			b.Set(o.logitsOf, logits)
		})
	}
	for _, run := range o.forward {
		if err := run(); err != nil {
			return err
		}
	}
	return err
}

// right counts the rows of an array [n, width] whose largest element is the label's.
func right(a engine.Array, width int, labels []int32) int {
	if a.Type.DType == graph.Float64 {
		return rightOf(a.F64, width, labels)
	}
	return rightOf(a.F32, width, labels)
}

func rightOf[T float32 | float64](rows []T, width int, labels []int32) (n int) {
	for i, label := range labels {
		if argMax(rows[i*width:(i+1)*width]) == int(label) {
			n++
		}
	}
	return n
}

// argMax is the place of the first largest element.
func argMax[T float32 | float64](x []T) int {
	best := 0
	for j, v := range x {
		if v > x[best] {
			best = j
		}
	}
	return best
}

// constantShare is how far logits may vary over the samples, relative to their size, and still count as rounding
// noise: a few hundred units in the last place of float32.
const constantShare = 3e-5

// ConstantRows reports whether all rows of an array [n, width] are the same but for rounding: whether a network is
// dead. Rows that are not finite are not constant.
func ConstantRows(a engine.Array, width int) bool {
	if a.Type.DType == graph.Float64 {
		return constantRows(a.F64, width)
	}
	return constantRows(a.F32, width)
}

func constantRows[T float32 | float64](x []T, width int) bool {
	for j := range width {
		low, high := math.Inf(1), math.Inf(-1)
		for i := j; i < len(x); i += width {
			v := float64(x[i])
			if math.IsNaN(v) {
				return false
			}
			low, high = min(low, v), max(high, v)
		}
		if !(high-low <= constantShare*max(math.Abs(low), math.Abs(high))) {
			return false
		}
	}
	return true
}

// Gradient sets dst to the gradient of the loss at the current point.
func (o *Objective) Gradient(dst []float64) (err error) {
	if o.gradient == nil {
		o.sum = o.addVector(o.Model.Params)
		o.gradient, err = o.compile(func(b *Body) { b.Set(o.sum, graph.Grad(o.chunkSum(b), b.Get(o.theta)...)...) })
		if err != nil {
			return err
		}
	}
	clear(dst)
	for _, run := range o.gradient {
		if err := run(); err != nil {
			return err
		}
		if err := o.shared().read(dst, o.sum, 1, true); err != nil {
			return err
		}
	}
	for i := range dst {
		dst[i] /= float64(o.Set.Len())
	}
	return nil
}

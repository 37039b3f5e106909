package objective

import (
	"basin/model"
	"basin/param"
)

// RecomputeState sets the running statistics of the current point to the exact moments of each batch norm's input
// over the whole set, and writes them to state (flat, as the model's State). Statistics of a layer depend on those
// of the layers before it, so each layer takes one pass in evaluation mode with all earlier ones settled. Chunks
// are joined by the formula of Chan, Golub and LeVeque 1983. The result is what one pass of PyTorch in training
// mode over the whole set as a single batch gives: layers normalise by the biased variance on the way, and the
// running variance is the unbiased one.
func (o *Objective) RecomputeState(state []float64) error {
	if len(o.Model.Norms) == 0 {
		return nil
	}
	if o.moments == nil {
		var err error
		o.momentsOf = o.addVector(o.Model.State)
		o.moments, err = o.compile(func(b *Body, part int) {
			_, pass := o.outputs(b, part, model.Eval)
			b.Set(o.momentsOf, pass.Moments...)
		})
		if err != nil {
			return err
		}
	}
	segments := o.Model.State.Segments
	for _, norm := range o.Model.Norms {
		meanAt, varAt := segments[norm.Mean], segments[norm.Var]
		mean, m2 := param.View(state, meanAt), param.View(state, varAt)
		clear(mean)
		clear(m2)
		count := 0.0 // values a channel so far
		err := o.each(o.moments, func(_ int, chunk chunk) error {
			moments := o.shared().Load(o.momentsOf, 0)
			n := float64(chunk.to-chunk.from) * float64(norm.Positions)
			for c := range mean {
				chunkMean, chunkVar := moments[meanAt.Offset+c], moments[varAt.Offset+c]
				delta := chunkMean - mean[c]
				mean[c] += delta * n / (count + n)
				m2[c] += float64(chunkVar*n) + float64(delta*delta*count*n/(count+n))
			}
			count += n
			return nil
		})
		if err != nil {
			return err
		}
		for c := range m2 {
			m2[c] /= count
		}
		o.setState(state)
	}
	for _, norm := range o.Model.Norms {
		count := float64(o.parts[0].x.Type.Shape[0]) * float64(norm.Positions)
		variance := param.View(state, segments[norm.Var])
		for c, v := range variance {
			variance[c] = v * count / max(1, count-1)
		}
	}
	o.setState(state)
	return nil
}

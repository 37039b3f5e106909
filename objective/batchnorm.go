package objective

import (
	"basin/engine"
	"basin/graph"
	"basin/model"
	"basin/param"
)

// RecomputeState sets the running statistics of the current point to the exact moments of each batch norm's input over the whole set,
// and writes them to state (flat, as the model's State). Statistics of a layer depend on those of the layers before it, so each layer
// takes one pass in evaluation mode with all earlier ones settled. Chunks are joined by the formula of Chan, Golub and LeVeque 1983.
// The result is what one pass of PyTorch in training mode over the whole set as a single batch gives: layers normalise by the biased
// variance on the way, and the running variance is the unbiased one.
func (o *Objective) RecomputeState(state []float64) error {
	segs := o.Model.State.Segments
	if len(segs) == 0 {
		return nil
	}
	moments := engine.NewArray(o.state.Type)
	runs, err := o.bindMoments(moments)
	if err != nil {
		return err
	}
	for layer := 0; layer < len(segs); layer += 2 {
		mean, m2 := param.View(state, segs[layer]), param.View(state, segs[layer+1])
		clear(mean)
		clear(m2)
		count := 0.0 // values a channel so far
		for i, run := range runs {
			if err := run(); err != nil {
				return err
			}
			n := float64(o.chunks[i].to-o.chunks[i].from) * o.places(layer/2)
			for c := range mean {
				chunkMean, chunkVar := moments.At(segs[layer].Offset+c), moments.At(segs[layer+1].Offset+c)
				delta := chunkMean - mean[c]
				mean[c] += delta * n / (count + n)
				m2[c] += float64(chunkVar*n) + float64(delta*delta*count*n/(count+n))
			}
			count += n
		}
		for c := range m2 {
			m2[c] /= count
		}
		Store(o.state, state)
	}
	for layer := 1; layer < len(segs); layer += 2 {
		count := float64(o.Set.Len()) * o.places(layer/2)
		for c, v := range param.View(state, segs[layer]) {
			param.View(state, segs[layer])[c] = v * count / max(1, count-1)
		}
	}
	Store(o.state, state)
	o.stale()
	return nil
}

// places is how many values one sample gives to each channel of a batch norm.
func (o *Objective) places(norm int) float64 { return float64(o.Model.NormPlaces[norm]) }

func (o *Objective) bindMoments(moments engine.Array) ([]engine.Run, error) {
	var runs []engine.Run
	for _, c := range o.chunks {
		x, err := o.compile("moments", c.to-c.from, func() (*graph.Program, error) {
			return o.trace(c.to-c.from, func(theta, state []*graph.Value, x, _ *graph.Value, _ []*graph.Value) []*graph.Value {
				return o.Model.Apply(theta, state, x, model.Eval).Moments
			})
		})
		if err != nil {
			return nil, err
		}
		run, err := x.Bind(o.arguments(c), Segments(moments, o.Model.State))
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	return runs, nil
}

package runner

import (
	"fmt"
	"strings"

	"basin/checkpoint"
	"basin/graph"
	"basin/model"
	"basin/param"
	"basin/spec"
)

// tensor is one tensor of a model's state_dict: a segment of θ or of the running statistics.
type tensor struct {
	param.Segment
	running bool
}

// stateDict lists a model's tensors in the order of PyTorch's state_dict: running statistics follow their batch norm's bias.
func stateDict(m *model.Model) []tensor {
	var list []tensor
	for _, s := range m.Params.Segments {
		list = append(list, tensor{s, false})
		if prefix, ok := strings.CutSuffix(s.Name, ".bias"); ok {
			for _, name := range []string{prefix + ".running_mean", prefix + ".running_var"} {
				if r, ok := m.State.Find(name); ok {
					list = append(list, tensor{r, true})
				}
			}
		}
	}
	return list
}

// WriteNetwork writes a checkpoint as a PyTorch user expects it.
func WriteNetwork(path string, m *model.Model, theta, state []float64, d graph.DType, steps int) error {
	f := &checkpoint.File{Metadata: map[string]string{"basin": spec.NumericalVersion, "model": m.Spec.Kind}}
	for _, t := range stateDict(m) {
		v := theta
		if t.running {
			v = state
		}
		f.Tensors = append(f.Tensors, newTensor(t.Name, t.Shape, param.View(v, t.Segment), d))
		if prefix, ok := strings.CutSuffix(t.Name, ".running_var"); ok {
			f.Tensors = append(f.Tensors, checkpoint.Tensor{Name: prefix + ".num_batches_tracked", DType: checkpoint.I64, I64: []int64{int64(steps)}})
		}
	}
	return checkpoint.Write(path, f)
}

func newTensor(name string, shape []int, v []float64, d graph.DType) checkpoint.Tensor {
	if d == graph.Float64 {
		return checkpoint.Tensor{Name: name, Shape: shape, DType: checkpoint.F64, F64: v}
	}
	narrow := make([]float32, len(v))
	for i, x := range v {
		narrow[i] = float32(x)
	}
	return checkpoint.Tensor{Name: name, Shape: shape, DType: checkpoint.F32, F32: narrow}
}

// ReadNetwork reads a checkpoint that Basin or PyTorch wrote. rename gives our names for theirs, where matching by name or shape does
// not do.
func ReadNetwork(path string, m *model.Model, rename map[string]string) (theta, state []float64, mapping checkpoint.Mapping, err error) {
	f, err := checkpoint.Read(path)
	if err != nil {
		return nil, nil, mapping, err
	}
	list := stateDict(m)
	want := make([]checkpoint.Want, len(list))
	for i, t := range list {
		want[i] = checkpoint.Want{Name: t.Name, Shape: t.Shape}
	}
	if mapping, err = checkpoint.Match(want, f, rename); err != nil {
		return nil, nil, mapping, fmt.Errorf("%s: %w", path, err)
	}
	theta, state = make([]float64, m.Params.Size()), make([]float64, m.State.Size())
	for i, t := range list {
		v := theta
		if t.running {
			v = state
		}
		copy(param.View(v, t.Segment), mapping.Pairs[i].Tensor.Float())
	}
	return theta, state, mapping, nil
}

// partial is where a training that is not finished keeps what it needs to go on.
func partial(path string) string {
	return strings.TrimSuffix(path, ".safetensors") + ".partial.safetensors"
}

// Package network is a network at a point of its training: its parameters, and how they are kept in files that
// PyTorch reads.
package network

import (
	"fmt"
	"strings"

	"basin/checkpoint"
	"basin/graph"
	"basin/model"
	"basin/param"
	"basin/record"
)

// Network is one replica at one point.
type Network struct {
	record.Point
	Theta, State []float64     // flat, in the layouts of the model
	Status       record.Status // of its training
	Reason       string
}

// Write keeps a network in a checkpoint as a PyTorch user expects it: the tensors of a state_dict, whose batch
// norms have seen so many steps, in a dtype. Metadata may say more.
func Write(path string, m *model.Model, n Network, d graph.DType, steps int, metadata map[string]string) error {
	f := &checkpoint.File{Metadata: metadata}
	for _, t := range m.Tensors {
		f.Tensors = append(f.Tensors, newTensor(t.Name, t.Shape, n.view(t), d))
		if prefix, ok := strings.CutSuffix(t.Name, ".running_var"); ok {
			f.Tensors = append(f.Tensors, checkpoint.Tensor{Name: prefix + ".num_batches_tracked", DType: checkpoint.I64,
				I64: []int64{int64(steps)}})
		}
	}
	return checkpoint.Write(path, f)
}

// view is where a tensor's values are.
func (n *Network) view(t model.Tensor) []float64 {
	if t.Running {
		return param.View(n.State, t.Segment)
	}
	return param.View(n.Theta, t.Segment)
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

// Read reads the parameters of a checkpoint that Basin or PyTorch wrote. rename gives our names for theirs, where
// matching by name or shape is not enough; the mapping says which tensor was taken for which.
func Read(path string, m *model.Model, rename map[string]string) (n Network, mapping checkpoint.Mapping,
	err error) {
	f, err := checkpoint.Read(path)
	if err != nil {
		return n, mapping, err
	}
	want := make([]checkpoint.Want, len(m.Tensors))
	for i, t := range m.Tensors {
		want[i] = checkpoint.Want{Name: t.Name, Shape: t.Shape}
	}
	if mapping, err = checkpoint.Match(want, f, rename); err != nil {
		return n, mapping, fmt.Errorf("%s: %w", path, err)
	}
	n = Network{Theta: make([]float64, m.Params.Size()), State: make([]float64, m.State.Size()), Status: record.OK}
	for i, t := range m.Tensors {
		copy(n.view(t), mapping.Pairs[i].Tensor.Float())
	}
	return n, mapping, nil
}

package cpu

import (
	"fmt"

	"basin/engine/cpu/convolution"
	"basin/engine/cpu/kernel"
	"basin/graph"
)

var convolutionKinds = map[graph.Op]convolution.Kind{
	graph.OpConv: convolution.Forward, graph.OpConvInput: convolution.Input, graph.OpConvWeight: convolution.Weight,
}

func isConvolution(op graph.Op) bool {
	_, ok := convolutionKinds[op]
	return ok
}

// bindConvolution makes one task for each instance. Instances that share their weights are one larger batch.
func bindConvolution[T kernel.Float](b *binding, n *node) []*task {
	g := *n.attr.Conv
	kind := convolutionKinds[n.op]
	left, right, dst := contiguousOf[T](b, n.args[0]), contiguousOf[T](b, n.args[1]), memory[T](b, n)
	sizes := map[convolution.Kind][3]int{
		convolution.Forward: {sizeOf(g.InputShape()), sizeOf(g.WeightShape()), sizeOf(g.OutputShape())},
		convolution.Input:   {sizeOf(g.OutputShape()), sizeOf(g.WeightShape()), sizeOf(g.InputShape())},
		convolution.Weight:  {sizeOf(g.InputShape()), sizeOf(g.OutputShape()), sizeOf(g.WeightShape())},
	}[kind]
	if len(dst) == 0 {
		return nil
	}
	if len(left) == 0 || len(right) == 0 || sizeOf(g.OutSize()) == 0 {
		if n.onto != nil {
			return nil
		}
		return []*task{serial(func() { clear(dst) })}
	}
	instances := len(dst) / sizes[2]
	if kind != convolution.Weight && len(right) == sizes[1] {
		g.Batch, instances = g.Batch*instances, 1
		sizes[0], sizes[2] = len(left), len(dst)
	}
	p := planFor[T](b, kind, &g)
	scratch := elements[T](b.reserve(0, n.typ.DType, p.Scratch()))
	tasks := make([]*task, instances)
	for i := range tasks {
		d, x, y := dst[i*sizes[2]:][:sizes[2]], instance(left, i, sizes[0]), instance(right, i, sizes[1])
		t := &task{
			before: []func(){func() { p.Prepare(y, scratch) }},
			units:  p.Units(), work: p.Flops() * flopTime,
			after: []func(){func() { p.Finish(d, scratch, n.onto != nil) }},
		}
		run := func(from, to int) { p.Run(d, x, y, from, to, n.onto != nil, scratch) }
		for range b.workers(t) {
			t.run = append(t.run, run)
		}
		tasks[i] = t
	}
	return tasks
}

// planFor plans each geometry of a program once.
func planFor[T kernel.Float](b *binding, kind convolution.Kind, g *graph.Geometry) *convolution.Plan[T] {
	var zero T
	k := fmt.Sprintf("%T %v %v", zero, kind, g)
	if p, ok := b.convolutions[k]; ok {
		return p.(*convolution.Plan[T])
	}
	p := convolution.New(ops[T](b.k), kind, g)
	b.convolutions[k] = p
	return p
}

// instance is element i along the instance axis, or all of s if it has none.
func instance[T number](s []T, i, size int) []T {
	if len(s) == size {
		return s
	}
	return s[i*size:][:size]
}

package cpu

import (
	"slices"
	"testing"

	"basin/engine"
	"basin/graph"
)

// planOf plans f for inputs of the given types.
func planOf(t *testing.T, f func(in []*graph.Value) []*graph.Value, types ...graph.Type) *plan {
	t.Helper()
	p, err := graph.Trace(f, types...)
	if err != nil {
		t.Fatal(err)
	}
	return newPlan(p, engine.Options{})
}

// passes counts the groups that walk over at least the given number of elements, and the operations of each kind.
func (pl *plan) passes(elements int) (groups int, operations map[graph.Op]int) {
	operations = map[graph.Op]int{}
	for _, s := range pl.steps {
		switch {
		case s.operation != nil && s.operation.typ.Size() >= elements:
			operations[s.operation.op]++
		case s.operation == nil && s.group[0].groupSize() >= elements:
			groups++
		}
	}
	return groups, operations
}

const (
	images, channels, side = 8, 16, 16
	imageElements          = images * channels * side * side
)

var imageType = graph.T(graph.Float32, images, channels, side, side)

// layer is a 3×3 convolution, a batch norm with batch statistics and a ReLU.
func layer(x, w, scale *graph.Value) *graph.Value {
	g := &graph.Geometry{Batch: images, In: channels, Out: channels, Groups: 1, Size: []int{side, side},
		Kernel: []int{3, 3},
		Stride: []int{1, 1}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 1}}
	y := graph.Conv(x, w, g)
	n := float64(images * side * side)
	spread := func(v *graph.Value) *graph.Value { return graph.Broadcast(v, y.Shape(), 1) }
	centred := graph.Sub(y, spread(graph.Scale(graph.ReduceSum(y, 0, 2, 3), 1/n)))
	variance := graph.Scale(graph.ReduceSum(graph.Square(centred), 0, 2, 3), 1/n)
	factor := graph.Mul(scale, graph.Rsqrt(graph.Shift(variance, 1e-5)))
	return graph.ReLU(graph.Mul(centred, spread(factor)))
}

var layerTypes = []graph.Type{imageType,
	graph.T(graph.Float32, channels, channels, 3, 3), graph.T(graph.Float32, channels),
	graph.T(graph.Float32, channels, channels, 3, 3), graph.T(graph.Float32, channels)}

func twoLayers(in []*graph.Value) *graph.Value {
	return graph.ReduceSum(graph.Square(layer(layer(in[0], in[1], in[2]), in[3], in[4])))
}

// TestImagesStayChannelsLast: through convolutions, norms and their gradients only the input, which comes channels
// first, is transposed.
func TestImagesStayChannelsLast(t *testing.T) {
	pl := planOf(t, func(in []*graph.Value) []*graph.Value { return graph.Grad(twoLayers(in), in[1:]...) }, layerTypes...)
	if _, ops := pl.passes(imageElements); ops[copyOp] != 1 || ops[graph.OpConv] != 2 || ops[graph.OpConvInput] != 1 {
		t.Errorf("operations on images: %v, want one copy, two convolutions and one transpose of one", ops)
	}
}

// TestPassesOfBatchNorm: forward, a norm walks over its input for the mean, for the variance and for the result;
// backward, for the sums of the gradient and for the gradient. Everything else is fused with these passes, and
// computed again rather than kept.
func TestPassesOfBatchNorm(t *testing.T) {
	pl := planOf(t, func(in []*graph.Value) []*graph.Value { return graph.Grad(twoLayers(in), in[1:]...) }, layerTypes...)
	// The last layer's result is not an output and no convolution reads it: the pass of its gradient computes it.
	if groups, _ := pl.passes(imageElements); groups != 3+2+2+2 {
		t.Errorf("%d passes over images, want 9", groups)
	}
	for _, n := range pl.nodes {
		if n.kind == elementwise && n.stored && n.op == graph.OpSub {
			t.Errorf("the centred images are kept in memory: %v", n.typ)
		}
	}
}

// TestTangentsOfProductsAreAddedInPlace: ẋ·w + x·ẇ takes no separate pass.
func TestTangentsOfProductsAreAddedInPlace(t *testing.T) {
	pl := planOf(t, func(in []*graph.Value) []*graph.Value {
		y := graph.Conv(in[0], in[1],
			&graph.Geometry{Batch: images, In: channels, Out: channels, Groups: 1, Size: []int{side, side},
				Kernel: []int{1, 1}, Stride: []int{1, 1}, Low: []int{0, 0}, High: []int{0, 0}, Dilation: []int{1, 1}})
		return graph.JVP([]*graph.Value{graph.ReLU(y)}, in[:2], in[2:])
	}, imageType, graph.T(graph.Float32, channels, channels, 1, 1), imageType,
		graph.T(graph.Float32, channels, channels, 1, 1))
	onto := 0
	for _, n := range pl.nodes {
		if n.onto != nil {
			onto++
			if n.buffer != n.onto.buffer {
				t.Errorf("the sum is in %v, the first product in %v", n.buffer, n.onto.buffer)
			}
		}
	}
	if onto != 1 {
		t.Errorf("%d products are added to others in place, want 1", onto)
	}
}

// TestStorageOrder: axes are sorted by stride, except those along which a view repeats.
func TestStorageOrder(t *testing.T) {
	for _, c := range []struct {
		shape, strides, want []int
		mapped               int
	}{
		{[]int{2, 3, 4}, []int{12, 4, 1}, []int{0, 1, 2}, 0},
		{[]int{2, 3, 4, 5}, []int{60, 1, 15, 3}, []int{0, 2, 3, 1}, 0},          // channels last
		{[]int{7, 2, 3, 4, 5}, []int{0, 60, 1, 15, 3}, []int{0, 1, 3, 4, 2}, 0}, // mapped over something else
		{[]int{2, 3, 4}, []int{0, 1, 0}, []int{0, 1, 2}, 0},
		{[]int{3, 1, 4}, []int{4, 99, 1}, []int{0, 1, 2}, 0},
		{[]int{7, 2, 3, 4}, []int{1, 84, 7, 21}, []int{0, 1, 3, 2}, 1}, // mapped over what lies last
	} {
		w := view{shape: c.shape, strides: c.strides}
		order, moved := w.storageOrder(c.mapped)
		if !slices.Equal(order, c.want) || moved != !slices.IsSorted(c.want) {
			t.Errorf("strides %v of %v: order %v, moved %v, want %v", c.strides, c.shape, order, moved, c.want)
		}
	}
}

// TestLongChainsOfSummandsArePlannedFast: each step reads the last one's result twice, so that there are 2⁴⁰ paths
// through them.
func TestLongChainsOfSummandsArePlannedFast(t *testing.T) {
	pl := planOf(t, func(in []*graph.Value) []*graph.Value {
		u := in[0]
		for range 40 {
			u = graph.Add(u, graph.Scale(graph.Sub(graph.Mul(u, graph.Broadcast(in[1], u.Shape(), 1)), u), 0.01))
		}
		return []*graph.Value{graph.ReduceSum(u, 0)}
	}, graph.T(graph.Float32, 4096, 8), graph.T(graph.Float32, 8))
	if groups, _ := pl.passes(4096 * 8); groups != 1 {
		t.Errorf("%d passes, want 1", groups)
	}
}

package enginetest

import (
	"math/rand/v2"
	"testing"

	"basin/engine"
	"basin/graph"
)

// testDonation: a program whose outputs overwrite inputs gives, over several runs, the same bits as one that
// copies them.
func testDonation(t *testing.T, e engine.Engine) {
	mlp, conv := MLP(graph.Tanh), ConvNet(graph.ReLU, true)
	for _, c := range []struct {
		name   string
		in     []Operand
		f      Function
		donate []int
	}{
		{"momentum on flat vectors", []Operand{operand(Real, 37), operand(Real, 37), operand(Real, 37), operand(Real)},
			func(in []*graph.Value) []*graph.Value { // θ, m, g, lr
				m := graph.Add(graph.Scale(in[1], 0.9), in[2])
				return []*graph.Value{graph.Sub(in[0], graph.Mul(in[3], m)), m}
			}, []int{1, 2}},
		{"training step of an MLP", append(mlp.Params, mlp.Data...), mlp.step, counting(len(mlp.Params))},
		{"training step of a ConvNet", append(conv.Params, conv.Data...), conv.step, counting(len(conv.Params))},
		{"read after a reduction", []Operand{operand(Real, 5, 7)},
			func(in []*graph.Value) []*graph.Value {
				return []*graph.Value{graph.Sub(in[0], graph.Scale(graph.ReduceSum(in[0]), 0.1))}
			}, []int{1}},
		{"transposed onto itself", []Operand{operand(Real, 9, 9)},
			func(in []*graph.Value) []*graph.Value { return []*graph.Value{graph.Transpose(in[0], 1, 0)} }, []int{1}},
		{"reversed shift", []Operand{operand(Real, 40)},
			func(in []*graph.Value) []*graph.Value {
				return []*graph.Value{graph.Concatenate(0, graph.Slice(in[0], []int{39}, []int{40}, nil),
					graph.Slice(in[0], []int{0}, []int{39}, nil))}
			}, []int{1}},
		{"scaled and transposed", []Operand{operand(Real, 9, 9)},
			func(in []*graph.Value) []*graph.Value {
				return []*graph.Value{graph.Add(graph.Scale(in[0], 0.5), graph.Transpose(in[0], 1, 0))}
			}, []int{1}},
		{"product with itself", []Operand{operand(Real, 9, 9)},
			func(in []*graph.Value) []*graph.Value {
				return []*graph.Value{graph.Scale(graph.MatMul(in[0], in[0]), 0.1)}
			}, []int{1}},
		{"exchange", []Operand{operand(Real, 21), operand(Real, 21)},
			func(in []*graph.Value) []*graph.Value { return []*graph.Value{in[1], in[0]} }, []int{1, 2}},
		{"exchange with work", []Operand{operand(Real, 21), operand(Real, 21)},
			func(in []*graph.Value) []*graph.Value { return []*graph.Value{graph.Neg(in[1]), graph.Tanh(in[0])} }, []int{1, 2}},
		{"rotation of three", []Operand{operand(Real, 21), operand(Real, 21), operand(Real, 21)},
			func(in []*graph.Value) []*graph.Value {
				return []*graph.Value{in[1], in[2], graph.Add(in[0], in[1])}
			}, []int{1, 2, 3}},
		{"unchanged", []Operand{operand(Real, 21), operand(Real, 21)},
			func(in []*graph.Value) []*graph.Value { return []*graph.Value{in[0], graph.Add(in[0], in[1])} }, []int{1, 2}},
		{"returned old and new", []Operand{operand(Real, 21)},
			func(in []*graph.Value) []*graph.Value { return []*graph.Value{graph.Exp(graph.Neg(in[0])), in[0]} }, []int{1, 0}},
		{"view of a donated input", []Operand{operand(Real, 3, 7)},
			func(in []*graph.Value) []*graph.Value {
				return []*graph.Value{graph.Sin(in[0]), graph.Reshape(in[0], 21), graph.Cos(graph.Reshape(in[0], 7, 3))}
			}, []int{1, 0, 0}},
		{"unread input", []Operand{operand(Real, 21), operand(Real, 21)},
			func(in []*graph.Value) []*graph.Value { return []*graph.Value{graph.Sin(in[1])} }, []int{1}},
		{"constant", []Operand{operand(Real, 4)},
			func(in []*graph.Value) []*graph.Value {
				return []*graph.Value{graph.Full(in[0].Type(), 2), graph.Square(in[0])}
			}, []int{1, 0}},
		{"reset after work", []Operand{operand(Real, 1500), operand(Real, 1500)}, // in the slot that another operand left
			func(in []*graph.Value) []*graph.Value {
				y := graph.Sin(graph.Tanh(in[0]))
				return []*graph.Value{graph.Full(in[0].Type(), 2), graph.Sub(graph.Cos(in[1]), y), graph.Exp(graph.Sin(y))}
			}, []int{1, 2, 0}},
		{"gathered rows of itself", []Operand{operand(Real, 5, 4), integers(Below(5), 5)},
			func(in []*graph.Value) []*graph.Value { return []*graph.Value{graph.Gather(in[0], in[1])} }, []int{1}},
		{"no elements", []Operand{operand(Real, 0)},
			func(in []*graph.Value) []*graph.Value { return []*graph.Value{graph.Neg(in[0])} }, []int{1}},
	} {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			t.Run(c.name+"/"+d.String(), func(t *testing.T) {
				in := Case{Operands: c.in}.Arrays(rand.New(rand.NewPCG(14, 15)), d)
				apart, p := clone(in), Trace(t, c.f, in...)
				inPlace, out := bind(t, e, p, engine.Options{Donate: c.donate}, in...)
				copying, want := bind(t, e, p, engine.Options{}, apart...)
				for range 3 {
					must(t, inPlace)
					must(t, copying)
					for j := range want {
						SameBits(t, "output", out[j], want[j])
						if c.donate[j] > 0 {
							for i := range want[j].Len() {
								apart[c.donate[j]-1].Set(i, want[j].At(i))
							}
						}
					}
					for i := range in {
						SameBits(t, "input after the run", in[i], apart[i])
					}
				}
			})
		}
	}
	t.Run("that does not fit", func(t *testing.T) {
		p := Trace(t, func(in []*graph.Value) []*graph.Value {
			return []*graph.Value{graph.ReduceSum(in[0]), graph.Neg(in[0]), graph.Sin(in[0])}
		}, engine.NewArray(graph.T(graph.Float32, 3)))
		// Another type, inputs that do not exist, one input twice, an output that does not exist.
		for _, donate := range [][]int{{1, 0, 0}, {0, 2, 0}, {0, -1, 0}, {0, 1, 1}, {0, 0, 0, 1}} {
			if _, err := e.Compile(p, engine.Options{Donate: donate}); err == nil {
				t.Errorf("no error for Donate %v", donate)
			}
		}
	})
}

// step is one step of gradient descent: the new parameters, then the loss.
func (n Network) step(in []*graph.Value) []*graph.Value {
	params := in[:len(n.Params)]
	loss := n.Loss(params, in[len(n.Params):])
	out := make([]*graph.Value, len(params))
	for i, g := range graph.Grad(loss, params...) {
		out[i] = graph.Sub(params[i], graph.Scale(g, 0.05))
	}
	return append(out, loss)
}

// counting donates the first n inputs to the first n outputs; one more output has its own memory.
func counting(n int) []int {
	d := make([]int, n+1)
	for i := range n {
		d[i] = i + 1
	}
	return d
}

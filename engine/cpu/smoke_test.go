package cpu_test

import (
	"fmt"
	"math"
	"testing"

	"basin/engine"
	"basin/engine/cpu"
	"basin/engine/reference"
	"basin/graph"
	"basin/model"
	"basin/random"
	"basin/spec"
)

func crossEntropy(z, y *graph.Value) *graph.Value {
	n, c := z.Shape()[0], z.Shape()[1]
	m := graph.StopGradient(graph.ReduceMax(z, 1))
	zc := graph.Sub(z, graph.Broadcast(m, z.Shape(), 0))
	lse := graph.Log(graph.ReduceSum(graph.Exp(zc), 1))
	it := graph.T(graph.Int32, n, c)
	oh := graph.Convert(graph.Compare(graph.EQ, graph.Iota(it, 1), graph.Broadcast(y, it.Shape, 0)), z.DType())
	return graph.Scale(graph.ReduceSum(graph.Sub(lse, graph.ReduceSum(graph.Mul(zc, oh), 1))), 1/float64(n))
}

func program(t testing.TB, m *model.Model, n int, d graph.DType, hvp bool, mode model.Mode) *graph.Program {
	types := append(model.Types(m.Params, d), model.Types(m.State, d)...)
	types = append(types, graph.T(d, append([]int{n}, m.Input...)...), graph.T(graph.Int32, n))
	np, ns := len(m.Params.Segments), len(m.State.Segments)
	if hvp {
		types = append(types, model.Types(m.Params, d)...)
	}
	p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		theta, state, x, y := in[:np], in[np:np+ns], in[np+ns], in[np+ns+1]
		pass := m.Apply(theta, state, x, mode)
		l := crossEntropy(pass.Logits, y)
		if hvp {
			return append([]*graph.Value{l}, graph.HVP(l, theta, in[np+ns+2:])...)
		}
		return append(append([]*graph.Value{l}, graph.Grad(l, theta...)...), pass.State...)
	}, types...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func fillInputs(p *graph.Program) []engine.Array {
	r := random.Stream(1, "x", 0)
	var in []engine.Array
	for _, v := range p.Inputs {
		a := engine.NewArray(v.Type())
		for i := range a.Len() {
			if v.DType() == graph.Int32 {
				a.Set(i, float64(r.IntN(3)))
			} else {
				a.Set(i, r.Float64())
			}
		}
		in = append(in, a)
	}
	return in
}

func TestSmoke(t *testing.T) {
	e, err := cpu.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []spec.Model{{Kind: "mlp", Width: 5, Depth: 2}, {Kind: "mlp", Width: 5, Depth: 2, BatchNorm: true, Activation: "gelu"}, {Kind: "cnn", Width: 3, Depth: 2, BatchNorm: true, Activation: "tanh"}, {Kind: "resnet18", Width: 1}} {
		m, err := model.New(s, []int{2, 5, 6}, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			for _, hvp := range []bool{false, true} {
				for _, mode := range []model.Mode{model.Eval, model.Batch} {
					p := program(t, m, 7, d, hvp, mode)
					in := fillInputs(p)
					want, err := engine.Evaluate(reference.Engine{}, p, in...)
					if err != nil {
						t.Fatal(err)
					}
					got, err := engine.Evaluate(e, p, in...)
					if err != nil {
						t.Fatal(err)
					}
					worst, scale := 0.0, 0.0
					for i := range want {
						for j := range want[i].Len() {
							worst = max(worst, math.Abs(want[i].At(j)-got[i].At(j)))
							scale = max(scale, math.Abs(want[i].At(j)))
						}
					}
					fmt.Println(s.Kind, d, hvp, mode, worst/scale, len(p.Values()))
				}
			}
		}
	}
}

func BenchmarkStep(b *testing.B) {
	e, _ := cpu.New()
	for _, w := range []int{1, 8, 64} {
		for _, n := range []int{8, 128, 512} {
			for _, hvp := range []bool{false, true} {
				m, _ := model.New(spec.Model{Kind: "mlp", Width: w, Depth: 2}, []int{64}, 10)
				p := program(b, m, n, graph.Float32, hvp, model.Eval)
				b.Run(fmt.Sprintf("w%d/n%d/hvp=%v", w, n, hvp), func(b *testing.B) {
					x, _ := e.Compile(p, engine.Options{})
					in := fillInputs(p)
					out := make([]engine.Array, len(p.Outputs))
					for i, v := range p.Outputs {
						out[i] = engine.NewArray(v.Type())
					}
					run, err := x.Bind(in, out)
					if err != nil {
						b.Fatal(err)
					}
					b.ReportAllocs()
					for b.Loop() {
						run()
					}
				})
			}
		}
	}
}

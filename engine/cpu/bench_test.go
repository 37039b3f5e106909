package cpu_test

import (
	"fmt"
	"testing"

	"basin/engine"
	"basin/engine/cpu"
	"basin/graph"
	"basin/model"
	"basin/param"
	"basin/random"
	"basin/task"
)

// segments are the types of a layout's segments.
func segments(l param.Layout, d graph.DType) (types []graph.Type) {
	for _, s := range l.Segments {
		types = append(types, graph.T(d, s.Shape...))
	}
	return types
}

func program(t testing.TB, m *model.Model, n int, d graph.DType, hvp bool, mode model.Mode) *graph.Program {
	types := append(segments(m.Params, d), segments(m.State, d)...)
	types = append(types, graph.T(d, append([]int{n}, m.Input...)...), graph.T(graph.Int32, n))
	np, ns := len(m.Params.Segments), len(m.State.Segments)
	if hvp {
		types = append(types, segments(m.Params, d)...)
	}
	p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		theta, state, x, y := in[:np], in[np:np+ns], in[np+ns], in[np+ns+1]
		pass := m.Apply(theta, state, x, mode)
		losses := (&task.Classification{Criterion: "cross-entropy"}).Loss(0, pass.Outputs, y)
		l := graph.Scale(graph.ReduceSum(losses), 1/float64(n))
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

// run compiles p and binds it to random inputs.
func run(b *testing.B, e *cpu.Engine, p *graph.Program) engine.Run {
	x, err := e.Compile(p, engine.Options{})
	if err != nil {
		b.Fatal(err)
	}
	out := make([]engine.Array, len(p.Outputs))
	for i, v := range p.Outputs {
		out[i] = engine.NewArray(v.Type())
	}
	r, err := x.Bind(fillInputs(p), out)
	if err != nil {
		b.Fatal(err)
	}
	if err := r(); err != nil {
		b.Fatal(err)
	}
	return r
}

// BenchmarkResNet times the gradient with batch statistics and the Hessian-vector product with running ones, on
// 128 images, on one thread and on two.
func BenchmarkResNet(b *testing.B) {
	e, _ := cpu.New()
	for kind, a := range map[string]model.Architecture{
		"resnet20": &model.ResNet20{Width: 16, Activation: "relu"},
		"resnet18": &model.ResNet18{Width: 8, Activation: "relu"},
	} {
		m, err := model.New(a, []int{3, 32, 32}, 10)
		if err != nil {
			b.Fatal(err)
		}
		for _, hvp := range []bool{false, true} {
			mode := map[bool]model.Mode{false: model.Batch, true: model.Eval}[hvp]
			p := program(b, m, 128, graph.Float32, hvp, mode)
			for threads := 1; threads <= 2; threads++ {
				b.Run(fmt.Sprintf("%s/hvp=%v/threads=%d", kind, hvp, threads), func(b *testing.B) {
					r := run(b, e.WithThreads(threads), p)
					b.ReportAllocs()
					for b.Loop() {
						if err := r(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

// BenchmarkCompile times the planning of programs.
func BenchmarkCompile(b *testing.B) {
	e, _ := cpu.New()
	for _, c := range []struct {
		kind  string
		model model.Architecture
		shape []int
	}{
		{"mlp", &model.MLP{Width: 32, Depth: 2, Activation: "relu"}, []int{64}},
		{"resnet18", &model.ResNet18{Width: 8, Activation: "relu"}, []int{3, 32, 32}},
	} {
		m, err := model.New(c.model, c.shape, 10)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.kind, func(b *testing.B) {
			for b.Loop() {
				if _, err := e.Compile(program(b, m, 128, graph.Float32, true, model.Eval), engine.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkStep times the gradient and the Hessian-vector product of small fully connected networks.
func BenchmarkStep(b *testing.B) {
	e, _ := cpu.New()
	for _, w := range []int{1, 8, 64} {
		for _, n := range []int{8, 128, 512} {
			for _, hvp := range []bool{false, true} {
				m, _ := model.New(&model.MLP{Width: w, Depth: 2, Activation: "relu"}, []int{64}, 10)
				p := program(b, m, n, graph.Float32, hvp, model.Eval)
				b.Run(fmt.Sprintf("w%d/n%d/hvp=%v", w, n, hvp), func(b *testing.B) {
					run := run(b, e, p)
					b.ReportAllocs()
					for b.Loop() {
						run()
					}
				})
			}
		}
	}
}

package enginetest

import (
	"math/rand/v2"
	"testing"

	"basin/engine"
	"basin/engine/reference"
	"basin/graph"
)

// bind compiles p and binds it to in and to fresh outputs.
func bind(t TB, e engine.Engine, p *graph.Program, o engine.Options, in ...engine.Array) (engine.Run, []engine.Array) {
	t.Helper()
	out := make([]engine.Array, len(p.Outputs))
	for j, v := range p.Outputs {
		out[j] = engine.NewArray(v.Type())
		for i := range out[j].Len() {
			out[j].Set(i, 77) // what an output held must not matter
		}
		if o.Donate != nil && o.Donate[j] > 0 {
			out[j] = in[o.Donate[j]-1]
		}
	}
	x, err := e.Compile(p, o)
	if err != nil {
		t.Fatal(err)
	}
	run, err := x.Bind(in, out)
	if err != nil {
		t.Fatal(err)
	}
	return run, out
}

func must(t TB, run engine.Run) {
	t.Helper()
	if err := run(); err != nil {
		t.Fatal(err)
	}
}

func testBinding(t *testing.T, e engine.Engine) {
	rng := rand.New(rand.NewPCG(12, 13))
	draw := func(shape ...int) engine.Array {
		typ := graph.T(graph.Float32, shape...)
		return Fill(typ, Real(rng, typ.Size()))
	}
	t.Run("plain outputs", func(t *testing.T) {
		in := []engine.Array{draw(3, 4), draw(3, 4), draw()}
		f := func(in []*graph.Value) []*graph.Value {
			x, y, s := in[0], in[1], in[2]
			sum := graph.Add(x, y)
			constant := graph.Literal(graph.T(graph.Int32, 3), []float64{5, -6, 7})
			return []*graph.Value{
				x, x, sum, y, sum, s, // inputs themselves, and values more than once
				graph.Reshape(x, 12), graph.Reshape(sum, 2, 6), graph.Reshape(graph.Neg(y), 4, 3), // views
				graph.Transpose(x, 1, 0), graph.Transpose(sum, 1, 0), graph.Broadcast(s, []int{2, 2}),
				graph.Broadcast(sum, []int{2, 3, 4}, 1, 2),
				graph.Slice(x, []int{1, 0}, []int{3, 4}, nil), graph.StopGradient(y), graph.StopGradient(sum),
				constant, constant, graph.Full(graph.T(graph.Float64, 2), 1.5), graph.Iota(graph.T(graph.Float32, 4), 0),
				graph.Reshape(constant, 3, 1), graph.Const(graph.Float32, 3), graph.Full(graph.T(graph.Float32, 0), 1),
				graph.Add(graph.Const(graph.Float32, 2), graph.Const(graph.Float32, 0.5)),
			}
		}
		got, want := Call(t, e, f, in...), Call(t, reference.Engine{}, f, in...)
		for i := range want {
			SameBits(t, "output", got[i], want[i])
		}
	})
	t.Run("no inputs, no outputs, unread inputs", func(t *testing.T) {
		out := Call(t, e, func([]*graph.Value) []*graph.Value {
			return []*graph.Value{graph.Exp(graph.Const(graph.Float64, 0))}
		})
		if out[0].F64[0] != 1 {
			t.Errorf("e⁰ = %v", out[0].F64[0])
		}
		if out := Call(t, e, func([]*graph.Value) []*graph.Value { return nil }, draw(3)); len(out) != 0 {
			t.Errorf("%d outputs of a program that has none", len(out))
		}
		x := draw(3)
		out = Call(t, e, func(in []*graph.Value) []*graph.Value {
			return []*graph.Value{graph.Neg(in[1])}
		}, draw(2), x, draw())
		if out[0].F32[1] != -x.F32[1] {
			t.Errorf("%v, want −%v", out[0].F32, x.F32)
		}
	})
	t.Run("inputs are distinct", func(t *testing.T) { // with the same type and no name
		x, y := draw(3), draw(3)
		out := Call(t, e, func(in []*graph.Value) []*graph.Value {
			return []*graph.Value{graph.Sub(graph.Neg(in[0]), graph.Neg(in[1]))}
		}, x, y)
		if out[0].F32[0] != y.F32[0]-x.F32[0] {
			t.Errorf("%v, want %v − %v", out[0].F32, y.F32, x.F32)
		}
	})
	t.Run("runs again", func(t *testing.T) {
		for _, n := range []Network{MLP(graph.ReLU), ConvNet(graph.ReLU, true)} {
			params, data := n.Arrays(rng, graph.Float32)
			in := append(append(params, data...), Case{Operands: n.Params}.Arrays(rng, graph.Float32)...)
			p := Trace(t, n.everything, in...)
			run, out := bind(t, e, p, engine.Options{}, in...)
			must(t, run)
			first := clone(out)
			kept := clone(in)
			must(t, run)
			for i := range out {
				SameBits(t, "second run", out[i], first[i])
			}
			for i := range in {
				SameBits(t, "input after the run", in[i], kept[i])
			}
			for i := range in[0].F32 {
				in[0].F32[i] *= 1.5
			}
			must(t, run)
			for i, want := range Call(t, e, n.everything, in...) {
				SameBits(t, "run on changed inputs", out[i], want)
			}
			copy(in[0].F32, kept[0].F32)
			must(t, run)
			for i := range out {
				SameBits(t, "run on the first inputs", out[i], first[i])
			}
		}
	})
	t.Run("bound twice", func(t *testing.T) {
		p := Trace(t, func(in []*graph.Value) []*graph.Value {
			return []*graph.Value{graph.Tanh(graph.MatMul(in[0], graph.Exp(in[0])))}
		}, draw(5, 5))
		x, err := e.Compile(p, engine.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var runs []engine.Run
		var ins, outs []engine.Array
		for range 2 {
			in, out := draw(5, 5), engine.NewArray(graph.T(graph.Float32, 5, 5))
			run, err := x.Bind([]engine.Array{in}, []engine.Array{out})
			if err != nil {
				t.Fatal(err)
			}
			runs, ins, outs = append(runs, run), append(ins, in), append(outs, out)
		}
		must(t, runs[0])
		must(t, runs[1])
		must(t, runs[0])
		for i := range ins {
			want, err := engine.Evaluate(e, p, ins[i])
			if err != nil {
				t.Fatal(err)
			}
			SameBits(t, "binding", outs[i], want[0])
		}
	})
	t.Run("arguments that do not fit", func(t *testing.T) {
		p := Trace(t, func(in []*graph.Value) []*graph.Value { return []*graph.Value{graph.Neg(in[0])} }, draw(2, 3))
		x, err := e.Compile(p, engine.Options{})
		if err != nil {
			t.Fatal(err)
		}
		good := draw(2, 3)
		short := good
		short.F32 = short.F32[:5]
		for _, bad := range [][2][]engine.Array{
			{{}, {good}}, {{good}, {}}, {{draw(3, 2)}, {good}}, {{short}, {good}}, {{good}, {short}},
			{{good}, {engine.NewArray(graph.T(graph.Float64, 2, 3))}},
		} {
			if _, err := x.Bind(bad[0], bad[1]); err == nil {
				t.Errorf("bound inputs %v and outputs %v", bad[0], bad[1])
			}
		}
	})
}

func clone(arrays []engine.Array) []engine.Array {
	c := make([]engine.Array, len(arrays))
	for i, a := range arrays {
		c[i] = Fill(a.Type, Elements(a))
	}
	return c
}

package objective

import (
	"basin/engine"
	"basin/graph"
)

// longVector is the length from which vectors are converted by the engine's kernels: below it, binding a program
// to the caller's memory takes longer than a plain loop.
var longVector = 1 << 14

// conversion passes vectors of one length between float64 and float32, with the bits of plain loops.
type conversion struct {
	length             int
	narrow, widen, add engine.Executable
}

// newConversion is nil where plain loops are as fast.
func newConversion(e engine.Engine, d graph.DType, n int) (*conversion, error) {
	if d != graph.Float32 || n < longVector {
		return nil, nil
	}
	narrow, wide, scalar := graph.T(graph.Float32, n), graph.T(graph.Float64, n), graph.T(graph.Float64)
	c := &conversion{length: n}
	for _, p := range []struct {
		to    *engine.Executable
		f     func(in []*graph.Value) *graph.Value
		types []graph.Type
		o     engine.Options
	}{
		{&c.narrow, func(in []*graph.Value) *graph.Value { return graph.Convert(in[0], graph.Float32) },
			[]graph.Type{wide}, engine.Options{}},
		{&c.widen, func(in []*graph.Value) *graph.Value { return graph.Mul(graph.Convert(in[0], graph.Float64), in[1]) },
			[]graph.Type{narrow, scalar}, engine.Options{}},
		{&c.add, func(in []*graph.Value) *graph.Value {
			return graph.Add(in[2], graph.Mul(graph.Convert(in[0], graph.Float64), in[1]))
		}, []graph.Type{narrow, scalar, wide}, engine.Options{Donate: []int{3}}},
	} {
		one := func(in []*graph.Value) []*graph.Value { return []*graph.Value{p.f(in)} }
		program, err := graph.Trace(one, p.types...)
		if err != nil {
			return nil, err
		}
		if *p.to, err = e.Compile(program, p.o); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// store rounds x to a's dtype.
func (c *conversion) store(a engine.Array, x []float64) error {
	if c == nil || a.Len() != c.length {
		storeInto(a, x)
		return nil
	}
	return call(c.narrow, a, engine.Float64s(x))
}

// load sets dst to a times scale, or adds that to it.
func (c *conversion) load(dst []float64, a engine.Array, scale float64, add bool) error {
	if c != nil && a.Len() == c.length {
		to, s := engine.Float64s(dst), engine.NewArray(graph.T(graph.Float64))
		s.F64[0] = scale
		if add {
			return call(c.add, to, a, s, to)
		}
		return call(c.widen, to, a, s)
	}
	loadScaled(dst, a.F32, scale, add)
	loadScaled(dst, a.F64, scale, add)
	return nil
}

func loadScaled[T float32 | float64](dst []float64, a []T, scale float64, add bool) {
	if add {
		for i, v := range a {
			dst[i] += float64(float64(v) * scale)
		}
		return
	}
	for i, v := range a {
		dst[i] = float64(v) * scale
	}
}

// call runs a program once.
func call(x engine.Executable, out engine.Array, in ...engine.Array) error {
	run, err := x.Bind(in, []engine.Array{out})
	if err != nil {
		return err
	}
	return run()
}

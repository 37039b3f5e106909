package reference

import (
	"math"
	"strings"
	"testing"

	"basin/engine"
	"basin/graph"
)

// run traces f and evaluates it.
func run(t *testing.T, f func(in []*graph.Value) *graph.Value, in ...engine.Array) (engine.Array, error) {
	t.Helper()
	types := make([]graph.Type, len(in))
	for i, a := range in {
		types[i] = a.Type
	}
	p, err := graph.Trace(func(in []*graph.Value) []*graph.Value { return []*graph.Value{f(in)} }, types...)
	if err != nil {
		t.Fatal(err)
	}
	out, err := engine.Evaluate(Engine{}, p, in...)
	if err != nil {
		return engine.Array{}, err
	}
	return out[0], nil
}

func TestRowsOutOfRange(t *testing.T) {
	for _, bad := range []int32{-1, 3} {
		index := engine.Int32s([]int32{0, bad})
		_, err := run(t, func(in []*graph.Value) *graph.Value {
			return graph.Gather(in[0], in[1])
		}, engine.Float64s(make([]float64, 6), 3, 2), index)
		checkRows(t, err, "gather", bad)
		_, err = run(t, func(in []*graph.Value) *graph.Value {
			return graph.ScatterAdd(in[0], in[1], 3)
		}, engine.Float64s(make([]float64, 4), 2, 2), index)
		checkRows(t, err, "scatter-add", bad)
	}
}

func checkRows(t *testing.T, err error, op string, index int32) {
	t.Helper()
	want := map[int32]string{-1: "index -1 is outside the 3 rows", 3: "index 3 is outside the 3 rows"}[index]
	if err == nil || !strings.Contains(err.Error(), op) || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one that says %q and %q", err, op, want)
	}
}

// TestRounding: sums and dot products of float32 accumulate in float64 and round once; elementwise work rounds at
// each step.
func TestRounding(t *testing.T) {
	x := []float32{1 << 24, 1, 1, 1} // float32 cannot count 2²⁴ + 1
	sum, err := run(t, func(in []*graph.Value) *graph.Value { return graph.ReduceSum(in[0]) }, engine.Float32s(x))
	if err != nil || sum.F32[0] != 1<<24+4 { // 2²⁴+3 is a tie, to even
		t.Errorf("sum %v, %v", sum.F32, err)
	}
	dot, err := run(t, func(in []*graph.Value) *graph.Value {
		return graph.Dot(in[0], in[0], graph.DotAxes{LeftContract: []int{0}, RightContract: []int{0}})
	}, engine.Float32s([]float32{1 << 12, 1, 1, 1, 1}))
	if err != nil || dot.F32[0] != 1<<24+4 {
		t.Errorf("dot %v, %v", dot.F32, err)
	}
	step, err := run(t, func(in []*graph.Value) *graph.Value {
		return graph.Shift(graph.Shift(in[0], 1), 1)
	}, engine.Float32s(x[:1]))
	if err != nil || step.F32[0] != 1<<24 {
		t.Errorf("elementwise %v, %v", step.F32, err)
	}
}

func TestIntegers(t *testing.T) {
	cases := []struct {
		op      func(a, b *graph.Value) *graph.Value
		a, b, y int32
	}{
		{graph.Add, math.MaxInt32, 1, math.MinInt32},
		{graph.Sub, math.MinInt32, 1, math.MaxInt32},
		{graph.Mul, math.MaxInt32, math.MaxInt32, 1},
		{graph.Mul, 65537, 65537, 131073},
		{graph.Div, -7, 2, -3},
		{graph.Div, 7, 0, 0},
		{graph.Pow, -3, 3, -27},
		{graph.Pow, 2, 32, 0},
		{graph.Pow, 2, -1, 0},
		{graph.Pow, -1, -3, -1},
		{graph.Pow, 0, 0, 1},
		{graph.Max, -4, 3, 3},
		{graph.Min, -4, 3, -4},
	}
	for _, c := range cases {
		y, err := run(t, func(in []*graph.Value) *graph.Value {
			return c.op(in[0], in[1])
		}, engine.Int32s([]int32{c.a}), engine.Int32s([]int32{c.b}))
		if err != nil || y.I32[0] != c.y {
			t.Errorf("%d, %d: %v %v, want %d", c.a, c.b, y.I32, err, c.y)
		}
	}
	y, err := run(t, func(in []*graph.Value) *graph.Value { return graph.Convert(in[0], graph.Int32) },
		engine.Float64s([]float64{-1.9, 1.9, 1e300, -1e300, math.NaN()}))
	for i, want := range []int32{-1, 1, math.MaxInt32, math.MinInt32, 0} {
		if err != nil || y.I32[i] != want {
			t.Errorf("convert %d: %v, %v, want %d", i, y.I32, err, want)
		}
	}
}

// TestLeakedInput: a free value that is not an input of the program is refused when the program is compiled.
func TestLeakedInput(t *testing.T) {
	alien := graph.Input("alien", graph.T(graph.Float64))
	p := &graph.Program{Outputs: []*graph.Value{graph.Neg(alien)}}
	if _, err := (Engine{}).Compile(p, engine.Options{}); err == nil || !strings.Contains(err.Error(), "alien") {
		t.Errorf("error %v", err)
	}
}

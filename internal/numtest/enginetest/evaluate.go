package enginetest

import (
	"math"

	"basin/engine"
	"basin/graph"
)

// TB is what testing.T and rapid.T have in common.
type TB interface {
	Helper()
	Fatal(args ...any)
	Errorf(format string, args ...any)
}

// Function is what Trace takes.
type Function func(in []*graph.Value) []*graph.Value

// Call traces f at the arrays' types and runs it on e.
func Call(t TB, e engine.Engine, f Function, in ...engine.Array) []engine.Array {
	t.Helper()
	out, err := engine.Evaluate(e, Trace(t, f, in...), in...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Trace traces f at the arrays' types.
func Trace(t TB, f Function, in ...engine.Array) *graph.Program {
	t.Helper()
	p, err := graph.Trace(f, TypesOf(in)...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TypesOf lists the arrays' types.
func TypesOf(in []engine.Array) []graph.Type {
	types := make([]graph.Type, len(in))
	for i, a := range in {
		types[i] = a.Type
	}
	return types
}

// Elements converts all of a's elements.
func Elements(a engine.Array) []float64 {
	x := make([]float64, a.Len())
	for i := range x {
		x[i] = a.At(i)
	}
	return x
}

// Stack joins arrays of one type along a new leading axis.
func Stack(arrays ...engine.Array) engine.Array {
	t := arrays[0].Type
	t.Shape = append([]int{len(arrays)}, t.Shape...)
	var all []float64
	for _, a := range arrays {
		all = append(all, Elements(a)...)
	}
	return Fill(t, all)
}

// Element is a[i] along the leading axis, copied.
func Element(a engine.Array, i int) engine.Array {
	t := a.Type
	t.Shape = t.Shape[1:]
	return Fill(t, Elements(a)[i*t.Size():(i+1)*t.Size()])
}

// SameBits reports the first difference between arrays that should be equal bit for bit; all NaN count as equal.
func SameBits(t TB, what string, got, want engine.Array) {
	t.Helper()
	if !got.Type.Equal(want.Type) {
		t.Errorf("%s: type %v, want %v", what, got.Type, want.Type)
		return
	}
	for i := range got.Len() {
		g, w := got.At(i), want.At(i)
		if math.Float64bits(g) != math.Float64bits(w) && !(math.IsNaN(g) && math.IsNaN(w)) {
			t.Errorf("%s: element %d of %v is %v, want exactly the bits of %v", what, i, got.Type, g, w)
			return
		}
	}
}

// Equal reports the first difference between arrays that should be equal; 0 equals −0.
func Equal(t TB, what string, got, want engine.Array) {
	t.Helper()
	if !got.Type.Equal(want.Type) {
		t.Errorf("%s: type %v, want %v", what, got.Type, want.Type)
		return
	}
	for i := range got.Len() {
		if g, w := got.At(i), want.At(i); g != w {
			t.Errorf("%s: element %d of %v is %v, want %v", what, i, got.Type, g, w)
			return
		}
	}
}

package enginetest

import (
	"fmt"
	"strings"
	"testing"

	"basin/engine"
	"basin/graph"
)

// testRowErrors: an index out of range is an error that names it and the number of rows, in Vmap too, and the
// program runs again once the index is valid.
func testRowErrors(t *testing.T, e engine.Engine) {
	const rows = 3
	gather := func(in []*graph.Value) []*graph.Value { return []*graph.Value{graph.Gather(in[0], in[1])} }
	scatter := func(in []*graph.Value) []*graph.Value { return []*graph.Value{graph.ScatterAdd(in[0], in[1], rows)} }
	mapped := func(f Function) Function {
		return func(in []*graph.Value) []*graph.Value { return graph.Vmap(f, in...) }
	}
	for _, c := range []struct {
		name  string
		f     Function
		x     engine.Array
		index []int
		named bool // the error can name the index as the user gave it
	}{
		{"gather", gather, engine.NewArray(graph.T(graph.Float32, rows, 2)), []int{4}, true},
		{"scatter-add", scatter, engine.NewArray(graph.T(graph.Float64, 4, 2)), []int{4}, true},
		{"mapped gather", mapped(gather), engine.NewArray(graph.T(graph.Float32, 2, rows, 2)), []int{2, 2}, false},
		{"mapped scatter-add", mapped(scatter), engine.NewArray(graph.T(graph.Float64, 2, 2, 2)), []int{2, 2}, false},
	} {
		for _, bad := range []int32{-1, rows, 1 << 30, -1 << 31} {
			for at := range 4 {
				index := engine.NewArray(graph.T(graph.Int32, c.index...))
				p := Trace(t, c.f, c.x, index)
				run, _ := bind(t, e, p, engine.Options{}, c.x, index)
				index.I32[at] = bad
				err := run()
				if err == nil {
					t.Errorf("%s: index %d of %d rows was accepted at position %d", c.name, bad, rows, at)
				} else if c.named && (!strings.Contains(err.Error(), fmt.Sprint(bad)) ||
					!strings.Contains(err.Error(), fmt.Sprint(rows))) {
					t.Errorf("%s: the error %q names neither index %d nor the %d rows", c.name, err, bad, rows)
				}
				index.I32[at] = rows - 1
				if err := run(); err != nil {
					t.Errorf("%s: after a bad index, good ones give %v", c.name, err)
				}
			}
		}
	}
}

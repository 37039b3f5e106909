// Package engine declares what runs programs. engine/reference is the oracle, written as plain loops; engine/cpu
// is the fast engine.
package engine

import (
	"fmt"

	"basin/graph"
)

// Engine compiles programs.
type Engine interface {
	// Compile prepares p to be run many times.
	Compile(p *graph.Program, o Options) (Executable, error)
	// Level names the instruction set in use ("reference", "generic", "avx2", "avx512"), for provenance.
	Level() string
}

// Options say how a program may use its arguments. The zero value is always correct.
type Options struct {
	// Donate[j] = i+1 lets output j be written over input i, which has its type: the caller binds one array as
	// both, and the engine writes it only after input i's last read. 0 donates nothing. A nil slice donates
	// nothing.
	Donate []int
}

// Executable is a compiled program. It is not safe for concurrent use: each worker compiles its own.
type Executable interface {
	// Bind fixes the arrays that the program reads and writes: views of the caller's memory, one for each input
	// and each output, of its type. No output overlaps another argument unless it was donated.
	Bind(in, out []Array) (Run, error)
	// Bytes is the memory that the executable holds, beside its arguments, once it is bound: near enough to bound a
	// cache by.
	Bytes() int
}

// Run is a program bound to its arguments. Calling it reads the inputs as they are now and writes the outputs.
// After the first call nothing is allocated. An error is about data (an index out of range); Bind has checked the
// shapes.
type Run func() error

// Array is a view of contiguous elements in row-major order. Exactly the slice of its dtype is in use.
type Array struct {
	Type graph.Type
	F32  []float32
	F64  []float64
	I32  []int32
}

// NewArray allocates zeros.
func NewArray(t graph.Type) Array {
	a := Array{Type: t}
	switch n := t.Size(); t.DType {
	case graph.Float32:
		a.F32 = make([]float32, n)
	case graph.Float64:
		a.F64 = make([]float64, n)
	case graph.Int32:
		a.I32 = make([]int32, n)
	}
	return a
}

// Float32s, Float64s and Int32s view a slice as an array; no shape means one axis.
func Float32s(x []float32, shape ...int) Array {
	return Array{Type: graph.T(graph.Float32, orFlat(shape, len(x))...), F32: x}
}
func Float64s(x []float64, shape ...int) Array {
	return Array{Type: graph.T(graph.Float64, orFlat(shape, len(x))...), F64: x}
}
func Int32s(x []int32, shape ...int) Array {
	return Array{Type: graph.T(graph.Int32, orFlat(shape, len(x))...), I32: x}
}

func orFlat(shape []int, n int) []int {
	if shape == nil {
		return []int{n}
	}
	return shape
}

// Len is the number of elements actually held.
func (a Array) Len() int { return len(a.F32) + len(a.F64) + len(a.I32) }

// At and Set convert one element, for tests and small copies.
func (a Array) At(i int) float64 {
	switch a.Type.DType {
	case graph.Float32:
		return float64(a.F32[i])
	case graph.Float64:
		return a.F64[i]
	}
	return float64(a.I32[i])
}

func (a Array) Set(i int, x float64) {
	switch a.Type.DType {
	case graph.Float32:
		a.F32[i] = float32(x)
	case graph.Float64:
		a.F64[i] = x
	default:
		a.I32[i] = int32(x)
	}
}

// Check reports a program that is not closed, or donations that do not fit. Every Compile begins with it.
func Check(p *graph.Program, o Options) error {
	isInput := map[*graph.Value]bool{}
	for _, v := range p.Inputs {
		isInput[v] = true
	}
	for _, v := range p.Values() {
		if v.Op() == graph.OpInput && !isInput[v] {
			return fmt.Errorf("engine: %v is needed but is not an input of the program", v)
		}
	}
	taken := map[int]bool{}
	for j, d := range o.Donate {
		if d == 0 {
			continue
		}
		if taken[d] {
			return fmt.Errorf("engine: input %d is donated to two outputs", d-1)
		}
		taken[d] = true
		if j >= len(p.Outputs) || d < 0 || d > len(p.Inputs) || !p.Outputs[j].Type().Equal(p.Inputs[d-1].Type()) {
			return fmt.Errorf("engine: input %d cannot be donated to output %d: both must exist and have the same type", d-1, j)
		}
	}
	return nil
}

// CheckArguments reports the first array that does not fit its place in p.
func CheckArguments(p *graph.Program, in, out []Array) error {
	check := func(what string, values []*graph.Value, arrays []Array) error {
		if len(values) != len(arrays) {
			return fmt.Errorf("engine: %d %ss bound, the program has %d", len(arrays), what, len(values))
		}
		for i, v := range values {
			if !arrays[i].Type.Equal(v.Type()) || arrays[i].Len() != v.Type().Size() {
				return fmt.Errorf("engine: %s %d is %v with %d elements, the program needs %v",
					what, i, arrays[i].Type, arrays[i].Len(), v.Type())
			}
		}
		return nil
	}
	if err := check("input", p.Inputs, in); err != nil {
		return err
	}
	return check("output", p.Outputs, out)
}

// Evaluate compiles and runs p once on fresh outputs: for tests and one-off work.
func Evaluate(e Engine, p *graph.Program, in ...Array) ([]Array, error) {
	x, err := e.Compile(p, Options{})
	if err != nil {
		return nil, err
	}
	out := make([]Array, len(p.Outputs))
	for i, v := range p.Outputs {
		out[i] = NewArray(v.Type())
	}
	run, err := x.Bind(in, out)
	if err != nil {
		return nil, err
	}
	return out, run()
}

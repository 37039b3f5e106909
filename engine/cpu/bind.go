package cpu

import (
	"unsafe"

	"basin/engine"
	"basin/engine/cpu/kernel"
	"basin/graph"
)

// executable is a plan with its memory. Programs bound from it share that memory, so they must not run at the same
// time.
type executable struct {
	k         *kernel.Kernels
	plan      *plan
	threads   int
	constants []engine.Array
	arena     [3]engine.Array
	scratch   [][3]engine.Array // of each worker, for a step while it runs

	convolutions map[string]any // plans, by kind, geometry and element type
}

// binding resolves nodes to memory while a program is bound.
type binding struct {
	*executable
	in, out []engine.Array
	err     error // of data, set by a step while it runs
}

// Bind implements engine.Executable.
func (x *executable) Bind(in, out []engine.Array) (engine.Run, error) {
	if err := engine.CheckArguments(x.plan.program, in, out); err != nil {
		return nil, err
	}
	for d := range x.arena {
		if x.arena[d].Len() < x.plan.arena[d] { // a program that is never bound needs no memory
			x.arena[d] = alignedArray(graph.DType(d), x.plan.arena[d])
		}
	}
	b := &binding{executable: x, in: in, out: out}
	var tasks []*task
	for i := range x.plan.steps {
		s := &x.plan.steps[i]
		if s.operation != nil {
			tasks = append(tasks, b.bindOperation(s.operation)...)
		} else if s.group[0].groupSize() > 0 {
			tasks = append(tasks, b.bindGroup(s.group))
		}
	}
	for _, n := range x.plan.finals {
		tasks = append(tasks, serial(b.bindFinal(n)))
	}
	run := sequence(tasks, x.threads)
	return func() error {
		b.err = nil
		run()
		return b.err
	}, nil
}

// Bytes implements engine.Executable.
func (x *executable) Bytes() int {
	n := nodeBytes * len(x.plan.nodes)
	for d, elements := range x.plan.arena {
		n += elements * elementBytes[d]
	}
	for _, a := range x.constants {
		n += a.Len() * elementBytes[a.Type.DType]
	}
	for _, worker := range x.scratch {
		for d, a := range worker {
			n += a.Len() * elementBytes[d]
		}
	}
	return n
}

// elementBytes is the size of an element of each dtype.
var elementBytes = [3]int{graph.Float32: 4, graph.Float64: 8, graph.Int32: 4}

// nodeBytes is what a node takes of memory by its graph, its plan and its task, roughly.
const nodeBytes = 3000

// array is the memory of a node.
func (b *binding) array(n *node) engine.Array {
	switch n.buffer.place {
	case inInput:
		return b.in[n.buffer.index]
	case inOutput:
		return b.out[n.buffer.index]
	case inConstant:
		return b.constants[n.buffer.index]
	case inArena:
		return part(b.arena[n.typ.DType], n.buffer.at, n.typ.Size())
	}
	panic("cpu: a node without memory is read: " + n.op.String())
}

// reserve returns n elements for one worker, for the duration of one step. Steps share them.
func (x *executable) reserve(worker int, d graph.DType, n int) engine.Array {
	s := &x.scratch[worker][d]
	if s.Len() < n {
		*s = alignedArray(d, n)
	}
	return part(*s, 0, n)
}

func part(a engine.Array, at, n int) engine.Array {
	switch a.Type.DType {
	case graph.Float32:
		return engine.Float32s(a.F32[at : at+n])
	case graph.Float64:
		return engine.Float64s(a.F64[at : at+n])
	}
	return engine.Int32s(a.I32[at : at+n])
}

// number is the type of an array's elements.
type number interface{ float32 | float64 | int32 }

// elements is the slice of a that holds elements of type T.
func elements[T number](a engine.Array) []T {
	var s any
	switch any(*new(T)).(type) {
	case float32:
		s = a.F32
	case float64:
		s = a.F64
	default:
		s = a.I32
	}
	return s.([]T)
}

// memory is the slice of a node's elements.
func memory[T number](b *binding, n *node) []T { return elements[T](b.array(n)) }

// contiguousOf is the slice that a contiguous view covers.
func contiguousOf[T number](b *binding, w view) []T {
	return memory[T](b, w.base)[w.offset:][:w.size()]
}

// ops is the table of kernels for T.
func ops[T kernel.Float](k *kernel.Kernels) *kernel.Ops[T] {
	if o, ok := any(&k.F32).(*kernel.Ops[T]); ok {
		return o
	}
	return any(&k.F64).(*kernel.Ops[T])
}

func (b *binding) bindFinal(n *node) func() {
	switch from, to := b.array(n), b.out[n.output]; n.typ.DType {
	case graph.Float32:
		return func() { copy(to.F32, from.F32) }
	case graph.Float64:
		return func() { copy(to.F64, from.F64) }
	default:
		return func() { copy(to.I32, from.I32) }
	}
}

// alignedArray allocates n elements that start at a cache line.
func alignedArray(d graph.DType, n int) engine.Array {
	const line = 64
	a := engine.NewArray(graph.T(d, n+line))
	var p unsafe.Pointer
	switch d {
	case graph.Float32:
		p = unsafe.Pointer(&a.F32[0])
	case graph.Float64:
		p = unsafe.Pointer(&a.F64[0])
	default:
		p = unsafe.Pointer(&a.I32[0])
	}
	size := [...]int{4, 8, 4}[d]
	skip := (line - int(uintptr(p)%line)) % line / size
	return part(a, skip, n)
}

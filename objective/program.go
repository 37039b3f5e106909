package objective

import (
	"fmt"
	"slices"

	"basin/engine"
	"basin/graph"
)

// Body is a program while it is written: it reads slots of a frame and says what they hold afterwards.
type Body struct {
	before  [][]*graph.Value // by slot and segment
	read    []bool           // by slot
	set     []Slot           // in the order in which they were set
	after   [][]*graph.Value // as set
	writers []bool           // by slot: may be set
}

// Get is what a vector holds, segment by segment.
func (b *Body) Get(s Slot) []*graph.Value {
	b.read[s] = true
	return b.before[s]
}

// One is what an array holds.
func (b *Body) One(s Slot) *graph.Value { return b.Get(s)[0] }

// Set says what a slot holds when the program has run: a vector's segments, or an array. Of what the program reads
// too, the memory is written after the last read. A shared slot of several members cannot be set.
func (b *Body) Set(s Slot, values ...*graph.Value) {
	fail := func(format string, args ...any) {
		panic(&graph.ShapeError{Reason: fmt.Sprintf("slot %d ", s) + fmt.Sprintf(format, args...)})
	}
	if !b.writers[s] || slices.Contains(b.set, s) {
		fail("is shared by several members, or set twice")
	}
	if len(values) != len(b.before[s]) {
		fail("has %d segments, not %d", len(b.before[s]), len(values))
	}
	for i, v := range values {
		if want := b.before[s][i].Type(); !v.Type().Equal(want) {
			fail("is of another type: %v, not %v", want, v.Type())
		}
	}
	b.set, b.after = append(b.set, s), append(b.after, values)
}

// Program is a compiled body. It runs in any frame whose slots are of the same types as those of the frame that it
// was compiled for.
type Program struct {
	executable engine.Executable
	members    int
	in, out    []port
}

// port is where a value of a program comes from or goes to.
type port struct {
	slot    Slot
	segment int
}

// Compile makes a program of what build does to the frame's slots, for one member.
func (f *Frame) Compile(e engine.Engine, build func(*Body)) (*Program, error) {
	traced, p, err := f.trace(build)
	if err != nil {
		return nil, err
	}
	p.executable, err = e.Compile(traced, engine.Options{Donate: p.donations()})
	return p, err
}

// Bytes is the memory that the program holds beside the frames.
func (p *Program) Bytes() int { return p.executable.Bytes() }

// Bind readies the program to run in a frame.
func (p *Program) Bind(f *Frame) (engine.Run, error) { return p.bind(f, nil, nil) }

// bind takes arrays for further inputs and outputs of the program.
func (p *Program) bind(f *Frame, in, out []engine.Array) (engine.Run, error) {
	if f.members() != p.members {
		return nil, fmt.Errorf("objective: a program of %d members in a frame of %d", p.members, f.members())
	}
	inputs, err := f.views(p.in)
	if err != nil {
		return nil, err
	}
	outputs, err := f.views(p.out)
	if err != nil {
		return nil, err
	}
	return p.executable.Bind(append(inputs, in...), append(outputs, out...))
}

func (f *Frame) views(ports []port) ([]engine.Array, error) {
	out := make([]engine.Array, len(ports))
	for i, p := range ports {
		if int(p.slot) >= len(f.slots) || p.segment >= len(f.slots[p.slot].segments) {
			return nil, fmt.Errorf("objective: the frame lacks slot %d, or its segment %d", p.slot, p.segment)
		}
		out[i] = f.view(p.slot, p.segment)
	}
	return out, nil
}

// trace gives the program that reads the slots that build reads and writes those that it sets.
func (f *Frame) trace(build func(*Body)) (*graph.Program, *Program, error) {
	var types []graph.Type
	for _, t := range f.slots {
		for _, s := range t.segments {
			types = append(types, graph.T(t.array.Type.DType, f.shape(t, s)...))
		}
	}
	var body *Body
	traced, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
		body = f.body(in)
		if f.members() == 1 {
			build(body)
			return slices.Concat(body.after...)
		}
		var mapped []*graph.Value
		for i, t := range f.slots {
			if t.own {
				mapped = append(mapped, body.before[i]...)
			}
		}
		return graph.Vmap(func(one []*graph.Value) []*graph.Value {
			for i, t := range f.slots {
				if t.own {
					n := len(t.segments)
					body.before[i], one = one[:n:n], one[n:]
				}
			}
			build(body)
			return slices.Concat(body.after...)
		}, mapped...)
	}, types...)
	if err != nil {
		return nil, nil, err
	}
	p := &Program{members: f.members()}
	pruned := &graph.Program{Outputs: traced.Outputs}
	at := 0
	for i, t := range f.slots {
		for j := range t.segments {
			if body.read[i] {
				p.in, pruned.Inputs = append(p.in, port{Slot(i), j}), append(pruned.Inputs, traced.Inputs[at])
			}
			at++
		}
	}
	for i, s := range body.set {
		for j := range body.after[i] {
			p.out = append(p.out, port{s, j})
		}
	}
	return pruned, p, nil
}

// body hands the inputs of a trace to the frame's slots.
func (f *Frame) body(in []*graph.Value) *Body {
	b := &Body{read: make([]bool, len(f.slots))}
	for _, t := range f.slots {
		n := len(t.segments)
		b.before, in = append(b.before, in[:n:n]), in[n:]
		b.writers = append(b.writers, t.own || f.members() == 1)
	}
	return b
}

// donations let what is set be written over what was read from the same place.
func (p *Program) donations() []int {
	donate := make([]int, len(p.out))
	for i, o := range p.out {
		donate[i] = slices.Index(p.in, o) + 1
	}
	return donate
}

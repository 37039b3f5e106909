package objective

import (
	"fmt"

	"basin/engine"
	"basin/param"
)

// Frame is the memory that programs read and write, in slots. A slot is a flat vector, which programs see segment
// by segment, or an array. A frame may serve several members, say replicas that train together: each of them has a
// separate vector, and the program is that of one member under graph.Vmap, so each has the bits that it has alone.
//
// Slots share no memory. Outside programs, vectors are read and written by Load, Store and Finite alone.
type Frame struct {
	Members int // 0 stands for 1

	slots      []slot
	conversion *conversion // of long vectors; nil: by plain loops
}

// Slot names a slot of a frame. Frames whose slots were added in the same order have the same names for them.
type Slot int

type slot struct {
	array    engine.Array
	segments []param.Segment // of one member; a single one for an array
	own      bool            // each member has a separate one
}

// Vector adds a flat vector of a layout, one a member: a has Members · l.Size() elements.
func (f *Frame) Vector(l param.Layout, a engine.Array) Slot {
	if a.Len() != f.members()*l.Size() {
		panic(fmt.Sprintf("objective: %d elements for %d vectors of %d", a.Len(), f.members(), l.Size()))
	}
	return f.add(slot{a, l.Segments, true})
}

// Own adds an array of which each member has a part: a has shape [Members, …], and programs see […].
func (f *Frame) Own(a engine.Array) Slot {
	shape := a.Type.Shape
	if len(shape) == 0 || shape[0] != f.members() {
		panic(fmt.Sprintf("objective: an array %v for %d members", a.Type, f.members()))
	}
	return f.add(slot{a, []param.Segment{{Shape: shape[1:], Size: a.Len() / shape[0]}}, true})
}

// Shared adds an array that all members see.
func (f *Frame) Shared(a engine.Array) Slot {
	return f.add(slot{a, []param.Segment{{Shape: a.Type.Shape, Size: a.Len()}}, false})
}

func (f *Frame) add(s slot) Slot {
	f.slots = append(f.slots, s)
	return Slot(len(f.slots) - 1)
}

func (f *Frame) members() int { return max(1, f.Members) }

// Load copies what a member has in a slot.
func (f *Frame) Load(s Slot, member int) []float64 {
	t := f.slots[s]
	x := make([]float64, t.size())
	f.each(t, member, func(p engine.Array, from int) { loadFrom(x[from:from+p.Len()], p) })
	return x
}

// Store sets what a member has in a slot, rounding to its dtype.
func (f *Frame) Store(s Slot, member int, x []float64) {
	t := f.slots[s]
	if len(x) != t.size() {
		panic(fmt.Sprintf("objective: %d values for a slot of %d", len(x), t.size()))
	}
	f.each(t, member, func(p engine.Array, from int) {
		if err := f.conversion.store(p, x[from:from+p.Len()]); err != nil {
			panic(err) // of shapes, which were checked
		}
	})
}

// read sets dst to a slot's values times scale, or adds them to it, in a frame of one member.
func (f *Frame) read(dst []float64, s Slot, scale float64, add bool) error {
	return f.conversion.load(dst, f.slots[s].array, scale, add)
}

// Clear sets what a member has in a slot to zero.
func (f *Frame) Clear(s Slot, member int) { f.Store(s, member, make([]float64, f.slots[s].size())) }

// Finite reports whether all that a member has in a slot are finite numbers.
func (f *Frame) Finite(s Slot, member int) bool {
	finite := true
	f.each(f.slots[s], member, func(p engine.Array, _ int) {
		finite = finite && allFinite(p.F32) && allFinite(p.F64)
	})
	return finite
}

// each visits the parts of a member's slot in memory, with the place of each in the flat vector. Of several
// members' vectors, each segment of all members lies together.
func (f *Frame) each(t slot, member int, visit func(part engine.Array, from int)) {
	k := f.members()
	if !t.own {
		k, member = 1, 0
	}
	if k == 1 {
		visit(t.array, 0)
		return
	}
	for _, s := range t.segments {
		visit(part(t.array, k*s.Offset+member*s.Size, s.Size), s.Offset)
	}
}

// view is a segment of all members as programs take it.
func (f *Frame) view(s Slot, segment int) engine.Array {
	t := f.slots[s]
	g := t.segments[segment]
	k := 1
	if t.own {
		k = f.members()
	}
	v := part(t.array, k*g.Offset, k*g.Size)
	v.Type.Shape = f.shape(t, g)
	return v
}

// shape is that of a segment of all members. A single member has no axis of members.
func (f *Frame) shape(t slot, s param.Segment) []int {
	if t.own && f.members() > 1 {
		return append([]int{f.members()}, s.Shape...)
	}
	return s.Shape
}

func (t slot) size() (n int) {
	for _, s := range t.segments {
		n += s.Size
	}
	return n
}

// allFinite looks at sums of x−x, which is NaN for NaN and infinities alone.
func allFinite[T float32 | float64](x []T) bool {
	var s T
	for _, v := range x {
		s += v - v
	}
	return s == 0
}

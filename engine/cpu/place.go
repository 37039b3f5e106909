package cpu

import (
	"cmp"
	"slices"

	"basin/engine"
)

// place decides where each node is kept: constants in separate buffers, outputs in the caller's arrays where that
// is legal, all else in one arena, in which nodes that are not alive at the same time share memory.
func (pl *plan) place(o engine.Options, outputs []*node) {
	for _, n := range pl.nodes {
		if n.kind == constant {
			n.buffer = buffer{place: inConstant, index: len(pl.constants)}
			pl.constants = append(pl.constants, n)
		}
	}
	made, read := map[*node]int{}, map[*node]int{}
	for i := range pl.steps {
		for _, n := range pl.steps[i].nodes() {
			made[n] = i
			for _, w := range n.args {
				read[w.base] = i
			}
		}
	}
	for i, n := range outputs {
		donor := -1
		if i < len(o.Donate) {
			donor = o.Donate[i] - 1
		}
		if donor >= 0 && !pl.mayReplace(n, donor, made[n.root()], read) {
			pl.finals = append(pl.finals, n)
			read[n] = len(pl.steps)
			continue
		}
		n.root().buffer = buffer{place: inOutput, index: i}
	}
	var residents []*node
	for _, n := range pl.nodes {
		if r := n.root(); r != n {
			read[r] = max(read[r], read[n], made[n])
		} else if n.stored && n.buffer.place == nowhere {
			residents = append(residents, n)
		}
	}
	pl.pack(residents, made, read)
	for _, n := range pl.nodes {
		n.buffer = n.root().buffer
	}
}

// mayReplace reports whether node n, made at the given step, may be written over the input that donates its
// memory: all reads of the input must come earlier, or element by element in the same group, where the write then
// waits until the end of each tile.
func (pl *plan) mayReplace(n *node, donor, step int, read map[*node]int) bool {
	for x, last := range read {
		if x.kind != external || x.input != donor || last < step {
			continue
		}
		if last > step || n.kind != elementwise {
			return false
		}
		for _, g := range pl.steps[step].group {
			for _, w := range g.args {
				if w.base == x && !w.identity() {
					return false
				}
			}
		}
		n.late = true
	}
	return true
}

const lineElements = 16 // one cache line of float32; arena places are multiples of it

// pack gives each resident a place in the arena of its dtype such that residents alive together do not overlap:
// the largest first, each at the lowest place that is free while it is alive.
func (pl *plan) pack(residents []*node, made, read map[*node]int) {
	slices.SortStableFunc(residents, func(a, b *node) int {
		return cmp.Or(cmp.Compare(b.typ.Size(), a.typ.Size()), cmp.Compare(a.id, b.id))
	})
	placed := [3][]*node{}
	room := func(n *node) int { return ceil(n.typ.Size(), lineElements) * lineElements }
	for _, n := range residents {
		d := n.typ.DType
		at := 0
		for _, other := range placed[d] { // sorted by place
			apart := made[n] > max(read[other], made[other]) || made[other] > max(read[n], made[n])
			if apart {
				continue
			}
			if other.buffer.at >= at+room(n) {
				break
			}
			at = max(at, other.buffer.at+room(other))
		}
		n.buffer = buffer{place: inArena, at: at}
		pl.arena[d] = max(pl.arena[d], at+room(n))
		i, _ := slices.BinarySearchFunc(placed[d], at, func(m *node, at int) int { return cmp.Compare(m.buffer.at, at) })
		placed[d] = slices.Insert(placed[d], i, n)
	}
}

package spec

import "slices"

// move is a key on the paths that axes move: a tree of these keys. It makes the trees of cells, which share all
// that is the same.
type move struct {
	key, path string
	below     []*move
	short     bool  // a kind's name may stand here
	named     bool  // false may stand here
	at        place // of the first value here or below
	use       *use  // of a section that is made on the way

	// Where a path ends:
	axis   int
	shown  string  // "grid.lr"
	values []entry // nil where none ends

	axes    []int // that move anything here or below
	lengths []int // of these
	every   bool  // all axes do: each cell has its own
	made    map[made]*node
	copied  *int // keys of all sections that were made
}

// made is what a section is made from: what stands in the text, and the values of the axes that matter.
type made struct {
	from   *node
	values int
}

// newMoves is nil where no axis moves anything.
func newMoves(axes []*axis, decls func() *decl) *move {
	if len(axes) == 0 {
		return nil
	}
	top := &move{use: &use{}, copied: new(int)}
	for i, a := range axes {
		for _, p := range a.paths {
			m := top.reach(p.path, i, p.values[0].at, decls())
			m.axis, m.shown, m.values = i, a.shown(), p.values
		}
	}
	top.finish(axes)
	return top
}

// reach makes the keys of a path that an axis moves.
func (m *move) reach(path string, axis int, at place, decls *decl) *move {
	for _, key := range keysOf(decls, path) {
		if !slices.Contains(m.axes, axis) {
			m.axes = append(m.axes, axis)
		}
		b := m.find(key)
		if b == nil {
			b = &move{key: key, path: join(m.path, key), at: at, use: &use{}, copied: m.copied}
			b.short, b.named = isShort(decls, b.path)
			m.below = append(m.below, b)
		}
		m = b
	}
	if !slices.Contains(m.axes, axis) {
		m.axes = append(m.axes, axis)
	}
	return m
}

func (m *move) finish(axes []*axis) {
	if m.every = len(m.axes) == len(axes); !m.every {
		m.made = map[made]*node{}
	}
	for _, a := range m.axes {
		m.lengths = append(m.lengths, axes[a].length)
	}
	for _, b := range m.below {
		b.finish(axes)
	}
}

func (m *move) find(key string) *move {
	if m == nil {
		return nil
	}
	if i := slices.IndexFunc(m.below, func(b *move) bool { return b.key == key }); i >= 0 {
		return m.below[i]
	}
	return nil
}

// end is where a path of an axis ends.
func (m *move) end(path string) *move {
	if m.values != nil && m.path == path {
		return m
	}
	for _, b := range m.below {
		if isBelow(path, b.path) {
			if e := b.end(path); e != nil {
				return e
			}
		}
	}
	return nil
}

// resolve returns what stands here in a cell: n is what stands in the text. Longer paths are set later.
func (m *move) resolve(n *node, at []int) *node {
	if m.values != nil {
		n = m.values[at[m.axis]].value
	}
	if len(m.below) == 0 {
		return n
	}
	from, ok := n.asMap(m.short, m.named, m.at)
	if !ok {
		return n // Reading reports what it is.
	}
	made := made{from: n}
	for i, a := range m.axes {
		made.values = made.values*m.lengths[i] + at[a]
	}
	if out := m.made[made]; out != nil {
		return out
	}
	out := m.section(from, at)
	if m.made != nil {
		m.made[made] = out
	}
	return out
}

// section copies a map, with the values of a cell set below it.
func (m *move) section(from *node, at []int) *node {
	out := *from
	out.single = m.every
	out.entries = make([]entry, len(from.entries), len(from.entries)+len(m.below))
	copy(out.entries, from.entries)
	for _, b := range m.below {
		e := out.find(b.key)
		if e == nil {
			out.entries = append(out.entries, entry{b.key, b.at, nil, b.use})
			e = &out.entries[len(out.entries)-1]
		}
		value := b.resolve(e.value, at)
		if b.values != nil {
			*e = b.values[at[b.axis]]
		}
		e.value = value
	}
	*m.copied += len(out.entries)
	return &out
}

// asMap is the map that a path leads through: the node itself; of a kind's name, where that may stand, a map of it;
// an empty one in place of nothing, or of an entry that is left out. Otherwise ok is false.
func (n *node) asMap(short, named bool, at place) (out *node, ok bool) {
	switch {
	case n == nil, n.kind == null, named && n.kind == plain && n.text == "false":
		return &node{kind: mapping, at: at}, true
	case n.kind == mapping:
		return n, true
	case short && (n.kind == plain || n.kind == quoted):
		out := byKind(n)
		out.short = false
		return out, true
	}
	return nil, false
}

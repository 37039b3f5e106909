package spec

import (
	"fmt"
	"slices"
	"strings"
)

// Freeze writes the spec as YAML: all that some cell reads, in the order of its declaration, with the standards
// spelled out, in the grid too, and with absolute paths. It says all that a run did even if standards change later:
// Parse makes the same cells of it.
func (s *Spec) Freeze() []byte {
	f := s.join()
	out := f.top.written(true)
	if s.moves != nil {
		i := 0
		for j, w := range out.below {
			if slices.Contains(s.language.Sweep, w.key) {
				i = j + 1
			}
		}
		out.below = slices.Insert(out.below, i, f.grid(s))
	}
	return []byte(out.block())
}

// freezer joins what is written of all cells.
type freezer struct {
	top    frozen
	values map[*move][]*frozen // what cells have where a path of an axis ends, by its values
}

// join writes all cells, once.
func (s *Spec) join() *freezer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.joined == nil {
		s.joined = &freezer{values: map[*move][]*frozen{}}
		once := map[Section][]*written{}
		for _, c := range s.Cells {
			s.joined.merge(&s.joined.top, write(c.Root, once), s.moves, c.At)
		}
	}
	return s.joined
}

// value is what cells have for a value of an axis; nil where none has anything, because it has no effect in any.
func (f *freezer) value(m *move, i int) *written {
	if f.values[m] == nil || f.values[m][i] == nil {
		return nil
	}
	return f.values[m][i].written(true)
}

// frozen is what cells have in common at one place.
type frozen struct {
	key     string
	cells   int // 0: nothing yet
	leaf    written
	isMap   bool
	named   bool
	differs bool // standards that differ, which the text cannot give
	swept   bool // an entry that stands in the grid: here is its place among the others
	below   []*frozen
	last    *written // that was added
}

// merge adds a map of a cell. New keys come after the last one that was there before.
func (f *freezer) merge(into *frozen, w *written, m *move, at []int) {
	into.isMap = true
	next := 0
	for _, c := range w.below {
		b := m.find(c.key)
		if b == nil || b.values == nil {
			f.add(into.child(c.key, &next), c, b, at)
			continue
		}
		if c.named {
			into.child(c.key, &next).swept = true
		}
		if f.values[b] == nil {
			f.values[b] = make([]*frozen, len(b.values))
		}
		value := &f.values[b][at[b.axis]]
		if *value == nil {
			*value = &frozen{}
		}
		f.add(*value, c, b, at)
	}
}

func (z *frozen) child(key string, next *int) *frozen {
	i := slices.IndexFunc(z.below, func(b *frozen) bool { return b.key == key })
	if i < 0 {
		i = *next
		z.below = slices.Insert(z.below, i, &frozen{key: key})
	}
	*next = max(*next, i+1)
	return z.below[i]
}

// add joins what a cell has at one place to what others have there.
func (f *freezer) add(z *frozen, w *written, m *move, at []int) {
	if z.last == w && m == nil {
		return
	}
	z.last = w
	z.named = w.named
	if z.cells++; z.cells > 1 && !z.isMap && w.isMap && z.leaf.short {
		z.isMap, z.below = true, []*frozen{{key: kindKey, cells: 1, leaf: written{text: z.leaf.text}}}
	}
	if w.short && (z.isMap || m != nil && len(m.below) > 0) {
		w = &written{isMap: true, below: []*written{{key: kindKey, text: w.text}}}
	}
	switch {
	case w.isMap:
		f.merge(z, w, m, at)
	case z.cells == 1:
		z.leaf = *w
	case z.leaf.text != w.text:
		z.differs = true
	}
}

// written is what can be written; nil where that is nothing.
func (z *frozen) written(keep bool) *written {
	switch {
	case z.swept:
		return &written{key: z.key, text: "false"}
	case z.differs:
		return nil
	case !z.isMap:
		return &written{key: z.key, text: z.leaf.text}
	}
	out := &written{key: z.key, isMap: true}
	for _, b := range z.below {
		if w := b.written(b.named); w != nil {
			out.below = append(out.below, w)
		}
	}
	if len(out.below) == 0 && !keep {
		return nil
	}
	return out
}

// grid writes the axes. A value without effect stays as the user wrote it.
func (f *freezer) grid(s *Spec) *written {
	out := &written{key: gridKey, isMap: true}
	for _, a := range s.Axes {
		axis := &written{key: a.Name, isMap: true}
		for _, path := range a.Paths {
			m := s.moves.end(path)
			texts := make([]string, len(m.values))
			for i, v := range m.values {
				texts[i] = v.value.flow()
				if w := f.value(m, i); w != nil {
					texts[i] = w.flow()
				}
			}
			axis.below = append(axis.below, &written{key: path, text: "[" + strings.Join(texts, ", ") + "]"})
		}
		out.below = append(out.below, axis)
	}
	return out
}

// Errorf is a problem that was found later, with the data at hand say, placed where a path was written, or the
// nearest section around it. cell is an index of Cells; -1 stands for all.
func (s *Spec) Errorf(cell int, path, format string, args ...any) error {
	tree, label := s.tree, ""
	if s.moves != nil && cell >= 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		tree, label = s.moves.resolve(tree, s.Cells[cell].At), " (in the cell "+s.Cells[cell].Label+")"
	}
	at, axis := tree.locate(path, s.origin, "")
	return problem{at: at, shown: join(axis, path), path: path, text: fmt.Sprintf(format, args...) + label}
}

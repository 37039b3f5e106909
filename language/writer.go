package spec

import (
	"slices"
	"strings"
)

// written is a section as text: a tree of keys in the order of their declarations.
type written struct {
	key   string
	text  string     // of a leaf, as YAML
	below []*written // of a map
	isMap bool
	short bool // a kind's name, which stands for a map of it
	named bool // an entry that users name
}

// Marshal writes a section as YAML with every key that has an effect. Reading it gives the same section.
func Marshal(s Section) []byte { return []byte(write(s, nil).block()) }

// write writes a section. Settings and entries that others share are written once, if there is a map to keep them.
func write(s Section, once map[Section][]*written) *written {
	out := &written{isMap: true}
	s.Fields(&Fields{mode: &writing{out: out, once: once}})
	return out
}

// writing is the mode that writes one section.
type writing struct {
	silent
	out  *written
	once map[Section][]*written
}

// below writes a section into a map.
func (w *writing) below(out *written, s Section, f *Fields) {
	keys, done := w.once[s]
	if !done {
		before := len(out.below)
		s.Fields(&Fields{&writing{out: out, once: w.once}, nil, f.unkeyed})
		if w.once != nil {
			w.once[s] = slices.Clone(out.below[before:])
		}
		return
	}
	out.below = append(out.below, keys...)
}

func (w *writing) add(key, text string) {
	if w.out.find(key) == nil { // A kind's ending and its File are one key.
		w.out.below = append(w.out.below, &written{key: key, text: text})
	}
}

func (w *writing) leaf(f *Fields, key, doc string, l leaf) {
	if f.off == nil && !l.blank() {
		w.add(key, string(l.append(nil)))
	}
}

func (w *writing) section(f *Fields, key, doc string, s Section) {
	if f.off != nil {
		return
	}
	child := &written{key: key, isMap: true}
	s.Fields(&Fields{&writing{out: child, once: w.once}, nil, f.unkeyed})
	if _, short := s.(shorthand); short && len(child.below) == 1 && child.below[0].key == kindKey {
		child = &written{key: key, text: child.below[0].text, short: true}
	}
	if !child.isMap || len(child.below) > 0 {
		w.out.below = append(w.out.below, child)
	}
}

func (w *writing) choose(f *Fields, c choice) {
	kind, _, settings := c.taken()
	if f.off != nil || kind == "" {
		return
	}
	byName := w.out.named && kind == c.head().standard
	if !isEnding(kind) && !byName {
		w.add(c.head().key, string(appendText(nil, kind)))
	}
	if settings != nil {
		w.below(w.out, settings, f)
	}
}

func (w *writing) entries(f *Fields, key, doc string, m entries) {
	out := &written{key: key, isMap: true}
	m.each(func(name string, s Section) {
		e := &written{key: name, isMap: true, named: true}
		w.below(e, s, f)
		out.below = append(out.below, e)
	})
	if f.off == nil && len(out.below) > 0 {
		w.out.below = append(w.out.below, out)
	}
}

func (w *written) find(key string) *written {
	i := slices.IndexFunc(w.below, func(b *written) bool { return b.key == key })
	if i < 0 {
		return nil
	}
	return w.below[i]
}

// at returns what stands at a path below; nil where nothing does.
func (w *written) at(path string) *written {
	for key := range strings.SplitSeq(path, ".") {
		if w == nil {
			return nil
		}
		w = w.find(key)
	}
	return w
}

// block writes a map, a key a line.
func (w *written) block() string {
	var b strings.Builder
	w.appendTo(&b, "")
	return b.String()
}

func (w *written) appendTo(b *strings.Builder, indent string) {
	for _, c := range w.below {
		b.WriteString(indent + string(appendText(nil, c.key)) + ":")
		if c.isMap && len(c.below) > 0 {
			b.WriteString("\n")
			c.appendTo(b, indent+"  ")
			continue
		}
		b.WriteString(" " + c.flow() + "\n")
	}
}

// flow writes a value within a line.
func (w *written) flow() string {
	if !w.isMap {
		return w.text
	}
	parts := make([]string, len(w.below))
	for i, c := range w.below {
		parts[i] = string(appendText(nil, c.key)) + ": " + c.flow()
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

package spec

import (
	"iter"
	"slices"
	"strings"
)

// decl is a declared key: a value, a section or a map of named entries. A tree of them is all that a text may hold.
type decl struct {
	key, doc string
	leaf     leaf        // nil for sections and maps of entries
	below    []*decl     // keys of a section that it has whatever its kind
	choices  []*choiceOf // its kinds
	entry    *decl       // of a map of entries: each of them
	short    bool        // the section may be written as its kind's name
	named    bool        // it is an entry of a map
	off      bool        // it has no effect where all else is standard
}

// choiceOf are the kinds that one key of a section chooses from.
type choiceOf struct {
	key   string
	kinds []*kindOf
}

// kindOf is a kind, with the keys that a section has where it is chosen.
type kindOf struct {
	name string
	decl
}

// describe returns the declarations of a section. It is the program's zero value, and is changed.
func describe(s Section) *decl {
	d := &decl{}
	s.Fields(&Fields{mode: &describing{out: d}})
	return d
}

// describing is the mode that collects declarations. It also sets standards, so that later declarations find them.
type describing struct {
	silent
	out   *decl
	depth int
}

func (d *describing) add(f *Fields, c *decl) *decl {
	c.off = f.off != nil
	d.out.below = append(d.out.below, c)
	return c
}

func (d *describing) in(out *decl, f *Fields) *Fields {
	if d.depth++; d.depth > maxDepth {
		panic("the section " + out.key + " contains itself")
	}
	return &Fields{&describing{out: out, depth: d.depth}, f.off, f.unkeyed}
}

func (d *describing) leaf(f *Fields, key, doc string, l leaf) {
	l.reset()
	d.add(f, &decl{key: key, doc: doc, leaf: l})
}

func (d *describing) section(f *Fields, key, doc string, s Section) {
	_, short := s.(shorthand)
	s.Fields(d.in(d.add(f, &decl{key: key, doc: doc, short: short}), f))
	d.depth--
}

func (d *describing) choose(f *Fields, c choice) {
	head, names := c.head(), c.names()
	var word string
	d.add(f,
		&decl{key: head.key, doc: head.about, leaf: &value[string]{kinds, rule{words: names}, &word, head.standard}})
	choice := &choiceOf{key: head.key}
	d.out.choices = append(d.out.choices, choice)
	for i, name := range names {
		s := c.take(i)
		k := &kindOf{name: name, decl: decl{key: head.key, doc: c.doc(i)}}
		choice.kinds = append(choice.kinds, k)
		if s != nil {
			s.Fields(d.in(&k.decl, f))
			d.depth--
		}
	}
	c.clear()
	if i := match(names, head.standard); i >= 0 {
		if s := c.take(i); s != nil {
			Default(s)
		}
	}
}

func (d *describing) entries(f *Fields, key, doc string, m entries) {
	c := d.add(f, &decl{key: key, doc: doc, entry: &decl{doc: doc, named: true}})
	m.add("").Fields(d.in(c.entry, f))
	d.depth--
	m.clear()
}

// children are the keys of a section, of all its kinds or of those named.
func (d *decl) children(kinds []string) iter.Seq[*decl] {
	return func(yield func(*decl) bool) { d.visit(kinds, yield) }
}

func (d *decl) visit(kinds []string, yield func(*decl) bool) bool {
	for _, c := range d.below {
		if !yield(c) {
			return false
		}
	}
	for _, k := range d.allKinds() {
		if (kinds == nil || slices.Contains(kinds, k.name)) && !k.visit(kinds, yield) {
			return false
		}
	}
	return true
}

func (d *decl) allKinds() (out []*kindOf) {
	for _, c := range d.choices {
		out = append(out, c.kinds...)
	}
	return out
}

// find returns the declarations of a path: of several kinds, there may be several. The rest of a path below a map
// of values is a key of the map.
func (d *decl) find(path string) (out []*decl) {
	if path == "" || d.isMapOfValues() {
		return []*decl{d}
	}
	key, rest, _ := strings.Cut(path, ".")
	if d.entry != nil {
		return d.entry.find(rest)
	}
	for c := range d.children(nil) {
		if c.key == key {
			out = append(out, c.find(rest)...)
		}
	}
	return out
}

func (d *decl) isMapOfValues() bool { return d.leaf != nil && d.leaf.form() == ofMap }

// paths visits all that is declared, with its path. Entries have the names of their kinds, and their kinds' keys.
func (d *decl) paths(path string, kinds []string, visit func(path string, c *decl)) {
	for c := range d.children(kinds) {
		p := join(path, c.key)
		visit(p, c)
		if c.entry == nil {
			c.paths(p, nil, visit)
			continue
		}
		for _, k := range c.entry.allKinds() {
			visit(join(p, k.name), &k.decl)
			c.entry.paths(join(p, k.name), []string{k.name}, visit)
		}
	}
}

// allPaths lists the paths of what is declared.
func (d *decl) allPaths() (out []string) {
	seen := map[string]bool{}
	d.paths("", nil, func(path string, _ *decl) {
		if !seen[path] {
			seen[path] = true
			out = append(out, path)
		}
	})
	return out
}

// keysOf splits a path. Its last key may be one of a map of values, with dots in it.
func keysOf(d *decl, path string) []string {
	keys := strings.Split(path, ".")
	for i := 1; i < len(keys)-1; i++ {
		if found := d.find(strings.Join(keys[:i], ".")); len(found) > 0 && found[0].isMapOfValues() {
			return append(keys[:i:i], strings.Join(keys[i:], "."))
		}
	}
	return keys
}

// isShort reports whether a kind's name, or false, may stand for a section.
func isShort(d *decl, path string) (short, named bool) {
	for _, c := range d.find(path) {
		short, named = short || c.short, named || c.named
	}
	return short, named
}

func (c *choiceOf) names() (out []string) {
	for _, k := range c.kinds {
		out = append(out, k.name)
	}
	return out
}

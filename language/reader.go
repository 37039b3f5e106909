package spec

import (
	"fmt"
	"reflect"
	"slices"
)

// reader reads sections from nodes. Cells share what one node gives: a reader keeps, for each position, the
// sections that it read from each node.
type reader struct {
	file      string // the name of the spec, for Fields.FileName
	sweep     []string
	standards bool // only sets standards, and keeps kinds that are set
	silently  bool // marks no use
	found     []problem
}

// position is where a section stands: its path and the kinds on its way.
type position struct {
	path   string
	below  map[string]*position
	read   map[*node]*sectionRead // the nil node: an absent section
	values map[*node]any          // of keys of the section: lists, maps and long texts
}

// sectionRead is a section that was read, with what is wrong with it.
type sectionRead struct {
	value any
	found []problem
}

func (p *position) at(key, path string) *position {
	q := p.below[key]
	if q == nil {
		if p.below == nil {
			p.below = map[string]*position{}
		}
		q = &position{path: path}
		p.below[key] = q
	}
	return q
}

func (p *position) child(key string) *position {
	if q := p.below[key]; q != nil {
		return q
	}
	return p.at(key, join(p.path, key))
}

// kind is the same place, for what only one kind has there.
func (p *position) kind(name string) *position { return p.at("kind "+name, p.path) }

// reading is the mode that reads one section.
type reading struct {
	*reader
	node     *node // nil where there is nothing to read
	position *position
	at       place  // where the section is written, or the nearest one around it
	axis     string // of that place
	named    place  // where the section's key is written
	use      *use   // of that key
}

// read reads a section that stands by itself.
func (r *reader) read(s Section, n *node, at place) { r.readAt(s, n, at, &position{}, &use{}) }

func (r *reader) readAt(s Section, n *node, at place, p *position, u *use) {
	s.Fields(&Fields{mode: &reading{r, n, p, at, "", at, u}})
}

func (r *reading) fileName() string      { return r.file }
func (r *reading) given(key string) bool { return r.node.find(key) != nil }

func (r *reading) fail(kind problemKind, at place, axis, key, text string) {
	path := join(r.position.path, key)
	p := problem{at: at, shown: join(axis, path), path: path, text: text, kind: kind}
	if kind != wrongKey {
		p.path = r.position.path
	}
	r.found = append(r.found, p)
}

// mark notes that a key is used, as a leaf or as a section.
func (r *reading) mark(e *entry, leaf bool) {
	if !r.silently {
		e.use.on, e.use.value = true, e.use.value || leaf
	}
}

// unused notes that a key has no effect, and whether that matters.
func (r *reading) unused(e *entry, why, standard string, changed bool) {
	if !r.silently {
		e.use.off, e.use.value = &unused{why, standard, changed}, true
	}
}

// markAll keeps all that is below a node from being reported, because something above it is wrong.
func (r *reading) markAll(n *node) {
	for i := range n.entries {
		r.mark(&n.entries[i], false)
		r.markAll(n.entries[i].value)
	}
}

func (r *reading) leaf(f *Fields, key, doc string, l leaf) {
	l.reset()
	e := r.node.find(key)
	switch {
	case e == nil:
		if f.off == nil && !r.standards && l.required() {
			r.missing(key, doc)
		}
	case f.off != nil:
		text, ok := l.canonical(e.value)
		r.unused(e, *f.off, l.standard(), !ok || text != l.standard())
	default:
		r.mark(e, true)
		r.value(e.value, key, l)
	}
}

// missing reports a key without which a section is not complete.
func (r *reading) missing(key, doc string) {
	cure := "give it"
	if r.sweepable() {
		cure += ", or sweep it in the grid"
	}
	r.fail(relation, r.at, r.axis, key, fmt.Sprintf("it is missing: %s; %s", doc, cure))
}

func (r *reading) sweepable() bool {
	return slices.ContainsFunc(r.sweep, func(top string) bool { return isBelow(r.position.path, top) })
}

// value reads a leaf. What is long to read is read once a node.
func (r *reading) value(n *node, key string, l leaf) {
	if n.kind == broken {
		return
	}
	if v, ok := r.position.values[n]; ok {
		l.load(v)
		return
	}
	before := len(r.found)
	l.read(n, func(n *node, below, text string) {
		if l.form() == single && n.kind == sequence && n.axis == "" && r.sweepable() {
			text += "; to sweep it, give the list to an axis of the grid"
		}
		r.fail(wrongKey, n.at, n.axis, join(key, below), text)
	})
	if len(r.found) == before && !n.single && (n.kind != plain || len(n.text) > 32) {
		if r.position.values == nil {
			r.position.values = map[*node]any{}
		}
		r.position.values[n] = l.save()
	}
}

func (r *reading) section(f *Fields, key, doc string, s Section) {
	e := r.node.find(key)
	child := &reading{r.reader, nil, r.position.child(key), r.at, r.axis, r.named, &use{}}
	var n *node
	o, short := s.(shorthand)
	switch {
	case e == nil:
	case f.off != nil && short && (e.value.kind == plain || e.value.kind == quoted):
		r.unused(e, *f.off, o.head().standard, e.value.text != o.head().standard)
	default:
		r.mark(e, false)
		n = e.value
		child.at, child.axis, child.named, child.use = n.at, n.axis, e.at, e.use
	}
	read := func() any {
		if n != nil {
			child.node = r.sectionNode(n, key, s)
		}
		s.Fields(&Fields{child, f.off, f.unkeyed})
		return keep(s)
	}
	if f.off != nil {
		read()
		return
	}
	r.once(child.position, n, read, func(v any) { restore(s, v) })
}

// once reads what stands at a position, or takes what the same node gave before.
func (r *reader) once(p *position, n *node, read func() any, restore func(any)) {
	if n != nil && n.single {
		read()
		return
	}
	if done := p.read[n]; done != nil {
		restore(done.value)
		r.found = append(r.found, done.found...)
		return
	}
	before := len(r.found)
	value := read()
	if p.read == nil {
		p.read = map[*node]*sectionRead{}
	}
	p.read[n] = &sectionRead{value, slices.Clone(r.found[before:])}
}

// keep and restore copy a section's value: a pointer's, or that of an entry.
func keep(s Section) any {
	if o, ok := s.(shorthand); ok {
		return o.save()
	}
	return s
}

func restore(s Section, v any) {
	if o, ok := s.(shorthand); ok {
		o.load(v)
		return
	}
	reflect.ValueOf(s).Elem().Set(reflect.ValueOf(v).Elem())
}

// sectionNode is the map that a section is read from; nil where there is none.
func (r *reading) sectionNode(n *node, key string, s Section) *node {
	_, short := s.(shorthand)
	switch {
	case n.kind == mapping:
		return n
	case n.kind == null || n.kind == broken:
		return nil
	case short && (n.kind == plain || n.kind == quoted):
		return byKind(n)
	}
	want := "a map of keys"
	if short {
		want = "a kind, or a map of it and its settings"
	}
	r.fail(wrongKey, n.at, n.axis, key, fmt.Sprintf("expected %s, found %s", want, n.describe()))
	return nil
}

// byKind is the map that a kind's name stands for.
func byKind(n *node) *node {
	kind := entry{kindKey, n.at, n, &use{on: true}}
	return &node{kind: mapping, short: true, at: n.at, axis: n.axis, entries: []entry{kind}}
}

func (r *reading) keyed(*Fields, string, any) {}

func (r *reading) check(kind problemKind, key, format string, args []any) {
	at, axis := r.node.locate(key, r.at, r.axis)
	r.fail(kind, at, axis, key, fmt.Sprintf(format, args...))
}

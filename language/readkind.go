package spec

import (
	"fmt"
	"regexp"
	"slices"
)

func (r *reading) choose(f *Fields, c choice) {
	head, names := c.head(), c.names()
	kind, _, settings := c.taken()
	switch e := r.node.find(head.key); {
	case r.standards && settings != nil:
		return
	case r.standards && kind != "":
	case e != nil && f.off == nil:
		if kind = r.kindAt(e, head.key, names); kind == "" {
			c.clear()
			return
		}
	case e != nil:
		text, _ := parseString(e.value)
		r.unused(e, *f.off, head.standard, text != head.standard)
		kind = head.standard
	default:
		kind = head.standard
	}
	if i := match(names, kind); i >= 0 {
		r.take(f, c, i)
		return
	}
	c.clear()
	switch {
	case f.off != nil || r.standards:
	case kind == "":
		r.fail(relation, r.at, r.axis, pick(head.alone, "", head.key), "it is missing: "+head.about+"; "+suggest("", names))
	default:
		text := "there is no " + clip(kind) + "; there are no kinds to choose from"
		if len(names) > 0 {
			text = fmt.Sprintf("there is no %s; %s (an entry of another name gives its %s, as in {%s: %s})",
				clip(kind), suggest(kind, names), head.key, head.key, names[0])
		}
		r.fail(wrongKey, r.named, r.axis, "", text)
	}
	if r.node != nil {
		r.markAll(r.node)
	}
}

// kindAt reads the name of a kind. If it is wrong, it returns the one that was probably meant, so that the keys of
// that are still checked, or "".
func (r *reading) kindAt(e *entry, key string, names []string) string {
	r.mark(e, true)
	kind, wrong := parseString(e.value)
	if wrong == "" && match(names, kind) < 0 {
		wrong = unknownWord(kind, names)
	}
	if wrong == "" {
		return kind
	}
	if e.value.kind != broken {
		r.fail(wrongKey, e.value.at, e.value.axis, pick(r.node.short, "", key), wrong)
	}
	r.markAll(r.node)
	if kind = nearest(kind, names); isEnding(kind) {
		return ""
	}
	return kind
}

// take reads the settings of a kind, from the same map.
func (r *reading) take(f *Fields, c choice, i int) {
	s := c.take(i)
	name, _, _ := c.taken()
	if !slices.Contains(r.use.kinds, name) && !r.silently {
		r.use.kinds = append(r.use.kinds, name)
	}
	if s != nil {
		below := *r
		below.position = r.position.kind(name)
		s.Fields(&Fields{&below, f.off, f.unkeyed})
	}
}

// plainName is what may name an entry of a map or an axis: it stands in paths.
var plainName = regexp.MustCompile(`^[\p{L}\p{N}_][\p{L}\p{N}_-]{0,63}$`)

const wantName = "a name has letters, digits, _ and -, and at most 64 of them"

// maxEntries bounds a map of entries, which each cell reads again.
const maxEntries = 1000

func (r *reading) entries(f *Fields, key, doc string, m entries) {
	m.clear()
	e := r.node.find(key)
	if e == nil {
		return
	}
	n := e.value
	if f.off != nil {
		r.unused(e, *f.off, "", n.kind != null)
		return
	}
	r.mark(e, false)
	p := r.position.child(key)
	read := func() any {
		switch {
		case n.kind == null || n.kind == broken:
		case n.kind != mapping:
			r.fail(wrongKey, n.at, n.axis, key, "expected a map of entries, found "+n.describe())
		case len(n.entries) > maxEntries:
			r.fail(wrongKey, n.at, n.axis, key, fmt.Sprintf("%d entries are more than %d", len(n.entries), maxEntries))
			r.markAll(n)
		default:
			for i := range n.entries {
				r.entry(f, &n.entries[i], key, p, m)
			}
		}
		return m.save()
	}
	r.once(p, n, read, m.load)
}

// entry reads one entry of a map.
func (r *reading) entry(f *Fields, e *entry, key string, p *position, m entries) {
	n, path := e.value, join(key, e.key)
	r.mark(e, false)
	switch {
	case !plainName.MatchString(e.key):
		r.fail(wrongKey, e.at, n.axis, path, wantName)
		r.markAll(n)
		return
	case n.kind == plain && n.text == "false", n.kind == broken:
		return
	case n.kind != mapping:
		const want = "expected a map of settings ({} for the defaults) or false to leave it out, found "
		r.fail(wrongKey, n.at, n.axis, path, want+n.describe())
		return
	}
	child := &reading{r.reader, n, p.child(e.key), n.at, n.axis, e.at, e.use}
	read := func() any {
		s := m.add(e.key)
		s.Fields(&Fields{child, f.off, f.unkeyed})
		return s
	}
	r.once(child.position, n, read, func(v any) { m.share(v.(Section)) })
}

package spec

import (
	"fmt"
	"regexp"
	"slices"
)

func (r *reading) choose(f *Fields, c choice) {
	head := c.head()
	names := c.names()
	if r.standards {
		if kind, _, settings := c.taken(); kind != "" && settings != nil {
			return
		} else if kind != "" {
			r.take(f, c, slices.Index(names, kind))
			return
		}
	}
	text := head.standard
	e := r.node.find(head.key)
	if e != nil {
		given, wrong := parseString(e.value)
		i := match(names, given)
		switch {
		case f.off != nil:
			r.unused(e, *f.off, head.standard, given != head.standard)
		default:
			r.mark(e)
			e.use.value = true
			if e.value.kind == broken {
				wrong = ""
			} else if wrong == "" && i < 0 {
				wrong = unknownWord(given, names)
			}
			if wrong != "" {
				r.fail(wrongKey, e.value.at, e.value.axis, pick(r.node.short, "", head.key), wrong)
			}
			if i < 0 {
				r.markAll(r.node) // as far as the kind that was meant has them, keys are still checked
				if i = match(names, nearest(given, names)); i < 0 {
					c.clear()
					return
				}
				given = names[i]
			}
			text = given
		}
	}
	i := match(names, text)
	if i >= 0 {
		r.take(f, c, i)
		return
	}
	c.clear()
	switch {
	case f.off != nil || r.standards:
	case text == "":
		r.fail(relation, r.at, r.axis, pick(head.alone, "", head.key), "it is missing: "+head.doc+"; "+suggest("", names))
	default:
		r.fail(wrongKey, r.named, r.axis, "", fmt.Sprintf("there is no %s; %s. An entry of any name may give its %s, as in {%s: %s}",
			clip(text), suggest(text, names), head.key, head.key, names[0]))
	}
	if r.node != nil {
		r.markAll(r.node)
	}
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
	r.mark(e)
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
	r.mark(e)
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

package spec

import "strings"

// override puts one "path=value" into the tree.
func (p *loading) override(set string, order int) {
	at := place{text: &source{name: clip("--set " + set), folder: ".", override: true, order: order}}
	path, value, ok := strings.Cut(set, "=")
	if path = strings.TrimSpace(path); !ok || path == "" {
		p.problems.add(problem{at: at, text: "expected path=value, such as train.batch=64"})
		return
	}
	n, bad := readYAML(at, []byte(value))
	if n == nil || len(bad) > 0 {
		p.problems.add(bad...)
		return
	}
	n.distinct(path, func(q problem) { p.problems.add(q) })
	switch {
	case isBelow(path, gridKey) && len(p.language.Sweep) > 0:
		p.overrideGrid(path, n)
	case len(p.decls().find(path)) == 0:
		p.problems.add(problem{at, path, path, "unknown path; " + p.suggestPath(path), wrongKey})
	default:
		p.set(path, n)
	}
}

// overrideGrid puts the grid, an axis, or one path of it, into the tree.
func (p *loading) overrideGrid(path string, n *node) {
	below := p.tree
	keys := strings.SplitN(path, ".", 3)
	for i, key := range keys {
		e := below.find(key)
		if e == nil {
			below.entries = append(below.entries, entry{key, n.at, nil, &use{}})
			e = &below.entries[len(below.entries)-1]
		}
		switch {
		case i == len(keys)-1:
			*e = entry{key, n.at, n, &use{}}
		case e.value == nil || e.value.kind != mapping || i == 1 && e.value.find(keys[2]) == nil:
			e.value = &node{kind: mapping, at: n.at}
		}
		below = e.value
	}
}

// set replaces what stands at a path.
func (p *loading) set(path string, value *node) {
	n, keys := p.tree, keysOf(p.decls(), path)
	for i, key := range keys {
		e := n.find(key)
		if e == nil {
			n.entries = append(n.entries, entry{key, value.at, &node{kind: null, at: value.at}, &use{}})
			e = &n.entries[len(n.entries)-1]
		}
		if i == len(keys)-1 {
			*e = entry{key, value.at, value, &use{}}
			return
		}
		short, named := isShort(p.decls(), strings.Join(keys[:i+1], "."))
		below, ok := e.value.asMap(short, named, value.at)
		if !ok {
			path := strings.Join(keys[:i+1], ".")
			text := "expected a map of keys, found " + e.value.describe()
			p.problems.add(problem{e.value.at, path, path, text, wrongKey})
			below = &node{kind: mapping, at: value.at}
		}
		e.value = below
		n = below
	}
}

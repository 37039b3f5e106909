package spec

import (
	"fmt"
	"slices"
	"strings"
)

// judge reports keys that no cell reads, and values that have an effect in none.
func (p *loading) judge() {
	p.judgeSection(p.tree, "", p.use.kinds, p.moves)
	for _, a := range p.axes {
		for _, path := range a.paths {
			p.judgePath(a, path)
		}
	}
}

func (p *loading) judgeSection(n *node, path string, kinds []string, m *move) {
	for _, e := range n.entries {
		if len(p.problems.list) > maxProblems {
			return
		}
		below := m.find(e.key)
		if below == nil || below.values == nil {
			p.judgeEntry(e, path, kinds, below)
		}
	}
}

func (p *loading) judgeEntry(e entry, section string, kinds []string, m *move) {
	path := join(section, e.key)
	switch {
	case e.use.on && !e.use.value && e.value.kind == mapping:
		p.judgeSection(e.value, path, e.use.kinds, m)
	case e.use.on:
	case e.use.off != nil:
		off := e.use.off
		if !off.changed || off.why == "" {
			return
		}
		cure := "remove it"
		if off.standard != "" {
			cure += ", or set it to " + off.standard
		}
		p.problems.add(problem{e.value.at, join(e.value.axis, path), section,
			"it has no effect: " + off.why + "; " + cure, relation})
	default:
		p.unknown(e, section, kinds)
	}
}

// judgePath reports a path that is swept without effect, or values of it that have none.
func (p *loading) judgePath(a *axis, path *axisPath) {
	section, _ := cutLast(path.path)
	where := join(a.shown(), path.path)
	used := func(e entry) bool { return e.use.on }
	if !slices.ContainsFunc(path.values, used) {
		if why := p.noEffect(path); why != "" {
			p.problems.add(problem{path.at, where, section, "sweeping it has no effect" + why, relation})
		}
		return
	}
	for _, e := range path.values {
		switch {
		case e.use.on || e.use.off != nil:
			p.judgeEntry(e, section, nil, p.moves.end(path.path))
		case !p.isStandard(e.value, p.decls().find(path.path)):
			p.problems.add(problem{e.value.at, where, section,
				"it has no effect in any cell that has it; give the standard", relation})
		}
	}
}

// noEffect says why no value of a path has an effect; "" where that is to be ignored.
func (p *loading) noEffect(path *axisPath) string {
	if off := path.values[0].use.off; off != nil {
		return pick(off.why == "", "", ": "+off.why)
	}
	for rest := path.path; rest != ""; { // A section on the way may belong to another kind.
		section, key := cutLast(rest)
		if why, _ := p.otherKinds(section, key, p.kindsAt(section)); why != "" {
			return ": " + why
		}
		rest = section
	}
	return " in any cell"
}

// kindsAt are the kinds that a section had in any cell.
func (p *loading) kindsAt(path string) []string {
	kinds, n, m := p.use.kinds, p.tree, p.moves
	for path != "" {
		var key string
		key, path, _ = strings.Cut(path, ".")
		kinds = nil
		if m = m.find(key); m != nil {
			kinds = append(kinds, m.use.kinds...)
			for _, v := range m.values {
				kinds = append(kinds, v.use.kinds...)
			}
		}
		e := n.find(key)
		if n = nil; e != nil {
			kinds, n = append(kinds, e.use.kinds...), e.value
		}
	}
	return kinds
}

func cutLast(path string) (section, key string) {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)], path[i+1:]
}

// otherKinds says to which kinds of a section a key belongs, where it has others.
func (p *loading) otherKinds(section, key string, kinds []string) (why string, theirs []*decl) {
	if len(kinds) == 0 {
		return "", nil
	}
	var names []string
	for _, d := range p.decls().find(section) {
		for c := range d.children(kinds) {
			if c.key == key {
				return "", nil
			}
		}
		for _, k := range d.allKinds() {
			for c := range k.children(nil) {
				if c.key == key && !slices.Contains(names, k.name) {
					names, theirs = append(names, k.name), append(theirs, c)
				}
			}
		}
	}
	if len(names) == 0 {
		return "", nil
	}
	return fmt.Sprintf("it belongs to %s, not to %s", anyOf(names), anyOf(kinds)), theirs
}

// isStandard reports whether a value is the standard of a key, as one of its declarations has it.
func (p *loading) isStandard(n *node, of []*decl) bool {
	return slices.ContainsFunc(of, func(d *decl) bool {
		if d.leaf == nil {
			return false
		}
		text, ok := d.leaf.canonical(n)
		return ok && text == d.leaf.standard()
	})
}

func anyOf(names []string) string {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	if len(names) > 1 {
		names = append(names[:len(names)-2:len(names)-2], names[len(names)-2]+" or "+names[len(names)-1])
	}
	return strings.Join(names, ", ")
}

// unknown reports a key that no cell reads: of another kind, unless it has its standard there; or of none.
func (p *loading) unknown(e entry, section string, kinds []string) {
	path := join(section, e.key)
	why, theirs := p.otherKinds(section, e.key, kinds)
	if p.isStandard(e.value, theirs) {
		return
	}
	shown := join(e.value.axis, path)
	if theirs != nil {
		p.problems.add(problem{e.at, shown, section, why + "; remove it, or choose that kind", relation})
		return
	}
	p.problems.add(problem{e.at, shown, path, "unknown key; " + p.suggestKey(section, e.key, kinds), wrongKey})
}

// suggestKey says which key of a section was probably meant; or, where that key is known elsewhere, its path.
func (p *loading) suggestKey(section, key string, kinds []string) string {
	var keys []string
	for _, d := range p.decls().find(section) {
		for c := range d.children(kinds) {
			keys = append(keys, c.key)
		}
	}
	if section == "" && len(p.language.Sweep) > 0 {
		keys = append(keys, gridKey)
	}
	if near := nearest(key, keys); near != "" {
		return "did you mean " + near + "?"
	}
	if len(keys) == 0 {
		return section + " has no settings; write {}"
	}
	for _, path := range p.decls().allPaths() {
		if strings.HasSuffix(path, "."+key) {
			return "did you mean " + path + "?"
		}
	}
	return "it may be " + strings.Join(keys, ", ")
}

// suggestPath says which path was probably meant, listing those of its first section when none is near.
func (p *loading) suggestPath(path string) string {
	paths := p.decls().allPaths()
	if near := nearest(path, paths); near != "" {
		return "did you mean " + near + "?"
	}
	top, _, _ := strings.Cut(path, ".")
	below := slices.DeleteFunc(paths, func(q string) bool {
		return strings.Contains(q, ".") && !strings.HasPrefix(q, top+".")
	})
	return "it may be " + strings.Join(below, ", ")
}

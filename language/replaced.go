package spec

import "fmt"

// replaced reports what the grid replaces and was yet given: keys below a section that an axis sets as a whole, and
// overrides.
func (p *loading) replaced(n *node, path string, m *move) {
	if n == nil || n.kind != mapping || m == nil {
		return
	}
	for _, e := range n.entries {
		full, below := join(path, e.key), m.find(e.key)
		switch {
		case below == nil:
		case below.values == nil:
			p.replaced(e.value, full, below)
		case e.value.kind == mapping && len(e.value.entries) > 0:
			inner := e.value.entries[0]
			if inner.at.text.override {
				p.overridden(inner.at, join(full, inner.key), below)
				continue
			}
			text := fmt.Sprintf("%s replaces %s as a whole: remove what stands below it, or sweep paths below it",
				below.shown, full)
			p.problems.add(problem{inner.at, join(full, inner.key), full, text, wrongText})
		case e.value.at.text.override:
			p.overridden(e.value.at, full, below)
		default:
			p.unreadable(e.value, full)
		}
	}
}

func (p *loading) overridden(at place, path string, m *move) {
	text := fmt.Sprintf("it has no effect, because %s sweeps %s: "+
		"use --set '%s={%s: [...]}', or drop the axis with --set %s=null",
		m.shown, pick(path == m.path, "it", m.path), m.shown, m.path, m.shown)
	p.problems.add(problem{at, path, path, text, wrongText})
}

// unreadable reports a value that cannot stand at a path, though the grid replaces it.
func (p *loading) unreadable(n *node, path string) {
	var wrong []problem
	for _, d := range p.decls().find(path) {
		if d.leaf == nil {
			return
		}
		var found []problem
		d.leaf.read(n, func(n *node, below, text string) {
			found = append(found, problem{n.at, join(path, below), path, text, wrongKey})
		})
		if found == nil {
			return
		}
		wrong = found
	}
	p.problems.add(wrong...)
}

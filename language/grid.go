package spec

import (
	"fmt"
	"slices"
	"strings"
)

// axis is an axis as it is written.
type axis struct {
	name   string
	length int
	paths  []*axisPath
}

// axisPath is one path that an axis moves.
type axisPath struct {
	path   string
	at     place
	values []entry // as if each stood at the path
}

func (a *axis) shown() string { return gridKey + "." + a.name }

// grid takes the axes out of the tree. Those that cannot be used are reported and left out.
func (p *loading) grid() {
	e := p.tree.find(gridKey)
	if e == nil || len(p.language.Sweep) == 0 {
		return
	}
	e.use.on, e.use.value = true, true
	n := e.value
	switch n.kind {
	case null, broken:
		return
	case mapping:
	default:
		p.gridProblem(n.at, gridKey,
			"expected axes by name, such as {lr: {train.optimizer.lr: [1, 0.1]}}, found "+n.describe())
		return
	}
	for _, e := range n.entries {
		if a := p.axis(e); a != nil {
			p.axes = append(p.axes, a)
		}
	}
	p.moves = newMoves(p.axes, p.decls)
	p.replaced(p.tree, "", p.moves)
}

func (p *loading) gridProblem(at place, path, text string) {
	p.problems.add(problem{at, path, path, text, wrongText})
}

// axis reads one axis; nil where it is absent or wrong.
func (p *loading) axis(e entry) *axis {
	const form = "expected paths and their values, such as {train.batch: [32, 64]}"
	a, n := &axis{name: e.key}, e.value
	switch {
	case n.kind == null, n.kind == broken:
		return nil
	case !plainName.MatchString(e.key):
		p.gridProblem(e.at, a.shown(), wantName)
		return nil
	case n.kind != mapping:
		p.gridProblem(n.at, a.shown(), form+", found "+n.describe())
		return nil
	case len(n.entries) == 0:
		p.gridProblem(n.at, a.shown(), form+", found none")
		return nil
	}
	good := true
	for _, e := range n.entries {
		path := p.axisPath(a, e)
		if path == nil {
			good = false
			continue
		}
		a.paths = append(a.paths, path)
		switch first := a.paths[0]; {
		case len(first.values) != len(path.values):
			p.gridProblem(e.value.at, join(a.shown(), e.key),
				fmt.Sprintf("%d values, and %s has %d: paths of one axis move together, "+
					"and need as many; to combine them, put them on two axes", len(path.values), first.path, len(first.values)))
			good = false
		case p.mover(path.path) != "":
			p.gridProblem(e.at, join(a.shown(), e.key),
				"it sweeps "+path.path+", as "+p.mover(path.path)+" does: axes must differ")
			good = false
		}
	}
	if !good {
		return nil
	}
	a.length = len(a.paths[0].values)
	p.sameValues(a)
	return a
}

// mover is the axis read so far that moves a path.
func (p *loading) mover(path string) string {
	for _, a := range p.axes {
		if slices.ContainsFunc(a.paths, func(q *axisPath) bool { return q.path == path }) {
			return a.shown()
		}
	}
	return ""
}

// axisPath reads one path and its values.
func (p *loading) axisPath(a *axis, e entry) *axisPath {
	where := join(a.shown(), e.key)
	if wrong := p.unsweepable(e.key); wrong != "" {
		p.gridProblem(e.at, where, wrong)
		return nil
	}
	n := e.value
	switch {
	case n.kind == broken:
		return nil
	case n.kind != sequence:
		p.gridProblem(n.at, where, "expected a list of values, found "+n.describe())
		return nil
	case len(n.items) == 0:
		p.gridProblem(n.at, where, "the list is empty: give at least one value, or remove the axis")
		return nil
	}
	key := e.key[strings.LastIndexByte(e.key, '.')+1:]
	out := &axisPath{path: e.key, at: e.at}
	for _, item := range n.items {
		if item.kind == null {
			p.gridProblem(item.at, where, "expected a value, found nothing")
			return nil
		}
		item.setAxis(a.shown())
		out.values = append(out.values, entry{key, item.at, item, &use{}})
	}
	return out
}

func (n *node) setAxis(name string) {
	n.axis = name
	for _, e := range n.entries {
		e.value.setAxis(name)
	}
	for _, item := range n.items {
		item.setAxis(name)
	}
}

// unsweepable says why no axis can move a path; "" where one can.
func (p *loading) unsweepable(path string) string {
	top, _, _ := strings.Cut(path, ".")
	for section, _ := cutLast(path); section != ""; section, _ = cutLast(section) {
		if d := p.decls().find(section); len(d) > 0 && d[0].isMapOfValues() {
			return "it cannot be swept alone; sweep " + section + " as a whole"
		}
	}
	if found := len(p.decls().find(path)) > 0; found && slices.Contains(p.language.Sweep, top) {
		return ""
	} else if found {
		return "it cannot be swept; axes move what is in " + strings.Join(p.language.Sweep, ", ")
	}
	var can []string
	for _, q := range p.decls().allPaths() {
		if top, _, _ := strings.Cut(q, "."); slices.Contains(p.language.Sweep, top) {
			can = append(can, q)
		}
	}
	out := "there is no such path; "
	if near := nearest(path, can); near != "" {
		out += "did you mean " + near + "? "
	}
	section := path
	for strings.Contains(section, ".") && !slices.Contains(can, section) {
		section = section[:strings.LastIndexByte(section, '.')]
	}
	if !slices.Contains(can, section) {
		return out + "axes move what is in " + strings.Join(p.language.Sweep, ", ")
	}
	below := slices.DeleteFunc(can, func(q string) bool { return q == section || !isBelow(q, section) })
	return out + "these can be swept: " + strings.Join(below, ", ")
}

// sameValues reports values that are written twice.
func (p *loading) sameValues(a *axis) {
	seen := map[string]bool{}
	for i := range a.length {
		var texts []string
		for _, path := range a.paths {
			texts = append(texts, p.canonical(path.path, path.values[i].value))
		}
		text := strings.Join(texts, ", ")
		if seen[text] {
			p.gridProblem(a.paths[0].values[i].at, join(a.shown(), a.paths[0].path), text+" is given twice")
		}
		seen[text] = true
	}
}

// canonical is a value as YAML. Of a leaf, it is what the value means, however it is written.
func (p *loading) canonical(path string, n *node) string {
	for _, d := range p.decls().find(path) {
		if d.leaf != nil {
			if text, ok := d.leaf.canonical(n); ok {
				return text
			}
		}
	}
	return n.flow()
}

package spec

import (
	"fmt"
	"strings"
)

// identify gives axes and cells their labels, and cells their identities. Two cells that are the same are refused.
func (p *loading) identify() {
	for _, a := range p.axes {
		p.Axes = append(p.Axes, p.axisOf(a))
	}
	first := map[string]int{}
	for i := range p.Cells {
		c := &p.Cells[i]
		c.Label = p.label(i)
		if p.language.ID == nil {
			continue
		}
		id, err := p.id(c.Root)
		if err != nil {
			p.problems.add(problem{at: p.origin, text: err.Error()})
			return
		}
		c.ID = id
		if other, ok := first[id]; ok {
			text := fmt.Sprintf("the cells %s and %s are the same networks: remove one's value", p.label(other), c.Label)
			p.problems.add(problem{p.gridAt(), gridKey, gridKey, text, alike})
			return
		}
		first[id] = i
	}
}

// id is a cell's identity. A file that cannot be read any more is an error.
func (p *loading) id(root Section) (id string, err error) {
	defer func() {
		if r := recover(); r != nil {
			unread, ok := r.(*FileError)
			if !ok {
				panic(r)
			}
			err = unread
		}
	}()
	return p.language.ID(root), nil
}

// label is a cell's place on the axes, in words.
func (p *loading) label(cell int) string {
	var parts []string
	for i, at := range p.at(cell) {
		text := ""
		if i < len(p.Axes) {
			text = p.Axes[i].Labels[at]
		} else {
			text = p.valueText(p.axes[i], at)
		}
		parts = append(parts, p.axes[i].name+"="+text)
	}
	return strings.Join(parts, " ")
}

// valueText is a value of an axis as it is written.
func (p *loading) valueText(a *axis, i int) string {
	var texts []string
	for _, path := range a.paths {
		texts = append(texts, p.canonical(path.path, path.values[i].value))
	}
	return strings.Join(texts, ", ")
}

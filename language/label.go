package spec

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// axisOf is an axis as others see it: each value as YAML, with what it means spelled out, and with a short label.
func (p *loading) axisOf(a *axis) Axis {
	out := Axis{Name: a.name, Labels: make([]string, a.length)}
	for i, path := range a.paths {
		texts, labels := p.valuesOf(path)
		out.Paths = append(out.Paths, path.path)
		out.Texts = append(out.Texts, texts)
		for j, l := range labels {
			out.Labels[j] += pick(i > 0, ", ", "") + l
		}
	}
	seen := map[string]bool{}
	for i, l := range out.Labels {
		if seen[l] {
			out.Labels[i] = fmt.Sprintf("%s #%d", l, i+1)
		}
		seen[l] = true
	}
	if len(a.paths) == 1 {
		out.Numbers = numbers(a.paths[0].values)
	}
	return out
}

// numbers are the values of an axis where all are plain numbers, else nil.
func numbers(values []entry) (out []float64) {
	for _, v := range values {
		x, wrong := parseFloat(v.value)
		if wrong != "" {
			return nil
		}
		out = append(out, x)
	}
	return out
}

func (p *loading) valuesOf(path *axisPath) (texts, labels []string) {
	sections := make([]*written, len(path.values))
	for i, v := range path.values {
		text, label := p.canonical(path.path, v.value), v.value.text
		if _, wrong := parseString(v.value); wrong != "" {
			label = text
		}
		if !p.isPlain(path.path, v.value) {
			switch w := p.join().value(p.moves.end(path.path), i); {
			case w != nil && w.isMap:
				sections[i], text = w, w.flow()
			case w != nil:
				text, label = w.text, filepath.Base(label)
			}
		}
		texts, labels = append(texts, text), append(labels, label)
	}
	for i, s := range sections {
		if s != nil {
			labels[i] = s.label(sections)
		}
		labels[i] = clip(labels[i])
	}
	return texts, labels
}

// isPlain reports whether a value says by itself what it means: it is neither a section nor a file.
func (p *loading) isPlain(path string, n *node) bool {
	return !slices.ContainsFunc(p.decls().find(path), func(d *decl) bool {
		if d.leaf == nil || d.leaf.form() == ofFile {
			return true
		}
		i := match(d.leaf.names(), n.text)
		return d.leaf.form() == ofKind && i >= 0 && isEnding(d.leaf.names()[i])
	})
}

// label is a section's kind, and the keys in which the values of that kind differ.
func (w *written) label(all []*written) string {
	var parts []string
	kind := w.textAt(kindKey)
	if kind != "" {
		parts = append(parts, kind)
	}
	w.leaves("", func(path, text string) {
		differs := func(o *written) bool { return o != nil && o.textAt(kindKey) == kind && o.textAt(path) != text }
		if path != kindKey && slices.ContainsFunc(all, differs) {
			parts = append(parts, path+"="+text)
		}
	})
	if len(parts) == 0 {
		return w.flow()
	}
	return strings.Join(parts, " ")
}

// textAt is the text of a leaf; "" where there is none.
func (w *written) textAt(path string) string {
	if c := w.at(path); c != nil {
		return c.text
	}
	return ""
}

func (w *written) leaves(path string, visit func(path, text string)) {
	for _, c := range w.below {
		if p := join(path, c.key); c.isMap {
			c.leaves(p, visit)
		} else {
			visit(p, c.text)
		}
	}
}

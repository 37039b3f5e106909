package spec

import (
	"fmt"
	"strings"
)

// Reference is the table of all keys in Markdown, with a part for each kind.
func (l Language) Reference() string {
	r := &reference{grid: len(l.Sweep) > 0, sweep: l.Sweep}
	r.table(describe(l.New()).below, "")
	for len(r.parts) > 0 {
		p := r.parts[0]
		r.parts = r.parts[1:]
		r.part(p.path, p.kind)
	}
	return r.String()
}

type reference struct {
	strings.Builder
	grid  bool
	sweep []string
	parts []kindAt // yet to be written
}

type kindAt struct {
	path string
	kind *kindOf
}

func (r *reference) table(keys []*decl, path string) {
	r.WriteString("| key | values | default | what it is |\n|---|---|---|---|\n")
	r.rows(keys, path)
	if r.grid {
		fmt.Fprintf(r, "| **`%s`** | | | %s: %s |\n", gridKey, escape(gridDoc), strings.Join(r.sweep, ", "))
		r.grid = false
	}
}

func (r *reference) rows(keys []*decl, path string) {
	for _, d := range keys {
		p := join(path, d.key)
		switch {
		case d.leaf != nil:
			standard := d.leaf.standard()
			if standard != "" {
				standard = "`" + standard + "`"
			}
			fmt.Fprintf(r, "| `%s` | %s | %s | %s |\n", p, escape(d.leaf.values()), escape(standard), escape(d.doc))
		case d.entry != nil:
			fmt.Fprintf(r, "| **`%s`** | entries by name | | %s |\n", p, escape(d.doc))
			r.section(d.entry, join(p, "NAME"))
		default:
			fmt.Fprintf(r, "| **`%s`** | %s | | %s |\n", p, pick(d.short, "a kind, or a map", ""), escape(d.doc))
			r.section(d, p)
		}
	}
}

// section writes the rows of a section's own keys, and leaves those of its kinds for later.
func (r *reference) section(d *decl, path string) {
	r.rows(d.below, path)
	for _, k := range d.allKinds() {
		r.parts = append(r.parts, kindAt{path, k})
	}
}

func (r *reference) part(path string, k *kindOf) {
	fmt.Fprintf(r, "\n### `%s: %s`\n\n%s\n", join(path, k.key), k.name, k.doc)
	if len(k.below)+len(k.choices) == 0 {
		return
	}
	r.WriteString("\n")
	r.table(k.below, path)
	for _, nested := range k.allKinds() {
		r.parts = append(r.parts, kindAt{path, nested})
	}
}

// escape keeps what would end a table's cell.
func escape(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

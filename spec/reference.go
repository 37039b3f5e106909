package spec

import (
	"fmt"
	"strings"
)

// Reference is the table of all keys in Markdown, for documentation and help. docs/spec.md holds it.
func Reference() string {
	var b strings.Builder
	b.WriteString("| key | values | default | what it is |\n|---|---|---|---|\n")
	for _, f := range table().list {
		if f.Type == "section" || f.Type == "axis" {
			fmt.Fprintf(&b, "| **`%s`** | | | %s |\n", f.Path, cell(f.Doc))
			continue
		}
		def := ""
		if f.Default != "" {
			def = "`" + f.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.Path, cell(f.values()), cell(def), cell(f.Doc))
	}
	return b.String()
}

// values says in words what may stand for a field.
func (f Field) values() string {
	switch {
	case len(f.OneOf) > 0:
		return strings.Join(f.OneOf, ", ")
	case len(f.Keys) > 0:
		return f.Type + ": " + strings.Join(f.Keys, ", ")
	case f.Range != "":
		return f.Type + ", " + f.Range
	}
	return f.Type
}

// cell escapes what would end a table's cell.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

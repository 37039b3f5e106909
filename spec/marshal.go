package spec

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Marshal writes the spec as YAML with every default spelled out, so that it says all that a run did even if defaults change later.
// Fields without effect, which have their defaults, are left out. Parse reads it back to the same spec, which is one that Parse
// returned.
func Marshal(s *Spec) []byte {
	skip := map[string]bool{}
	for _, i := range idles {
		if table().byPath[i.path].isDefault(s) && s.idleEverywhere(i) != "" {
			skip[i.path] = true
		}
	}
	// A swept key need not be given, and may have no default that could be written.
	for _, a := range []Axis{s.Grid.Load, s.Grid.Temperature} {
		if f, ok := table().byPath[a.Path]; ok && f.isDefault(s) {
			skip[a.Path] = true
		}
	}
	w := &writer{skip: skip}
	w.section(reflect.ValueOf(s).Elem(), "", 0)
	return []byte(w.String())
}

type writer struct {
	strings.Builder
	skip map[string]bool
}

// section writes a struct's fields, block style; lists and maps within a line.
func (w *writer) section(v reflect.Value, path string, depth int) {
	for i := range v.NumField() {
		name := key(v.Type().Field(i))
		p, f := join(path, name), v.Field(i)
		if f.Kind() == reflect.Pointer {
			if f.IsNil() {
				continue
			}
			f = f.Elem()
		}
		if w.skip[p] || empty(f) {
			continue
		}
		indent := strings.Repeat("  ", depth)
		switch {
		case f.Kind() != reflect.Struct || f.Type() == axisType:
			fmt.Fprintf(w, "%s%s: %s\n", indent, name, flow(f))
		case f.NumField() == 0:
			fmt.Fprintf(w, "%s%s: {}\n", indent, name)
		default:
			fmt.Fprintf(w, "%s%s:\n", indent, name)
			w.section(f, p, depth+1)
		}
	}
}

// empty reports whether there is nothing to write: an absent axis, list or map, or a section of such.
func empty(v reflect.Value) bool {
	switch {
	case v.Type() == axisType:
		return v.FieldByName("Path").Len() == 0
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Map:
		return v.Len() == 0
	case v.Kind() == reflect.Struct && v.NumField() > 0:
		for i := range v.NumField() {
			if v.Field(i).Kind() == reflect.Pointer && !v.Field(i).IsNil() || v.Field(i).Kind() != reflect.Pointer && !empty(v.Field(i)) {
				return false
			}
		}
		return true
	}
	return false
}

// flow writes a value within a line.
func flow(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Interface:
		return flow(v.Elem())
	case reflect.String:
		return scalarText(v.String())
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case reflect.Slice, reflect.Array:
		var parts []string
		for i := range v.Len() {
			parts = append(parts, flow(v.Index(i)))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.Map:
		m := map[string]string{}
		for it := v.MapRange(); it.Next(); {
			m[scalarText(it.Key().String())] = flow(it.Value())
		}
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(m)) {
			parts = append(parts, k+": "+m[k])
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case reflect.Struct: // An axis.
		a := v.Interface().(Axis)
		return "{" + a.Path + ": " + flow(reflect.ValueOf(a.Values)) + "}"
	}
	return fmt.Sprint(v.Interface())
}

// scalarText writes a string plainly where YAML reads it back as that string, else in double quotes.
func scalarText(s string) string {
	plain := s != "" && !looksOther(s) && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_./-", r))
	}) < 0 && s[0] != '-' && s[0] != '.'
	if plain {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case strconv.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

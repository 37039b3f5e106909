package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// decoder sets fields of a spec from YAML nodes, and collects every problem instead of stopping at the first. given remembers where
// each path was written, so that later checks can point there.
type decoder struct {
	given    map[string]place
	problems []problem
}

func (d *decoder) fail(at place, path, format string, args ...any) {
	d.problems = append(d.problems, problem{at, path, fmt.Sprintf(format, args...)})
}

// decode sets v, the value of the field at path, from n.
func (d *decoder) decode(n *node, v reflect.Value, path string) {
	d.given[path] = n.at
	if n.kind == broken {
		return
	}
	f := table().byPath[path]
	switch {
	case v.Type() == axisType:
		d.axis(n, v.Addr().Interface().(*Axis), path)
	case v.Kind() == reflect.Pointer:
		d.optional(n, v, path)
	case v.Kind() == reflect.Struct:
		d.section(n, v, path)
	case v.Kind() == reflect.Map:
		d.mapping(n, v, f)
	case v.Kind() == reflect.Slice, v.Kind() == reflect.Array:
		d.list(n, v, f)
	default:
		d.scalar(n, v, f)
	}
}

// section decodes a map whose keys are the fields of a struct. An empty one, all of whose lines are commented out, changes nothing.
func (d *decoder) section(n *node, v reflect.Value, path string) {
	if n.kind == null {
		return
	}
	if n.kind != mapping {
		d.fail(n.at, path, "expected a map of keys, found %s", n.describe())
		return
	}
	t := v.Type()
	seen := map[string]place{}
	for _, e := range n.entries {
		if first, ok := seen[e.key]; ok {
			d.fail(e.at, join(path, e.key), "the key is given twice, first at %s", first)
			continue
		}
		seen[e.key] = e.at
		i := fieldOf(t, e.key)
		if i < 0 {
			d.unknown(e, t, path)
			continue
		}
		d.decode(e.value, v.Field(i), join(path, e.key))
	}
}

func fieldOf(t reflect.Type, name string) int {
	for i := range t.NumField() {
		if key(t.Field(i)) == name {
			return i
		}
	}
	return -1
}

// unknown reports a key that a section does not have, with the nearest that it has; or, where that key is known in another section,
// with its path.
func (d *decoder) unknown(e entry, t reflect.Type, path string) {
	var keys []string
	for i := range t.NumField() {
		keys = append(keys, key(t.Field(i)))
	}
	hint := ""
	switch near := nearest(e.key, keys); {
	case near != "":
		hint = "did you mean " + near + "?"
	case len(keys) == 0:
		hint = path + " has no settings; write {}"
	default:
		hint = "it may be " + strings.Join(keys, ", ")
		for _, p := range table().paths {
			if strings.HasSuffix(p, "."+e.key) {
				hint = "did you mean " + p + "?"
				break
			}
		}
	}
	d.fail(e.at, clip(join(path, e.key)), "unknown key; %s", hint)
}

// optional decodes a measure: a map makes it, with its defaults; false leaves it out.
func (d *decoder) optional(n *node, v reflect.Value, path string) {
	switch {
	case n.kind == mapping:
		v.Set(reflect.New(v.Type().Elem()))
		d.defaults(v.Elem(), path)
		d.section(n, v.Elem(), path)
	case n.kind == plain && n.text == "false":
		v.SetZero()
	default:
		d.fail(n.at, path, "expected a map of settings ({} for the defaults) or false to leave the measure out, found %s", n.describe())
	}
}

// mapping decodes a map with values of one type. It replaces the default; it is not merged with it.
func (d *decoder) mapping(n *node, v reflect.Value, f Field) {
	if n.kind != mapping {
		d.fail(n.at, f.Path, "expected a %s, found %s", f.Type, n.describe())
		return
	}
	out := reflect.MakeMap(v.Type())
	for _, e := range n.entries {
		path := join(f.Path, e.key)
		if out.MapIndex(reflect.ValueOf(e.key)).IsValid() {
			d.fail(e.at, path, "the key is given twice")
			continue
		}
		if len(f.Keys) > 0 && !slices.Contains(f.Keys, e.key) {
			d.fail(e.at, clip(path), "unknown key; %s", suggest(e.key, f.Keys))
			continue
		}
		x := reflect.New(v.Type().Elem()).Elem()
		if text := setScalar(x, e.value); text != "" && e.value.kind != broken {
			d.fail(e.value.at, clip(path), "%s", text)
		}
		out.SetMapIndex(reflect.ValueOf(e.key), x)
	}
	if len(f.Keys) > 0 && len(n.entries) == 0 {
		d.fail(n.at, f.Path, "the map is empty; %s", suggest("", f.Keys))
	}
	if out.Len() == 0 {
		out = reflect.Zero(v.Type())
	}
	v.Set(out)
}

// list decodes a slice or an array, each element within the field's limits.
func (d *decoder) list(n *node, v reflect.Value, f Field) {
	switch {
	case n.kind != sequence:
		d.fail(n.at, f.Path, "expected a %s, found %s", f.Type, n.describe())
		return
	case v.Kind() == reflect.Array && len(n.items) != v.Len():
		d.fail(n.at, f.Path, "expected a %s, found %d", f.Type, len(n.items))
		return
	case len(n.items) == 0:
		v.SetZero()
		return
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	}
	for i, item := range n.items {
		d.value(item, v.Index(i), f, f.Path)
	}
}

func (d *decoder) scalar(n *node, v reflect.Value, f Field) { d.value(n, v, f, f.Path) }

// value sets one scalar, and checks it against what the field allows. path is where the user wrote it.
func (d *decoder) value(n *node, v reflect.Value, f Field, path string) bool {
	if n.kind == broken {
		return false
	}
	if text := setScalar(v, n); text != "" {
		if n.kind == sequence && f.Sweep && path == f.Path {
			text += "; to sweep it, give the list to grid.load or grid.temperature"
		}
		d.fail(n.at, path, "%s", text)
		return false
	}
	if text := f.check(v); text != "" {
		d.fail(n.at, path, "%s", text)
		return false
	}
	return true
}

// check says what is wrong with a scalar of the field; empty when nothing is.
func (f Field) check(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		if !f.allows(v.String()) {
			return fmt.Sprintf("unknown value %s; %s", clip(fmt.Sprintf("%q", v.String())), suggest(v.String(), f.OneOf))
		}
	case reflect.Int:
		if !f.limits.contain(float64(v.Int())) {
			return f.limits.complain(fmt.Sprint(v.Int()))
		}
	case reflect.Float64:
		if !f.limits.contain(v.Float()) {
			return f.limits.complain(fmt.Sprint(v.Float()))
		}
	}
	return ""
}

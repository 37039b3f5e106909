package spec

import (
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
)

// Parse reads a spec. name is the file's name, for messages and for a spec that does not give its own. sets are overrides,
// "path=value", applied in order after the text; a value is YAML. Parsing is strict: unknown keys, wrong types, duplicates and values
// out of range are errors. The error lists all problems that were found, one a line, each with its place and its key. Absent keys take
// their documented defaults; what is given is never replaced.
func Parse(name string, text []byte, sets ...string) (*Spec, error) {
	s := &Spec{}
	d := &decoder{given: map[string]place{}}
	root := reflect.ValueOf(s).Elem()
	d.defaults(root, "")
	origin := place{file: name}
	n, problems := readYAML(origin, text)
	if n == nil {
		return nil, joined(problems)
	}
	d.problems = problems
	switch n.kind {
	case null:
		if len(sets) == 0 {
			return nil, problem{at: origin, text: "the spec is empty; basin examples lists specs to start from"}
		}
	default:
		d.section(n, root, "")
	}
	for i, set := range sets {
		d.override(s, set, i+1)
	}
	if _, ok := d.given["name"]; !ok {
		base := filepath.Base(name)
		s.Name = strings.TrimSuffix(base, filepath.Ext(base))
	}
	if s.swept("data.set") == "" && s.swept("data.train") == "" {
		s.Data.complete()
	}
	d.validate(s, origin)
	if len(d.problems) > 0 {
		return nil, joined(d.problems)
	}
	return s, nil
}

// defaults sets every field of a section to its documented default, before anything is decoded, so that an explicit zero survives.
func (d *decoder) defaults(v reflect.Value, path string) {
	for i := range v.NumField() {
		p := join(path, key(v.Type().Field(i)))
		f := table().byPath[p]
		switch {
		case f.Type == "section" && v.Field(i).Kind() == reflect.Struct:
			d.defaults(v.Field(i), p)
		case f.Default != "":
			f.setDefault(v.Field(i))
		}
	}
}

// setDefault sets v to the field's default. Tags are ours: a bad one panics, in the first test that parses anything.
func (f Field) setDefault(v reflect.Value) {
	d := &decoder{given: map[string]place{}}
	d.decode(f.standard, v, f.Path)
	if len(d.problems) > 0 {
		panic(joined(d.problems))
	}
}

// override applies one "path=value" as if the value stood at that path of the file: it replaces what was there. A path below
// grid.load or grid.temperature, or below a map, names its one entry.
func (d *decoder) override(s *Spec, set string, order int) {
	at := place{override: clip("--set " + set), order: order}
	path, value, ok := strings.Cut(set, "=")
	if path = strings.TrimSpace(path); !ok || path == "" {
		d.fail(at, "", "expected path=value, such as train.batch=64")
		return
	}
	n, problems := readYAML(at, []byte(value))
	if len(problems) > 0 {
		d.problems = append(d.problems, problems...)
		return
	}
	f, ok := table().byPath[path]
	if !ok {
		for _, parent := range table().list {
			rest, below := strings.CutPrefix(path, parent.Path+".")
			if below && (parent.typ == axisType || parent.typ.Kind() == reflect.Map) {
				f, path = parent, parent.Path
				n = &node{kind: mapping, at: at, entries: []entry{{key: rest, at: at, value: n}}}
			}
		}
	}
	if f.Path == "" {
		d.fail(at, clip(path), "unknown path; %s", suggestPath(path))
		return
	}
	for p := range d.given {
		if strings.HasPrefix(p, path+".") || strings.HasPrefix(p, path+"=") {
			delete(d.given, p)
		}
	}
	d.decode(n, d.reach(s, f), path)
}

// reach returns the value of a field that is to be decoded anew: a measure on its way to it is made, with its defaults; a section is
// reset to its own.
func (d *decoder) reach(s *Spec, f Field) reflect.Value {
	v := reflect.ValueOf(s).Elem()
	path := ""
	for _, i := range f.index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
				d.defaults(v.Elem(), path)
			}
			v = v.Elem()
		}
		path = join(path, key(v.Type().Field(i)))
		v = v.Field(i)
	}
	if f.Type == "section" {
		v.SetZero()
		if v.Kind() == reflect.Struct {
			d.defaults(v, path)
		}
	}
	return v
}

// suggestPath says which path was probably meant, looking at sections' paths alone when none is near.
func suggestPath(path string) string {
	if near := nearest(path, table().paths); near != "" {
		return "did you mean " + near + "?"
	}
	section, _, _ := strings.Cut(path, ".")
	var below []string
	for _, p := range table().paths {
		if strings.HasPrefix(p, section+".") || !strings.Contains(p, ".") {
			below = append(below, p)
		}
	}
	return "it may be " + strings.Join(below, ", ")
}

// plainName is what may name a folder on any system.
var plainName = regexp.MustCompile(`^[\p{L}\p{N}_][\p{L}\p{N}_ .+-]{0,99}$`)

package spec

import (
	_ "embed"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Field is one documented key of a spec: a leaf, such as train.optimizer.lr, or a section, such as train.optimizer.
type Field struct {
	Path    string   // "train.optimizer.lr"
	Type    string   // "integer", "number", "boolean", "string", "list of integers" …; "section"
	Default string   // as written in YAML; empty where there is none
	Range   string   // "[0, 1)", "-1 or at least 1"; empty where any value may stand
	OneOf   []string // the only values, where they are enumerated; "*.npz" stands for any value with that ending
	Keys    []string // the only keys of a map, where they are enumerated
	Doc     string   // one sentence
	Sweep   bool     // may be an axis of the grid

	typ      reflect.Type
	index    []int // of the field in Spec, for reflect.Value.FieldByIndex
	limits   limits
	standard *node // the default, read
}

// Fields lists every key of a spec, in the order of the Go types.
func Fields() []Field { return slices.Clone(table().list) }

// Sweepable lists the paths that may be an axis of the grid: every scalar of data, model and train.
func Sweepable() []string { return table().sweepable }

// fieldTable is what the types say, read once by reflection; it never changes.
type fieldTable struct {
	list      []Field
	byPath    map[string]Field
	paths     []string
	sweepable []string
}

var table = sync.OnceValue(func() *fieldTable {
	t := &fieldTable{byPath: map[string]Field{}}
	t.add(reflect.TypeFor[Spec](), "", nil, typeComments())
	for _, f := range t.list {
		t.byPath[f.Path] = f
		t.paths = append(t.paths, f.Path)
		if f.Sweep {
			t.sweepable = append(t.sweepable, f.Path)
		}
	}
	return t
})

// add appends the fields of a struct type, depth first.
func (t *fieldTable) add(typ reflect.Type, prefix string, index []int, comments map[string]string) {
	for i := range typ.NumField() {
		sf := typ.Field(i)
		f := Field{
			Path:    join(prefix, key(sf)),
			Default: sf.Tag.Get("default"),
			OneOf:   list(sf.Tag.Get("oneof")),
			Keys:    list(sf.Tag.Get("keys")),
			Doc:     comments[typ.Name()+"."+sf.Name],
			typ:     sf.Type,
			index:   append(slices.Clone(index), i),
			limits:  parseLimits(sf.Tag.Get("range")),
		}
		f.Type, f.Range = typeName(f.typ), f.limits.String()
		section := deref(sf.Type)
		isSection := section.Kind() == reflect.Struct && section != axisType
		if f.Default != "" {
			f.standard = mustRead("default of "+f.Path, f.Default)
		}
		if isSection {
			f.Doc = comments[section.Name()]
		}
		top, _, _ := strings.Cut(f.Path, ".")
		f.Sweep = isScalar(f.typ) && slices.Contains([]string{"data", "model", "train"}, top)
		t.list = append(t.list, f)
		if isSection {
			t.add(section, f.Path, f.index, comments)
		}
	}
}

// mustRead reads YAML of our own.
func mustRead(what, text string) *node {
	n, problems := readYAML(place{file: what}, []byte(text))
	if len(problems) > 0 {
		panic(joined(problems))
	}
	return n
}

var axisType = reflect.TypeFor[Axis]()

// in returns the field's value in a spec; ok is false where it lies in a measure that is left out.
func (f Field) in(s *Spec) (v reflect.Value, ok bool) {
	v = reflect.ValueOf(s).Elem()
	for _, i := range f.index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, true
}

// key is a struct field's name in YAML.
func key(sf reflect.StructField) string {
	name, _, _ := strings.Cut(sf.Tag.Get("yaml"), ",")
	return name
}

func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}

func list(tag string) []string {
	if tag == "" {
		return nil
	}
	return strings.Split(tag, ",")
}

func deref(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func isScalar(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Int, reflect.Uint64, reflect.Float64, reflect.Bool, reflect.String:
		return true
	}
	return false
}

// typeName says a type in a user's words.
func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int:
		return "integer"
	case reflect.Uint64:
		return "integer ≥ 0"
	case reflect.Float64:
		return "number"
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Slice:
		return "list of " + typeName(t.Elem()) + "s"
	case reflect.Array:
		return "list of two " + typeName(t.Elem()) + "s"
	case reflect.Map:
		return "map of " + typeName(t.Elem()) + "s"
	}
	if t == axisType {
		return "axis"
	}
	return "section"
}

//go:embed types.go
var typesSource string

// typeComments reads the comments of types.go: of types by their name, of fields by Type.Field. So what a Go reader sees beside a
// field is what the schema and the reference table say.
func typeComments() map[string]string {
	file, err := parser.ParseFile(token.NewFileSet(), "types.go", typesSource, parser.ParseComments)
	if err != nil {
		panic(err) // The embedded source has been compiled.
	}
	out := map[string]string{}
	text := func(g *ast.CommentGroup) string { return strings.Join(strings.Fields(g.Text()), " ") }
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		for _, s := range g.Specs {
			ts := s.(*ast.TypeSpec)
			out[ts.Name.Name] = text(g.Doc)
			for _, f := range ts.Type.(*ast.StructType).Fields.List {
				for _, n := range f.Names {
					out[ts.Name.Name+"."+n.Name] = text(f.Comment)
				}
			}
		}
	}
	return out
}

// allows reports whether a value is among those enumerated.
func (f Field) allows(s string) bool {
	return len(f.OneOf) == 0 || slices.ContainsFunc(f.OneOf, func(o string) bool {
		if ending, ok := strings.CutPrefix(o, "*"); ok {
			return path.Ext(s) == ending
		}
		return o == s
	})
}

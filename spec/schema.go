package spec

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"
)

// Schema is the JSON Schema of a spec, indented, for editors: what Parse checks of each field by itself, from the same tags.
func Schema() []byte {
	r := &jsonschema.Reflector{
		Anonymous: true, DoNotReference: true, RequiredFromJSONSchemaTags: true, FieldNameTag: "yaml",
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			if t == axisType {
				return axisSchema()
			}
			return nil
		},
	}
	root := r.Reflect(&Spec{})
	root.Title, root.Description = "Basin spec", typeComments()["Spec"]
	describe(root, "")
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(err) // The schema is data of ours.
	}
	return text
}

// describe adds to the reflected structure what the field table knows, all the way down.
func describe(s *jsonschema.Schema, prefix string) {
	if s.Properties == nil {
		return
	}
	for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
		f := table().byPath[join(prefix, pair.Key)]
		p := pair.Value
		switch {
		case f.typ == axisType:
		case f.Type == "section":
			describe(p, f.Path)
		default:
			p = f.schema()
		}
		if f.Default != "" {
			p.Default = plainValue(f)
		}
		if f.typ.Kind() == reflect.Pointer { // A measure: its settings, or false.
			p = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{p, {Const: false}}}
		}
		p.Description = f.Doc
		pair.Value = p
	}
}

// schema is that of one leaf.
func (f Field) schema() *jsonschema.Schema {
	switch f.typ.Kind() {
	case reflect.Slice:
		return &jsonschema.Schema{Type: "array", Items: f.scalarSchema(f.typ.Elem())}
	case reflect.Array:
		n := uint64(f.typ.Len())
		return &jsonschema.Schema{Type: "array", Items: f.scalarSchema(f.typ.Elem()), MinItems: &n, MaxItems: &n}
	case reflect.Map:
		value := f.scalarSchema(f.typ.Elem())
		s := &jsonschema.Schema{Type: "object", AdditionalProperties: value}
		if len(f.Keys) > 0 {
			s.PropertyNames = &jsonschema.Schema{Enum: anys(f.Keys)}
			s.MinProperties = ptr(1)
		}
		return s
	}
	return f.scalarSchema(f.typ)
}

func (f Field) scalarSchema(t reflect.Type) *jsonschema.Schema {
	switch t.Kind() {
	case reflect.Bool:
		return &jsonschema.Schema{Type: "boolean"}
	case reflect.Uint64:
		return &jsonschema.Schema{Type: "integer", Minimum: "0"}
	case reflect.String:
		return f.stringSchema()
	}
	s := &jsonschema.Schema{}
	if !f.limits.set {
		s.Type = kindName(t)
		return s
	}
	s = f.limits.schema()
	s.Type = kindName(t)
	if f.limits.or != nil {
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Const: *f.limits.or}, s}}
	}
	return s
}

func kindName(t reflect.Type) string { return pick(t.Kind() == reflect.Int, "integer", "number") }

// stringSchema enumerates the values; an ending such as *.npz becomes a pattern.
func (f Field) stringSchema() *jsonschema.Schema {
	var words, endings []string
	for _, o := range f.OneOf {
		if ending, ok := strings.CutPrefix(o, "*"); ok {
			endings = append(endings, ending)
			continue
		}
		words = append(words, o)
	}
	switch {
	case len(words) == 0:
		return &jsonschema.Schema{Type: "string"}
	case len(endings) == 0:
		return &jsonschema.Schema{Type: "string", Enum: anys(words)}
	}
	s := &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string", Enum: anys(words)}}}
	for _, e := range endings {
		s.AnyOf = append(s.AnyOf, &jsonschema.Schema{Type: "string", Pattern: strings.ReplaceAll(e, ".", `\.`) + "$"})
	}
	return s
}

func (l limits) schema() *jsonschema.Schema {
	s := &jsonschema.Schema{}
	num := func(x float64) json.Number { return json.Number(strconv.FormatFloat(x, 'f', -1, 64)) }
	if l.loOpen {
		s.ExclusiveMinimum = num(l.lo)
	} else {
		s.Minimum = num(l.lo)
	}
	switch {
	case math.IsInf(l.hi, 1):
	case l.hiOpen:
		s.ExclusiveMaximum = num(l.hi)
	default:
		s.Maximum = num(l.hi)
	}
	return s
}

// axisSchema is a map of one sweepable path to its values.
func axisSchema() *jsonschema.Schema {
	s := &jsonschema.Schema{
		Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema,
		MinProperties: ptr(1), MaxProperties: ptr(1),
	}
	for _, path := range Sweepable() {
		f := table().byPath[path]
		s.Properties.Set(path, &jsonschema.Schema{
			Type: "array", Items: f.scalarSchema(f.typ), MinItems: ptr(1), UniqueItems: true, Description: f.Doc,
		})
	}
	return s
}

// plainValue is a field's default as JSON has it.
func plainValue(f Field) any {
	v := reflect.New(f.typ).Elem()
	f.setDefault(v)
	return v.Interface()
}

func anys(words []string) []any {
	var out []any
	for _, w := range slices.Clone(words) {
		out = append(out, w)
	}
	return out
}

func ptr(n uint64) *uint64 { return &n }

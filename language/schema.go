package spec

import (
	"encoding/json"
	"iter"
	"regexp"
	"slices"

	"github.com/invopop/jsonschema"
)

// Schema is the JSON Schema of a spec, indented, for editors: what Parse checks of each key by itself. Keys of any
// kind may stand where the kind is not given, because a grid may sweep it.
func (l Language) Schema() []byte {
	root := describe(l.New())
	s := root.section()
	if len(l.Sweep) > 0 {
		s.Properties.Set(gridKey, l.gridSchema(root))
	}
	s.Title, s.Version = "Basin spec", jsonschema.Version
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // The schema is data of ours.
	}
	return text
}

// schema is that of one declaration.
func (d *decl) schema() *jsonschema.Schema {
	var s *jsonschema.Schema
	switch {
	case d.leaf != nil:
		s = d.leaf.schema()
		if d.leaf.standard() != "" {
			d.leaf.reset()
			s.Default = d.leaf.save()
		}
	case d.entry != nil:
		s = d.entry.entriesSchema()
	default:
		s = d.section()
	}
	s.Description = d.doc
	return s
}

// section is the schema of a map of declared keys, in a form for each kind, and one for a kind that is not given.
func (d *decl) section() *jsonschema.Schema {
	if len(d.choices) == 0 {
		return object(d.children(nil))
	}
	var forms []*jsonschema.Schema
	if d.short {
		forms = append(forms, words(d.choices[0].names()))
	}
	free := object(d.children(nil))
	free.Properties.Delete(d.choices[0].key)
	return &jsonschema.Schema{AnyOf: append(append(forms, d.kindSchemas()...), free)}
}

// kindSchemas are the schemas of a section of each kind, which it names.
func (d *decl) kindSchemas() (out []*jsonschema.Schema) {
	for _, k := range d.allKinds() {
		s := d.kindSchema(k)
		s.Required = []string{k.key}
		out = append(out, s)
	}
	return out
}

// kindSchema is the schema of a section of one kind, which it may name.
func (d *decl) kindSchema(k *kindOf) *jsonschema.Schema {
	s := object(d.children([]string{k.name}))
	s.Properties.Set(k.key, words([]string{k.name}))
	s.Description = k.doc
	return s
}

// entriesSchema is the schema of a map of named entries: those that have the name of a kind need not give it.
func (d *decl) entriesSchema() *jsonschema.Schema {
	forms := append(d.kindSchemas(), &jsonschema.Schema{Const: false})
	if len(d.choices) == 0 {
		forms = append(forms, object(d.children(nil)))
	}
	out := &jsonschema.Schema{
		Type: "object", Properties: jsonschema.NewProperties(),
		PropertyNames:        &jsonschema.Schema{Pattern: plainName.String()},
		AdditionalProperties: &jsonschema.Schema{AnyOf: forms},
	}
	for _, k := range d.allKinds() {
		out.Properties.Set(k.name, &jsonschema.Schema{AnyOf: append([]*jsonschema.Schema{d.kindSchema(k)}, forms...)})
	}
	return out
}

// object is the schema of a map that has no other keys. What is declared twice may be either.
func object(keys iter.Seq[*decl]) *jsonschema.Schema {
	s := &jsonschema.Schema{
		Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema,
	}
	for d := range keys {
		old, _ := s.Properties.Get(d.key)
		s.Properties.Set(d.key, either(old, d.schema()))
	}
	return s
}

func either(a, b *jsonschema.Schema) *jsonschema.Schema {
	if a == nil || sameSchema(a, b) {
		return b
	}
	if a.AnyOf == nil || a.Type != "" || a.Description != "" {
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{a, b}}
	}
	a.AnyOf = append(a.AnyOf, b)
	return a
}

func sameSchema(a, b *jsonschema.Schema) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(x) == string(y)
}

// gridSchema is that of the grid: any number of axes, each of paths and their values.
func (l Language) gridSchema(root *decl) *jsonschema.Schema {
	axis := &jsonschema.Schema{
		Type: "object", Properties: jsonschema.NewProperties(), PatternProperties: map[string]*jsonschema.Schema{},
		AdditionalProperties: jsonschema.FalseSchema, MinProperties: ptr(1),
	}
	var add func(d *decl, path, pattern string)
	add = func(d *decl, path, pattern string) {
		s := d.schema()
		s.Default = nil
		values := &jsonschema.Schema{Type: "array", Items: s, MinItems: ptr(1), UniqueItems: true, Description: d.doc}
		if path != "" {
			old, _ := axis.Properties.Get(path)
			axis.Properties.Set(path, either(old, values))
		} else {
			axis.PatternProperties["^"+pattern+"$"] = either(axis.PatternProperties["^"+pattern+"$"], values)
		}
		if d.entry != nil {
			d, path, pattern = d.entry, "", pattern+`\.[^.]+`
		}
		for c := range d.children(nil) {
			add(c, pathBelow(path, c.key), pattern+`\.`+regexp.QuoteMeta(c.key))
		}
	}
	for _, d := range root.below {
		if slices.Contains(l.Sweep, d.key) {
			add(d, d.key, regexp.QuoteMeta(d.key))
		}
	}
	return &jsonschema.Schema{
		Type: "object", AdditionalProperties: axis, Description: gridDoc,
		PropertyNames: &jsonschema.Schema{Pattern: plainName.String()},
	}
}

// pathBelow is a path with a key more; "" below an entry of any name.
func pathBelow(path, key string) string {
	if path == "" {
		return ""
	}
	return path + "." + key
}

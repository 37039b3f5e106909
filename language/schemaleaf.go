package spec

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"

	"github.com/invopop/jsonschema"
)

func (c scalarOf[T]) schema() *jsonschema.Schema {
	if c.words != nil {
		return words(c.words)
	}
	s := &jsonschema.Schema{}
	switch any(c.typ) {
	case any(&boolean):
		s.Type = "boolean"
	case any(&text):
		s.Type = "string"
	case any(&unsigned):
		s.Type, s.Minimum = "integer", "0"
	case any(&integer):
		s.Type = "integer"
	default:
		s.Type = "number"
	}
	if c.limits == nil {
		return s
	}
	c.limits.addTo(s)
	if c.limits.or != nil {
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Const: *c.limits.or}, s}}
	}
	return s
}

func (c listOf[T]) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "array", Items: c.item.schema(), MaxItems: ptr(maxItems)}
}

func (c pairOf) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "array", Items: c.list.item.schema(), MinItems: ptr(2), MaxItems: ptr(2)}
}

func (c mapOf[T]) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", AdditionalProperties: c.item.schema()}
}

// words enumerates texts; an ending such as *.npz becomes a pattern.
func words(list []string) *jsonschema.Schema {
	plain := &jsonschema.Schema{Type: "string"}
	forms := []*jsonschema.Schema{plain}
	for _, w := range list {
		if isEnding(w) {
			forms = append(forms, &jsonschema.Schema{Type: "string", Pattern: regexp.QuoteMeta(w[1:]) + "$"})
			continue
		}
		plain.Enum = append(plain.Enum, w)
	}
	if plain.Enum == nil {
		forms = forms[1:]
	}
	if len(forms) == 1 {
		return forms[0]
	}
	return &jsonschema.Schema{AnyOf: forms}
}

func (l *limits) addTo(s *jsonschema.Schema) {
	num := func(x float64) json.Number { return json.Number(strconv.FormatFloat(x, 'f', -1, 64)) }
	switch {
	case math.IsInf(l.lo, -1):
	case l.loOpen:
		s.ExclusiveMinimum = num(l.lo)
	default:
		s.Minimum = num(l.lo)
	}
	switch {
	case math.IsInf(l.hi, 1):
	case l.hiOpen:
		s.ExclusiveMaximum = num(l.hi)
	default:
		s.Maximum = num(l.hi)
	}
}

package spec

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"

	"github.com/invopop/jsonschema"
)

// singleSchema is the schema of numbers, booleans and texts.
func singleSchema(name string, r rule) *jsonschema.Schema {
	if r.words != nil {
		return words(r.words)
	}
	s := &jsonschema.Schema{Type: name}
	if name == wholeName {
		s.Type, s.Minimum = "integer", "0"
	}
	if r.limits == nil {
		return s
	}
	r.limits.addTo(s)
	if r.limits.or != nil {
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Const: *r.limits.or}, s}}
	}
	return s
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

func ptr(n uint64) *uint64 { return &n }

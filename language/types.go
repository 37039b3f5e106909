package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// valueType is how values of one type are read, written and described.
type valueType[V any] struct {
	name   string // in a user's words
	form   form
	parse  func(r rule, n *node, fail complaint) (V, bool)
	append func(to []byte, v V) []byte
	refuse func(r rule, v V) string // why a value may not stand; "" where it may
	zero   func(v V) bool
	empty  func(v V) bool // "", or nothing in a list or a map
	values func(r rule) string
	schema func(r rule) *jsonschema.Schema
}

var (
	integer = singleType("integer", parseInt, appendInt, func(v int) float64 { return float64(v) })
	whole   = singleType(wholeName, parseUint, appendUint, func(v uint64) float64 { return float64(v) })
	float   = singleType("number", parseFloat, appendFloat, func(v float64) float64 { return v })
	boolean = singleType("boolean", parseBool, appendBool, nil)
	text    = singleType("string", parseString, appendText, nil)

	ints     = listType(integer)
	floats   = listType(float)
	strs     = listType(text)
	floatMap = mapType(float)
	textMap  = mapType(text)
	two      = pairType()
	kinds    = kindType()
	files    = fileType()
)

// singleType is the type of numbers, booleans and texts.
func singleType[T comparable](name string, parse func(*node) (T, string), append func([]byte, T) []byte,
	number func(T) float64,
) *valueType[T] {
	t := &valueType[T]{name: name, append: append}
	var none T
	t.refuse = func(r rule, v T) string {
		switch {
		case r.limits != nil && !r.limits.contain(number(v)):
			return r.limits.complain(string(append(nil, v)))
		case r.words != nil && !slices.Contains(r.words, any(v).(string)):
			return unknownWord(any(v).(string), r.words)
		}
		return ""
	}
	t.parse = func(r rule, n *node, fail complaint) (T, bool) {
		v, wrong := parse(n)
		if wrong == "" {
			wrong = t.refuse(r, v)
		}
		if wrong != "" {
			fail(n, "", wrong)
		}
		return v, wrong == ""
	}
	t.zero = func(v T) bool { return v == none }
	t.empty = func(v T) bool { return any(v) == any("") }
	t.values = func(r rule) string {
		switch {
		case r.words != nil:
			return strings.Join(r.words, ", ")
		case r.limits != nil:
			return name + ", " + r.limits.String()
		}
		return name
	}
	t.schema = func(r rule) *jsonschema.Schema { return singleSchema(name, r) }
	return t
}

func unknownWord(w string, words []string) string {
	return fmt.Sprintf("unknown value %s; %s", clip(fmt.Sprintf("%q", w)), suggest(w, words))
}

// Bounds on what each cell may hold.
const (
	maxItems = 1000   // of a list
	maxNames = 10_000 // of a map
)

func listType[T any](item *valueType[T]) *valueType[[]T] {
	t := &valueType[[]T]{name: "list of " + item.name + "s", form: ofList}
	t.parse = func(r rule, n *node, fail complaint) (out []T, ok bool) {
		switch {
		case n.kind != sequence:
			fail(n, "", expected(t.name, n))
			return nil, false
		case len(n.items) > maxItems:
			fail(n, "", fmt.Sprintf("%d items are more than the %d that a list may have", len(n.items), maxItems))
			return nil, false
		case len(n.items) == 0:
			return nil, true
		}
		out, ok = make([]T, len(n.items)), true
		for i, x := range n.items {
			v, good := item.parse(r, x, fail)
			out[i], ok = v, ok && good
		}
		return out, ok
	}
	t.append = func(to []byte, v []T) []byte {
		to = append(to, '[')
		for i, x := range v {
			if i > 0 {
				to = append(to, ", "...)
			}
			to = item.append(to, x)
		}
		return append(to, ']')
	}
	t.refuse = func(r rule, v []T) string {
		for _, x := range v {
			if wrong := item.refuse(r, x); wrong != "" {
				return wrong
			}
		}
		return ""
	}
	t.zero = func(v []T) bool { return len(v) == 0 }
	t.empty = t.zero
	t.values = func(r rule) string { return strings.Replace(item.values(r), item.name, t.name, 1) }
	t.schema = func(r rule) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "array", Items: item.schema(r), MaxItems: ptr(maxItems)}
	}
	return t
}

func mapType[T any](item *valueType[T]) *valueType[map[string]T] {
	t := &valueType[map[string]T]{name: "map of " + item.name + "s", form: ofMap}
	t.parse = func(r rule, n *node, fail complaint) (out map[string]T, ok bool) {
		switch {
		case n.kind != mapping:
			fail(n, "", expected(t.name, n))
			return nil, false
		case len(n.entries) > maxNames:
			fail(n, "", fmt.Sprintf("%d names are more than the %d that a map may have", len(n.entries), maxNames))
			return nil, false
		case len(n.entries) == 0:
			return nil, true
		}
		out, ok = make(map[string]T, len(n.entries)), true
		for _, e := range n.entries {
			v, good := item.parse(r, e.value, func(n *node, _, text string) { fail(n, e.key, text) })
			out[e.key], ok = v, ok && good
		}
		return out, ok
	}
	t.append = func(to []byte, v map[string]T) []byte {
		to = append(to, '{')
		for i, k := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				to = append(to, ", "...)
			}
			to = item.append(append(appendText(to, k), ": "...), v[k])
		}
		return append(to, '}')
	}
	t.refuse = func(rule, map[string]T) string { return "" }
	t.zero = func(v map[string]T) bool { return len(v) == 0 }
	t.empty = t.zero
	t.values = func(rule) string { return t.name }
	t.schema = func(r rule) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "object", AdditionalProperties: item.schema(r)}
	}
	return t
}

// pairType is the type of two numbers, which are written as a list.
func pairType() *valueType[[2]float64] {
	list := listType(float)
	return &valueType[[2]float64]{
		name: "list of two numbers", form: ofList,
		parse: func(r rule, n *node, fail complaint) (out [2]float64, ok bool) {
			if n.kind != sequence || len(n.items) != 2 {
				found := n.describe()
				if n.kind == sequence {
					found = fmt.Sprint(len(n.items))
				}
				fail(n, "", "expected a list of two numbers, found "+found)
				return out, false
			}
			v, ok := list.parse(r, n, fail)
			copy(out[:], v)
			return out, ok
		},
		append: func(to []byte, v [2]float64) []byte { return list.append(to, v[:]) },
		refuse: func(r rule, v [2]float64) string { return list.refuse(r, v[:]) },
		zero:   func(v [2]float64) bool { return v == [2]float64{} },
		empty:  func([2]float64) bool { return false },
		values: func(r rule) string { return strings.Replace(list.values(r), "list of", "list of two", 1) },
		schema: func(r rule) *jsonschema.Schema {
			return &jsonschema.Schema{Type: "array", Items: float.schema(r), MinItems: ptr(2), MaxItems: ptr(2)}
		},
	}
}

// kindType is the type of kinds' names: what an ending matches may stand for it.
func kindType() *valueType[string] {
	t := singleType("string", parseString, appendText, nil)
	t.form = ofKind
	t.refuse = func(r rule, kind string) string {
		if match(r.words, kind) >= 0 {
			return ""
		}
		return unknownWord(kind, r.words)
	}
	return t
}

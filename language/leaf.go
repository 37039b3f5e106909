package spec

import (
	"slices"

	"github.com/invopop/jsonschema"
)

// leaf is a key that holds a value, as one call declares it: what may stand there, where it goes, and its standard.
type leaf interface {
	form() form
	names() []string                  // the only texts that may stand here; nil for any
	reset()                           // to the standard
	required() bool                   // there is no standard
	read(n *node, fail complaint)     // where it fails, the value stays as it is
	save() any                        // the value, to be shared
	load(v any)                       // a value that save gave
	append(to []byte) []byte          // the value as YAML
	standard() string                 // as YAML; "" where there is none to write
	zero() bool                       // the value is no part of an identity
	blank() bool                      // the value has no text, or needs none
	canonical(n *node) (string, bool) // what a text means, as YAML, and whether it may stand here
	values() string                   // what may stand here, in words
	schema() *jsonschema.Schema
	faults() []string // of the declaration
}

// form is what a value is written as.
type form int

const (
	single form = iota // number, boolean or text
	ofKind             // the name of a kind
	ofFile             // the path of a file
	ofList
	ofMap
)

// complaint reports what is wrong with a node, below a key of the leaf or "".
type complaint func(n *node, below, text string)

// rule is what a single value, or each of a list, must be beside its type.
type rule struct {
	limits *limits
	words  []string
}

// value is the leaf of any type.
type value[V any] struct {
	typ *valueType[V]
	rule
	p   *V
	std V
}

func (l *value[V]) form() form                 { return l.typ.form }
func (l *value[V]) names() []string            { return l.words }
func (l *value[V]) reset()                     { *l.p = l.std }
func (l *value[V]) save() any                  { return *l.p }
func (l *value[V]) load(v any)                 { *l.p = v.(V) }
func (l *value[V]) append(to []byte) []byte    { return l.typ.append(to, *l.p) }
func (l *value[V]) zero() bool                 { return l.typ.zero(*l.p) }
func (l *value[V]) values() string             { return l.typ.values(l.rule) }
func (l *value[V]) schema() *jsonschema.Schema { return l.typ.schema(l.rule) }

func (l *value[V]) required() bool {
	return l.typ.form < ofList && l.typ.refuse(l.rule, l.std) != ""
}

func (l *value[V]) read(n *node, fail complaint) {
	if v, ok := l.typ.parse(l.rule, n, fail); ok {
		*l.p = v
	}
}

func (l *value[V]) standard() string {
	if l.required() || l.typ.empty(l.std) {
		return ""
	}
	return string(l.typ.append(nil, l.std))
}

func (l *value[V]) blank() bool {
	if l.required() {
		return string(l.append(nil)) == string(l.typ.append(nil, l.std))
	}
	return l.typ.empty(*l.p) && l.typ.empty(l.std)
}

func (l *value[V]) canonical(n *node) (string, bool) {
	v, ok := l.typ.parse(l.rule, n, func(*node, string, string) {})
	return string(l.typ.append(nil, v)), ok
}

// A number out of its limits, or the text "", says that there is no standard.
func (l *value[V]) faults() (out []string) {
	for i, w := range l.words {
		if w == "" || slices.Contains(l.words[:i], w) {
			out = append(out, "the words are not distinct, or one is empty")
		}
	}
	text, isText := any(l.std).(string)
	if wrong := l.typ.refuse(l.rule, l.std); wrong != "" && (!l.required() || isText && text != "") {
		out = append(out, "the standard: "+wrong)
	}
	return out
}

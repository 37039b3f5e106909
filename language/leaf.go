package spec

import (
	"slices"

	"github.com/invopop/jsonschema"
)

// leaf is a key that holds a value, as one call declares it: what may stand there, where it goes, and its standard.
type leaf interface {
	reset()                           // to the standard
	required() bool                   // there is no standard
	single() bool                     // neither list nor map
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

// complaint reports what is wrong with a node, below a key of the leaf or "".
type complaint func(n *node, below, text string)

// codec is how values of one type, under one rule, are read, written and described.
type codec[V any] interface {
	parse(n *node, fail complaint) (V, bool)
	write(to []byte, v V) []byte
	zero(v V) bool
	empty(v V) bool    // "", or nothing in a list or a map
	refuse(v V) string // why the value may not stand here; "" where it may
	single() bool      // one scalar: a standard that is refused makes the key required
	values() string    // see leaf
	schema() *jsonschema.Schema
	faults() []string
}

// valueOf is the leaf of any codec.
type valueOf[V any, C codec[V]] struct {
	codec C
	p     *V
	std   V
}

func newLeaf[V any, C codec[V]](c C, p *V, standard V) leaf { return &valueOf[V, C]{c, p, standard} }

func (l *valueOf[V, C]) reset()                     { *l.p = l.std }
func (l *valueOf[V, C]) required() bool             { return l.codec.single() && l.codec.refuse(l.std) != "" }
func (l *valueOf[V, C]) single() bool               { return l.codec.single() }
func (l *valueOf[V, C]) save() any                  { return *l.p }
func (l *valueOf[V, C]) load(v any)                 { *l.p = v.(V) }
func (l *valueOf[V, C]) append(to []byte) []byte    { return l.codec.write(to, *l.p) }
func (l *valueOf[V, C]) zero() bool                 { return l.codec.zero(*l.p) }
func (l *valueOf[V, C]) values() string             { return l.codec.values() }
func (l *valueOf[V, C]) schema() *jsonschema.Schema { return l.codec.schema() }

func (l *valueOf[V, C]) read(n *node, fail complaint) {
	if v, ok := l.codec.parse(n, fail); ok {
		*l.p = v
	}
}

func (l *valueOf[V, C]) standard() string {
	if l.required() || l.codec.empty(l.std) {
		return ""
	}
	return string(l.codec.write(nil, l.std))
}

func (l *valueOf[V, C]) blank() bool {
	if l.required() && string(l.append(nil)) == string(l.codec.write(nil, l.std)) {
		return true
	}
	return l.codec.empty(*l.p) && l.codec.empty(l.std)
}

func (l *valueOf[V, C]) canonical(n *node) (string, bool) {
	v, ok := l.codec.parse(n, func(*node, string, string) {})
	return string(l.codec.write(nil, v)), ok
}

// A number out of its limits, or the text "", says that there is no standard.
func (l *valueOf[V, C]) faults() []string {
	out := l.codec.faults()
	text, isText := any(l.std).(string)
	if wrong := l.codec.refuse(l.std); wrong != "" && (!l.single() || isText && text != "") {
		out = append(out, "the standard: "+wrong)
	}
	return out
}

// rule is what a scalar must be beside its type.
type rule struct {
	limits *limits
	words  []string
}

func (r rule) faults() []string {
	for i, w := range r.words {
		if w == "" || slices.Contains(r.words[:i], w) {
			return []string{"the words are not distinct, or one is empty"}
		}
	}
	return nil
}

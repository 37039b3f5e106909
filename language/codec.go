package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Bounds on what each cell may hold.
const (
	maxItems = 1000   // of a list
	maxNames = 10_000 // of a map
)

// one codec for scalars.
type scalarOf[T comparable] struct {
	typ *scalarType[T]
	rule
}

func (c scalarOf[T]) parse(n *node, fail complaint) (T, bool) {
	v, wrong := c.typ.parse(n)
	if wrong == "" {
		wrong = c.refuse(v)
	}
	if wrong != "" {
		fail(n, "", wrong)
	}
	return v, wrong == ""
}

func (c scalarOf[T]) refuse(v T) string {
	switch {
	case c.limits != nil && !c.limits.contain(c.typ.number(v)):
		return c.limits.complain(string(c.write(nil, v)))
	case c.words != nil:
		if w := any(v).(string); !slices.Contains(c.words, w) {
			return fmt.Sprintf("unknown value %s; %s", clip(fmt.Sprintf("%q", w)), suggest(w, c.words))
		}
	}
	return ""
}

func (c scalarOf[T]) write(to []byte, v T) []byte { return c.typ.append(to, v) }
func (c scalarOf[T]) zero(v T) bool               { var zero T; return v == zero }
func (c scalarOf[T]) empty(v T) bool              { return any(v) == any("") }
func (c scalarOf[T]) single() bool                { return true }

func (c scalarOf[T]) values() string {
	switch {
	case c.words != nil:
		return strings.Join(c.words, ", ")
	case c.limits != nil:
		return c.typ.name + ", " + c.limits.String()
	}
	return c.typ.name
}

// listOf is the codec of lists, each item a scalar.
type listOf[T comparable] struct{ item scalarOf[T] }

func (c listOf[T]) parse(n *node, fail complaint) (out []T, ok bool) {
	wrong := ""
	switch {
	case n.kind != sequence:
		wrong = expected(c.name(), n)
	case len(n.items) > maxItems:
		wrong = fmt.Sprintf("%d items are more than the %d that a list may have", len(n.items), maxItems)
	case len(n.items) == 0:
		return nil, true
	}
	if wrong != "" {
		fail(n, "", wrong)
		return nil, false
	}
	out, ok = make([]T, len(n.items)), true
	for i, item := range n.items {
		v, good := c.item.parse(item, fail)
		out[i], ok = v, ok && good
	}
	return out, ok
}

func (c listOf[T]) refuse(v []T) string {
	for _, x := range v {
		if wrong := c.item.refuse(x); wrong != "" {
			return wrong
		}
	}
	return ""
}

func (c listOf[T]) write(to []byte, v []T) []byte {
	to = append(to, '[')
	for i, x := range v {
		if i > 0 {
			to = append(to, ", "...)
		}
		to = c.item.write(to, x)
	}
	return append(to, ']')
}

func (c listOf[T]) zero(v []T) bool  { return len(v) == 0 }
func (c listOf[T]) empty(v []T) bool { return len(v) == 0 }
func (c listOf[T]) single() bool     { return false }
func (c listOf[T]) faults() []string { return c.item.faults() }
func (c listOf[T]) name() string     { return "list of " + c.item.typ.name + "s" }

func (c listOf[T]) values() string {
	if c.item.limits != nil {
		return c.name() + ", " + c.item.limits.String()
	}
	return c.name()
}

// pairOf is the codec of two numbers.
type pairOf struct{ list listOf[float64] }

func (c pairOf) parse(n *node, fail complaint) (out [2]float64, ok bool) {
	const want = "a list of two numbers"
	if n.kind != sequence || len(n.items) != 2 {
		fail(n, "", fmt.Sprintf("expected %s, found %s", want, pick(n.kind == sequence, fmt.Sprint(len(n.items)), n.describe())))
		return out, false
	}
	v, ok := c.list.parse(n, fail)
	copy(out[:], v)
	return out, ok
}

func (c pairOf) refuse(v [2]float64) string           { return c.list.refuse(v[:]) }
func (c pairOf) write(to []byte, v [2]float64) []byte { return c.list.write(to, v[:]) }
func (c pairOf) zero(v [2]float64) bool               { return v == [2]float64{} }
func (c pairOf) empty([2]float64) bool                { return false }
func (c pairOf) single() bool                         { return false }
func (c pairOf) faults() []string                     { return nil }
func (c pairOf) values() string                       { return strings.Replace(c.list.values(), "list of", "list of two", 1) }

// mapOf is the codec of maps from names to scalars.
type mapOf[T comparable] struct{ item scalarOf[T] }

func (c mapOf[T]) parse(n *node, fail complaint) (out map[string]T, ok bool) {
	wrong := ""
	switch {
	case n.kind != mapping:
		wrong = expected(c.values(), n)
	case len(n.entries) > maxNames:
		wrong = fmt.Sprintf("%d names are more than the %d that a map may have", len(n.entries), maxNames)
	case len(n.entries) == 0:
		return nil, true
	}
	if wrong != "" {
		fail(n, "", wrong)
		return nil, false
	}
	out, ok = make(map[string]T, len(n.entries)), true
	for _, e := range n.entries {
		v, good := c.item.parse(e.value, func(n *node, _, text string) { fail(n, e.key, text) })
		out[e.key], ok = v, ok && good
	}
	return out, ok
}

func (c mapOf[T]) refuse(map[string]T) string { return "" }

func (c mapOf[T]) write(to []byte, v map[string]T) []byte {
	to = append(to, '{')
	for i, k := range slices.Sorted(maps.Keys(v)) {
		if i > 0 {
			to = append(to, ", "...)
		}
		to = append(appendText(to, k), ": "...)
		to = c.item.write(to, v[k])
	}
	return append(to, '}')
}

func (c mapOf[T]) zero(v map[string]T) bool  { return len(v) == 0 }
func (c mapOf[T]) empty(v map[string]T) bool { return len(v) == 0 }
func (c mapOf[T]) single() bool              { return false }
func (c mapOf[T]) faults() []string          { return nil }
func (c mapOf[T]) values() string            { return "map of " + c.item.typ.name + "s" }

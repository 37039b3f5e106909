package spec

import (
	"reflect"
	"slices"
	"strings"
)

// choice is the kind of a section, as One or Flat declare it, whatever the type of its settings.
type choice interface {
	head() *choiceHead
	names() []string
	doc(i int) string
	take(i int) Section                            // makes the i-th kind the section's; nil where it has no settings
	taken() (kind string, v int, settings Section) // "" where there is none
	clear()
}

type choiceHead struct {
	key      string // of the kind
	standard string
	about    string // what is chosen
	alone    bool   // the section is the kind's alone: One
}

type alternatives[S Section] struct {
	choiceHead
	entry *Entry[S]
	kinds []Kind[S]
}

func (c *alternatives[S]) head() *choiceHead { return &c.choiceHead }
func (c *alternatives[S]) clear()            { *c.entry = Entry[S]{} }

func (c *alternatives[S]) names() []string {
	out := make([]string, len(c.kinds))
	for i, k := range c.kinds {
		out[i] = k.Name
	}
	return out
}

func (c *alternatives[S]) doc(i int) string { return c.kinds[i].Doc }

func (c *alternatives[S]) take(i int) Section {
	k := c.kinds[i]
	*c.entry = Entry[S]{Kind: k.Name, Version: k.Version}
	if k.New == nil {
		return nil
	}
	c.entry.Settings = k.New()
	return c.entry.Settings
}

func (c *alternatives[S]) taken() (kind string, version int, settings Section) {
	if isNil(c.entry.Settings) {
		return c.entry.Kind, c.entry.Version, nil
	}
	return c.entry.Kind, c.entry.Version, c.entry.Settings
}

func isNil(s any) bool {
	if s == nil {
		return true
	}
	v := reflect.ValueOf(s)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// match returns the kind that a text names, else the first whose ending it has; -1 where there is none.
func match(names []string, text string) int {
	if i := slices.Index(names, text); i >= 0 && !isEnding(text) {
		return i
	}
	return slices.IndexFunc(names, func(name string) bool {
		return isEnding(name) && strings.HasSuffix(text, name[1:])
	})
}

func isEnding(kind string) bool { return strings.HasPrefix(kind, "*") }

// oneOf is the section that One declares.
type oneOf[S Section] struct{ alternatives[S] }

func (o *oneOf[S]) Fields(f *Fields) { f.mode.choose(f, &o.alternatives) }
func (o *oneOf[S]) save() any        { return *o.entry }
func (o *oneOf[S]) load(v any)       { *o.entry = v.(Entry[S]) }

// shorthand is a section that may be written as the name of its kind.
type shorthand interface {
	Section
	head() *choiceHead
	save() any
	load(v any)
}

// entries is the map of named entries that Many declares, whatever their type.
type entries interface {
	clear()
	add(name string) Section
	each(visit func(name string, s Section))
	share(s Section) // an entry that add gave for another map
	save() any
	load(v any)
}

type entriesOf[E Named] struct {
	p    *[]E
	make func(name string) E
}

func (m *entriesOf[E]) clear()          { *m.p = nil }
func (m *entriesOf[E]) save() any       { return *m.p }
func (m *entriesOf[E]) load(v any)      { *m.p = v.([]E) }
func (m *entriesOf[E]) share(s Section) { *m.p = append(*m.p, s.(E)) }

func (m *entriesOf[E]) add(name string) Section {
	e := m.make(name)
	*m.p = append(*m.p, e)
	return e
}

func (m *entriesOf[E]) each(visit func(name string, s Section)) {
	for _, e := range *m.p {
		visit(e.EntryName(), e)
	}
}

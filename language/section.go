// Package spec is the language in which a spec is written: YAML with sections, kinds, named entries and a grid. It
// knows no key.
//
// A section of settings declares its keys as package flag does, by one method, and that one declaration serves to
// read a text, to write it, to describe it (a JSON Schema, a table) and to identify it (a hash):
//
//	type SGD struct{ LR, Momentum float64 }
//
//	func (s *SGD) Fields(f *spec.Fields) {
//		f.Float(&s.LR, "lr", 0.01, "(0,)", "learning rate")
//		f.Float(&s.Momentum, "momentum", 0, "[0,1)", "share of the last step that is taken again")
//	}
//
// Each call reads its key at once, so a later line may look at the value of an earlier one. It may look at values
// of its own section alone, and may change none: the cells of a grid share what one text gives. Relations between
// sections are checked where they join.
//
// A standard is never a silent choice: reading sets every key, to what is written or to the standard that its
// declaration names. So settings that were read are complete, and a zero in them is meant.
package spec

// A Section is settings that declare their keys. Its methods have a pointer receiver.
type Section interface{ Fields(*Fields) }

// Kind is one alternative for a section: an optimizer, a source of data, a measure.
type Kind[S Section] struct {
	Name    string   // as written: "adam"; "*.csv" stands for every text with that ending
	Doc     string   // one sentence
	Version int      // of the numbers that it gives: part of the identity, 0 for the first
	New     func() S // zero settings; nil where the kind has none, as none itself
}

// Entry is a section's kind with its settings. As a Section it can be hashed alone.
type Entry[S Section] struct {
	Kind     string // a Kind's Name
	Version  int    // the Kind's
	Settings S      // nil where the kind has none
}

// Fields lets an entry be hashed or written. Which kinds it may have is known where it is declared, so it cannot be
// read alone.
func (e Entry[S]) Fields(f *Fields) {
	f.mode.choose(f, &alternatives[S]{choiceHead: choiceHead{key: kindKey}, entry: &e})
}

// kindKey names the kind in the map of an entry.
const kindKey = "kind"

// One declares a section that is one of several kinds, written {kind: adam, lr: 0.1}, or just adam. The standard is
// a kind's name; "" makes the key required.
func One[S Section](f *Fields, p *Entry[S], key, standard, doc string, kinds []Kind[S]) {
	f.mode.section(f, key, doc, &oneOf[S]{alternatives[S]{choiceHead{kindKey, standard, doc, true}, p, kinds}})
}

// Flat is One without a map: the kind's keys stand among those of the section, and key chooses the kind. The
// settings of a kind that is named by an ending, such as *.csv, declare the key again, as a File.
func Flat[S Section](f *Fields, p *Entry[S], key, standard, doc string, kinds []Kind[S]) {
	f.mode.choose(f, &alternatives[S]{choiceHead{key, standard, doc, false}, p, kinds})
}

// Named is an entry of a map that users name.
type Named interface {
	Section
	EntryName() string
}

// Many declares a map of named entries, read in the order in which they are written: {code: {}, other: false} has
// the entry code alone. each makes an entry of a name. Its kind, a Flat by "kind", has the name as its standard.
func Many[E Named](f *Fields, p *[]E, key, doc string, each func(name string) E) {
	f.mode.entries(f, key, doc, &entriesOf[E]{p, each})
}

// Default sets all of a section's keys to their standards and returns it: settings made in Go, without a text. An
// Entry that already has a kind keeps it. Keys that are required stay zero.
func Default[S Section](s S) S {
	r := &reader{standards: true}
	r.read(s, nil, place{})
	return s
}

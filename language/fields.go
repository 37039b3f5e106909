package spec

// Fields is what a section declares its keys to. Standards lie within their limits; one that does not, of a single
// value, makes the key required. Limits are intervals, perhaps with one value beside them: "[0,1)", "(0,)", "-1 or
// [1,)"; for lists, those of each item; "" for none.
type Fields struct {
	mode    mode
	off     *string // why keys have no effect; nil where they have
	unkeyed bool
}

// mode is what is done with declarations: reading, writing, hashing, describing.
type mode interface {
	leaf(f *Fields, key, doc string, l leaf)
	section(f *Fields, key, doc string, s Section)
	choose(f *Fields, c choice)
	entries(f *Fields, key, doc string, m entries)
	keyed(f *Fields, key string, v any)
	check(kind problemKind, key, format string, args []any)
	given(key string) bool
	fileName() string
}

// silent is the part of a mode that does nothing.
type silent struct{}

func (silent) keyed(*Fields, string, any)               {}
func (silent) check(problemKind, string, string, []any) {}
func (silent) given(string) bool                        { return false }
func (silent) fileName() string                         { return "" }

// Int declares a whole number.
func (f *Fields) Int(p *int, key string, standard int, limits, doc string) {
	f.mode.leaf(f, key, doc, &value[int]{integer, within(limits), p, standard})
}

// Uint declares a whole number that is not negative.
func (f *Fields) Uint(p *uint64, key string, standard uint64, doc string) {
	f.mode.leaf(f, key, doc, &value[uint64]{whole, rule{}, p, standard})
}

// Float declares a finite number.
func (f *Fields) Float(p *float64, key string, standard float64, limits, doc string) {
	f.mode.leaf(f, key, doc, &value[float64]{float, within(limits), p, standard})
}

// Bool declares true or false.
func (f *Fields) Bool(p *bool, key string, standard bool, doc string) {
	f.mode.leaf(f, key, doc, &value[bool]{boolean, rule{}, p, standard})
}

// String declares any text.
func (f *Fields) String(p *string, key, standard, doc string) {
	f.mode.leaf(f, key, doc, &value[string]{text, rule{}, p, standard})
}

// Word declares one of an enumeration. The standard "" makes it required.
func (f *Fields) Word(p *string, key, standard string, words []string, doc string) {
	f.mode.leaf(f, key, doc, &value[string]{text, rule{words: words}, p, standard})
}

// Ints declares a list of whole numbers, empty unless it is given.
func (f *Fields) Ints(p *[]int, key string, limits, doc string) {
	f.mode.leaf(f, key, doc, &value[[]int]{ints, within(limits), p, nil})
}

// Floats declares a list of numbers.
func (f *Fields) Floats(p *[]float64, key string, standard []float64, limits, doc string) {
	f.mode.leaf(f, key, doc, &value[[]float64]{floats, within(limits), p, standard})
}

// Strings declares a list of texts.
func (f *Fields) Strings(p *[]string, key string, standard []string, doc string) {
	f.mode.leaf(f, key, doc, &value[[]string]{strs, rule{}, p, standard})
}

// Pair declares two numbers, written as a list.
func (f *Fields) Pair(p *[2]float64, key string, standard [2]float64, limits, doc string) {
	f.mode.leaf(f, key, doc, &value[[2]float64]{two, within(limits), p, standard})
}

// Numbers declares a map of numbers by name. What is given replaces the standard; it is not merged with it.
func (f *Fields) Numbers(p *map[string]float64, key string, standard map[string]float64, doc string) {
	f.mode.leaf(f, key, doc, &value[map[string]float64]{floatMap, rule{}, p, standard})
}

// Texts declares a map of texts by name, empty unless it is given.
func (f *Fields) Texts(p *map[string]string, key, doc string) {
	f.mode.leaf(f, key, doc, &value[map[string]string]{textMap, rule{}, p, nil})
}

// File declares the path of a regular file, "" unless it is given. It is relative to the folder of the spec, or to
// the working folder in an override; *p is absolute. The identity has the SHA-256 of its bytes and not its path.
func (f *Fields) File(p *string, key, doc string) {
	f.mode.leaf(f, key, doc, &value[string]{files, rule{}, p, ""})
}

// Section declares a map of keys.
func (f *Fields) Section(key, doc string, s Section) { f.mode.section(f, key, doc, s) }

// When declares, through what it returns, keys that have an effect only where holds. Elsewhere they have their
// standards and are no part of the identity, and a value that a user gives is refused with the reason why, unless
// it is the standard or another cell of the grid uses it. Where why is "", it is ignored.
func (f *Fields) When(holds bool, why string) *Fields {
	if holds || f.off != nil {
		return f
	}
	return &Fields{mode: f.mode, off: &why, unkeyed: f.unkeyed}
}

// Unkeyed declares, through what it returns, keys that are no part of the identity.
func (f *Fields) Unkeyed() *Fields {
	if f.unkeyed {
		return f
	}
	return &Fields{mode: f.mode, off: f.off, unkeyed: true}
}

// Keyed makes a value part of the identity, where that is not what the keys say: widths [w, w] for a width and a
// depth. v is of a type that a key may have.
func (f *Fields) Keyed(key string, v any) {
	if f.off == nil && !f.unkeyed {
		f.mode.keyed(f, key, v)
	}
}

// Check reports a relation between keys that does not hold, at the place of one of them. The key is one of the
// section, or a path below it; "" is the section itself. It is reported once the keys of the section and those
// below are right by themselves.
func (f *Fields) Check(holds bool, key, format string, args ...any) {
	if !holds && f.off == nil {
		f.mode.check(relation, key, format, args)
	}
}

// CheckAny is Check for what need hold in one cell of the grid alone, a threshold for what only some cells measure say.
// The text is to be the same in all cells.
func (f *Fields) CheckAny(holds bool, key, format string, args ...any) {
	if !holds && f.off == nil {
		f.mode.check(everywhere, key, format, args)
	}
}

// Given reports whether the user wrote the key, in the section or in the grid. A frozen spec gives every key.
// Except in reading, it is false.
func (f *Fields) Given(key string) bool { return f.mode.given(key) }

// FileName is the name of the spec's file without its folder and ending; "" except in reading.
func (f *Fields) FileName() string { return f.mode.fileName() }

// join appends a key to a path.
func join(path, key string) string {
	switch {
	case path == "":
		return key
	case key == "":
		return path
	}
	return path + "." + key
}

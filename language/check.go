package spec

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// CheckSection is a test of a section's declarations: that keys are distinct and described, that standards lie
// within their limits, and that what is written of the section reads back as the same. s has values for the keys
// that are required. t is a *testing.T.
func CheckSection(t interface {
	Helper()
	Errorf(format string, args ...any)
}, s Section) {
	t.Helper()
	d := describe(twin(s))
	for _, fault := range d.faults("") {
		t.Errorf("%T: %s", s, fault)
	}
	text, lines := Marshal(s), hashLines(s)
	for i, line := range lines[:max(0, len(lines)-1)] {
		if path, _, _ := bytes.Cut(line, []byte("=")); bytes.HasPrefix(lines[i+1], append(path, '=')) {
			t.Errorf("%T: %s is part of the identity twice", s, path)
		}
	}
	if again := Marshal(s); !bytes.Equal(again, text) {
		t.Errorf("%T: writing and hashing change\n%s\nto\n%s", s, text, again)
	}
	back := Default(twin(s))
	alone := Language{New: func() Section { return back }}
	if _, err := alone.Parse("section.yaml", append([]byte("{}\n")[:pick(len(text) == 0, 3, 0)], text...)); err != nil {
		t.Errorf("%T: what is written cannot be read: %v\n%s", s, err, text)
		return
	}
	if again := Marshal(back); !bytes.Equal(again, text) {
		t.Errorf("%T: what is written\n%s\nreads back as\n%s", s, text, again)
	}
	if !reflect.DeepEqual(hashLines(back), lines) {
		t.Errorf("%T: what is written has another identity: %q, not %q", s, hashLines(back), lines)
	}
}

// twin is a section of the same type, with what is no key.
func twin(s Section) Section {
	v := reflect.New(reflect.TypeOf(s).Elem())
	v.Elem().Set(reflect.ValueOf(s).Elem())
	return v.Interface().(Section)
}

// hashLines are the lines of which a section's identity is the hash.
func hashLines(s Section) (out [][]byte) {
	w := &hashing{files: &digests{}}
	s.Fields(&Fields{mode: w})
	w.sum()
	return slices.Clone(w.sorted)
}

// Validate reports what is wrong with the language itself, as CheckSection does. Kinds that a grid may sweep have
// to agree on the standards of the keys that they share: what a text leaves out is then the same for all of them.
func (l Language) Validate() error {
	d := describe(l.New())
	faults := d.faults("")
	for _, key := range l.Sweep {
		found := d.find(key)
		if len(found) == 0 || key == gridKey {
			faults = append(faults, key+" is swept, and is no key")
		}
		for _, c := range found {
			faults = append(faults, c.disagreements(key)...)
		}
	}
	if len(l.Sweep) > 0 && len(d.find(gridKey)) > 0 {
		faults = append(faults, gridKey+" is a key of the language")
	}
	if len(faults) > 0 {
		return errors.New(strings.Join(faults, "\n"))
	}
	return nil
}

// faults lists what is wrong with declarations.
func (d *decl) faults(path string) (out []string) {
	fail := func(key, format string, args ...any) {
		out = append(out, join(path, key)+": "+fmt.Sprintf(format, args...))
	}
	var own []string
	for _, c := range d.below {
		if slices.Contains(own, c.key) {
			fail(c.key, "the key is declared twice")
		}
		own = append(own, c.key)
		out = append(out, c.fault(join(path, c.key))...)
	}
	for _, choice := range d.choices {
		for _, k := range choice.kinds {
			if k.doc == "" {
				fail(choice.key, "the kind %s is not described", k.name)
			}
			reads := false
			for _, c := range k.below {
				reads = reads || c.key == choice.key && c.leaf != nil && c.leaf.form() == ofFile
				if slices.Contains(own, c.key) && !(isEnding(k.name) && c.key == choice.key) {
					fail(c.key, "the key of %s is also one of the section", k.name)
				}
			}
			if isEnding(k.name) && !reads {
				fail(choice.key, "%s does not declare it as a File", k.name)
			}
			out = append(out, k.decl.faults(path)...)
		}
	}
	return out
}

func (d *decl) fault(path string) (out []string) {
	if d.doc == "" {
		out = append(out, path+": the key is not described")
	}
	switch {
	case d.leaf != nil:
		for _, f := range d.leaf.faults() {
			out = append(out, path+": "+f)
		}
	case d.entry != nil:
		out = append(out, d.entry.faults(path)...)
	default:
		out = append(out, d.faults(path)...)
	}
	return out
}

// disagreements lists keys that kinds share with different standards.
func (d *decl) disagreements(path string) (out []string) {
	if d.entry != nil {
		return d.entry.disagreements(path)
	}
	standards := map[string]string{}
	for _, k := range d.allKinds() {
		for _, c := range k.below {
			if c.leaf == nil || c.off || c.key == k.key {
				continue
			}
			standard := c.leaf.standard()
			if other, ok := standards[c.key]; ok && other != standard {
				out = append(out, fmt.Sprintf("%s: kinds have the standards %q and %q", join(path, c.key), other, standard))
			}
			standards[c.key] = standard
		}
	}
	for c := range d.children(nil) {
		out = append(out, c.disagreements(join(path, c.key))...)
	}
	return out
}

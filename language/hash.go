package spec

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"sync"
)

// Hasher gives sections their identities: hashes of the lines path=value of their keys, sorted. Zeros, empty lists,
// the kind none and kinds that are endings have no line; so a key that is added later, with a zero that means what
// was before, leaves identities as they were. Neither have keys that are Unkeyed or have no effect. A file counts
// by the SHA-256 of its bytes.
//
// The zero value is ready. A Hasher keeps sums of files, and may be used by many goroutines.
type Hasher struct {
	files digests
	pool  sync.Pool
}

// Sum is the identity of a section: the first 16 hexadecimal digits of the SHA-256 of its lines. It panics with a
// *FileError where a file cannot be read.
func (h *Hasher) Sum(s Section) string { return h.SumAll(map[string]any{"": s}) }

// SumAll is the identity of several parts together. A Section has the name of its part before its paths, any other
// value is as in Fields.Keyed.
func (h *Hasher) SumAll(parts map[string]any) string {
	w, _ := h.pool.Get().(*hashing)
	if w == nil {
		w = &hashing{files: &h.files}
	}
	w.lines, w.ends, w.prefix = w.lines[:0], w.ends[:0], w.prefix[:0]
	for name, v := range parts {
		s, isSection := v.(Section)
		if !isSection {
			w.keyed(nil, name, v)
			continue
		}
		w.below(name, func() { s.Fields(&Fields{mode: w}) })
	}
	sum := w.sum()
	h.pool.Put(w)
	return sum
}

// hashing is the mode that collects the lines of an identity.
type hashing struct {
	silent
	files  *digests
	prefix []byte
	lines  []byte
	ends   []int // of lines
	sorted [][]byte
	joined []byte
}

func (w *hashing) sum() string {
	w.sorted, w.joined = w.sorted[:0], w.joined[:0]
	start := 0
	for _, end := range w.ends {
		w.sorted = append(w.sorted, w.lines[start:end])
		start = end
	}
	slices.SortFunc(w.sorted, bytes.Compare)
	for _, line := range w.sorted {
		w.joined = append(w.joined, line...)
	}
	sum := sha256.Sum256(w.joined)
	return hex.EncodeToString(sum[:8])
}

// below collects lines under a longer prefix.
func (w *hashing) below(key string, collect func()) {
	n := len(w.prefix)
	if key != "" {
		w.prefix = append(append(w.prefix, key...), '.')
	}
	collect()
	w.prefix = w.prefix[:n]
}

// line writes path=value; value appends its text.
func (w *hashing) line(key string, value func(to []byte) []byte) {
	w.lines = append(append(append(w.lines, w.prefix...), key...), '=')
	w.lines = append(value(w.lines), '\n')
	w.ends = append(w.ends, len(w.lines))
}

func (w *hashing) leaf(f *Fields, key, doc string, l leaf) {
	if f.off != nil || f.unkeyed || l.zero() {
		return
	}
	if l.form() == ofFile {
		path := l.save().(string)
		sum, err := w.files.of(path)
		if err != nil {
			panic(&FileError{path, err})
		}
		w.line(key, func(to []byte) []byte { return append(to, sum...) })
		return
	}
	w.line(key, l.append)
}

func (w *hashing) section(f *Fields, key, doc string, s Section) {
	if f.off == nil && !f.unkeyed {
		w.below(key, func() { s.Fields(f) })
	}
}

func (w *hashing) choose(f *Fields, c choice) {
	kind, version, settings := c.taken()
	if f.off != nil || f.unkeyed || kind == "" || kind == "none" {
		return
	}
	key := c.head().key
	if !isEnding(kind) {
		w.line(key, func(to []byte) []byte { return appendText(to, kind) })
	}
	if version != 0 {
		w.line(key+".version", func(to []byte) []byte { return strconv.AppendInt(to, int64(version), 10) })
	}
	if settings != nil {
		settings.Fields(f)
	}
}

// entries count by their order, not by their names.
func (w *hashing) entries(f *Fields, key, doc string, m entries) {
	if f.off != nil || f.unkeyed {
		return
	}
	i := 0
	m.each(func(_ string, s Section) {
		w.below(key+"."+strconv.Itoa(i), func() { s.Fields(f) })
		i++
	})
}

func (w *hashing) keyed(_ *Fields, key string, v any) {
	l := anyLeaf(v)
	if !l.zero() {
		w.line(key, l.append)
	}
}

// anyLeaf is the leaf of a value of a type that a key may have.
func anyLeaf(v any) leaf {
	switch v := v.(type) {
	case int:
		return &value[int]{typ: integer, p: &v}
	case uint64:
		return &value[uint64]{typ: whole, p: &v}
	case float64:
		return &value[float64]{typ: float, p: &v}
	case bool:
		return &value[bool]{typ: boolean, p: &v}
	case string:
		return &value[string]{typ: text, p: &v}
	case []int:
		return &value[[]int]{typ: ints, p: &v}
	case []float64:
		return &value[[]float64]{typ: floats, p: &v}
	case []string:
		return &value[[]string]{typ: strs, p: &v}
	case [2]float64:
		return &value[[2]float64]{typ: two, p: &v}
	case map[string]float64:
		return &value[map[string]float64]{typ: floatMap, p: &v}
	case map[string]string:
		return &value[map[string]string]{typ: textMap, p: &v}
	}
	panic(fmt.Sprintf("a %T cannot be part of an identity", v))
}

package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Encode renders a checkpoint. One content has one sequence of bytes. Wider values come first, those of one width in
// the order of f.Tensors, and the data starts at a multiple of eight: PyTorch maps values only where they are
// aligned. Metadata of the keys that Basin keeps for the checksum is replaced.
func Encode(f *File) ([]byte, error) {
	tensors, entries, err := layOut(f.Tensors)
	if err != nil {
		return nil, err
	}
	metadata := map[string]string{}
	for k, v := range f.Metadata {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return nil, fmt.Errorf("metadata %q is not UTF-8", k)
		}
		metadata[k] = v
	}
	delete(metadata, checksumKey)
	metadata[markerKey] = marker
	h := sha256.New()
	h.Write(appendHeader(nil, metadata, entries))

	// The header's length does not depend on the checksum's digits: the data can take its place first.
	render := func(b []byte, sum string) []byte {
		metadata[checksumKey] = sum
		b = padHeader(appendHeader(append(b, make([]byte, 8)...), metadata, entries))
		le.PutUint64(b, uint64(len(b)-8))
		return b
	}
	start := len(render(nil, strings.Repeat("0", 2*sha256.Size)))
	size := start
	if len(entries) > 0 {
		size += int(entries[len(entries)-1].Offsets[1])
	}
	b := make([]byte, start, size)
	for _, t := range tensors {
		b = t.appendData(b)
	}
	h.Write(b[start:])
	render(b[:0], hex.EncodeToString(h.Sum(nil)))
	return b, nil
}

// layOut returns the tensors in the order of their data, with the entries of the header.
func layOut(in []Tensor) ([]*Tensor, []entry, error) {
	tensors := make([]*Tensor, len(in))
	for i := range tensors {
		tensors[i] = &in[i]
	}
	types := storedTypes()
	slices.SortStableFunc(tensors, func(a, b *Tensor) int { return types[b.DType].bytes - types[a.DType].bytes })

	var entries []entry
	seen, end := map[string]bool{}, int64(0)
	for _, t := range tensors {
		if t.Name == "" || t.Name == metadataKey || seen[t.Name] || !utf8.ValidString(t.Name) {
			return nil, nil, fmt.Errorf("tensor name %q is empty, reserved, not UTF-8, or occurs twice", t.Name)
		}
		seen[t.Name] = true
		size, err := byteSize(t.Shape, types[t.DType].bytes)
		if err != nil || size != t.bytes() {
			panic(fmt.Sprintf("checkpoint: tensor %q: %d float32, %d float64, %d int64 values, %d raw bytes "+
				"for %s of shape %v", t.Name, len(t.F32), len(t.F64), len(t.I64), len(t.Raw), t.DType, t.Shape))
		}
		entries = append(entries, entry{t.Name, string(t.DType), t.Shape, [2]int64{end, end + size}})
		end += size
	}
	return tensors, entries, nil
}

// bytes is the number of bytes of the slice that belongs to the type; −1 if another one has values, or no type is
// written so.
func (t *Tensor) bytes() int64 {
	f32, f64, i64, raw := 4*len(t.F32), 8*len(t.F64), 8*len(t.I64), len(t.Raw)
	var n int
	switch s := storedTypes()[t.DType]; {
	case t.DType == F32:
		n = f32
	case t.DType == F64:
		n = f64
	case t.DType == I64:
		n = i64
	case s.int != nil:
		n = raw
	default:
		return -1
	}
	if n != f32+f64+i64+raw {
		return -1
	}
	return int64(n)
}

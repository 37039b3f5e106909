package checkpoint

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// Encode renders a checkpoint. One content has one sequence of bytes. Tensors of eight-byte values come first, each kind in the order of
// f.Tensors, and the data starts at a multiple of eight: PyTorch maps values only where they are aligned.
func Encode(f *File) ([]byte, error) {
	tensors := make([]*Tensor, len(f.Tensors))
	for i := range tensors {
		tensors[i] = &f.Tensors[i]
	}
	types := storedTypes()
	slices.SortStableFunc(tensors, func(a, b *Tensor) int { return types[string(b.DType)].bytes - types[string(a.DType)].bytes })

	var entries []entry
	var data []byte
	seen := map[string]bool{}
	for _, t := range tensors {
		if t.Name == "" || t.Name == metadataKey || seen[t.Name] || !utf8.ValidString(t.Name) {
			return nil, fmt.Errorf("tensor name %q is empty, reserved, not UTF-8, or occurs twice", t.Name)
		}
		seen[t.Name] = true
		from := len(data)
		data = t.appendData(data)
		size, err := byteSize(t.Shape, types[string(t.DType)].bytes)
		if writable := t.DType == F32 || t.DType == F64 || t.DType == I64; !writable || err != nil || len(data)-from != size {
			panic(fmt.Sprintf("checkpoint: tensor %q: %d float32, %d float64, %d int64 values for %s of shape %v",
				t.Name, len(t.F32), len(t.F64), len(t.I64), t.DType, t.Shape))
		}
		entries = append(entries, entry{t.Name, string(t.DType), t.Shape, [2]int{from, len(data)}})
	}
	metadata := map[string]string{}
	for k, v := range f.Metadata {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return nil, fmt.Errorf("metadata %q is not UTF-8", k)
		}
		metadata[k] = v
	}
	metadata[checksumKey] = checksum(metadata, entries, data)

	b := appendHeader(make([]byte, 8), metadata, entries)
	for len(b)%8 != 0 {
		b = append(b, ' ')
	}
	le.PutUint64(b, uint64(len(b)-8))
	return append(b, data...), nil
}

package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
)

// maxHeader is the longest header that the reference implementation reads.
const maxHeader = 100_000_000

// Decode reads a checkpoint from its bytes. It is as strict as the reference implementation: the tensors' ranges tile the data, in
// bounds, without gaps or overlaps, and each is as long as its shape and type say.
func Decode(b []byte) (*File, error) {
	if len(b) < 8 {
		return nil, fmt.Errorf("not a safetensors file: it has %d bytes", len(b))
	}
	n, rest := le.Uint64(b), b[8:]
	if n > maxHeader || n > uint64(len(rest)) {
		return nil, fmt.Errorf("not a safetensors file, or cut off: it promises a header of %d bytes, %d follow", n, len(rest))
	}
	header, data := rest[:n], rest[n:]
	if !bytes.HasPrefix(header, []byte("{")) {
		return nil, errors.New("not a safetensors file: its header does not start with {")
	}
	metadata, entries, err := parseHeader(header)
	if err != nil {
		return nil, fmt.Errorf("damaged header: %w", err)
	}
	// Data order; tensors without values, which share their offset with a neighbour, stay in the header's order.
	slices.SortStableFunc(entries, func(a, b entry) int {
		return slices.Compare(a.Offsets[:], b.Offsets[:])
	})
	f, err := decodeTensors(entries, data)
	if err != nil {
		return nil, err
	}
	if sum, has := metadata[checksumKey]; has {
		if sum != checksum(metadata, entries, data) {
			return nil, fmt.Errorf("the checksum does not match: the file is damaged (or was changed by a program that kept Basin's checksum; then remove %q from its metadata)", checksumKey)
		}
		delete(metadata, checksumKey)
	}
	f.Metadata = metadata
	return f, nil
}

func decodeTensors(entries []entry, data []byte) (*File, error) {
	f := &File{Tensors: make([]Tensor, len(entries))}
	types, end := storedTypes(), 0
	for i, e := range entries {
		s, known := types[e.DType]
		if !known {
			return nil, fmt.Errorf("tensor %q: dtype %q is not read; save it as F32 or F64", e.name, e.DType)
		}
		size, err := byteSize(e.Shape, s.bytes)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", e.name, err)
		}
		from, to := e.Offsets[0], e.Offsets[1]
		switch {
		case from != end:
			return nil, fmt.Errorf("tensor %q: its data starts at %d, but must follow the last tensor's end at %d: the header is damaged", e.name, from, end)
		case to < from || to > len(data):
			return nil, fmt.Errorf("tensor %q: its data ends at %d of %d bytes: the file is cut off", e.name, to, len(data))
		case to-from != size:
			return nil, fmt.Errorf("tensor %q: %d bytes of data, but shape %v of %s needs %d: the header is damaged", e.name, to-from, e.Shape, e.DType, size)
		}
		f.Tensors[i] = Tensor{Name: e.name, Shape: e.Shape}
		f.Tensors[i].fill(s, data[from:to])
		end = to
	}
	if end != len(data) {
		return nil, fmt.Errorf("%d bytes follow the last tensor: the file is damaged", len(data)-end)
	}
	return f, nil
}

// byteSize is the number of bytes of a tensor.
func byteSize(shape []int, bytes int) (int, error) {
	n := bytes
	for _, d := range shape {
		if d < 0 || (d > 0 && n > math.MaxInt/d) {
			return 0, fmt.Errorf("shape %v is absurd", shape)
		}
		n *= d
	}
	return n, nil
}

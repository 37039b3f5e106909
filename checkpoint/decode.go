package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// maxHeader is the longest header that is read, enough for some 30,000 tensors. The reference implementation reads
// up to 100 MB, but parsing a header of many tiny tensors takes many times its length in memory.
const maxHeader = 4 << 20

// Decode reads a checkpoint from its bytes. It is as strict as the reference implementation: the tensors' ranges tile
// the data, in bounds, without gaps or overlaps, and each is as long as its shape and type say.
func Decode(b []byte) (*File, error) { return decode(bytes.NewReader(b), int64(len(b))) }

// decode reads a checkpoint of size bytes. It returns errors of r unchanged.
func decode(r io.Reader, size int64) (*File, error) {
	header, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	metadata, entries, err := parseHeader(header)
	if err != nil {
		return nil, fmt.Errorf("damaged header: %w", err)
	}
	// Data order; tensors without values, which share their offset with a neighbour, stay in the header's order.
	slices.SortStableFunc(entries, func(a, b entry) int {
		return slices.Compare(a.Offsets[:], b.Offsets[:])
	})
	if err := checkEntries(entries, size-8-int64(len(header))); err != nil {
		return nil, err
	}
	if !writtenByBasin(metadata) {
		tensors, err := readTensors(r, entries)
		if err != nil {
			return nil, err
		}
		return &File{Tensors: tensors, Metadata: metadata}, nil
	}
	want, has := metadata[checksumKey]
	if !has {
		return nil, errNoChecksum
	}
	if !bytes.Equal(header, padHeader(appendHeader(nil, metadata, entries))) {
		return nil, errChecksum // Basin writes one content in one way: not even a space can change unnoticed
	}
	delete(metadata, checksumKey)
	h := sha256.New()
	h.Write(appendHeader(nil, metadata, entries))
	tensors, err := readTensors(io.TeeReader(r, h), entries)
	if err != nil {
		return nil, err
	}
	if want != hex.EncodeToString(h.Sum(nil)) {
		return nil, errChecksum
	}
	delete(metadata, markerKey)
	return &File{Tensors: tensors, Metadata: metadata}, nil
}

// readHeader reads the header's length and the header, of a file of size bytes.
func readHeader(r io.Reader, size int64) ([]byte, error) {
	if size < 8 {
		return nil, fmt.Errorf("not a safetensors file: it has %d bytes", size)
	}
	var length [8]byte
	if err := readFull(r, length[:]); err != nil {
		return nil, err
	}
	n, follow := le.Uint64(length[:]), uint64(size-8)
	switch {
	case n > follow:
		return nil, fmt.Errorf("not a safetensors file, or cut off: it promises a header of %d bytes, %d follow", n, follow)
	case n > maxHeader:
		return nil, fmt.Errorf("not a safetensors file: its header has %d bytes, of at most %d", n, maxHeader)
	}
	header := make([]byte, n)
	if err := readFull(r, header); err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(header, []byte("{")) {
		return nil, errors.New("not a safetensors file: its header does not start with {")
	}
	return header, nil
}

// checkEntries compares what the header says with the number of bytes of data.
func checkEntries(entries []entry, data int64) error {
	types, end := storedTypes(), int64(0)
	for _, e := range entries {
		s, known := types[DType(e.DType)]
		if !known {
			return fmt.Errorf("tensor %q: dtype %q is not read; save it as F32 or F64", e.name, e.DType)
		}
		size, err := byteSize(e.Shape, s.bytes)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", e.name, err)
		}
		from, to := e.Offsets[0], e.Offsets[1]
		switch {
		case from != end:
			return fmt.Errorf("tensor %q: its data starts at %d, but must follow the last tensor's end at %d: "+
				"the header is damaged", e.name, from, end)
		case to < from || to > data:
			return fmt.Errorf("tensor %q: its data ends at %d of %d bytes: the file is cut off", e.name, to, data)
		case to-from != size:
			return fmt.Errorf("tensor %q: %d bytes of data, but shape %v of %s needs %d: the header is damaged",
				e.name, to-from, e.Shape, e.DType, size)
		}
		end = to
	}
	if end != data {
		return fmt.Errorf("%d bytes follow the last tensor: the file is damaged", data-end)
	}
	return nil
}

// byteSize is the number of bytes of a tensor.
func byteSize(shape []int, bytes int) (int64, error) {
	n := int64(bytes)
	for _, d := range shape {
		if d < 0 || (d > 0 && n > math.MaxInt64/int64(d)) {
			return 0, fmt.Errorf("shape %v is absurd", shape)
		}
		n *= int64(d)
	}
	return n, nil
}

// readTensors reads the data of checked entries, one after another.
func readTensors(r io.Reader, entries []entry) ([]Tensor, error) {
	tensors := make([]Tensor, len(entries))
	types, buffer := storedTypes(), make([]byte, 64<<10)
	for i, e := range entries {
		tensors[i] = Tensor{Name: e.name, Shape: e.Shape}
		d := DType(e.DType)
		if err := tensors[i].read(r, types[d], d, e.Offsets[1]-e.Offsets[0], buffer); err != nil {
			return nil, err
		}
	}
	return tensors, nil
}

// readFull fills b. A file that ends early has shrunk since its size was taken.
func readFull(r io.Reader, b []byte) error {
	_, err := io.ReadFull(r, b)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("the file was cut off while it was read")
	}
	return err
}

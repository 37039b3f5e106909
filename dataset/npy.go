package dataset

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// npyHeader is what an array of NumPy's .npy format says of itself.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
type npyHeader struct {
	descr string // dtype: "<f4"
	shape []int
	count int // values
}

// npyTypes are the dtypes that are read: little-endian, and single bytes.
var npyTypes = map[string]struct {
	bytes int
	value func([]byte) float64
}{
	"<f4": {4, func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }},
	"<f8": {8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }},
	"|u1": {1, func(b []byte) float64 { return float64(b[0]) }},
	"<i4": {4, func(b []byte) float64 { return float64(int32(binary.LittleEndian.Uint32(b))) }},
	"<i8": {8, func(b []byte) float64 { return float64(int64(binary.LittleEndian.Uint64(b))) }},
}

var (
	npyDescr   = regexp.MustCompile(`'descr': *'([^']*)'`)
	npyFortran = regexp.MustCompile(`'fortran_order': *(True|False)`)
	npyShape   = regexp.MustCompile(`'shape': *\(([0-9, ]*)\)`)
)

// decodeNPY reads an array and hands its values to yield in C order, one by one, after start has seen the
// header and agreed. limit is the most bytes that r can hold; r must end with the array. A value of an int64
// beyond 2⁵³ is rounded.
func decodeNPY(r io.Reader, limit int64, start func(npyHeader) error, yield func(i int, v float64) error) error {
	in := bufio.NewReaderSize(r, 1<<16)
	h, err := decodeNPYHeader(in, limit)
	if err != nil {
		return err
	}
	if err := start(h); err != nil {
		return err
	}
	t := npyTypes[h.descr]
	b := make([]byte, t.bytes)
	for i := range h.count {
		if _, err := io.ReadFull(in, b); err != nil {
			return err
		}
		if err := yield(i, t.value(b)); err != nil {
			return err
		}
	}
	return atEnd(in)
}

func decodeNPYHeader(r io.Reader, limit int64) (h npyHeader, err error) {
	var magic [8]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil {
		return h, err
	}
	if string(magic[:6]) != "\x93NUMPY" {
		return h, fmt.Errorf("not a NumPy array: it starts with %q", magic[:6])
	}
	var length int64
	switch version := magic[6]; version {
	case 1:
		var n uint16
		err = binary.Read(r, binary.LittleEndian, &n)
		length = int64(n)
	case 2, 3:
		var n uint32
		err = binary.Read(r, binary.LittleEndian, &n)
		length = int64(n)
	default:
		return h, fmt.Errorf("version %d of NumPy's format is not known", version)
	}
	if err != nil {
		return h, err
	}
	const longest = 1 << 16 // a header of these dtypes has some hundred bytes
	if length > min(limit, longest) {
		return h, fmt.Errorf("a header of %d bytes is absurd", length)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, err
	}
	return parseNPYHeader(string(text), limit)
}

// parseNPYHeader reads the Python dictionary {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
func parseNPYHeader(text string, limit int64) (h npyHeader, err error) {
	descr, fortran, shape := npyDescr.FindStringSubmatch(text), npyFortran.FindStringSubmatch(text),
		npyShape.FindStringSubmatch(text)
	if descr == nil || fortran == nil || shape == nil {
		return h, fmt.Errorf("header %.200q is not that of a plain array of numbers; save arrays of float32, "+
			"float64, uint8, int32 or int64", text)
	}
	h.descr = descr[1]
	t, known := npyTypes[h.descr]
	if !known {
		return h, fmt.Errorf("dtype %q is not read; save it as float32, float64, uint8, int32 or int64, "+
			"little-endian (x.astype('<f4'))", h.descr)
	}
	h.count = 1
	for dim := range strings.SplitSeq(shape[1], ",") {
		if dim = strings.TrimSpace(dim); dim == "" {
			continue // after the last comma
		}
		d, err := strconv.Atoi(dim)
		if err != nil || (d != 0 && h.count > math.MaxInt/8/d) {
			return h, fmt.Errorf("shape (%s) is absurd", shape[1])
		}
		h.shape = append(h.shape, d)
		h.count *= d
	}
	if len(h.shape) > 1 && fortran[1] == "True" {
		return h, fmt.Errorf("the array is in Fortran order; save np.ascontiguousarray(x)")
	}
	if int64(h.count*t.bytes) > limit {
		return h, fmt.Errorf("shape (%s) needs %d bytes: %w", shape[1], h.count*t.bytes, io.ErrUnexpectedEOF)
	}
	return h, nil
}

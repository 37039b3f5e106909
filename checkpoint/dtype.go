package checkpoint

import (
	"encoding/binary"
	"io"
	"math"
)

// stored describes how values of a type are kept in a file.
type stored struct {
	bytes int
	float func([]byte) float32 // of half precisions, which are read as F32
	int   func([]byte) int64   // of narrow integers, which stay as they are in the file
}

var le = binary.LittleEndian

// storedTypes are the types that are read.
func storedTypes() map[DType]stored {
	return map[DType]stored{
		F64:    {bytes: 8},
		F32:    {bytes: 4},
		"F16":  {bytes: 2, float: func(b []byte) float32 { return fromF16(le.Uint16(b)) }},
		"BF16": {bytes: 2, float: func(b []byte) float32 { return math.Float32frombits(uint32(le.Uint16(b)) << 16) }},
		I64:    {bytes: 8},
		I32:    {bytes: 4, int: func(b []byte) int64 { return int64(int32(le.Uint32(b))) }},
		I16:    {bytes: 2, int: func(b []byte) int64 { return int64(int16(le.Uint16(b))) }},
		I8:     {bytes: 1, int: func(b []byte) int64 { return int64(int8(b[0])) }},
		U8:     {bytes: 1, int: func(b []byte) int64 { return int64(b[0]) }},
		Bool:   {bytes: 1, int: func(b []byte) int64 { return int64(b[0]) }},
	}
}

// fromF16 widens an IEEE 754 half: sign, 5 bits of exponent biased by 15, 10 of mantissa.
func fromF16(h uint16) float32 {
	sign, exponent, mantissa := uint32(h>>15)<<31, int(h>>10&31), uint32(h&0x3ff)
	switch exponent {
	case 0: // zero or subnormal: mantissa · 2⁻²⁴
		return math.Float32frombits(sign | math.Float32bits(float32(mantissa)*0x1p-24))
	case 31: // infinity, NaN
		return math.Float32frombits(sign | 0xff<<23 | mantissa<<13)
	}
	return math.Float32frombits(sign | uint32(exponent-15+127)<<23 | mantissa<<13)
}

// read reads size bytes of type d, through buffer, into the tensor.
func (t *Tensor) read(r io.Reader, s stored, d DType, size int64, buffer []byte) (err error) {
	t.DType = d
	n := int(size) / s.bytes
	switch {
	case s.int != nil:
		t.Raw = make([]byte, n*s.bytes)
		err = readFull(r, t.Raw)
	case s.float != nil:
		t.DType = F32
		t.F32, err = readValues(r, n, s.bytes, buffer, s.float)
	case d == F32:
		t.F32, err = readValues(r, n, 4, buffer, func(b []byte) float32 { return math.Float32frombits(le.Uint32(b)) })
	case d == F64:
		t.F64, err = readValues(r, n, 8, buffer, func(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) })
	case d == I64:
		t.I64, err = readValues(r, n, 8, buffer, func(b []byte) int64 { return int64(le.Uint64(b)) })
	}
	return err
}

// readValues reads n values of the given number of bytes each.
func readValues[T any](r io.Reader, n, bytes int, buffer []byte, value func([]byte) T) ([]T, error) {
	out := make([]T, 0, n)
	for len(out) < n {
		b := buffer[:min(len(buffer), (n-len(out))*bytes)]
		if err := readFull(r, b); err != nil {
			return nil, err
		}
		for ; len(b) > 0; b = b[bytes:] {
			out = append(out, value(b))
		}
	}
	return out, nil
}

// appendData appends the tensor's values as a file has them.
func (t *Tensor) appendData(b []byte) []byte {
	for _, v := range t.F32 {
		b = le.AppendUint32(b, math.Float32bits(v))
	}
	for _, v := range t.F64 {
		b = le.AppendUint64(b, math.Float64bits(v))
	}
	for _, v := range t.I64 {
		b = le.AppendUint64(b, uint64(v))
	}
	return append(b, t.Raw...)
}

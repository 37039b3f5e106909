package checkpoint

import (
	"encoding/binary"
	"math"
)

// stored tells how a type lies in a file.
type stored struct {
	bytes int
	as    DType // what it is read as
	float func([]byte) float32
	int   func([]byte) int64
}

var le = binary.LittleEndian

// storedTypes are the types that are read. Those without a conversion are read as they are.
func storedTypes() map[string]stored {
	return map[string]stored{
		"F64":  {bytes: 8, as: F64},
		"F32":  {bytes: 4, as: F32},
		"F16":  {bytes: 2, as: F32, float: func(b []byte) float32 { return fromF16(le.Uint16(b)) }},
		"BF16": {bytes: 2, as: F32, float: func(b []byte) float32 { return math.Float32frombits(uint32(le.Uint16(b)) << 16) }},
		"I64":  {bytes: 8, as: I64},
		"I32":  {bytes: 4, as: I64, int: func(b []byte) int64 { return int64(int32(le.Uint32(b))) }},
		"I16":  {bytes: 2, as: I64, int: func(b []byte) int64 { return int64(int16(le.Uint16(b))) }},
		"I8":   {bytes: 1, as: I64, int: func(b []byte) int64 { return int64(int8(b[0])) }},
		"U8":   {bytes: 1, as: I64, int: func(b []byte) int64 { return int64(b[0]) }},
		"BOOL": {bytes: 1, as: I64, int: func(b []byte) int64 { return int64(b[0]) }},
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

// fill decodes data, whose length is known to fit, into the tensor.
func (t *Tensor) fill(s stored, data []byte) {
	n := len(data) / s.bytes
	t.DType = s.as
	switch s.as {
	case F64:
		t.F64 = make([]float64, n)
		for i := range t.F64 {
			t.F64[i] = math.Float64frombits(le.Uint64(data[8*i:]))
		}
	case F32:
		t.F32 = make([]float32, n)
		for i := range t.F32 {
			if b := data[s.bytes*i:]; s.float != nil {
				t.F32[i] = s.float(b)
			} else {
				t.F32[i] = math.Float32frombits(le.Uint32(b))
			}
		}
	case I64:
		t.I64 = make([]int64, n)
		for i := range t.I64 {
			if b := data[s.bytes*i:]; s.int != nil {
				t.I64[i] = s.int(b)
			} else {
				t.I64[i] = int64(le.Uint64(b))
			}
		}
	}
}

// appendData appends the tensor's values as they lie in a file.
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
	return b
}

package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"basin/record"
)

// arrayFormat is the first byte of an encoded array: which encoding follows.
const arrayFormat = 1

// encodeArray writes an array as: format byte, number of columns, number of rows, each column's name (length first), then column by
// column the float64 bits, little-endian. Numbers are unsigned varints. nil gives nil.
func encodeArray(a *record.Array) ([]byte, error) {
	if a == nil {
		return nil, nil
	}
	if len(a.Columns) != len(a.Data) {
		return nil, fmt.Errorf("array has %d column names for %d columns", len(a.Columns), len(a.Data))
	}
	rows := 0
	if len(a.Data) > 0 {
		rows = len(a.Data[0])
	}
	out := []byte{arrayFormat}
	out = binary.AppendUvarint(out, uint64(len(a.Data)))
	out = binary.AppendUvarint(out, uint64(rows))
	for _, name := range a.Columns {
		out = binary.AppendUvarint(out, uint64(len(name)))
		out = append(out, name...)
	}
	for c, column := range a.Data {
		if len(column) != rows {
			return nil, fmt.Errorf("array column %q has %d rows, the first has %d", a.Columns[c], len(column), rows)
		}
		for _, x := range column {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(x))
		}
	}
	return out, nil
}

var errArray = errors.New("a stored array cannot be decoded")

// decodeArray is the inverse of encodeArray. Bytes of any other origin give an error.
func decodeArray(b []byte) (*record.Array, error) {
	if b == nil {
		return nil, nil
	}
	if len(b) == 0 || b[0] != arrayFormat {
		return nil, errArray
	}
	b = b[1:]
	number := func() (uint64, bool) {
		n, size := binary.Uvarint(b)
		if size <= 0 {
			return 0, false
		}
		b = b[size:]
		return n, true
	}
	columns, ok1 := number()
	rows, ok2 := number()
	if !ok1 || !ok2 || columns > uint64(len(b)) || rows > uint64(len(b)) { // Each column has a name's length, each row 8 bytes.
		return nil, errArray
	}
	a := &record.Array{Columns: make([]string, columns), Data: make([][]float64, columns)}
	for c := range a.Columns {
		size, ok := number()
		if !ok || size > uint64(len(b)) {
			return nil, errArray
		}
		a.Columns[c], b = string(b[:size]), b[size:]
	}
	if uint64(len(b)) != 8*columns*rows {
		return nil, errArray
	}
	for c := range a.Data {
		a.Data[c] = make([]float64, rows)
		for i := range a.Data[c] {
			a.Data[c][i] = math.Float64frombits(binary.LittleEndian.Uint64(b))
			b = b[8:]
		}
	}
	return a, nil
}

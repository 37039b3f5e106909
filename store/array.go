package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"basin/record"
)

// The first byte of an encoded array says which encoding follows.
const (
	formatCurve = 1 // one axis of numbers without unit or scale: names and numbers alone
	formatAxes  = 2 // any axes
)

// encodeArray writes an array; nil gives nil.
//
//	curve: format, columns, rows, each column's name, then column by column the float64 bits; the axis is the first column
//	axes:  format, the axes and the columns' names as JSON, then column by column the float64 bits
//
// Counts and lengths are unsigned varints, bits are little-endian. An array has one encoding.
func encodeArray(a *record.Array) ([]byte, error) {
	if a == nil {
		return nil, nil
	}
	if err := a.Check(); err != nil {
		return nil, err
	}
	var out []byte
	columns := a.Columns
	if x := a.Axes[0]; len(a.Axes) == 1 && len(x.Names) == 0 && x.Unit == "" && x.Scale == record.Linear {
		columns = append([]record.Column{{Name: x.Name, Data: x.At}}, columns...)
		out = binary.AppendUvarint([]byte{formatCurve}, uint64(len(columns)))
		out = binary.AppendUvarint(out, uint64(len(x.At)))
		for _, c := range columns {
			out = binary.AppendUvarint(out, uint64(len(c.Name)))
			out = append(out, c.Name...)
		}
	} else {
		h := arrayHeader{Axes: a.Axes}
		for _, c := range columns {
			h.Columns = append(h.Columns, c.Name)
		}
		text, err := json.Marshal(h)
		if err != nil {
			return nil, err // a place on an axis that is not finite
		}
		out = binary.AppendUvarint([]byte{formatAxes}, uint64(len(text)))
		out = append(out, text...)
	}
	for _, c := range columns {
		for _, x := range c.Data {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(x))
		}
	}
	return out, nil
}

type arrayHeader struct {
	Axes    []record.Axis `json:"axes"`
	Columns []string      `json:"columns"`
}

// maxPlaces keeps the product of the axes' lengths from overflowing.
const maxPlaces = 1 << 32

var errArray = errors.New("a stored array cannot be decoded")

// decodeArray is the inverse of encodeArray. Bytes of any other origin give an error.
func decodeArray(b []byte) (*record.Array, error) {
	if b == nil {
		return nil, nil
	}
	d := decoder{rest: b}
	var a *record.Array
	switch format := d.take(1); {
	case d.bad:
	case format[0] == formatCurve:
		a = d.curve()
	case format[0] == formatAxes:
		a = d.axes()
	default:
		d.bad = true
	}
	if d.bad || len(d.rest) > 0 {
		return nil, errArray
	}
	if err := a.Check(); err != nil {
		return nil, fmt.Errorf("%w: %w", errArray, err)
	}
	return a, nil
}

// decoder reads an encoded array from the front. After the first mistake it is bad, and gives nothing more.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) take(n uint64) []byte {
	if d.bad || n > uint64(len(d.rest)) {
		d.bad = true
		return nil
	}
	out := d.rest[:n]
	d.rest = d.rest[n:]
	return out
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.rest)
	if d.bad || size <= 0 {
		d.bad = true
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decoder) floats(n uint64) []float64 {
	if n > uint64(len(d.rest))/8 {
		d.bad = true
		return nil
	}
	bits := d.take(8 * n)
	out := make([]float64, len(bits)/8)
	for i := range out {
		out[i] = math.Float64frombits(binary.LittleEndian.Uint64(bits[8*i:]))
	}
	return out
}

func (d *decoder) curve() *record.Array {
	columns, rows := d.number(), d.number()
	if columns < 1 || columns > uint64(len(d.rest)) { // Each column has a name's length.
		d.bad = true
		return nil
	}
	all := make([]record.Column, columns)
	for i := range all {
		all[i].Name = string(d.take(d.number()))
	}
	for i := range all {
		all[i].Data = d.floats(rows)
	}
	return record.Curve(all[0].Name, all[0].Data, all[1:]...)
}

func (d *decoder) axes() *record.Array {
	var h arrayHeader
	if json.Unmarshal(d.take(d.number()), &h) != nil {
		d.bad = true
		return nil
	}
	a := &record.Array{Axes: h.Axes}
	size := uint64(1)
	for i := range h.Axes {
		if size *= uint64(h.Axes[i].Len()); size > maxPlaces {
			d.bad = true
			return nil
		}
	}
	for _, name := range h.Columns {
		a.Columns = append(a.Columns, record.Column{Name: name, Data: d.floats(size)})
	}
	return a
}

package store

import (
	"bytes"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"basin/record"
)

// anyArray has one to three axes, of numbers or of names, and numbers of any bits.
func anyArray(t *rapid.T) *record.Array {
	bits := func(n int, name string) []float64 {
		return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
			return math.Float64frombits(rapid.Uint64().Draw(t, "bits"))
		}), n, n).Draw(t, name)
	}
	a := &record.Array{}
	for range rapid.IntRange(1, 3).Draw(t, "axes") {
		x := record.Axis{Name: rapid.StringMatching(`[a-zλ]{0,5}`).Draw(t, "axis")}
		switch n := rapid.IntRange(1, 6).Draw(t, "places"); rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			x.Names = rapid.SliceOfN(rapid.StringMatching(`[a-z0-9.]{1,5}`), n, n).Draw(t, "names")
		case 1:
			x.Unit, x.Scale = "m", record.Log
			fallthrough
		case 2:
			x.At = rapid.SliceOfN(rapid.Float64Range(-1e9, 1e9), n, n).Draw(t, "at")
		}
		a.Axes = append(a.Axes, x)
	}
	if len(a.Axes) == 1 && len(a.Axes[0].At) > 0 && a.Axes[0].Unit == "" {
		a.Axes[0].At = bits(len(a.Axes[0].At), "at, any bits")
	}
	for range rapid.IntRange(0, 4).Draw(t, "columns") {
		a.Columns = append(a.Columns, record.Column{Name: rapid.String().Draw(t, "column"), Data: bits(a.Size(), "data")})
	}
	return a
}

func TestArrayRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyArray(t)
		blob, err := encodeArray(a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := decodeArray(blob)
		if err != nil {
			t.Fatal(err)
		}
		again, err := encodeArray(b)
		if err != nil || !bytes.Equal(blob, again) {
			t.Fatalf("the decoded array is encoded otherwise (%v)", err)
		}
		if !reflect.DeepEqual(bitsOf(a), bitsOf(b)) {
			t.Fatalf("%v came back as %v", a, b)
		}
		// A blob that was cut short is never taken for an array.
		if cut := rapid.IntRange(0, len(blob)-1).Draw(t, "cut"); true {
			if _, err := decodeArray(blob[:cut:cut]); err == nil {
				t.Fatalf("%d of %d bytes were decoded", cut, len(blob))
			}
		}
	})
}

// bitsOf lists all that an array holds, numbers as bits: NaN is unequal to itself.
func bitsOf(a *record.Array) []any {
	var out []any
	add := func(x []float64) {
		for _, v := range x {
			out = append(out, math.Float64bits(v))
		}
	}
	for _, x := range a.Axes {
		out = append(out, x.Name, x.Unit, x.Scale, len(x.At), len(x.Names))
		for _, name := range x.Names {
			out = append(out, name)
		}
		add(x.At)
	}
	for _, c := range a.Columns {
		out = append(out, c.Name)
		add(c.Data)
	}
	return out
}

// Bytes of any origin give an array or an error, no panic and no huge allocation.
func FuzzDecodeArray(f *testing.F) {
	f.Add([]byte{1, 2, 0, 1, 'x', 1, 'y'})
	f.Add(append([]byte{2, 44}, `{"axes":[{"name":"x","at":[]}],"columns":[]}`...))
	f.Add([]byte{1, 255, 255, 255, 255, 255, 255, 255, 255, 127, 0})
	f.Add([]byte{1, 2, 255, 255, 255, 255, 255, 255, 255, 255, 127})
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := decodeArray(b)
		if err != nil || a == nil {
			return
		}
		if _, err := encodeArray(a); err != nil {
			t.Errorf("%v decoded to an array that cannot be encoded: %v", b, err)
		}
	})
}

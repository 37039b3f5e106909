package store

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"basin/record"
)

func TestArrayRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(0, 20).Draw(t, "rows")
		a := &record.Array{Columns: rapid.SliceOfN(rapid.String(), 0, 5).Draw(t, "columns")}
		for range a.Columns {
			a.Data = append(a.Data, rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
				return math.Float64frombits(rapid.Uint64().Draw(t, "bits"))
			}), rows, rows).Draw(t, "column"))
		}
		blob, err := encodeArray(a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := decodeArray(blob)
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Columns) != len(a.Columns) || len(b.Data) != len(a.Data) {
			t.Fatalf("%d columns came back as %d", len(a.Columns), len(b.Columns))
		}
		for c := range a.Columns {
			if a.Columns[c] != b.Columns[c] || len(a.Data[c]) != len(b.Data[c]) {
				t.Fatalf("column %q of %d came back as %q of %d", a.Columns[c], len(a.Data[c]), b.Columns[c], len(b.Data[c]))
			}
			for i := range a.Data[c] {
				if math.Float64bits(a.Data[c][i]) != math.Float64bits(b.Data[c][i]) {
					t.Fatalf("bits %016x came back as %016x", math.Float64bits(a.Data[c][i]), math.Float64bits(b.Data[c][i]))
				}
			}
		}
		// A blob that was cut short is never taken for an array.
		if cut := rapid.IntRange(0, len(blob)-1).Draw(t, "cut"); true {
			if _, err := decodeArray(blob[:cut:cut]); err == nil {
				t.Fatalf("%d of %d bytes were decoded", cut, len(blob))
			}
		}
	})
}

// Bytes of any origin give an array or an error, no panic and no huge allocation.
func FuzzDecodeArray(f *testing.F) {
	f.Add([]byte{1, 2, 1, 1, 'x', 1, 'y'})
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

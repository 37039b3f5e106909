package checkpoint

import (
	"math"
	"os"
	"slices"
	"testing"
)

func FuzzDecode(f *testing.F) {
	f.Add(encode(f, sample()))
	f.Add(file(`{"w":{"dtype":"BF16","shape":[2,1],"data_offsets":[0,4]}}`, 4))
	f.Add(file(`{"w":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,-9223372036854775808]}}`, 4))
	f.Add(le.AppendUint64(nil, math.MaxUint64))
	for _, name := range []string{"types", "sequential"} {
		b, err := os.ReadFile("testdata/" + name + ".safetensors")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Decode(b)
		if err != nil {
			return
		}
		values := 0
		for _, x := range got.Tensors {
			values += len(x.F32) + len(x.F64) + len(x.I64)
		}
		if values > len(b) {
			t.Errorf("%d values from %d bytes", values, len(b))
		}
		if slices.ContainsFunc(got.Tensors, func(x Tensor) bool { return x.Name == "" }) {
			return // the format allows no name; we write none
		}
		again, err := Decode(encode(t, got))
		if err != nil || len(again.Tensors) != len(got.Tensors) {
			t.Errorf("what was read cannot be written and read again: %v", err)
		}
	})
}

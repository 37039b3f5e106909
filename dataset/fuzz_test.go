package dataset

import (
	"bytes"
	"os"
	"testing"
)

// The decoders must never panic, nor allocate for what a header claims and the input cannot hold: with limit =
// len(b), what they return is never longer than what they were given.

func FuzzIDX(f *testing.F) {
	f.Add(idx([]byte{1, 2, 3, 4, 5, 6}, 2, 1, 3))
	f.Add(idx([]byte{0, 1, 2}, 3))
	f.Add(idx(nil, 1<<31, 1<<31, 1<<31, 1<<31))
	f.Add(idx(nil, 0, 1<<31))
	f.Add([]byte{0, 0, 8, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		shape, values, err := decodeIDX(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		n := 1
		for _, d := range shape {
			n *= d
		}
		if n != len(values) || 4+4*len(shape)+n != len(b) {
			t.Errorf("shape %v, %d values from %d bytes", shape, len(values), len(b))
		}
	})
}

func FuzzNPY(f *testing.F) {
	f.Add(npy("2, 3", []float32{1, 2, 3, 4, 5, 6}))
	f.Add(npy("2,", []float64{1, 2}))
	f.Add(npy("", []int64{1}))
	f.Add(npy("4294967296, 4294967296, 4294967296", []float32{1}))
	f.Add(npy("0, 99999999999999999999", []float32{}))
	f.Add([]byte("\x93NUMPY\x02\x00\xff\xff\xff\x7f{'descr'"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var h npyHeader
		seen := 0
		err := decodeNPY(bytes.NewReader(b), int64(len(b)), func(got npyHeader) error {
			h = got
			if h.count > len(b) {
				t.Errorf("start was asked to allocate %d values for %d bytes", h.count, len(b))
			}
			return nil
		}, func(i int, v float64) error {
			if i != seen {
				t.Errorf("value %d came as number %d", i, seen)
			}
			seen++
			return nil
		})
		if err == nil && seen != h.count {
			t.Errorf("%d values of %d", seen, h.count)
		}
	})
}

func FuzzNPZ(f *testing.F) {
	for _, file := range []string{"f4", "f8", "u1", "object"} {
		b, err := os.ReadFile("testdata/" + file + ".npz")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	path := f.TempDir() + "/f.npz"
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		train, _, err := readNPZ(path)
		if err == nil && train.Len() != train.Y().Len() {
			t.Errorf("%d samples, %d labels", train.Len(), train.Y().Len())
		}
	})
}

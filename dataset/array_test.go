package dataset

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSelectTakesSamplesOfTheFirstPart(t *testing.T) {
	boundary := Part{Name: "boundary", X: Array{Shape: []int{2, 1}, F64: []float64{0, 1}}}
	s := &Set{Name: "interval", Parts: []Part{{
		Name: "interior", X: Array{Shape: []int{3, 1}, F64: []float64{0.2, 0.4, 0.6}},
		Y: Array{Shape: []int{3, 2}, F64: []float64{1, 2, 3, 4, 5, 6}}, Weight: []float64{7, 8, 9},
	}, boundary}}
	want := &Set{Name: "interval", Parts: []Part{{
		Name: "interior", X: Array{Shape: []int{2, 1}, F64: []float64{0.6, 0.2}},
		Y: Array{Shape: []int{2, 2}, F64: []float64{5, 6, 1, 2}}, Weight: []float64{9, 7},
	}, boundary}}
	got := s.Select([]int32{2, 0})
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("selected (-want +got):\n%s", d)
	}
	if s.X().F64[0] = -1; got.X().F64[1] != 0.2 {
		t.Error("the selection shares memory with the set")
	}
	want.Parts[0] = Part{Name: "interior", X: Array{Shape: []int{1, 1}, F64: []float64{0.4}},
		Y: Array{Shape: []int{1, 2}, F64: []float64{3, 4}}, Weight: []float64{8}}
	if d := cmp.Diff(want, s.slice(1, 2)); d != "" {
		t.Errorf("sliced (-want +got):\n%s", d)
	}
	if s.Len() != 3 || s.Size() != 1 || s.Y().Size() != 2 {
		t.Errorf("%d samples of %d values with %d targets", s.Len(), s.Size(), s.Y().Size())
	}
}

func TestSelectKeepsWhatIsAbsentAbsent(t *testing.T) {
	s := NewSet("", []int{2}, []float32{1, 2, 3, 4}, nil, 0).Select([]int32{1})
	if s.Y().Shape != nil || s.Parts[0].Weight != nil || s.Len() != 1 {
		t.Errorf("%+v", s)
	}
}

// TestPermuteIsSelectInPlace compares following cycles with copying.
func TestPermuteIsSelectInPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, size := rapid.IntRange(0, 20).Draw(t, "n"), rapid.IntRange(1, 3).Draw(t, "size")
		perm := rapid.Permutation(identity(n)).Draw(t, "perm")
		a := Array{Shape: []int{n, size}, F32: make([]float32, n*size)}
		for i := range a.F32 {
			a.F32[i] = float32(i)
		}
		want := a.Select(perm)
		a.permute(perm)
		if d := cmp.Diff(want, a); d != "" {
			t.Error(d)
		}
	})
}

func TestNewSetRefusesWhatIsNoSet(t *testing.T) {
	for name, make := range map[string]func(){
		"half a sample":  func() { NewSet("", []int{2}, []float32{1, 2, 3}, nil, 0) },
		"missing labels": func() { NewSet("", []int{1}, []float32{1, 2, 3}, []int32{0}, 2) },
		"empty samples":  func() { NewSet("", []int{0}, nil, nil, 0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			make()
		}()
	}
}

// TestFindPrefersNames: only an ending makes a path of a file.
func TestFindPrefersNames(t *testing.T) {
	for set, want := range map[string]string{"digits": "digits", "cifar100": "cifar100", "my/a.npz": "*.npz", "A.NPZ": "*.npz",
		"./digits": "", "digits.csv": "", "": "", "npz": ""} {
		if k, found := Find(set); k.Name != want || found != (want != "") {
			t.Errorf("%q is read by %q", set, k.Name)
		}
	}
}

package examples_test

import (
	"errors"
	"io/fs"
	"slices"
	"testing"

	"basin/examples"
	"basin/spec"
)

// TestSizes pins what each example trains, as its comments and the documentation say.
func TestSizes(t *testing.T) {
	want := []struct {
		name                   string
		loads, temps, networks int
	}{
		{"cifar10-resnet18", 14, 13, 910},
		{"digits", 12, 7, 420},
		{"fashion-mnist", 6, 6, 108},
	}
	var names []string
	for _, w := range want {
		names = append(names, w.name)
		text, err := examples.Read(w.name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := spec.Parse(w.name+".yaml", text)
		if err != nil {
			t.Fatal(err)
		}
		if s.Name != w.name {
			t.Errorf("%s: its name is %s", w.name, s.Name)
		}
		if l, m := len(s.Grid.Load.Values), len(s.Grid.Temperature.Values); l != w.loads || m != w.temps ||
			len(s.Cells()) != l*m {
			t.Errorf("%s: %d × %d values and %d cells; want %d × %d", w.name, l, m, len(s.Cells()), w.loads, w.temps)
		}
		if n := s.Networks(); n != w.networks {
			t.Errorf("%s: %d networks, want %d", w.name, n, w.networks)
		}
		if n := len(s.Measure.List()); n != 5 {
			t.Errorf("%s: %d measures, want all 5", w.name, n)
		}
	}
	if got := examples.Names(); !slices.Equal(got, names) {
		t.Errorf("examples %v, want %v", got, names)
	}
}

func TestReadUnknown(t *testing.T) {
	if _, err := examples.Read("nope"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}

package spec_test

import (
	"testing"

	spec "basin/language"

	"github.com/google/go-cmp/cmp"
)

// checkRoundTrip: a frozen spec has the same axes and cells, and freezing it again gives the same text.
func checkRoundTrip(t interface {
	Helper()
	Errorf(string, ...any)
}, s *spec.Spec) {
	t.Helper()
	text := s.Freeze()
	back, err := language.Parse("spec.yaml", text)
	if err != nil {
		t.Errorf("%v\nin\n%s", err, text)
		return
	}
	if again := back.Freeze(); string(again) != string(text) {
		t.Errorf("frozen again:\n%s\nwas\n%s", again, text)
	}
	if d := cmp.Diff(s.Axes, back.Axes); d != "" {
		t.Errorf("other axes: %s\nin\n%s", d, text)
	}
	if len(s.Cells) != len(back.Cells) {
		t.Errorf("%d cells, not %d", len(back.Cells), len(s.Cells))
		return
	}
	for i, c := range s.Cells {
		b := back.Cells[i]
		if b.ID != c.ID || b.Label != c.Label {
			t.Errorf("cell %s %s, not %s %s, in\n%s", b.ID, b.Label, c.ID, c.Label, text)
		}
		if d := diff(c.Root.(*experiment), b.Root.(*experiment)); d != "" {
			t.Errorf("%s\nin\n%s", d, text)
		}
	}
}

var _ testing.TB

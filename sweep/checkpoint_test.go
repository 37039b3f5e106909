package sweep_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"basin/sweep"
)

// A checkpoint that is needed and is gone or damaged is made again, to the same bits; one that is not needed is let be.
func TestLostCheckpoints(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"is missing": os.Remove,
		"is damaged": func(path string) error { return os.WriteFile(path, []byte("torn"), 0o644) },
	} {
		s := open(t, t.TempDir())
		before := grid(1, 3)
		run(t, s, sweep.Options{}, before, &fake{})
		path := s.Folder.Checkpoint("cell00", 1)
		if err := spoil(path); err != nil {
			t.Fatal(err)
		}
		f := &fake{}
		if run(t, s, sweep.Options{}, before, f); len(f.trained) > 0 {
			t.Errorf("%s: trained %v, though nothing was left to measure", name, f.trained)
		}
		after := grid(1, 3)
		after[0].Measures = append(after[0].Measures, sweep.Measure{Name: "entropy", Key: "k", Groups: [][]int{{0}, {2}}})
		if run(t, s, sweep.Options{}, after, f); len(f.trained) > 0 || len(f.measured) != 2 {
			t.Errorf("%s: trained %v and measured %v, though the replica was not among those to measure", name, f.trained, f.measured)
		}
		f = &fake{}
		after[0].Measures = append(after[0].Measures, sweep.Measure{Name: "hessian", Key: "k", Groups: sweep.Each(3)})
		var notes []string
		run(t, s, sweep.Options{Observe: func(e sweep.Event) {
			if e.Kind == sweep.Note {
				notes = append(notes, e.Text)
			}
		}}, after, f)
		if want := []string{"cell00/1"}; !reflect.DeepEqual(f.trained, want) || len(f.measured) != 3 {
			t.Errorf("%s: trained %v and measured %v, want only %v again and the new measure", name, f.trained, f.measured, want)
		}
		if len(notes) != 1 || !strings.Contains(notes[0], name) || !strings.Contains(notes[0], filepath.Base(path)) {
			t.Errorf("%s: notes %q", name, notes)
		}
		if fingerprint(t, s) != undisturbed(t, after) {
			t.Errorf("%s: the contents differ from an undisturbed run's", name)
		}
	}
}

// If training again gives other bits, nothing that was measured with the old ones stays.
func TestOtherBits(t *testing.T) {
	s := open(t, t.TempDir())
	run(t, s, sweep.Options{}, grid(1, 3), &fake{})
	if err := os.Remove(s.Folder.Checkpoint("cell00", 1)); err != nil {
		t.Fatal(err)
	}
	after := grid(1, 3)
	after[0].Measures = append([]sweep.Measure{{Name: "hessian", Key: "k", Groups: sweep.Each(3)}}, after[0].Measures...)
	f := &fake{bits: 1}
	var notes []string
	run(t, s, sweep.Options{Observe: func(e sweep.Event) {
		if e.Kind == sweep.Note {
			notes = append(notes, e.Text)
		}
	}}, after, f)
	want := []string{"cell00/hessian/0", "cell00/hessian/1", "cell00/hessian/2", "cell00/loss/1", "cell00/distance/0,1", "cell00/distance/1,2"}
	if !slices.Equal(f.measured, want) {
		t.Errorf("measured %v, want %v", f.measured, want)
	}
	if len(notes) != 2 || !strings.Contains(notes[1], "other bits") {
		t.Errorf("notes %q", notes)
	}
}

package spec

import (
	"fmt"
	"reflect"
	"strings"
)

// Extension says what a new spec asks of a run folder beyond the old one. Results that the new spec no longer asks for stay where they
// are, hidden.
type Extension struct {
	Cells    int      // cells that the old spec did not have
	Hidden   int      // cells that the new spec does not have
	Replicas int      // replicas a cell more; negative: fewer
	Measures []string // measures that the old spec did not have, or had on fewer pairs
	Dropped  []string // measures that the new spec does not have, or has on fewer pairs
	Shown    []string // keys that changed and only change how results are shown: name, phases.sharp …
}

// Empty reports whether the specs ask for the same.
func (e Extension) Empty() bool { return reflect.DeepEqual(e, Extension{}) }

// Change is one key that may not change in a run folder.
type Change struct {
	Path     string
	Old, New string
}

// ChangeError is returned when a new spec is not an extension of the old one.
type ChangeError struct{ Changes []Change }

func (e *ChangeError) Error() string {
	var b strings.Builder
	b.WriteString("the run folder holds results of another spec; use another folder, or undo these changes:")
	for _, c := range e.Changes {
		fmt.Fprintf(&b, "\n  %s: was %s, is %s", c.Path, c.Old, c.New)
	}
	return b.String()
}

// Compare says how a run folder made with one spec is extended by another. Cells, replicas, pairs and measures may come and go, and what
// is only shown may change. Any other change would put results of different meaning side by side, and is a *ChangeError that names all
// its keys. Both specs are ones that Parse returned.
func Compare(before, after *Spec) (Extension, error) {
	var e Extension
	var changes []Change
	for _, f := range table().list {
		if f.Type == "section" {
			continue
		}
		was, is := show(f, before), show(f, after)
		if was == is {
			continue
		}
		top, _, _ := strings.Cut(f.Path, ".")
		switch {
		case top == "name" || top == "phases" || top == "checkpoint":
			e.Shown = append(e.Shown, f.Path)
		case top == "replicas":
			e.Replicas = after.Replicas - before.Replicas
		case top == "grid":
			if path := axisAt(before, f.Path); path != "" && axisAt(after, f.Path) != "" && path != axisAt(after, f.Path) {
				changes = append(changes, Change{f.Path, path, axisAt(after, f.Path)})
			}
		case top == "measure": // Below, measure by measure.
		case before.swept(f.Path) != "" || after.swept(f.Path) != "": // The cells tell.
		default:
			changes = append(changes, Change{f.Path, was, is})
		}
	}
	changes = append(changes, e.measures(before.Measure, after.Measure)...)
	if len(changes) > 0 {
		return Extension{}, &ChangeError{changes}
	}
	e.cells(before, after)
	return e, nil
}

func axisAt(s *Spec, path string) string {
	for _, a := range s.axes() {
		if a.at == path {
			return a.Path
		}
	}
	return ""
}

// show is a field's value as YAML writes it; "nothing" in a measure that is left out.
func show(f Field, s *Spec) string {
	v, ok := f.in(s)
	if !ok || empty(v) {
		return "nothing"
	}
	return flow(v)
}

// measures compares the measures of both, and returns the settings that changed.
func (e *Extension) measures(before, after Measure) []Change {
	old, now := map[string]Work{}, map[string]Work{}
	for _, w := range before.List() {
		old[w.Name] = w
	}
	for _, w := range after.List() {
		now[w.Name] = w
		was, ok := old[w.Name]
		if !ok || morePairs(w.Pairs, was.Pairs) {
			e.Measures = append(e.Measures, w.Name)
		}
	}
	var changes []Change
	for _, was := range before.List() {
		is, ok := now[was.Name]
		if !ok || morePairs(was.Pairs, is.Pairs) {
			e.Dropped = append(e.Dropped, was.Name)
		}
		if !ok || is.Key == was.Key {
			continue
		}
		for _, f := range table().list {
			if f.Type == "section" || !strings.HasPrefix(f.Path, "measure."+was.Name+".") || strings.HasSuffix(f.Path, ".pairs") {
				continue
			}
			if a, b := show(f, &Spec{Measure: before}), show(f, &Spec{Measure: after}); a != b {
				changes = append(changes, Change{f.Path, a, b})
			}
		}
	}
	return changes
}

// morePairs reports whether a asks for more pairs than b; -1 is all.
func morePairs(a, b int) bool { return a != b && (a == -1 || b != -1 && a > b) }

// cells counts the cells that only one of both has.
func (e *Extension) cells(before, after *Spec) {
	old := map[string]bool{}
	for _, c := range before.Cells() {
		old[c.ID] = true
	}
	kept := 0
	for _, c := range after.Cells() {
		if old[c.ID] {
			kept++
		} else {
			e.Cells++
		}
	}
	e.Hidden = len(old) - kept
}

package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// axis decodes one swept parameter: a map of one sweepable path to a list of values, each checked as the field itself would be.
func (d *decoder) axis(n *node, a *Axis, path string) {
	const form = "expected one path and its values, such as {model.width: [1, 2, 4]}"
	*a = Axis{}
	switch {
	case n.kind == null:
		return // All lines are commented out: the axis is absent.
	case n.kind != mapping:
		d.fail(n.at, path, "%s, found %s", form, n.describe())
		return
	case len(n.entries) != 1:
		d.fail(n.at, path, "%s, found %d paths; a parameter more may go on the other axis", form, len(n.entries))
		return
	}
	e := n.entries[0]
	f, ok := table().byPath[e.key]
	if !ok || !f.Sweep {
		why := "there is no such path"
		if ok {
			why = "it cannot be swept"
		}
		hint := ""
		if near := nearest(e.key, Sweepable()); near != "" && near != e.key {
			hint = "did you mean " + near + "? "
		}
		d.fail(e.at, clip(join(path, e.key)), "%s; %sThese can: %s", why, hint, strings.Join(Sweepable(), ", "))
		return
	}
	where := join(path, e.key)
	switch {
	case e.value.kind != sequence:
		d.fail(e.value.at, where, "expected a list of values, found %s", e.value.describe())
		return
	case len(e.value.items) == 0:
		d.fail(e.value.at, where, "the list is empty: give at least one value, or remove the axis")
		return
	}
	a.Path = e.key
	seen := map[any]bool{}
	for _, item := range e.value.items {
		v := reflect.New(f.typ).Elem()
		if !d.value(item, v, f, where) {
			continue
		}
		x := v.Interface()
		if seen[x] {
			d.fail(item.at, where, "%v is given twice", x)
			continue
		}
		seen[x] = true
		d.given[valuePath(path, x)] = item.at
		a.Values = append(a.Values, x)
	}
}

// valuePath is the key under which the place of an axis' value is remembered.
func valuePath(axis string, value any) string { return fmt.Sprintf("%s=%v", axis, value) }

// axes are the grid's present axes with their paths.
func (s *Spec) axes() []gridAxis {
	all := []gridAxis{{"grid.load", s.Grid.Load}, {"grid.temperature", s.Grid.Temperature}}
	return slices.DeleteFunc(all, func(a gridAxis) bool { return a.Path == "" })
}

type gridAxis struct {
	at string // "grid.load"
	Axis
}

// swept returns the grid's axis that sweeps a path; empty when none does.
func (s *Spec) swept(path string) string {
	for _, a := range s.axes() {
		if a.Path == path {
			return a.at
		}
	}
	return ""
}

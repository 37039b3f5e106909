package checkpoint

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// kind is what identifies a tensor whose name is not ours. Match says how it is used.
type kind struct{ shape, role string }

// role is the last part of a name, if it is one that says what a tensor is for; else "".
func role(name string) string {
	switch last := name[strings.LastIndexByte(name, '.')+1:]; last {
	case "weight", "bias", "running_mean", "running_var":
		return last
	}
	return ""
}

const namePairs = "name the pairs by checkpoint: {rename: {theirs: ours}}"

// byShape pairs the remaining tensors by shape, role and order.
func (m *matcher) byShape() error {
	roles := !slices.ContainsFunc(m.have, func(t *Tensor) bool { return role(t.Name) == "" }) &&
		!slices.ContainsFunc(m.want, func(w Want) bool { return role(w.Name) == "" })
	kindOf := func(name string, shape []int) kind {
		k := kind{shape: fmt.Sprint(shape)}
		if roles {
			k.role = role(name)
		}
		return k
	}
	want, have := map[kind][]Want{}, map[kind][]*Tensor{}
	var wantOrder, haveOrder []kind
	for _, w := range m.want {
		k := kindOf(w.Name, w.Shape)
		want[k], wantOrder = append(want[k], w), append(wantOrder, k)
	}
	for _, t := range m.have {
		k := kindOf(t.Name, t.Shape)
		have[k], haveOrder = append(have[k], t), append(haveOrder, k)
	}
	if err := m.sameKinds(want, have); err != nil {
		return err
	}
	inOrder := slices.Equal(wantOrder, haveOrder) && !slices.IsSortedFunc(m.have, byNameWithinType)
	settled := map[kind]bool{}
	for _, k := range wantOrder {
		if settled[k] {
			continue
		}
		settled[k] = true
		ours, theirs := want[k], have[k]
		if len(ours) > 1 {
			byNumber, numbered := sortedByNumber(ours, theirs)
			contradiction := numbered && inOrder && !slices.Equal(byNumber, theirs)
			if !sameRole(ours) || contradiction || !(numbered || inOrder) {
				return ambiguous(ours, theirs)
			}
			if numbered {
				theirs = byNumber
			}
		}
		for i, w := range ours {
			m.pair(w, theirs[i], "shape")
		}
	}
	return nil
}

// byNameWithinType is the order in which Python's safetensors writes: types apart, names sorted.
func byNameWithinType(a, b *Tensor) int {
	if a.DType != b.DType {
		return 0
	}
	return cmp.Compare(a.Name, b.Name)
}

// sameKinds checks that there are as many tensors of each kind in the file as are wanted.
func (m *matcher) sameKinds(want map[kind][]Want, have map[kind][]*Tensor) error {
	var d differences
	names := map[string]*Tensor{}
	for _, t := range m.have {
		names[t.Name] = t
	}
	ours := map[string]bool{}
	for k, ws := range want {
		if len(ws) == len(have[k]) {
			continue
		}
		for _, w := range ws {
			ours[w.Name] = true
		}
	}
	for _, w := range m.want {
		switch t := names[w.Name]; {
		case t != nil && !slices.Equal(t.Shape, w.Shape):
			d.add("%s: the model has %v, the file %v", w.Name, w.Shape, t.Shape)
		case t == nil && ours[w.Name]:
			d.add("%s %v is only in the model", w.Name, w.Shape)
		}
		delete(names, w.Name)
	}
	for k, ts := range have {
		if len(ts) == len(want[k]) {
			for _, t := range ts {
				delete(names, t.Name)
			}
		}
	}
	for _, t := range m.have {
		if names[t.Name] != nil {
			d.add("%s %v is only in the file", t.Name, t.Shape)
		}
	}
	return d.err("the checkpoint is of another architecture: its tensors are neither named nor shaped as the model's",
		"make the model that of the file, or "+namePairs)
}

func sameRole(ours []Want) bool {
	return !slices.ContainsFunc(ours, func(w Want) bool { return role(w.Name) != role(ours[0].Name) })
}

var digits = regexp.MustCompile(`[0-9]+`)

// sortedByNumber returns theirs in the order of the numbers in their names, if the names on each side differ in
// their numbers only.
func sortedByNumber(ours []Want, theirs []*Tensor) (byNumber []*Tensor, ok bool) {
	for i := range ours {
		if digits.ReplaceAllString(ours[i].Name, "#") != digits.ReplaceAllString(ours[0].Name, "#") ||
			digits.ReplaceAllString(theirs[i].Name, "#") != digits.ReplaceAllString(theirs[0].Name, "#") {
			return nil, false
		}
	}
	byNumber = slices.Clone(theirs)
	slices.SortFunc(byNumber, func(a, b *Tensor) int { return compareNumbers(a.Name, b.Name) })
	for i := 1; i < len(byNumber); i++ {
		if compareNumbers(byNumber[i-1].Name, byNumber[i].Name) == 0 { // 1 and 01
			return nil, false
		}
	}
	return byNumber, true
}

// compareNumbers compares the numbers in two names, first to last.
func compareNumbers(a, b string) int {
	return slices.CompareFunc(digits.FindAllString(a, -1), digits.FindAllString(b, -1), func(x, y string) int {
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
	})
}

func ambiguous(ours []Want, theirs []*Tensor) error {
	var d differences
	for _, w := range ours {
		d.add("model: %s %v", w.Name, w.Shape)
	}
	for _, t := range theirs {
		d.add("file:  %s %v", t.Name, t.Shape)
	}
	return d.err("the checkpoint's names are not the model's, and by shape it is ambiguous which of these is which",
		namePairs)
}

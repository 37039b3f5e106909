package checkpoint

import (
	"fmt"
	"slices"
	"strings"
)

// Want is a tensor that a model wants.
type Want struct {
	Name  string
	Shape []int
}

// Pair is a wanted tensor and the file's tensor that was found for it.
type Pair struct {
	Want   Want
	Tensor *Tensor
	By     string // how it was found: "name", "prefix", "rename", "shape"
}

// Mapping pairs the tensors of a model with those of a file.
type Mapping struct {
	Pairs   []Pair   // one for each wanted tensor, in the order wanted
	Ignored []string // tensors of the file that were left out, in file order
}

// ByName reports whether every tensor was found under the wanted name, so that the mapping needs no mention.
func (m Mapping) ByName() bool {
	return !slices.ContainsFunc(m.Pairs, func(p Pair) bool { return p.By != "name" })
}

// String has a line for each pair, "theirs → ours [shape] (by shape)", and one for what was ignored.
func (m Mapping) String() string {
	var b strings.Builder
	for _, p := range m.Pairs {
		fmt.Fprintf(&b, "%s → %s %v (by %s)\n", p.Tensor.Name, p.Want.Name, p.Want.Shape, p.By)
	}
	if len(m.Ignored) > 0 {
		fmt.Fprintf(&b, "ignored: %s\n", strings.Join(m.Ignored, ", "))
	}
	return b.String()
}

// Match finds the file's tensor for each wanted one.
//
// Tensors that rename names (theirs → ours; "" leaves theirs out) are settled first. Among the others, integers
// that are not wanted (num_batches_tracked) are ignored, and the rest must match one to one:
//
//  1. by name, if every wanted name is there, with or without one prefix for all ("module.");
//  2. else by shape, in file order, if that is unambiguous.
//
// By shape, a wanted tensor and one of the file can be a pair if their shapes agree and so do their roles: the
// last part of the name, where that is weight, bias, running_mean or running_var. If the file's names have no
// such parts, tensors of one shape but different roles are ambiguous, since nothing sets batch norm's four
// vectors apart. Of the tensors of one shape and role there must be as many in the file as are wanted. Where
// there are several, order decides, if it can be relied on:
//
//   - the order of the numbers in the names, if the names of this shape and role differ in their numbers only
//     (0.weight, 2.weight, 10.weight), in the model and in the file;
//   - the file's order, if its names are not sorted and its shapes and roles follow each other as wanted. Sorted
//     names say nothing about the model: Python's safetensors sorts every file by name, and puts hidden before
//     input, 10 before 2.
//
// Where both hold, they must agree.
//
// Anything else is ambiguous. The error lists the tensors in question on both sides and says how to name the
// pairs.
func Match(want []Want, file *File, rename map[string]string) (Mapping, error) {
	m := &matcher{found: map[string]Pair{}}
	wanted := map[string]Want{}
	for _, w := range want {
		wanted[w.Name] = w
	}
	leaveOut, err := m.rename(wanted, file, rename)
	if err != nil {
		return Mapping{}, err
	}
	for _, w := range want {
		if _, settled := m.found[w.Name]; !settled {
			m.want = append(m.want, w)
		}
	}
	var ignored []string
	for i := range file.Tensors {
		t := &file.Tensors[i]
		_, isWanted := wanted[t.Name]
		_, isRenamed := rename[t.Name]
		switch {
		case leaveOut[t.Name], t.isInteger() && !isWanted && !isRenamed:
			ignored = append(ignored, t.Name)
		case !isRenamed:
			m.have = append(m.have, t)
		}
	}
	if !m.byName() {
		if err := m.byShape(); err != nil {
			return Mapping{}, err
		}
	}
	out := Mapping{Ignored: ignored}
	for _, w := range want {
		out.Pairs = append(out.Pairs, m.found[w.Name])
	}
	return out, m.check(out)
}

// matcher holds what is not settled yet, and the pairs that are.
type matcher struct {
	want  []Want
	have  []*Tensor
	found map[string]Pair // by the wanted name
}

func (m *matcher) pair(w Want, t *Tensor, by string) { m.found[w.Name] = Pair{w, t, by} }

// rename settles what the user named.
func (m *matcher) rename(
	wanted map[string]Want, file *File, rename map[string]string,
) (leaveOut map[string]bool, err error) {
	leaveOut = map[string]bool{}
	for i := range file.Tensors {
		t := &file.Tensors[i]
		ours, renamed := rename[t.Name]
		if !renamed {
			continue
		}
		if ours == "" {
			leaveOut[t.Name] = true
			continue
		}
		w, known := wanted[ours]
		if !known {
			return nil, fmt.Errorf("checkpoint: rename: %s: the model has no tensor %s", t.Name, ours)
		}
		if twice, settled := m.found[ours]; settled {
			return nil, fmt.Errorf("checkpoint: rename: both %s and %s become %s", twice.Tensor.Name, t.Name, ours)
		}
		m.pair(w, t, "rename")
	}
	for theirs := range rename {
		if file.Tensor(theirs) == nil {
			return nil, fmt.Errorf("checkpoint: rename: the file has no tensor %s", theirs)
		}
	}
	return leaveOut, nil
}

// byName settles everything by name, or nothing.
func (m *matcher) byName() bool {
	have := map[string]*Tensor{}
	prefixes := []string{""}
	for _, t := range m.have {
		have[t.Name] = t
		if len(m.want) > 0 {
			if p, ok := strings.CutSuffix(t.Name, "."+m.want[0].Name); ok {
				prefixes = append(prefixes, p+".")
			}
		}
	}
	for _, prefix := range prefixes {
		if slices.ContainsFunc(m.want, func(w Want) bool { return have[prefix+w.Name] == nil }) {
			continue
		}
		for _, w := range m.want {
			by := "name"
			if prefix != "" {
				by = "prefix"
			}
			m.pair(w, have[prefix+w.Name], by)
		}
		return true
	}
	return false
}

// check compares shapes in a complete mapping, and refuses tensors of the file that are left over: a network
// with more tensors is another network.
func (m *matcher) check(out Mapping) error {
	used := map[*Tensor]bool{}
	var d differences
	for _, p := range out.Pairs {
		used[p.Tensor] = true
		if !slices.Equal(p.Want.Shape, p.Tensor.Shape) {
			d.add("%s: the model has %v, the file %v%s", p.Want.Name, p.Want.Shape, p.Tensor.Shape, called(p))
		}
	}
	for _, t := range m.have {
		if !used[t] {
			d.add("%s %v is only in the file", t.Name, t.Shape)
		}
	}
	return d.err("the checkpoint is of another architecture", "make the model that of the file; "+
		`leave out a tensor that does not matter by checkpoint: {rename: {theirs: ""}}`)
}

func called(p Pair) string {
	if p.Tensor.Name == p.Want.Name {
		return ""
	}
	return ", which calls it " + p.Tensor.Name
}

// differences collects the lines of an error.
type differences []string

func (d *differences) add(format string, args ...any) { *d = append(*d, fmt.Sprintf(format, args...)) }

// err is nil if there are no lines.
func (d differences) err(what, todo string) error {
	const most = 60 // lines
	if len(d) == 0 {
		return nil
	}
	if n := len(d) - most; n > 0 {
		d = append(d[:most:most], fmt.Sprintf("… and %d more", n))
	}
	return fmt.Errorf("%s:\n  %s\n%s", what, strings.Join(d, "\n  "), todo)
}

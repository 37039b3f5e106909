package spec

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// source is a text that was read: a file, or the value of an override.
type source struct {
	name     string // "digits.yaml"; "--set model.width=0"
	folder   string // paths in it are relative to this
	override bool
	order    int // overrides after the file, in their order
}

// place is where something was written.
type place struct {
	text      *source
	line, col int32
}

func (p place) String() string {
	switch {
	case p.text == nil:
		return ""
	case p.text.override || p.line == 0:
		return p.text.name
	}
	return fmt.Sprintf("%s:%d:%d", p.text.name, p.line, p.col)
}

// of is the place of a token in the same text.
func (p place) of(t *token.Token) place {
	if t != nil && t.Position != nil {
		p.line, p.col = int32(t.Position.Line), int32(t.Position.Column)
	}
	return p
}

func (p place) compare(q place) int {
	order := func(p place) int {
		if p.text == nil {
			return -1
		}
		return p.text.order
	}
	return cmp.Or(cmp.Compare(order(p), order(q)), cmp.Compare(p.line, q.line), cmp.Compare(p.col, q.col))
}

// problem is one thing that is wrong with a spec: "digits.yaml:3:10: data.label_noise: 1.4 is outside [0, 1]".
type problem struct {
	at    place
	shown string // the path as written: below grid.lr in a value of that axis; may be ""
	path  string // the path of the key
	text  string
	kind  problemKind
}

type problemKind int

const (
	wrongKey   problemKind = iota // of one key by itself
	relation                      // of keys that are right by themselves: all below path
	everywhere                    // a relation that need hold in one cell alone
	wrongText                     // of the text or the grid as such: relations cannot be judged
	alike                         // of cells, once nothing else is wrong
)

func (p problem) Error() string {
	var parts []string
	for _, s := range []string{p.at.String(), clip(p.shown), p.text} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ": ")
}

// isBelow reports whether the path is the section's or below it.
func isBelow(path, section string) bool {
	return section == "" || path == section || strings.HasPrefix(path, section+".")
}

// Bounds on problems: a wrong indentation can make hundreds.
const (
	mostProblems = 30   // that one error lists
	maxProblems  = 1000 // that are looked for
)

// problems are what is wrong with a spec, each with the number of cells that it was found in, and the first of them.
type problems struct {
	list  []problem
	cells map[problem]*occurrence
}

type occurrence struct{ first, count int }

func (ps *problems) add(list ...problem) { ps.list = append(ps.list, list...) }

// inCell adds what was found in reading a cell.
func (ps *problems) inCell(cell int, found []problem) {
	for _, p := range found {
		o := ps.cells[p]
		if o == nil {
			if ps.cells == nil {
				ps.cells = map[problem]*occurrence{}
			}
			o = &occurrence{first: cell}
			ps.cells[p] = o
			ps.list = append(ps.list, p)
		}
		o.count++
	}
}

// settle leaves out what does not hold in some cells, where one is enough.
func (ps *problems) settle(cells int) {
	ps.list = slices.DeleteFunc(ps.list, func(p problem) bool {
		return p.kind == everywhere && ps.cells[p].count < cells
	})
}

// err is one error of all problems that matter, in the order in which they were written, each once; nil where there
// are none. Relations wait until the keys that they relate are right. A problem that not all cells have names the
// first one that has it.
func (ps *problems) err(cells int, label func(cell int) string) error {
	var list []problem
	for _, p := range ps.list {
		if ps.waits(p) {
			continue
		}
		if o := ps.cells[p]; o != nil && o.count < cells && p.kind == relation {
			p.text += " (in the cell " + label(o.first) + ")"
		}
		list = append(list, p)
	}
	slices.SortStableFunc(list, func(a, b problem) int { return a.at.compare(b.at) })
	list = slices.CompactFunc(list, func(a, b problem) bool { return a.Error() == b.Error() })
	var errs []error
	for i, p := range list {
		if i == mostProblems {
			errs = append(errs, fmt.Errorf("and %d more problems", len(list)-i))
			break
		}
		errs = append(errs, p)
	}
	return errors.Join(errs...)
}

// waits reports whether a problem may be due to another one.
func (ps *problems) waits(p problem) bool {
	return slices.ContainsFunc(ps.list, func(q problem) bool {
		switch p.kind {
		case relation, everywhere:
			return q.kind == wrongText || q.kind == wrongKey && (isBelow(q.path, p.path) || isBelow(p.path, q.path))
		case alike:
			return q.kind != alike
		}
		return false
	})
}

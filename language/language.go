package spec

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"sync"
)

// Language is what a program declares: its sections, and which of them a grid may move.
type Language struct {
	New   func() Section       // the section of all others, zero
	Sweep []string             // its keys that axes may move or have a path below; none: there is no grid
	ID    func(Section) string // the identity of a cell, of the section of all others; nil: cells have none
}

// MaxCells is how many cells a grid may have.
const MaxCells = 100_000

// gridKey is the language's own key, beside those of the program.
const (
	gridKey = "grid"
	gridDoc = "axes by name: x, y, then small multiples. Each is a map of one or more paths to lists of values, " +
		"which are scalars, lists or whole sections. The paths of one axis move together, and may lie below"
)

// Spec is a text that was read, with the cells of its grid.
type Spec struct {
	Base  Section // without the grid: keys that are swept have what stands in the text, or their standards
	Axes  []Axis
	Cells []Cell // the first axis runs fastest

	language Language
	origin   place
	tree     *node
	moves    *move

	mu     sync.Mutex // of what follows, and of moves once the cells are made
	joined *freezer
}

// Axis is one parameter of the grid. The slices have an item for each of its values.
type Axis struct {
	Name    string
	Paths   []string
	Labels  []string   // short and distinct
	Numbers []float64  // nil unless there is one path and all its values are numbers
	Texts   [][]string // values of each path, as YAML
}

// Cell is a place in the grid.
type Cell struct {
	At    []int  // of its values on each axis
	Label string // "lr=0.1 batch=8"; "" where there is no grid
	ID    string
	Root  Section // read only: cells share what is the same
}

// Parse reads a spec. The file's name stands in messages, and paths are relative to its folder. sets are overrides,
// "path=value", in order: each value is YAML and stands as if at that path of the text. Below a map it is one of
// its entries; a path that is none of an axis becomes its one path.
//
// Parsing is strict: unknown keys, wrong types, duplicates, values out of their limits and values without effect
// are errors. The error lists all problems that were found, one a line, with their places and keys. Absent keys
// have their standards; what is given is never replaced.
func (l Language) Parse(file string, text []byte, sets ...string) (*Spec, error) {
	p := &loading{
		Spec: &Spec{language: l, origin: place{text: &source{name: file, folder: filepath.Dir(file)}}},
		use:  &use{},
	}
	if p.text(text, sets); p.tree == nil {
		return nil, p.problems.err(0, nil)
	}
	p.grid()
	count := p.count()
	if count > MaxCells {
		return nil, p.problems.err(0, nil)
	}
	if p.cells(int(count)) {
		p.judge()
		if len(p.problems.list) == 0 {
			p.identify()
		}
	}
	if err := p.problems.err(len(p.Cells), p.label); err != nil {
		return nil, err
	}
	return p.Spec, nil
}

// loading reads one spec.
type loading struct {
	*Spec
	axes     []*axis
	use      *use // of the whole
	declared *decl
	problems problems
}

// decls are the declarations, for what is not known from reading.
func (p *loading) decls() *decl {
	if p.declared == nil {
		p.declared = describe(p.language.New())
	}
	return p.declared
}

// text makes one tree of the file and the overrides; none where it cannot be read at all.
func (p *loading) text(text []byte, sets []string) {
	n, bad := readYAML(p.origin, text)
	p.problems.add(bad...)
	switch {
	case n == nil:
		return
	case n.kind == null && len(sets) == 0:
		p.problems.add(problem{at: p.origin, text: "the spec is empty; basin examples lists specs to start from"})
		return
	case n.kind == null:
		n = &node{kind: mapping, at: p.origin}
	case n.kind != mapping:
		p.problems.add(problem{at: n.at, text: "expected a map of keys, found " + n.describe()})
		return
	}
	n.distinct("", func(q problem) { p.problems.add(q) })
	p.tree = n
	for i, set := range sets {
		p.override(set, i+1)
	}
}

// cells reads each cell, and the text without the grid. It stops, and is false, when there are problems enough.
func (p *loading) cells(count int) bool {
	r := &reader{file: p.fileName(), sweep: p.language.Sweep}
	top := &position{}
	for i := range count {
		c := Cell{At: p.at(i), Root: p.language.New()}
		tree := p.tree
		if p.moves != nil {
			tree = p.moves.resolve(tree, c.At)
		}
		r.found = r.found[:0]
		r.readAt(c.Root, tree, p.origin, top, p.use)
		p.problems.inCell(i, r.found)
		p.Cells = append(p.Cells, c)
		switch {
		case p.moves != nil && *p.moves.copied > maxCopies:
			p.problems.add(problem{at: p.gridAt(), shown: gridKey, path: gridKey, kind: wrongText,
				text: fmt.Sprintf("%d cells of that many keys are too many: give fewer values, or sweep smaller sections",
					count)})
			return false
		case len(p.problems.list) > mostProblems:
			return false
		}
	}
	p.problems.settle(count)
	p.Base = p.Cells[0].Root
	if p.moves != nil {
		p.Base = p.language.New()
		base := &reader{file: r.file, silently: true}
		base.readAt(p.Base, p.tree, p.origin, &position{}, &use{})
	}
	return true
}

// maxCopies bounds the keys that are copied for cells. A usual cell has some 30.
const maxCopies = 10_000_000

func (p *loading) fileName() string {
	base := filepath.Base(p.origin.text.name)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

func (p *loading) gridAt() place {
	if e := p.tree.find(gridKey); e != nil {
		return e.value.at
	}
	return p.origin
}

// count is the number of cells. Too many are reported, and never made.
func (p *loading) count() float64 {
	n := 1.0
	var lengths []string
	for _, a := range p.axes {
		n *= float64(a.length)
		lengths = append(lengths, fmt.Sprint(a.length))
	}
	if n > MaxCells {
		text := fmt.Sprintf("%s = %.0f cells; at most %d are allowed: give fewer values", strings.Join(lengths, " × "), n,
			MaxCells)
		p.problems.add(problem{p.gridAt(), gridKey, gridKey, text, wrongText})
	}
	return math.Max(n, 1)
}

// at is where a cell stands on the axes.
func (p *loading) at(cell int) []int {
	out := make([]int, len(p.axes))
	for i, a := range p.axes {
		out[i] = cell % a.length
		cell /= a.length
	}
	return out
}

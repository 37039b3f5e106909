package phase

import (
	"cmp"
	"slices"
)

// Boundary separates two labels. Its points are in grid coordinates: the cell in column c and row r covers [c−½,
// c+½] × [r−½, r+½].
type Boundary struct {
	A, B   Label // in the order of Labels
	Points [][2]float64
}

// corner of cells: (x, y) stands for the point (x−½, y−½).
type corner struct{ x, y int }

// Boundaries of one map of the run. They run along the edges between unlike neighbours, joined into polylines,
// each between the same two labels. An edge next to an undefined cell is none: what is not known bounds nothing.
func (d *Diagram) Boundaries(sheet int) []Boundary {
	rows, cols := d.Run.Rows(), d.Run.Cols()
	first := sheet * rows * cols
	label := func(r, c int) Label { return d.Cells[first+r*cols+c].Label }
	edges := map[[2]Label][][2]corner{}
	add := func(a, b Label, p, q corner) {
		if a == b || a == Undefined || b == Undefined {
			return
		}
		if slices.Index(Labels, a) > slices.Index(Labels, b) {
			a, b = b, a
		}
		edges[[2]Label{a, b}] = append(edges[[2]Label{a, b}], [2]corner{p, q})
	}
	for r := range rows {
		for c := range cols {
			if c+1 < cols {
				add(label(r, c), label(r, c+1), corner{c + 1, r}, corner{c + 1, r + 1})
			}
			if r+1 < rows {
				add(label(r, c), label(r+1, c), corner{c, r + 1}, corner{c + 1, r + 1})
			}
		}
	}
	var out []Boundary
	for i, a := range Labels {
		for _, b := range Labels[i+1:] {
			for _, line := range join(edges[[2]Label{a, b}]) {
				out = append(out, Boundary{a, b, line})
			}
		}
	}
	return out
}

// join chains unit edges into polylines that start and end where the number of edges at a corner is not two; what
// is left are loops.
func join(edges [][2]corner) [][][2]float64 {
	at := map[corner][]int{}
	for i, e := range edges {
		at[e[0]] = append(at[e[0]], i)
		at[e[1]] = append(at[e[1]], i)
	}
	used := make([]bool, len(edges))
	walk := func(from corner, first int) [][2]float64 {
		line := []corner{from}
		for i := first; ; {
			used[i] = true
			e := edges[i]
			to := e[0]
			if to == from {
				to = e[1]
			}
			line = append(line, to)
			if len(at[to]) != 2 {
				return points(line)
			}
			next := at[to][0]
			if next == i {
				next = at[to][1]
			}
			if used[next] {
				return points(line)
			}
			from, i = to, next
		}
	}
	var ends []corner
	for c, es := range at {
		if len(es) != 2 {
			ends = append(ends, c)
		}
	}
	slices.SortFunc(ends, func(p, q corner) int { return cmp.Or(cmp.Compare(p.y, q.y), cmp.Compare(p.x, q.x)) })
	var out [][][2]float64
	for _, c := range ends {
		for _, i := range at[c] {
			if !used[i] {
				out = append(out, walk(c, i))
			}
		}
	}
	for i, e := range edges {
		if !used[i] {
			out = append(out, walk(e[0], i))
		}
	}
	return out
}

// points leaves out the corners on a straight run.
func points(line []corner) [][2]float64 {
	var out [][2]float64
	for i, p := range line {
		if i > 0 && i+1 < len(line) {
			a, b := line[i-1], line[i+1]
			if a.x == b.x || a.y == b.y {
				continue
			}
		}
		out = append(out, [2]float64{float64(p.x) - 0.5, float64(p.y) - 0.5})
	}
	return out
}

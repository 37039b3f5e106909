package report

import (
	"math"
	"slices"

	"basin/phase"
)

// region is a connected set of cells with one label.
type region struct {
	label    phase.Label
	cells    int
	row, col float64 // where its name fits best
}

// regions finds those that are big enough to be named on the diagram: a 25th of it, and at least 4 cells.
func regions(p plane) []region {
	seen := make([]bool, p.len())
	var out []region
	for i := range p.len() {
		if seen[i] || p.label(i) == phase.Undefined {
			continue
		}
		cells := []int{i}
		seen[i] = true
		for k := 0; k < len(cells); k++ {
			for _, j := range neighbours(p, cells[k]) {
				if !seen[j] && p.label(j) == p.label(i) {
					seen[j] = true
					cells = append(cells, j)
				}
			}
		}
		if len(cells) < max(4, p.len()/25) {
			continue
		}
		r, c := center(p, cells)
		out = append(out, region{p.label(i), len(cells), r, c})
	}
	return out
}

func neighbours(p plane, i int) []int {
	r, c := i/p.cols, i%p.cols
	var out []int
	if c > 0 {
		out = append(out, i-1)
	}
	if c+1 < p.cols {
		out = append(out, i+1)
	}
	if r > 0 {
		out = append(out, i-p.cols)
	}
	if r+1 < p.rows {
		out = append(out, i+p.cols)
	}
	return out
}

// center of the largest block of cells, wider than high as words are, that lies inside a region; of several the
// one nearest the region's centre of mass.
func center(p plane, cells []int) (row, col float64) {
	inside := make(map[int]bool, len(cells))
	mr, mc := 0.0, 0.0
	for _, i := range cells {
		inside[i] = true
		mr += float64(i/p.cols) / float64(len(cells))
		mc += float64(i%p.cols) / float64(len(cells))
	}
	slices.Sort(cells)
	bestSize, bestFar := 0, math.Inf(1)
	for _, i := range cells {
		r, c := i/p.cols, i%p.cols
		limit := p.cols - c
		for h := 1; h <= 3 && r+h <= p.rows; h++ { // rows upwards
			n := 0
			for n < limit && n < 6 && inside[(r+h-1)*p.cols+c+n] {
				n++
			}
			if limit = n; n == 0 {
				break
			}
			y, x := float64(r)+float64(h-1)/2, float64(c)+float64(n-1)/2
			far := math.Hypot(y-mr, x-mc)
			if size := n * h; size > bestSize || size == bestSize && far < bestFar {
				bestSize, bestFar, row, col = size, far, y, x
			}
		}
	}
	return row, col
}

package graph

import "slices"

func ones(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = 1
	}
	return s
}

func upTo(n int) []int { return span(0, n) }

// span lists from, from+1 … to−1.
func span(from, to int) []int {
	s := make([]int, 0, max(0, to-from))
	for i := from; i < to; i++ {
		s = append(s, i)
	}
	return s
}

// shifted adds by to each element.
func shifted(s []int, by int) []int {
	r := slices.Clone(s)
	for i := range r {
		r[i] += by
	}
	return r
}

// without removes the axes at the given positions.
func without(shape, axes []int) []int {
	r := make([]int, 0, len(shape))
	for i, n := range shape {
		if !slices.Contains(axes, i) {
			r = append(r, n)
		}
	}
	return r
}

// pick takes shape[a] for each axis a.
func pick(shape, axes []int) []int {
	r := make([]int, len(axes))
	for i, a := range axes {
		r[i] = shape[a]
	}
	return r
}

func negative(shape []int) bool {
	return slices.ContainsFunc(shape, func(n int) bool { return n < 0 })
}

func isPermutation(p []int) bool {
	seen := make([]bool, len(p))
	for _, i := range p {
		if i < 0 || i >= len(p) || seen[i] {
			return false
		}
		seen[i] = true
	}
	return true
}

func isIdentity(p []int) bool {
	for i, q := range p {
		if i != q {
			return false
		}
	}
	return true
}

// compose gives the permutation that applies first, then second.
func compose(first, second []int) []int { return pick(first, second) }

func inverse(p []int) []int {
	r := make([]int, len(p))
	for i, q := range p {
		r[q] = i
	}
	return r
}

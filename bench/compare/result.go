package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"basin/bench/rows"
)

// result is the result of one row.
type result struct {
	Row      rows.Row
	Unit     string
	Basin    []float64 // if there is no variant to compare with; else each variant has Basin's times of its pairs
	Variants []*comparison
	Share    float64 // of the limit that binds; 0: unknown
	Bound    string  `json:",omitempty"`
}

// comparison is Basin and one variant in alternation: pair i is Basin[i] and Peer[i], taken one after the
// other.
type comparison struct {
	Variant  string
	Basin    []float64
	Peer     []float64
	Prepared float64 `json:",omitempty"` // the peer's seconds of preparing the variant, compilation included
	Error    string  `json:",omitempty"`
}

// spread is a median with its quartiles.
type spread struct{ Low, Median, High float64 }

func (s spread) String() string {
	return fmt.Sprintf("%s [%s, %s]", number(s.Median), number(s.Low), number(s.High))
}

// number has three significant digits, or all digits before the point if there are more.
func number(x float64) string {
	if math.Abs(x) >= 100 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.3g", x)
}

// quartiles by linear interpolation between order statistics.
func quartiles(x []float64) spread {
	s := slices.Sorted(slices.Values(x))
	at := func(q float64) float64 {
		if len(s) == 0 {
			return math.NaN()
		}
		i, f := math.Modf(q * float64(len(s)-1))
		if f == 0 {
			return s[int(i)]
		}
		return s[int(i)] + f*(s[int(i)+1]-s[int(i)])
	}
	return spread{at(0.25), at(0.5), at(0.75)}
}

// ratio is the peer's time over Basin's, of the pairs.
func (c *comparison) ratio() spread {
	r := row{Basin: c.Basin, Peer: c.Peer}
	return quartiles(r.ratios())
}

// variant returns a variant's comparison, or nil if it failed or is missing.
func (r *result) variant(name string) *comparison {
	for _, c := range r.Variants {
		if c.Variant == name && len(c.Peer) > 0 {
			return c
		}
	}
	return nil
}

// counts reports whether a variant counts as PyTorch: JAX and Basin itself are for information.
func counts(variant string) bool {
	return variant != rows.OneThread && !strings.HasPrefix(variant, "jax")
}

// best is PyTorch's fastest variant, that of the least ratio, or nil if there is none.
func (r *result) best() (found *comparison) {
	for _, c := range r.Variants {
		if len(c.Peer) > 0 && counts(c.Variant) && (found == nil || c.ratio().Median < found.ratio().Median) {
			found = c
		}
	}
	return found
}

// basin is Basin's median.
func (r *result) basin() float64 {
	all := slices.Clone(r.Basin)
	for _, c := range r.Variants {
		all = append(all, c.Basin...)
	}
	return quartiles(all).Median
}

// bars are the row's bars in words, the plainest variant first. met is false if one is not reached or not
// measured.
func (r *result) bars() (words []string, met bool) {
	met = true
	if limit := r.Row.Limit; limit > 0 {
		words, met = append(words, fmt.Sprintf("under %g %s", limit, r.Unit)), r.basin() < limit
	}
	for _, name := range append([]string{"best"}, rows.Variants(r.Row.Kind)...) {
		bar, ok := r.Row.Bar[name]
		if !ok {
			continue
		}
		words = append(words, fmt.Sprintf("%s ≥ %g", name, bar))
		c := r.variant(name)
		if name == "best" {
			c = r.best()
		}
		met = met && c != nil && c.ratio().Median >= bar
	}
	return words, met
}

// verdict is "met", "short", or nothing where there is no bar.
func (r *result) verdict() string {
	words, met := r.bars()
	switch {
	case len(words) == 0:
		return ""
	case met:
		return "met"
	}
	return "short"
}

// worst is the matrix product of the least ratio, or nil if none was measured.
func worst(results []*result) (found *result) {
	for _, r := range results {
		if r.Row.Work() == "gemm" && r.best() != nil &&
			(found == nil || r.best().ratio().Median < found.best().ratio().Median) {
			found = r
		}
	}
	return found
}

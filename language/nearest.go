package spec

import (
	"slices"
	"strings"
)

// suggest says which of the words was probably meant, or lists them all when none is near.
func suggest(word string, words []string) string {
	if near := nearest(word, words); near != "" {
		return "did you mean " + near + "?"
	}
	if len(words) == 0 {
		return "there is none to choose from"
	}
	return "it may be " + strings.Join(words, ", ")
}

// nearest returns the word within a third of the edits of its length (at least two), or that shares its last part
// ("lr" for train.optimizer.lr); empty when there is none.
func nearest(word string, words []string) string {
	best, least := "", max(2, len(word)/3)+1
	for _, w := range words {
		if d := distance(strings.ToLower(word), w); d < least && d < max(len(word), len(w)) {
			best, least = w, d
		}
	}
	if best != "" {
		return best
	}
	last := word[strings.LastIndexByte(word, '.')+1:]
	if i := slices.IndexFunc(words,
		func(w string) bool { return strings.HasSuffix(w, "."+last) }); i >= 0 && last != "" {
		return words[i]
	}
	return ""
}

// distance is Levenshtein's: the fewest insertions, deletions and substitutions of a byte that turn a into b. Words
// longer than any key are taken as far from all.
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

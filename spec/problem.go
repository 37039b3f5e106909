package spec

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/token"
)

// place is where something was written: a position in a file, or an override.
type place struct {
	file      string
	line, col int
	override  string // "--set model.width=0"
	order     int    // overrides after the file, in their order
}

func (p place) String() string {
	switch {
	case p.override != "":
		return p.override
	case p.line > 0:
		return fmt.Sprintf("%s:%d:%d", p.file, p.line, p.col)
	}
	return p.file
}

// of is the place of a token in the same text.
func (p place) of(t *token.Token) place {
	if t != nil && t.Position != nil {
		p.line, p.col = t.Position.Line, t.Position.Column
	}
	return p
}

// problem is one thing that is wrong with a spec: "digits.yaml:3:10: data.label_noise: 1.4 is outside [0, 1]".
type problem struct {
	at   place
	path string // may be empty
	text string
}

func (p problem) Error() string {
	if p.path == "" {
		return fmt.Sprintf("%s: %s", p.at, p.text)
	}
	return fmt.Sprintf("%s: %s: %s", p.at, p.path, p.text)
}

// most problems that one error lists; a wrong indentation can make hundreds.
const mostProblems = 30

// joined is one error of all problems, in the order in which they were written, each once.
func joined(problems []problem) error {
	slices.SortStableFunc(problems, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.at.order, b.at.order), cmp.Compare(a.at.line, b.at.line), cmp.Compare(a.at.col, b.at.col))
	})
	problems = slices.CompactFunc(problems, func(a, b problem) bool { return a.Error() == b.Error() })
	var errs []error
	for i, p := range problems {
		if i == mostProblems {
			errs = append(errs, fmt.Errorf("and %d more problems", len(problems)-i))
			break
		}
		errs = append(errs, p)
	}
	return errors.Join(errs...)
}

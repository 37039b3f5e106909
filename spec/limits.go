package spec

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// limits is an interval, perhaps with one value outside it that has a meaning of its own: "[0,1)", "(0,)", "-1 or [1,)".
type limits struct {
	set            bool
	lo, hi         float64
	loOpen, hiOpen bool
	or             *float64
}

// parseLimits reads a range tag. Tags are ours: a malformed one panics, in the first test that looks at the table.
func parseLimits(tag string) limits {
	if tag == "" {
		return limits{}
	}
	bound := func(s string, none float64) float64 {
		if s == "" {
			return none
		}
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			panic("range tag " + tag + ": " + err.Error())
		}
		return x
	}
	l := limits{set: true}
	body := tag
	if or, rest, ok := strings.Cut(tag, " or "); ok {
		x := bound(or, 0)
		l.or, body = &x, rest
	}
	lo, hi, ok := strings.Cut(body[1:len(body)-1], ",")
	if !ok {
		panic("range tag " + tag + ": no comma")
	}
	l.lo, l.hi = bound(lo, math.Inf(-1)), bound(hi, math.Inf(1))
	l.loOpen, l.hiOpen = body[0] == '(', body[len(body)-1] == ')'
	return l
}

func (l limits) contain(x float64) bool {
	if !l.set || l.or != nil && x == *l.or {
		return true
	}
	return (x > l.lo || x == l.lo && !l.loOpen) && (x < l.hi || x == l.hi && !l.hiOpen)
}

// String says the limits in words.
func (l limits) String() string {
	if !l.set {
		return ""
	}
	num := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	var s string
	switch {
	case math.IsInf(l.hi, 1) && l.loOpen:
		s = "above " + num(l.lo)
	case math.IsInf(l.hi, 1):
		s = "at least " + num(l.lo)
	default:
		s = fmt.Sprintf("%c%s, %s%c", pick(l.loOpen, '(', '['), num(l.lo), num(l.hi), pick(l.hiOpen, ')', ']'))
	}
	if l.or != nil {
		s = num(*l.or) + " or " + s
	}
	return s
}

// complain says why a value is not allowed.
func (l limits) complain(written string) string {
	if l.or == nil && !math.IsInf(l.hi, 1) {
		return written + " is outside " + l.String()
	}
	return written + " is not allowed: it must be " + l.String()
}

func pick[T any](cond bool, yes, no T) T {
	if cond {
		return yes
	}
	return no
}

package spec

import (
	"math"
	"strconv"
	"strings"
	"sync"
)

// limits is an interval, perhaps with one value beside it that means something else: "[0,1)", "(0,)", "-1 or [1,)".
type limits struct {
	lo, hi         float64
	loOpen, hiOpen bool
	or             *float64
}

// known limits, by their text; the same few are declared for every cell.
var known sync.Map

// within reads limits. They are the program's: malformed ones panic, in the first test that declares them.
func within(text string) rule {
	if text == "" {
		return rule{}
	}
	l, ok := known.Load(text)
	if !ok {
		l, _ = known.LoadOrStore(text, parseLimits(text))
	}
	return rule{limits: l.(*limits)}
}

func parseLimits(text string) *limits {
	bound := func(s string, none float64) float64 {
		if s == "" {
			return none
		}
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			panic("limits " + text + ": " + err.Error())
		}
		return x
	}
	l := &limits{}
	body := text
	if or, rest, ok := strings.Cut(text, " or "); ok {
		x := bound(or, 0)
		l.or, body = &x, rest
	}
	lo, hi, ok := strings.Cut(body[1:len(body)-1], ",")
	if !ok {
		panic("limits " + text + ": no comma")
	}
	l.lo, l.hi = bound(lo, math.Inf(-1)), bound(hi, math.Inf(1))
	l.loOpen, l.hiOpen = body[0] == '(', body[len(body)-1] == ')'
	return l
}

func (l *limits) contain(x float64) bool {
	return l.or != nil && x == *l.or ||
		(x > l.lo || x == l.lo && !l.loOpen) && (x < l.hi || x == l.hi && !l.hiOpen)
}

// String says the limits in words.
func (l *limits) String() string {
	num := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	var s string
	switch {
	case math.IsInf(l.lo, -1):
		s = pick(l.hiOpen, "below ", "at most ") + num(l.hi)
	case math.IsInf(l.hi, 1) && l.loOpen:
		s = "above " + num(l.lo)
	case math.IsInf(l.hi, 1):
		s = "at least " + num(l.lo)
	default:
		s = pick(l.loOpen, "(", "[") + num(l.lo) + ", " + num(l.hi) + pick(l.hiOpen, ")", "]")
	}
	if l.or != nil {
		s = num(*l.or) + " or " + s
	}
	return s
}

// complain says why a value is not allowed.
func (l *limits) complain(written string) string {
	if l.or == nil && !math.IsInf(l.hi-l.lo, 1) {
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

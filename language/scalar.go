package spec

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

const wholeName = "integer ≥ 0"

func appendInt(to []byte, v int) []byte       { return strconv.AppendInt(to, int64(v), 10) }
func appendUint(to []byte, v uint64) []byte   { return strconv.AppendUint(to, v, 10) }
func appendFloat(to []byte, v float64) []byte { return strconv.AppendFloat(to, v, 'g', -1, 64) }
func appendBool(to []byte, v bool) []byte     { return strconv.AppendBool(to, v) }

// maxString bounds a text, which each cell hashes again.
const maxString = 4096

// number is a decimal number as people and JSON write it. Octal, hexadecimal, .inf and .nan are not numbers of a
// spec: 017 would be 15 to one YAML library and 17 to another.
var number = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*|[1-9][0-9]{0,2}(_[0-9]{3})+)?(\.[0-9]*)?([eE][-+]?[0-9]+)?$`)

// exact integers of float64: 64.0 and 1e3 stand for integers up to here.
const maxExact = 1 << 53

func expected(want string, n *node) string {
	return fmt.Sprintf("expected %s, found %s", withArticle(want), n.describe())
}

func parseString(n *node) (string, string) {
	switch {
	case n.kind == quoted, n.kind == plain && !looksOther(n.text):
		if len(n.text) > maxString {
			return "", fmt.Sprintf("%d bytes of text are more than %d", len(n.text), maxString)
		}
		return n.text, ""
	case n.kind == plain:
		return "", expected("string", n) + "; quote it to make it a string"
	}
	return "", expected("string", n)
}

func parseBool(n *node) (bool, string) {
	switch {
	case n.kind == quoted:
		return false, expected("boolean", n) + "; remove the quotes"
	case n.kind == plain && (n.text == "true" || n.text == "false"):
		return n.text == "true", ""
	case n.kind == plain:
		return false, expected("boolean", n) + "; write true or false"
	}
	return false, expected("boolean", n)
}

// parseNumber returns a number and its text in Go's syntax.
func parseNumber(want string, n *node) (x float64, text, wrong string) {
	switch {
	case n.kind == quoted:
		return 0, "", expected(want, n) + "; remove the quotes"
	case n.kind != plain:
		return 0, "", expected(want, n)
	case !isNumber(n.text):
		switch strings.ToLower(strings.TrimLeft(n.text, "+-.")) {
		case "nan", "inf":
			return 0, "", expected(want, n) + "; only finite numbers may stand here"
		}
		return 0, "", expected(want, n)
	}
	text = strings.ReplaceAll(n.text, "_", "")
	x, err := strconv.ParseFloat(text, 64)
	if err != nil { // The syntax is known to be good.
		return 0, "", clip(n.text) + " is too large a number"
	}
	return x + 0, text, "" // + 0 makes −0 plain 0.
}

func parseFloat(n *node) (float64, string) {
	x, _, wrong := parseNumber("number", n)
	return x, wrong
}

// Integers may be written as 64, 64.0 or 6.4e1: these are one value.
func parseInt(n *node) (int, string) {
	x, text, wrong := parseNumber("integer", n)
	if wrong != "" {
		return 0, wrong
	}
	i, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		if x != math.Trunc(x) || math.Abs(x) > maxExact {
			return 0, expected("integer", n)
		}
		i = int64(x)
	}
	return int(i), ""
}

func parseUint(n *node) (uint64, string) {
	x, text, wrong := parseNumber(wholeName, n)
	if wrong != "" {
		return 0, wrong
	}
	u, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		if x != math.Trunc(x) || x < 0 || x > maxExact {
			return 0, expected(wholeName, n)
		}
		u = uint64(x)
	}
	return u, ""
}

func isNumber(text string) bool {
	if text == "" || text[0] > '9' { // Most words, without the price of a regular expression.
		return false
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	return number.MatchString(text) && strings.ContainsAny(mantissa, "0123456789")
}

// looksOther reports whether YAML reads a plain scalar as something else than a string.
func looksOther(text string) bool {
	switch strings.ToLower(strings.TrimLeft(text, "+-")) {
	case "", "true", "false", "null", "~", ".nan", ".inf":
		return true
	}
	return isNumber(text)
}

func withArticle(noun string) string {
	if strings.IndexByte("aeiou", noun[0]) >= 0 {
		return "an " + noun
	}
	return "a " + noun
}

// appendText writes a string plainly where YAML reads it back as that string, else in double quotes.
func appendText(to []byte, s string) []byte {
	if isPlain(s) {
		return append(to, s...)
	}
	to = append(to, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			to = append(to, '\\', byte(r))
		case strconv.IsPrint(r):
			to = append(to, string(r)...)
		case r <= 0xff:
			to = fmt.Appendf(to, `\x%02x`, r)
		case r <= 0xffff:
			to = fmt.Appendf(to, `\u%04x`, r)
		default:
			to = fmt.Appendf(to, `\U%08x`, r)
		}
	}
	return append(to, '"')
}

func isPlain(s string) bool {
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '.', c == '/', c == '-':
		default:
			return false
		}
	}
	return s != "" && s[0] != '-' && s[0] != '.' && !looksOther(s)
}

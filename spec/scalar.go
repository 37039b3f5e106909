package spec

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// number is a decimal number as people and JSON write it. Octal, hexadecimal, .inf and .nan are not numbers of a spec: 017 would be
// 15 to one YAML library and 17 to another.
var number = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*|[1-9][0-9]{0,2}(_[0-9]{3})+)?(\.[0-9]*)?([eE][-+]?[0-9]+)?$`)

// exact integers of float64: 64.0 and 1e3 stand for integers up to here.
const maxExact = 1 << 53

// setScalar sets v from a scalar node, and says what was expected where it cannot. Integers may be written as 64, 64.0 or 6.4e1:
// these are one value.
func setScalar(v reflect.Value, n *node) string {
	want := fmt.Sprintf("expected %s, found %s", withArticle(typeName(v.Type())), n.describe())
	if v.Kind() == reflect.String {
		switch {
		case n.kind == quoted, n.kind == plain && !looksOther(n.text):
			v.SetString(n.text)
			return ""
		case n.kind == plain:
			return want + "; quote it to make it a string"
		}
		return want
	}
	if n.kind == quoted {
		return want + "; remove the quotes"
	}
	if n.kind != plain {
		return want
	}
	if v.Kind() == reflect.Bool {
		switch n.text {
		case "true", "false":
			v.SetBool(n.text == "true")
			return ""
		}
		return want + "; write true or false"
	}
	if !number.MatchString(n.text) || !strings.ContainsAny(n.text, "0123456789") {
		switch strings.ToLower(strings.TrimLeft(n.text, "+-.")) {
		case "nan", "inf":
			return want + "; only finite numbers may stand here"
		}
		return want
	}
	text := strings.ReplaceAll(n.text, "_", "")
	x, err := strconv.ParseFloat(text, 64)
	if err != nil { // The syntax is known to be good.
		return clip(n.text) + " is too large a number"
	}
	switch v.Kind() {
	case reflect.Float64:
		v.SetFloat(x + 0) // + 0 makes −0 plain 0.
	case reflect.Int:
		i, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			if x != math.Trunc(x) || math.Abs(x) > maxExact {
				return want
			}
			i = int64(x)
		}
		v.SetInt(i)
	case reflect.Uint64:
		u, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			if x != math.Trunc(x) || x < 0 || x > maxExact {
				return want
			}
			u = uint64(x)
		}
		v.SetUint(u)
	}
	return ""
}

// looksOther reports whether YAML reads a plain scalar as something else than a string.
func looksOther(text string) bool {
	switch strings.ToLower(strings.TrimLeft(text, "+-")) {
	case "", "true", "false", "null", "~", ".nan", ".inf":
		return true
	}
	return number.MatchString(text)
}

func withArticle(noun string) string {
	if strings.IndexByte("aeiou", noun[0]) >= 0 {
		return "an " + noun
	}
	return "a " + noun
}

package spec_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"basin/examples"
	"basin/spec"

	"github.com/goccy/go-yaml"
)

// schemaErrors is a validator of the part of JSON Schema (2020-12) that the schema of a spec uses. A keyword that it does not know is
// an error, so that no check is left out unseen.
func schemaErrors(schema map[string]any, v any, at string) (errs []string) {
	fail := func(format string, args ...any) { errs = append(errs, at+": "+fmt.Sprintf(format, args...)) }
	number, isNumber := v.(float64)
	object, isObject := v.(map[string]any)
	array, isArray := v.([]any)
	text, isString := v.(string)
	for keyword, arg := range schema {
		switch keyword {
		case "$schema", "title", "description", "default":
		case "type":
			_, isBool := v.(bool)
			ok := map[string]bool{
				"object": isObject, "array": isArray, "string": isString, "number": isNumber, "boolean": isBool,
				"integer": isNumber && number == float64(int64(number)),
			}
			if !ok[arg.(string)] {
				fail("%v is no %s", v, arg)
			}
		case "enum":
			if !slices.Contains(arg.([]any), v) {
				fail("%v is none of %v", v, arg)
			}
		case "const":
			if isObject || isArray || v != arg {
				fail("%v is not %v", v, arg)
			}
		case "pattern":
			if isString && !regexp.MustCompile(arg.(string)).MatchString(text) {
				fail("%v does not match %v", v, arg)
			}
		case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
			limit := arg.(float64)
			ok := map[string]bool{
				"minimum": number >= limit, "maximum": number <= limit, "exclusiveMinimum": number > limit, "exclusiveMaximum": number < limit,
			}
			if isNumber && !ok[keyword] {
				fail("%v against %s %v", v, keyword, limit)
			}
		case "anyOf":
			var all []string
			for _, s := range arg.([]any) {
				e := schemaErrors(s.(map[string]any), v, at)
				if len(e) == 0 {
					all = nil
					break
				}
				all = append(all, e...)
			}
			errs = append(errs, all...)
		case "items":
			for i, x := range array {
				errs = append(errs, schemaErrors(arg.(map[string]any), x, fmt.Sprintf("%s[%d]", at, i))...)
			}
		case "minItems":
			if isArray && float64(len(array)) < arg.(float64) {
				fail("%d items", len(array))
			}
		case "maxItems":
			if isArray && float64(len(array)) > arg.(float64) {
				fail("%d items", len(array))
			}
		case "uniqueItems":
			for i, x := range array {
				if slices.Contains(array[:i], x) {
					fail("%v twice", x)
				}
			}
		case "minProperties":
			if isObject && float64(len(object)) < arg.(float64) {
				fail("%d keys", len(object))
			}
		case "maxProperties":
			if isObject && float64(len(object)) > arg.(float64) {
				fail("%d keys", len(object))
			}
		case "propertyNames":
			for k := range object {
				errs = append(errs, schemaErrors(arg.(map[string]any), k, at+"."+k)...)
			}
		case "properties", "additionalProperties": // Together, below.
		default:
			fail("the test does not know the keyword %s", keyword)
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	for k, x := range object {
		if p, ok := properties[k]; ok {
			errs = append(errs, schemaErrors(p.(map[string]any), x, at+"."+k)...)
			continue
		}
		switch more := schema["additionalProperties"].(type) {
		case bool:
			if !more {
				fail("unknown key %s", k)
			}
		case map[string]any:
			errs = append(errs, schemaErrors(more, x, at+"."+k)...)
		}
	}
	return errs
}

func schema(t *testing.T) map[string]any {
	t.Helper()
	var s map[string]any
	if err := json.Unmarshal(spec.Schema(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON reads YAML as a JSON value. Other than the spec's parser, goccy's does not take 5e-4 for a number: the text is adapted.
func asJSON(t *testing.T, text []byte) any {
	t.Helper()
	text = regexp.MustCompile(`\b(\d+)e(-?\d+)`).ReplaceAll(text, []byte("$1.0e$2"))
	raw, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSchemaAcceptsExamples(t *testing.T) {
	s := schema(t)
	texts := map[string][]byte{"sample": []byte(sample), "frozen": spec.Marshal(complete())}
	for _, name := range examples.Names() {
		texts[name], _ = examples.Read(name)
	}
	for name, text := range texts {
		if errs := schemaErrors(s, asJSON(t, text), name); len(errs) > 0 {
			t.Errorf("%s", strings.Join(errs, "\n"))
		}
	}
}

// TestSchemaAgreesWithParser gives both the same small specs.
func TestSchemaAgreesWithParser(t *testing.T) {
	s := schema(t)
	for text, valid := range map[string]bool{
		"data: {set: digits}": true, "data: {set: a/b.npz}": true, "data: {set: a.csv}": false, "data: {sett: digits}": false,
		"data: {fraction: 0}": false, "data: {fraction: 1}": true, "data: {fraction: 1.1}": false, "data: {fraction: half}": false,
		"data: {label_noise: 0}": true, "train: {batch: 0}": false, "train: {batch: 1.5}": false, "train: {batch: 8.0}": true,
		"train: {optimizer: {momentum: 1}}": false, "train: {optimizer: {kind: adam, betas: [0.5]}}": false,
		"train: {optimizer: {kind: adam, betas: [0.5, 0.9]}}": true, "train: {drop_last: 1}": false, "seed: -1": false, "epochs: 3": false,
		"measure: {distance: {}}": true, "measure: {distance: false}": true, "measure: {distance: true}": false,
		"measure: {distance: {pairs: -1}}": true, "measure: {distance: {pairs: 0}}": false, "measure: {hessian: {trace: {probes: 1}}}": false,
		"measure: {performance: {samples: 1}}": false,
		"phases: {poor: {mc: -2}}":             true, "phases: {poor: {cm: -2}}": false, "phases: {poor: {}}": false, "phases: {poor: {mc: low}}": false,
		"checkpoint: {rename: {a: b}}": true, "checkpoint: {rename: {a: 1}}": false,
		"grid: {load: {train.batch: [8]}}": true, "grid: {load: {train.batch: []}}": false, "grid: {load: {train.batch: [8, 8]}}": false,
		"grid: {load: {train.batch: [0]}}": false, "grid: {load: {replicas: [1]}}": false, "grid: {load: {}}": false,
		"grid: {load: {train.batch: [8], train.epochs: [8]}}": false, "grid: {load: {train.keep: [first]}}": false,
		"name: x": true, "name: 3": false, "train: 3": false, "train: {schedule: {kind: step, at: [3]}}": true,
		"train: {schedule: {kind: step, at: [0]}}": false,
	} {
		_, err := spec.Parse("small.yaml", []byte("model: {width: 4}\n"+text))
		if (err == nil) != valid {
			t.Errorf("%s: the parser says %v", text, err)
		}
		if errs := schemaErrors(s, asJSON(t, []byte(text)), ""); (len(errs) == 0) != valid {
			t.Errorf("%s: the schema says %q", text, errs)
		}
	}
}

// TestSchemaHasEveryKey walks the Go types, and wants every key in the schema with its description, and every map closed.
func TestSchemaHasEveryKey(t *testing.T) {
	var walk func(s map[string]any, typ reflect.Type, path string)
	walk = func(s map[string]any, typ reflect.Type, path string) {
		if forms, ok := s["anyOf"].([]any); ok {
			s = forms[0].(map[string]any)
		}
		properties, _ := s["properties"].(map[string]any)
		if s["additionalProperties"] != false || len(properties) != typ.NumField() {
			t.Errorf("%s: %d keys for %d fields, additionalProperties %v", path, len(properties), typ.NumField(), s["additionalProperties"])
		}
		for i := range typ.NumField() {
			name := typ.Field(i).Tag.Get("yaml")
			p, ok := properties[name].(map[string]any)
			if !ok {
				t.Errorf("no %s.%s", path, name)
				continue
			}
			if p["description"] == nil && p["enum"] == nil {
				t.Errorf("%s.%s has no description", path, name)
			}
			ft := typ.Field(i).Type
			if ft.Kind() == reflect.Pointer {
				ft = ft.Elem()
			}
			if ft.Kind() == reflect.Struct && ft != reflect.TypeFor[spec.Axis]() {
				walk(p, ft, path+"."+name)
			}
		}
	}
	walk(schema(t), reflect.TypeFor[spec.Spec](), "")
	load := schema(t)["properties"].(map[string]any)["grid"].(map[string]any)["properties"].(map[string]any)["load"].(map[string]any)
	if got, want := len(load["properties"].(map[string]any)), len(spec.Sweepable()); got != want || want < 25 {
		t.Errorf("%d of %d sweepable paths", got, want)
	}
}

package spec_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// schemaErrors is a validator of the part of JSON Schema (2020-12) that the schema of a spec uses. A keyword that
// it does not know is an error, so that no check is left out unseen.
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
				"minimum": number >= limit, "maximum": number <= limit, "exclusiveMinimum": number > limit,
				"exclusiveMaximum": number < limit,
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
				if slices.ContainsFunc(array[:i], func(y any) bool { return reflect.DeepEqual(x, y) }) {
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
		case "required":
			for _, k := range arg.([]any) {
				if _, ok := object[k.(string)]; isObject && !ok {
					fail("no %s", k)
				}
			}
		case "properties", "patternProperties", "additionalProperties": // Together, below.
		default:
			fail("the test does not know the keyword %s", keyword)
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	patterns, _ := schema["patternProperties"].(map[string]any)
keys:
	for k, x := range object {
		for pattern, p := range patterns {
			if regexp.MustCompile(pattern).MatchString(k) {
				errs = append(errs, schemaErrors(p.(map[string]any), x, at+"."+k)...)
				continue keys
			}
		}
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
	if err := json.Unmarshal(language.Schema(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON reads YAML as a JSON value. Other than the spec's parser, goccy's does not take 5e-4 for a number: the
// text is adapted.
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
	texts := map[string][]byte{"sample": []byte(sample), "frozen": parse(t, sample).Freeze()}
	for i, text := range designs {
		texts[fmt.Sprint("design ", i)] = []byte(text)
		texts[fmt.Sprint("frozen ", i)] = parse(t, text).Freeze()
	}
	for name, text := range texts {
		if errs := schemaErrors(s, asJSON(t, text), name); len(errs) > 0 {
			t.Errorf("%s", strings.Join(errs, "\n"))
		}
	}
}

// small specs, one a line, with \n for the end of a line.
const (
	valid = `data: {set: digits}
data: {set: poisson, dimension: 3}
data: {fraction: 1}
data: {label_noise: 0}
train: {batch: 8.0}
train: {optimizer: {kind: adam, betas: [0.5, 0.9]}}
measure: {distance: {}}
measure: {distance: false}
measure: {distance: {pairs: -1}}
measure: {other: {kind: hessian, samples: 7}}
measure: {hessian: {at: [train]}}
train: {optimizer: adam}
train: {penalty: none}
stages: {threshold: {sparsity: 0.1}}
phases: {poor: {mc: -2}}
checkpoint: {rename: {a: b}}
grid: {load: {train.batch: [8]}}
grid: {load: {train.batch: [8], train.epochs: [8]}}
grid: {a: {stages.threshold.sparsity: [0.1]}}
grid: {a: {train.penalty: [none, {kind: l1}]}}
grid: {a: {train.optimizer.betas: [[0.1, 0.2]]}}\ntrain: {optimizer: adam}
name: x
train: {schedule: {kind: step, at: [3]}}`
	invalid = `data: {set: a.mat}
data: {sett: digits}
data: {set: poisson, dimension: 0}
data: {set: digits, dimension: 3}
data: {fraction: 0}
data: {fraction: 1.1}
data: {fraction: half}
train: {batch: 0}
train: {batch: 1.5}
train: {optimizer: {momentum: 1}}
train: {optimizer: {kind: adam, betas: [0.5]}}
train: {drop_last: 1}
seed: -1
epochs: 3
measure: {distance: true}
measure: {distance: {pairs: 0}}
measure: {hessian: {trace: {probes: 1}}}
measure: {performance: {samples: 1}}
measure: {other: {kind: hessian, samples: 0}}
measure: {a.b: {kind: hessian}}
train: {optimizer: adm}
train: {optimizer: {kind: adam, momentum: 0.9}}
train: {penalty: {kind: none, weight: 1}}
stages: {threshold: {sparsity: 1}}
phases: {poor: {mc: low}}
checkpoint: {rename: {a: 1}}
grid: {load: {train.batch: []}}
grid: {load: {train.batch: [8, 8]}}
grid: {load: {train.batch: [0]}}
grid: {load: {replicas: [1]}}
grid: {load: {}}
grid: {load: {train.keep: [first]}}
grid: {a: {stages.threshold.sparsity: [2]}}
grid: {a: {train.penalty: [none, {kind: l3}]}}
grid: {a.b: {train.batch: [8]}}
name: 3
train: 3
train: {schedule: {kind: step, at: [0]}}`
)

// TestSchemaAgreesWithParser gives both the same small specs.
func TestSchemaAgreesWithParser(t *testing.T) {
	s := schema(t)
	for i, text := range strings.Split(valid+"\n"+invalid, "\n") {
		text = strings.ReplaceAll(text, `\n`, "\n")
		valid := i <= strings.Count(valid, "\n")
		_, err := language.Parse("small.yaml", []byte("model: {width: 4}\n"+text))
		if (err == nil) != valid {
			t.Errorf("%s: the parser says %v", text, err)
		}
		if errs := schemaErrors(s, asJSON(t, []byte(text)), ""); (len(errs) == 0) != valid {
			t.Errorf("%s: the schema says %q", text, errs)
		}
	}
}

// TestSchemaHasEveryKey wants every key of the reference in the schema, with its description, and every map closed.
func TestSchemaHasEveryKey(t *testing.T) {
	described := map[string]bool{}
	var walk func(s map[string]any, key string)
	walk = func(s map[string]any, key string) {
		if s["description"] != nil {
			described[key] = true
		}
		properties, _ := s["properties"].(map[string]any)
		if properties != nil && s["additionalProperties"] == nil {
			t.Errorf("%s is open", key)
		}
		for k, p := range properties {
			walk(p.(map[string]any), k)
		}
		forms, _ := s["anyOf"].([]any)
		for _, form := range forms {
			walk(form.(map[string]any), key)
		}
	}
	walk(schema(t), "")
	rows := regexp.MustCompile("(?m)^\\| (?:\\*\\*)?`([^`]*)`").FindAllStringSubmatch(language.Reference(), -1)
	if len(rows) < 80 {
		t.Errorf("only %d rows", len(rows))
	}
	for _, row := range rows {
		key := row[1][strings.LastIndexByte(row[1], '.')+1:]
		if !described[key] && key != "kind" && key != "set" {
			t.Errorf("%s has no description in the schema", row[1])
		}
	}
}

func TestReference(t *testing.T) {
	table := language.Reference()
	for _, row := range []string{
		"| `name` | string |  | names the run folder; by default as the spec's file |\n",
		"| **`train`** |  | | how a model is trained |\n",
		"| `data.fraction` | number, (0, 1] | `1` | share of the training samples used, the first ⌊n·f⌋ |\n",
		"| `data.set` | digits, mnist, fashion-mnist, cifar10, cifar100, *.npz, *.csv, poisson | `digits` | " +
			"a known set, or the path of a file |\n",
		"| **`train.optimizer`** | a kind, or a map | | with PyTorch's semantics |\n" +
			"| `train.optimizer.kind` | sgd, adam | `sgd` |",
		"### `train.optimizer.kind: adam`\n\nAdam\n",
		"| `train.optimizer.betas` | list of two numbers, [0, 1) | `[0.9, 0.999]` | decay of both means |\n",
		"| `measure.NAME.at` | list of strings | `[train]` | points |\n",
		"| `measure.NAME.tolerance` | number, (0, 1) | `0.001` | " +
			"Ritz residual relative to the largest \\|eigenvalue\\| |\n",
		"### `train.penalty.kind: none`\n\nnothing\n",
		"| `phases.sharp` | map of numbers | `{train_loss: 0.05}` | sharp if all are above |\n",
		"| **`grid`** | | | axes by name: ",
	} {
		if !strings.Contains(table, row) {
			t.Errorf("no row %q in\n%s", row, table)
			break
		}
	}
}

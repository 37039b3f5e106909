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

// TestSchemaAgreesWithParser gives both the same small specs.
func TestSchemaAgreesWithParser(t *testing.T) {
	s := schema(t)
	for text, valid := range map[string]bool{
		"data: {set: digits}": true, "data: {set: a.mat}": false, "data: {sett: digits}": false, "data: {set: poisson, dimension: 3}": true,
		"data: {set: poisson, dimension: 0}": false, "data: {set: digits, dimension: 3}": false,
		"data: {fraction: 0}": false, "data: {fraction: 1}": true, "data: {fraction: 1.1}": false, "data: {fraction: half}": false,
		"data: {label_noise: 0}": true, "train: {batch: 0}": false, "train: {batch: 1.5}": false, "train: {batch: 8.0}": true,
		"train: {optimizer: {momentum: 1}}": false, "train: {optimizer: {kind: adam, betas: [0.5]}}": false,
		"train: {optimizer: {kind: adam, betas: [0.5, 0.9]}}": true, "train: {drop_last: 1}": false, "seed: -1": false, "epochs: 3": false,
		"measure: {distance: {}}": true, "measure: {distance: false}": true, "measure: {distance: true}": false,
		"measure: {distance: {pairs: -1}}": true, "measure: {distance: {pairs: 0}}": false, "measure: {hessian: {trace: {probes: 1}}}": false,
		"measure: {performance: {samples: 1}}": false, "measure: {other: {kind: hessian, samples: 7}}": true,
		"measure: {other: {kind: hessian, samples: 0}}": false, "measure: {a.b: {kind: hessian}}": false, "measure: {hessian: {at: [train]}}": true,
		"train: {optimizer: adam}": true, "train: {optimizer: adm}": false, "train: {optimizer: {kind: adam, momentum: 0.9}}": false,
		"train: {penalty: none}": true, "train: {penalty: {kind: none, weight: 1}}": false, "stages: {threshold: {sparsity: 0.1}}": true,
		"stages: {threshold: {sparsity: 1}}": false,
		"phases: {poor: {mc: -2}}":           true, "phases: {poor: {mc: low}}": false,
		"checkpoint: {rename: {a: b}}": true, "checkpoint: {rename: {a: 1}}": false,
		"grid: {load: {train.batch: [8]}}": true, "grid: {load: {train.batch: []}}": false, "grid: {load: {train.batch: [8, 8]}}": false,
		"grid: {load: {train.batch: [0]}}": false, "grid: {load: {replicas: [1]}}": false, "grid: {load: {}}": false,
		"grid: {load: {train.batch: [8], train.epochs: [8]}}": true, "grid: {load: {train.keep: [first]}}": false,
		"grid: {a: {stages.threshold.sparsity: [0.1]}}": true, "grid: {a: {stages.threshold.sparsity: [2]}}": false,
		"grid: {a: {train.penalty: [none, {kind: l1}]}}": true, "grid: {a: {train.penalty: [none, {kind: l3}]}}": false,
		"grid: {a: {train.optimizer.betas: [[0.1, 0.2]]}}\ntrain: {optimizer: adam}": true, "grid: {a.b: {train.batch: [8]}}": false,
		"name: x": true, "name: 3": false, "train: 3": false, "train: {schedule: {kind: step, at: [3]}}": true,
		"train: {schedule: {kind: step, at: [0]}}": false,
	} {
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
		"| `data.set` | digits, mnist, fashion-mnist, cifar10, cifar100, *.npz, *.csv, poisson | `digits` | a known set, or the path of a file |\n",
		"| **`train.optimizer`** | a kind, or a map | | with PyTorch's semantics |\n| `train.optimizer.kind` | sgd, adam | `sgd` |",
		"### `train.optimizer.kind: adam`\n\nAdam\n",
		"| `train.optimizer.betas` | list of two numbers, [0, 1) | `[0.9, 0.999]` | decay of both means |\n",
		"| `measure.NAME.at` | list of strings | `[train]` | points |\n",
		"| `measure.NAME.tolerance` | number, (0, 1) | `0.001` | Ritz residual relative to the largest \\|eigenvalue\\| |\n",
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

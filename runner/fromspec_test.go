package runner

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"basin/measure"
	"basin/model"
	"basin/spec"
	"basin/train"
)

// TestSpecsNameAllKinds that there are, and no others, so that a kind that is added can be asked for.
func TestSpecsNameAllKinds(t *testing.T) {
	words := func(section any, field string) []string {
		f, _ := reflect.TypeOf(section).FieldByName(field)
		return strings.Split(f.Tag.Get("oneof"), ",")
	}
	var models, optimizers, schedules, measures, inSpec []string
	for _, k := range model.Kinds {
		models = append(models, k.Name)
	}
	for _, k := range train.Kinds {
		optimizers = append(optimizers, k.Name)
	}
	for _, k := range train.Schedules {
		schedules = append(schedules, k.Name)
	}
	for _, k := range measure.Kinds {
		measures = append(measures, k.Name)
	}
	for i := range reflect.TypeFor[spec.Measure]().NumField() {
		inSpec = append(inSpec, reflect.TypeFor[spec.Measure]().Field(i).Tag.Get("yaml"))
	}
	for what, c := range map[string][2][]string{
		"models":     {models, words(spec.Model{}, "Kind")},
		"optimizers": {optimizers, words(spec.Optimizer{}, "Kind")},
		"schedules":  {schedules, words(spec.Schedule{}, "Kind")},
		"measures":   {measures, inSpec},
	} {
		if !slices.Equal(c[0], c[1]) {
			t.Errorf("%s: %v, a spec knows %v", what, c[0], c[1])
		}
	}
}

// TestSpecsReachTheirSettings: every key of a section, set to something else, changes what is made of it.
func TestSpecsReachTheirSettings(t *testing.T) {
	base := spec.Train{Loss: "cross-entropy", Batch: 1, Epochs: 1, Keep: "last", DType: "float32",
		Optimizer: spec.Optimizer{Kind: "sgd"}, Schedule: spec.Schedule{Kind: "step"}}
	read := func(s spec.Train) any {
		r, err := recipe(s)
		if err != nil {
			t.Fatal(err)
		}
		return []any{r, DType(s.DType), Task(s)}
	}
	before := read(base)
	for name, change := range map[string]func(s *spec.Train){
		"loss": func(s *spec.Train) { s.Loss = "squared-error" }, "dtype": func(s *spec.Train) { s.DType = "float64" },
		"batch": func(s *spec.Train) { s.Batch = 2 }, "epochs": func(s *spec.Train) { s.Epochs = 2 },
		"drop_last": func(s *spec.Train) { s.DropLast = true }, "keep": func(s *spec.Train) { s.Keep = "best" },
		"lr": func(s *spec.Train) { s.Optimizer.LR = 1 }, "momentum": func(s *spec.Train) { s.Optimizer.Momentum = 0.5 },
		"nesterov":     func(s *spec.Train) { s.Optimizer.Nesterov = true },
		"weight_decay": func(s *spec.Train) { s.Optimizer.WeightDecay = 1 },
		"adam":         func(s *spec.Train) { s.Optimizer.Kind = "adam" },
		"at":           func(s *spec.Train) { s.Schedule.At = []int{1} },
		"factor":       func(s *spec.Train) { s.Schedule.Factor = 2 },
		"cosine":       func(s *spec.Train) { s.Schedule.Kind = "cosine" },
		"warmup":       func(s *spec.Train) { s.Schedule.Warmup = 1 },
		"rule_b":       func(s *spec.Train) { s.Stop.RuleB = true },
		"target_loss":  func(s *spec.Train) { s.Stop.TargetLoss = 1 },
	} {
		s := base
		change(&s)
		if reflect.DeepEqual(read(s), before) {
			t.Errorf("%s changes nothing", name)
		}
	}
	for _, section := range []any{&spec.Hessian{}, &spec.Connectivity{}, &spec.Similarity{}, &spec.Distance{}} {
		settings := func() any {
			m, err := Measure(section)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		v := reflect.ValueOf(section).Elem()
		for i := range v.NumField() {
			was := settings()
			f := v.Field(i)
			if f.Kind() == reflect.Struct {
				f = f.Field(0)
			}
			f.Set(reflect.ValueOf(map[reflect.Kind]any{
				reflect.Int: 7, reflect.Bool: true, reflect.Float64: 0.7, reflect.String: "float64",
			}[f.Kind()]))
			if reflect.DeepEqual(settings(), was) {
				t.Errorf("%T: %s changes nothing", section, v.Type().Field(i).Name)
			}
		}
	}
}

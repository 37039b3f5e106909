package task_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"basin/dataset"
	"basin/engine"
	"basin/engine/reference"
	"basin/graph"
	"basin/record"
	"basin/task"
)

const samples, classes = 7, 4

// drawn are logits and labels.
func drawn() (logits []float64, labels []int32) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range samples * classes {
		logits = append(logits, 3*rng.NormFloat64())
	}
	for range samples {
		labels = append(labels, rng.Int32N(classes))
	}
	return logits, labels
}

// TestLosses against their formulas, for labels in both forms.
func TestLosses(t *testing.T) {
	logits, labels := drawn()
	rows := make([]float64, samples*classes)
	for i, y := range labels {
		rows[i*classes+int(y)] = 1
	}
	for criterion, want := range map[string]func(z []float64, y int) float64{
		"cross-entropy": func(z []float64, y int) float64 {
			sum := 0.0
			for _, v := range z {
				sum += math.Exp(v)
			}
			return math.Log(sum) - z[y]
		},
		"squared-error": func(z []float64, y int) (sum float64) {
			for j, v := range z {
				d := v
				if j == y {
					d--
				}
				sum += d * d / classes
			}
			return sum
		},
	} {
		c := &task.Classification{Criterion: criterion}
		for form, target := range map[string]engine.Array{
			"integers": engine.Int32s(labels), "rows": engine.Float64s(rows, samples, classes),
		} {
			p, err := graph.Trace(func(in []*graph.Value) []*graph.Value {
				f := c.Outputs(func(x *graph.Value) *graph.Value { return x }, 0, in[0], in[1])
				return []*graph.Value{c.Loss(0, f, in[1])}
			}, graph.T(graph.Float64, samples, classes), target.Type)
			if err != nil {
				t.Fatal(err)
			}
			got, err := engine.Evaluate(reference.Engine{}, p, engine.Float64s(logits, samples, classes), target)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range got[0].F64 {
				if w := want(logits[i*classes:(i+1)*classes], int(labels[i])); math.Abs(v-w) > 1e-13*(1+w) {
					t.Errorf("%s, labels as %s: sample %d has loss %v, want %v", criterion, form, i, v, w)
				}
			}
		}
	}
}

func TestAccuracy(t *testing.T) {
	c := &task.Classification{Criterion: "cross-entropy"}
	logits := []float64{1, 2, 0, 3, 3, 1, 0, 0, 5, 1, 0, 0} // a tie goes to the first
	narrow := make([]float32, len(logits))
	for i, v := range logits {
		narrow[i] = float32(v)
	}
	labels := dataset.Array{Shape: []int{4}, I32: []int32{1, 0, 2, 1}}
	for _, f := range []dataset.Array{{Shape: []int{4, 3}, F64: logits}, {Shape: []int{4, 3}, F32: narrow}} {
		got := c.Evaluate(0, f, labels)
		if !slices.Equal(got, []float64{75}) {
			t.Errorf("accuracy %v, want 75", got)
		}
		if e, known := task.Error(c, got); !known || e != 25 {
			t.Errorf("error %v, %v, want 25 per cent", e, known)
		}
	}
	if q := c.Metrics(); len(q) != 1 || q[0].Better != record.Higher {
		t.Errorf("metrics %+v", q)
	}
}

// TestProbabilities are those of a softmax, also of large logits.
func TestProbabilities(t *testing.T) {
	c := &task.Classification{}
	got := c.Probabilities([]float64{0, math.Log(3), 1000, 1000}, 2)
	for i, want := range []float64{0.25, 0.75, 0.5, 0.5} {
		if math.Abs(got[i]-want) > 1e-15 {
			t.Errorf("probabilities %v", got)
		}
	}
}

func TestWidth(t *testing.T) {
	set := &dataset.Set{Name: "s", Classes: classes}
	if w, err := (&task.Classification{Criterion: "cross-entropy"}).Width(set); err != nil || w != classes {
		t.Errorf("width %d (%v), want %d", w, err, classes)
	}
	for want, c := range map[string]*task.Classification{
		"cross-entropy, squared-error": {Criterion: "hinge"},
		`"" is unknown`:                {},
	} {
		if _, err := c.Width(set); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %s", err, want)
		}
	}
	if _, err := (&task.Classification{Criterion: "cross-entropy"}).Width(&dataset.Set{Name: "s"}); err == nil {
		t.Error("a set without classes was taken")
	}
}

// TestKinds have names of which none is twice.
func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range task.Kinds {
		if seen[k.Name] || k.New() == nil {
			t.Errorf("%s: twice, or nothing", k.Name)
		}
		seen[k.Name] = true
	}
}

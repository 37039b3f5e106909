package spec_test

import (
	"errors"
	"strings"
	"testing"

	"basin/spec"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	tests := []struct {
		name string
		sets []string
		want spec.Extension
	}{
		{"nothing", nil, spec.Extension{}},
		{"defaults spelled out", []string{"measure.hessian.steps=100", "train.keep=last", "data.train=0"}, spec.Extension{}},
		{"a base value that is swept", []string{"grid={load: {model.width: [1, 2]}}", "train.batch=8"}, spec.Extension{Hidden: 82}},
		{"values more and less", []string{"grid.temperature={train.batch: [16, 8, 7]}"}, spec.Extension{Cells: 12, Hidden: 60}},
		{"replicas", []string{"replicas=7"}, spec.Extension{Replicas: 2}},
		{"fewer replicas", []string{"replicas=2"}, spec.Extension{Replicas: -3}},
		{"measures go", []string{"measure.similarity=false", "measure.performance=false"}, spec.Extension{Dropped: []string{"performance", "similarity"}}},
		{"pairs", []string{"measure.connectivity.pairs=-1", "measure.distance.pairs=4"},
			spec.Extension{Measures: []string{"connectivity"}, Dropped: []string{"distance"}}},
		{"what is shown", []string{"name=other", "phases.poor.mc=-2", "checkpoint.rename={a: b}"},
			spec.Extension{Shown: []string{"name", "phases.poor", "checkpoint.rename"}}},
	}
	for _, tt := range tests {
		got, err := spec.Compare(complete(), parse(t, sample, tt.sets...))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
		if got.Empty() != (tt.want.Shown == nil && cmp.Equal(tt.want, spec.Extension{})) {
			t.Errorf("%s: empty %v", tt.name, got.Empty())
		}
	}
	back, err := spec.Compare(parse(t, sample, "measure.hessian=false"), complete())
	if d := cmp.Diff(spec.Extension{Measures: []string{"hessian"}}, back); d != "" || err != nil {
		t.Errorf("a measure comes: %v, %s", err, d)
	}
}

func TestCompareRefuses(t *testing.T) {
	tests := []struct {
		sets []string
		want []string
	}{
		{[]string{"seed=2"}, []string{"seed: was 1, is 2"}},
		{[]string{"train.epochs=2", "data.label_noise=0.1"}, []string{"data.label_noise: was 0, is 0.1", "train.epochs: was 60, is 2"}},
		{[]string{"model.activation=tanh"}, []string{"model.activation: was relu, is tanh"}},
		{[]string{"train.schedule.at=[45, 50]"}, []string{"train.schedule.at: was [45], is [45, 50]"}},
		{[]string{"grid.temperature={train.optimizer.lr: [0.05]}", "train.batch=8"}, []string{"grid.temperature: was train.batch, is train.optimizer.lr"}},
		{[]string{"measure.hessian.samples=100", "measure.hessian.trace.probes=7"},
			[]string{"measure.hessian.samples: was 200, is 100", "measure.hessian.trace.probes: was 100, is 7"}},
		{[]string{"measure.connectivity={pairs: 3, epochs: 5}"}, []string{"measure.connectivity.epochs: was 50, is 5"}},
	}
	for _, tt := range tests {
		after, err := spec.Parse("after.yaml", []byte(sample), tt.sets...)
		if err != nil {
			t.Fatal(err)
		}
		_, err = spec.Compare(complete(), after)
		var change *spec.ChangeError
		if !errors.As(err, &change) {
			t.Errorf("%v: got %v", tt.sets, err)
			continue
		}
		_, list, _ := strings.Cut(err.Error(), "\n")
		if got, want := list, "  "+strings.Join(tt.want, "\n  "); got != want {
			t.Errorf("%v: got\n%s\nwant\n%s", tt.sets, got, want)
		}
	}
}

package sweep_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"basin/record"
	"basin/sweep"
)

func TestPairs(t *testing.T) {
	want := [][]int{{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 3}}
	if got := sweep.Pairs(4, -1); !reflect.DeepEqual(got, want) {
		t.Errorf("all pairs of 4: %v", got)
	}
	if got := sweep.Pairs(3, -1); !reflect.DeepEqual(got, want[:3]) {
		t.Errorf("all pairs of 3 are not the first of those of 4: %v", got)
	}
	if got := sweep.Pairs(4, 2); !reflect.DeepEqual(got, want[:2]) {
		t.Errorf("two pairs: %v", got)
	}
	for _, n := range []int{0, 1} {
		if got := sweep.Pairs(n, -1); len(got) != 0 {
			t.Errorf("pairs of %d: %v", n, got)
		}
	}
	if got := sweep.Pairs(4, 0); len(got) != 0 {
		t.Errorf("no pairs: %v", got)
	}
}

func TestImpossiblePlans(t *testing.T) {
	for want, change := range map[string]func([]sweep.Cell){
		"empty or another cell's": func(c []sweep.Cell) { c[1].ID = c[0].ID },
		"cannot be a measure's":   func(c []sweep.Cell) { c[0].Measures[0].Name = "train" },
		"wants replica 2":         func(c []sweep.Cell) { c[0].Replicas = 2 },
	} {
		cells := grid(2, 3)
		change(cells)
		_, err := sweep.Run(context.Background(), sweep.Options{}, cells, nil, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error about %q, got %v", want, err)
		}
	}
}

// promise is a Job that breaks its promises.
type promise struct{ extra bool }

func (p promise) Train(_ context.Context, todo []sweep.Replica, save func(sweep.Replica, []record.Record) error) error {
	if p.extra {
		return save(sweep.Replica{Index: 99}, nil)
	}
	return nil
}

func (promise) Measure(context.Context, sweep.Measure, [][]sweep.Replica, func([]sweep.Replica, []record.Record) error) error {
	return nil
}

func (promise) Close() error { return nil }

type promiser struct{ sweep.Job }

func (p promiser) Open(context.Context, sweep.Cell) (sweep.Job, error) { return p.Job, nil }

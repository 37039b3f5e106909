package spec_test

import (
	"testing"

	"basin/spec"

	"github.com/google/go-cmp/cmp"
)

func TestCells(t *testing.T) {
	s := parse(t, sample, "grid.load={train.optimizer.weight_decay: [0, 1e-4, 1]}", "grid.temperature={model.activation: [tanh, relu]}")
	cells := s.Cells()
	if len(cells) != 6 || s.Networks() != 30 {
		t.Fatalf("%d cells, %d networks", len(cells), s.Networks())
	}
	for i, c := range cells {
		row, col := i/3, i%3
		load, temperature := []any{0.0, 1e-4, 1.0}[col], []any{"tanh", "relu"}[row]
		train, model := s.Train, s.Model
		train.Optimizer.WeightDecay, model.Activation = load.(float64), temperature.(string)
		want := spec.Cell{
			ID: c.ID, Label: c.Label, Row: row, Col: col, Load: load, Temperature: temperature,
			Seed: 1, Data: s.Data, Model: model, Train: train,
		}
		if d := cmp.Diff(want, c); d != "" {
			t.Errorf("cell %d: %s", i, d)
		}
	}
	if got, want := cells[4].Label, "train.optimizer.weight_decay=0.0001 model.activation=relu"; got != want {
		t.Errorf("label %q, want %q", got, want)
	}
	if s.Train.Optimizer.WeightDecay != 5e-4 || s.Model.Activation != "relu" {
		t.Error("making cells changed the spec")
	}
}

func TestOneCell(t *testing.T) {
	c := parse(t, "name: one\nmodel: {width: 2}").Cells()
	if len(c) != 1 || c[0].Load != nil || c[0].Temperature != nil || c[0].Label != "one" || c[0].Model.Width != 2 || c[0].Data.Train != 1437 {
		t.Errorf("%+v", c)
	}
}

// TestSweptSet: what is completed in a spec is completed in each cell.
func TestSweptSet(t *testing.T) {
	c := parse(t, "model: {width: 2}\ngrid: {load: {data.set: [digits, mnist]}}").Cells()
	if c[0].Data.Train != 1437 || c[1].Data.Train != 0 {
		t.Errorf("training samples %d and %d", c[0].Data.Train, c[1].Data.Train)
	}
}

package spec

import (
	"fmt"
	"iter"
	"reflect"
	"strings"
)

// MaxCells is how many cells a grid may have.
const MaxCells = 1_000_000

// Cell is one combination of the grid: everything that decides what its replicas become.
type Cell struct {
	ID    string // content hash; see Cell.ReplicaID
	Label string // "model.width=16 train.batch=32", for people; the spec's name where the grid is empty

	Row, Col          int // index into the values of Grid.Temperature and of Grid.Load; 0 where the axis is absent
	Load, Temperature any // the swept values: int, float64, bool or string; nil where the axis is absent

	Seed  uint64
	Data  Data
	Model Model
	Train Train
}

// Cells resolves the spec against its grid, row after row: the load runs fastest. The spec is one that Parse returned.
func (s *Spec) Cells() []Cell {
	var cells []Cell
	for c := range s.combinations() {
		cells = append(cells, c.cell())
	}
	return cells
}

// Networks is how many networks the spec trains.
func (s *Spec) Networks() int { return int(s.cells()) * s.Replicas }

// cells counts the grid's cells without making them; a float64 cannot overflow.
func (s *Spec) cells() float64 {
	return float64(max(1, len(s.Grid.Load.Values))) * float64(max(1, len(s.Grid.Temperature.Values)))
}

// combination is the spec with one cell's values in place.
type combination struct {
	spec              Spec
	row, col          int
	load, temperature any
}

// combinations resolves the cells one at a time, in the order of Cells.
func (s *Spec) combinations() iter.Seq[combination] {
	return func(yield func(combination) bool) {
		for row := range max(1, len(s.Grid.Temperature.Values)) {
			for col := range max(1, len(s.Grid.Load.Values)) {
				c := combination{spec: *s, row: row, col: col}
				c.load = c.set(s.Grid.Load, col)
				c.temperature = c.set(s.Grid.Temperature, row)
				c.spec.Data.complete()
				if !yield(c) {
					return
				}
			}
		}
	}
}

// complete spells out data.train: 0 where the set's size is known: 80 % of the 1,797 digits, rounded down.
func (d *Data) complete() {
	if d.Set == "digits" && d.Train == 0 {
		d.Train = 1437
	}
}

// set puts an axis' value in its place and returns it; nil where there is none.
func (c *combination) set(a Axis, i int) any {
	if i >= len(a.Values) {
		return nil
	}
	v, ok := table().byPath[a.Path].in(&c.spec)
	if !ok {
		return nil
	}
	v.Set(reflect.ValueOf(a.Values[i]))
	return a.Values[i]
}

func (c *combination) cell() Cell {
	s := &c.spec
	return Cell{
		ID: cellID(s), Label: c.label(),
		Row: c.row, Col: c.col, Load: c.load, Temperature: c.temperature,
		Seed: s.Seed, Data: s.Data, Model: s.Model, Train: s.Train,
	}
}

func (c *combination) label() string {
	var parts []string
	for _, a := range []struct {
		axis  Axis
		value any
	}{{c.spec.Grid.Load, c.load}, {c.spec.Grid.Temperature, c.temperature}} {
		if a.value != nil {
			parts = append(parts, fmt.Sprintf("%s=%v", a.axis.Path, a.value))
		}
	}
	if len(parts) == 0 {
		return c.spec.Name
	}
	return strings.Join(parts, " ")
}

package record

import "fmt"

// Array is a finding with axes: a curve has one, a surface two. Each column holds a number for every combination of places on the axes,
// in row-major order: the last axis runs fastest.
type Array struct {
	Axes    []Axis   `json:"axes"`
	Columns []Column `json:"columns"`
}

// Axis says where an array's numbers stand: at numbers (t along a curve, λ of a spectrum), or at names (layers).
type Axis struct {
	Name  string    `json:"name"`
	Unit  string    `json:"unit,omitempty"`
	Scale Scale     `json:"scale,omitempty"`
	At    []float64 `json:"at,omitempty"`
	Names []string  `json:"names,omitempty"` // instead of At
}

// Len is the number of places.
func (a *Axis) Len() int { return max(len(a.At), len(a.Names)) }

// Column is what was found at every place.
type Column struct {
	Name string    `json:"name"`
	Data []float64 `json:"data"`
}

// Curve is an array with one axis of numbers.
func Curve(axis string, at []float64, columns ...Column) *Array {
	return &Array{Axes: []Axis{{Name: axis, At: at}}, Columns: columns}
}

// Size is the number of places of all axes together.
func (a *Array) Size() int {
	n := 1
	for i := range a.Axes {
		n *= a.Axes[i].Len()
	}
	return n
}

// Column returns the data of the column called name, nil if there is none.
func (a *Array) Column(name string) []float64 {
	for _, c := range a.Columns {
		if c.Name == name {
			return c.Data
		}
	}
	return nil
}

// Check reports what is wrong with an array: no axis, an axis with numbers and names, or a column of another length.
func (a *Array) Check() error {
	if len(a.Axes) == 0 {
		return fmt.Errorf("the array has no axis")
	}
	for i := range a.Axes {
		if x := &a.Axes[i]; len(x.At) > 0 && len(x.Names) > 0 {
			return fmt.Errorf("axis %q has both numbers and names", x.Name)
		}
	}
	for _, c := range a.Columns {
		if len(c.Data) != a.Size() {
			return fmt.Errorf("column %q has %d numbers for %d places", c.Name, len(c.Data), a.Size())
		}
	}
	return nil
}

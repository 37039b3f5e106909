package record

import "strings"

// Quantity says what a number is and how it is shown. Measures declare theirs; tables, pictures, the page and exports know none by name.
// Title and Symbol may hold _{sub} and ^{super}.
type Quantity struct {
	Name   string    `json:"name"`   // in records and thresholds: "mc"; unique among all measures
	Title  string    `json:"title"`  // over a picture: "Mode connectivity"
	Symbol string    `json:"symbol"` // over a table's column: "λ_{max}"
	Unit   string    `json:"unit,omitempty"`
	Format string    `json:"format,omitempty"` // of a value in a picture's cell, a verb of package fmt: "%.1f"; default "%.3g"
	Doc    string    `json:"doc,omitempty"`    // one sentence, with the formula's source
	Better Direction `json:"better,omitempty"`
	Scale  Scale     `json:"scale,omitempty"`
	Main   bool      `json:"main,omitempty"`  // has a picture, and a column on the terminal
	Array  bool      `json:"array,omitempty"` // a curve, a spectrum or a surface: its records' values enter no table
}

// Direction says which values are better.
type Direction int

const (
	Neither Direction = iota
	Higher
	Lower
)

// Scale says how numbers are spread over a colour bar or along an axis.
type Scale int

const (
	Linear Scale = iota
	Log
	Diverging // linear, with zero in the middle
)

// Describe finds how to show a quantity; an unknown one goes by its name.
func Describe(name string) Quantity {
	for _, q := range Quantities {
		if q.Name == name {
			return q
		}
	}
	if rank, found := strings.CutPrefix(name, "eigenvalue_"); found {
		return Quantity{Name: name, Title: "Hessian eigenvalue λ_{" + rank + "}", Symbol: "λ_{" + rank + "}", Scale: Log}
	}
	return Quantity{Name: name, Title: name, Symbol: name}
}

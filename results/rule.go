package results

import "fmt"

// Threshold is one number that decides on a phase.
type Threshold struct {
	Quantity string // a column
	Value    float64
}

// Rule says what is locally sharp (every quantity above its threshold), globally poorly connected (every quantity
// below) and similar (every quantity at or above).
type Rule struct {
	Sharp, Poor, Similar []Threshold
}

// String says the rule in words: "sharp: train_loss > 0.05; poor: mc < -1; similar: cka ≥ 0.7".
func (r Rule) String() string {
	s := ""
	for _, g := range []struct {
		name, op string
		group    []Threshold
	}{{"sharp: ", " > ", r.Sharp}, {"poor: ", " < ", r.Poor}, {"similar: ", " ≥ ", r.Similar}} {
		for i, t := range g.group {
			switch {
			case i > 0:
				s += " and "
			case s != "":
				s += "; " + g.name
			default:
				s += g.name
			}
			s += t.Quantity + g.op + fmt.Sprint(t.Value)
		}
	}
	return s
}

package phase

// Label is a cell's phase.
type Label string

const (
	I         Label = "I"         // locally sharp, globally poorly connected
	II        Label = "II"        // locally sharp, globally well connected
	III       Label = "III"       // locally smooth, globally poorly connected
	IVA       Label = "IV-A"      // smooth, well connected, models dissimilar
	IVB       Label = "IV-B"      // smooth, well connected, models similar
	Dead      Label = "dead"      // most seeds ended with constant outputs
	Undefined Label = "undefined" // a number that decides is missing, or most seeds diverged
)

// Labels are all labels, in the order in which legends and summaries show them.
var Labels = []Label{I, II, III, IVA, IVB, Dead, Undefined}

// Describe says what a label means, in a few words.
func (l Label) Describe() string {
	switch l {
	case I:
		return "sharp, poorly connected"
	case II:
		return "sharp, well connected"
	case III:
		return "smooth, poorly connected"
	case IVA:
		return "smooth, well connected, dissimilar"
	case IVB:
		return "smooth, well connected, similar"
	case Dead:
		return "constant outputs"
	}
	return "no label"
}

// IsPhase reports whether the label is one of the five phases.
func (l Label) IsPhase() bool { return l != Dead && l != Undefined }

// Name is the label for legends: an undefined one says that there is none.
func (l Label) Name() string {
	if l == Undefined {
		return "none"
	}
	return string(l)
}

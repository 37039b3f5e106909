package report

import (
	"math"
	"strconv"
	"strings"

	"basin/phase"
	"basin/record"
)

// Text in titles and labels may hold _{sub} and ^{super}.

// kind says how a quantity is coloured.
type kind int

const (
	sequential kind = iota
	logarithmic
	divergingAroundZero
)

// quantity says how one is shown.
type quantity struct {
	name  string // in records
	title string
	unit  string
	kind  kind
	text  func(float64) string // a value, short enough for a cell
}

// panels are the seven heat maps of the taxonomy, in the order of the overview; the phases are the eighth.
var panels = []quantity{
	{record.TestAccuracy, "Test accuracy", "%", sequential, fixed(1)},
	{record.TrainLoss, "Training loss", "", logarithmic, significant(2)},
	{record.EigenvalueMax, "Largest Hessian eigenvalue λ_{max}", "", logarithmic, significant(3)},
	{record.Trace, "Hessian trace", "", logarithmic, significant(3)},
	{record.MC, "Mode connectivity", "% error", divergingAroundZero, signed(1)},
	{record.CKA, "CKA similarity", "", sequential, fixed(2)},
	{record.L2, "ℓ_{2} distance", "", sequential, significant(3)},
}

// others are shown in tables only.
var others = map[string]quantity{
	record.EpochLoss:     {title: "Loss of the last epoch", text: significant(3)},
	record.TestLoss:      {title: "Test loss", text: significant(3)},
	record.TrainAccuracy: {title: "Training accuracy", unit: "%", text: fixed(2)},
	record.Gap:           {title: "Generalisation gap", unit: "points", text: signed(2)},
	record.EigenvalueMin: {title: "Smallest Hessian eigenvalue λ_{min}", text: significant(3)},
	record.MCLoss:        {title: "Mode connectivity, loss", text: significant(3)},
	record.MCLine:        {title: "Connectivity along the line", unit: "% error", text: signed(2)},
	record.MCLineLoss:    {title: "Connectivity along the line, loss", text: significant(3)},
	record.CKALogits:     {title: "CKA of logits", text: fixed(3)},
	record.L2Normalised:  {title: "ℓ_{2} distance, normalised", text: significant(3)},
	record.Cosine:        {title: "Cosine of the parameters", text: fixed(3)},
}

// describe finds how to show any quantity; an unknown one goes by its name.
func describe(name string) quantity {
	for _, q := range panels {
		if q.name == name {
			return q
		}
	}
	q, ok := others[name]
	if !ok {
		q = quantity{title: name, text: significant(3)}
		if rank, found := strings.CutPrefix(name, "eigenvalue_"); found {
			q.title = "Hessian eigenvalue λ_{" + rank + "}"
		}
	}
	q.name = name
	return q
}

// heading is the title with its unit.
func (q quantity) heading() string {
	if q.unit == "" {
		return q.title
	}
	return q.title + " (" + q.unit + ")"
}

// fixed, signed and significant format numbers; a minus is a real one.
func fixed(digits int) func(float64) string {
	return func(v float64) string { return minus(strconv.FormatFloat(v, 'f', digits, 64)) }
}

func signed(digits int) func(float64) string {
	return func(v float64) string {
		s := strconv.FormatFloat(v, 'f', digits, 64)
		switch {
		case strings.Trim(s, "-0.") == "":
			return strings.TrimPrefix(s, "-")
		case v > 0:
			s = "+" + s
		}
		return minus(s)
	}
}

func significant(digits int) func(float64) string {
	return func(v float64) string {
		a := math.Abs(v)
		switch {
		case v == 0:
			return "0"
		case a >= 1e6 || a < 1e-4:
			s := strconv.FormatFloat(v, 'e', digits-1, 64)
			m, e, _ := strings.Cut(s, "e")
			n, _ := strconv.Atoi(e)
			return minus(m + "e" + strconv.Itoa(n))
		case a >= 99950:
			return minus(strconv.FormatFloat(v/1000, 'f', 0, 64) + "k")
		case a >= 9999.5:
			return minus(strconv.FormatFloat(v/1000, 'f', max(0, digits-2), 64) + "k")
		}
		return minus(strconv.FormatFloat(v, 'f', max(0, digits-1-int(math.Floor(math.Log10(a)))), 64))
	}
}

func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

// axisTitle names an axis; vertical says where the heat is.
func axisTitle(a phase.Axis, vertical bool) string {
	s := a.Label
	if a.Scale == phase.Log {
		s += " (log)"
	}
	if vertical && len(a.Values) > 1 {
		s += "   hotter →" // turned by 90°, the arrow points up
	}
	return s
}

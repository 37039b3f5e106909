// Package record says what was found: one value with its uncertainty, the status it was found in, what it cost, and where it came
// from. Records are plain data. Measures make them, the store keeps them, phase and report read them.
package record

// Status tells how a value was found. A status is a finding, not a failure of the program: a measurement that could not run at all
// returns an error instead.
type Status string

const (
	OK           Status = "ok"            // the value stands, with its standard error where it has one
	NotConverged Status = "not-converged" // the value is the best estimate within the budget; its error bound was not reached
	Constant     Status = "constant"      // the network's outputs do not depend on its inputs: a dead network
	Diverged     Status = "diverged"      // training left the finite numbers, or the value is not finite
	Undefined    Status = "undefined"     // the value has no meaning here (0/0, a pair of which one replica diverged)
)

// Usable reports whether the value may enter means and labels.
func (s Status) Usable() bool { return s == OK || s == NotConverged }

// Record is one finding.
type Record struct {
	Measure  string  `json:"measure"`  // the measure's name: "hessian"
	Quantity string  `json:"quantity"` // what was measured: "trace", "eigenvalue_max"
	Replicas []int   `json:"replicas"` // whose: one index for a replica, two for a pair
	Value    float64 `json:"value"`    // NaN when the status leaves it without meaning
	StdErr   float64 `json:"stderr"`   // standard error, or Ritz residual for eigenvalues; NaN when there is none
	N        int     `json:"n"`        // how many samples or probes stand behind the value
	Status   Status  `json:"status"`
	Reason   string  `json:"reason,omitempty"` // why the status is not ok, in words for the user
	Array    *Array  `json:"array,omitempty"`  // a curve or a spectrum, where the finding is more than a number

	Provenance Provenance `json:"provenance"`
}

// Array is a finding with axes: columns of equal length, the first of which is the abscissa (t along a curve, λ of a spectrum).
type Array struct {
	Columns []string    `json:"columns"`
	Data    [][]float64 `json:"data"` // Data[c] is column c
}

// Provenance says what a value came from, and what it cost.
type Provenance struct {
	Estimator string  `json:"estimator"` // "Lanczos, full reorthogonalisation"; "Hutchinson, Rademacher"
	DType     string  `json:"dtype"`     // "float32", "float64"
	Set       string  `json:"set"`       // which samples: "train[200]", "test"
	CPU       string  `json:"cpu"`       // the engine's CPU level: "avx512", "avx2", "generic"
	Version   string  `json:"version"`   // Basin's numerical version
	Seconds   float64 `json:"seconds"`   // wall-clock seconds; no part of a result's identity
}

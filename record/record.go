// Package record says what was found: one value with its uncertainty, the status it was found in, what it cost, and where it came
// from. Records are plain data. Measures make them, the store keeps them, results and report read them.
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

// Trained is the name of the point at which training ends.
const Trained = "train"

// Point is a moment of a replica: "initial", "epoch 40", "step 120", Trained, or the name of a stage that came after training.
type Point struct {
	Replica int    `json:"replica"`
	At      string `json:"at"`
}

// Record is one finding.
type Record struct {
	Measure  string  `json:"measure"`  // the measure's name: "hessian"
	Quantity string  `json:"quantity"` // what was measured: "trace", "eigenvalue_max"
	Of       []Point `json:"of"`       // whose: one point, or two of a pair
	Value    float64 `json:"value"`    // NaN when the status leaves it without meaning
	StdErr   float64 `json:"stderr"`   // standard error, or Ritz residual for eigenvalues; NaN when there is none
	N        int     `json:"n"`        // how many samples or probes stand behind the value
	Status   Status  `json:"status"`
	Reason   string  `json:"reason,omitempty"` // why the status is not ok, in words for the user
	Array    *Array  `json:"array,omitempty"`  // a curve, a spectrum or a surface, where the finding is more than a number
	Seconds  float64 `json:"seconds"`          // wall-clock seconds that it took; no part of a result's identity

	Provenance Provenance `json:"provenance"`
}

// Replicas lists the replicas of the record's points.
func (r *Record) Replicas() []int {
	out := make([]int, len(r.Of))
	for i, p := range r.Of {
		out[i] = p.Replica
	}
	return out
}

// Provenance says what a value came from.
type Provenance struct {
	Estimator string `json:"estimator"` // "Lanczos, full reorthogonalisation"; "Hutchinson, Rademacher"
	DType     string `json:"dtype"`     // "float32", "float64"
	Set       string `json:"set"`       // which samples: "train[200]", "test"
	CPU       string `json:"cpu"`       // the engine's CPU level: "avx512", "avx2", "generic"
	Version   string `json:"version"`   // Basin's numerical version
}

// Points are the trained points of some replicas.
func Points(replicas ...int) []Point {
	out := make([]Point, len(replicas))
	for i, r := range replicas {
		out[i] = Point{r, Trained}
	}
	return out
}

package measure

import (
	"math"
	"time"

	"basin/record"
	"basin/spectral"
)

// Findings collects the records that a measure makes of one group of networks, and adds to each whose it is and
// the seconds that it took. The zero value is ready; its records belong to no point.
type Findings struct {
	Of        []record.Point // the points that are measured
	Records   []record.Record
	Workspace *spectral.Workspace // of Krylov bases, which measures of one worker may share; nil: none is kept

	last time.Time // of the last Add, or of the start
}

// NewFindings starts the clock for what is found at some points.
func NewFindings(of []record.Point) *Findings { return &Findings{Of: of, last: time.Now()} }

// Add adds records that were found together: they share the time since the last ones.
func (f *Findings) Add(records ...record.Record) {
	now := time.Now()
	for _, r := range records {
		r.Of = f.Of
		if !f.last.IsZero() {
			r.Seconds = now.Sub(f.last).Seconds() / float64(len(records))
		}
		f.Records = append(f.Records, r)
	}
	f.last = now
}

// Missing adds a record without a value for each quantity.
func (f *Findings) Missing(status record.Status, reason string, p record.Provenance,
	quantities ...record.Quantity) {
	records := make([]record.Record, len(quantities))
	for i, q := range quantities {
		records[i] = record.Record{Quantity: q.Name, Value: math.NaN(), StdErr: math.NaN(), Status: status,
			Reason: reason, Provenance: p}
	}
	f.Add(records...)
}

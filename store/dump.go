package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"basin/record"
	"basin/sweep"
)

// Dump writes the run's contents as text, one line for each cell, failure, replica and record, in an order of their own and with the
// exact bits of every number, but without what may differ between two runs of the same spec: seconds. Two runs agree if their dumps do.
func (r *Reader) Dump(w io.Writer) error {
	cells, err := r.Cells()
	if err != nil {
		return err
	}
	failures, err := r.Failures()
	if err != nil {
		return err
	}
	for _, c := range cells {
		fmt.Fprintf(w, "cell %d %s %q %s replicas %d\n", c.Index, c.ID, c.Label, c.State, c.Replicas)
		for _, f := range failures {
			if f.ID == c.ID {
				fmt.Fprintf(w, "\tfailure %s %q\n", f.Work, f.Reason)
			}
		}
		replicas, err := r.Replicas(c)
		if err != nil {
			return err
		}
		for _, i := range slices.Sorted(maps.Keys(replicas)) {
			if t := replicas[i]; i < c.Replicas {
				fmt.Fprintf(w, "\treplica %d %s %q checkpoint %s\n", i, t.Status, t.Reason, t.Checksum)
			}
		}
		err = r.records([]Cell{c}, Query{Cell: c.ID, Arrays: true}, func(_ *Cell, u sweep.Unit, rec record.Record) error {
			return dumpRecord(w, u, rec)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func dumpRecord(w io.Writer, u sweep.Unit, rec record.Record) error {
	array := "-"
	if rec.Array != nil {
		blob, err := encodeArray(rec.Array)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(blob)
		array = hex.EncodeToString(sum[:])
	}
	p := rec.Provenance
	_, err := fmt.Fprintf(w, "\t%s %s %s: %s of %v = %016x ± %016x n %d %s %q array %s by %q %s %q %s %s\n", u.Measure, u.Key, u.Replicas,
		rec.Quantity, rec.Replicas(), math.Float64bits(rec.Value), math.Float64bits(rec.StdErr), rec.N, rec.Status, rec.Reason, array,
		p.Estimator, p.DType, p.Set, p.CPU, p.Version)
	return err
}

// Fingerprint is the SHA-256 of Dump, hex.
func (r *Reader) Fingerprint() (string, error) {
	h := sha256.New()
	if err := r.Dump(h); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

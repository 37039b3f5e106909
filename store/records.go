package store

import (
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"basin/record"
	"basin/sweep"
)

// Query selects records. The zero value selects all.
type Query struct {
	Cell    string // of one cell, by its ID
	Measure string
	Arrays  bool // read arrays too; without, Record.Array is nil
}

// Records calls f with every record of the run that the plan asks for, cell by cell in grid order, in each by
// measure and group. It holds one record in memory at a time. f may not use the Reader.
func (r *Reader) Records(q Query, f func(Cell, record.Record) error) error {
	cells, err := r.cells(q.Cell)
	if err != nil {
		return err
	}
	return r.records(cells, q, func(c *Cell, _ sweep.Unit, rec record.Record) error { return f(*c, rec) })
}

// records reads those of some cells, which are in grid order. One query serves all cells: a query for each takes
// longer than its rows.
func (r *Reader) records(cells []Cell, q Query, f func(*Cell, sweep.Unit, record.Record) error) error {
	array := "NULL"
	if q.Arrays {
		array = "r.array"
	}
	text := `SELECT c.id, u.id, u.measure, u.key, u.replicas, r.quantity, r.replicas, r.value, r.stderr, r.n, r.status,
			r.reason, r.seconds, r.provenance, ` + array + `
		FROM cells c CROSS JOIN units u ON u.cell = c.id CROSS JOIN records r ON r.unit = u.id
		WHERE c.position IS NOT NULL`
	var args []any
	if q.Cell != "" {
		text, args = text+` AND c.hash = ?`, append(args, q.Cell)
	}
	if q.Measure != "" {
		text, args = text+` AND u.measure = ?`, append(args, q.Measure)
	}
	path := r.Folder.Database()
	tx, err := r.db.Begin() // one state of the database, also while another process writes
	if err != nil {
		return explain(path, err)
	}
	defer tx.Rollback()
	provenances, err := loadProvenances(tx)
	if err != nil {
		return explain(path, err)
	}
	rows, err := tx.Query(text+` ORDER BY c.position, u.measure, u.key, u.replicas, r.position`, args...)
	if err != nil {
		return explain(path, err)
	}
	defer rows.Close()
	s := scanner{rows: rows, words: map[string]string{}, points: map[string][]record.Point{}}
	next := 0
	for rows.Next() {
		if err := s.scan(); err != nil {
			return explain(path, err)
		}
		for next < len(cells) && cells[next].row != s.cell {
			next++
		}
		if next == len(cells) {
			break // cells that a writer has added since
		}
		c := &cells[next]
		if !c.plan[s.unit] {
			continue
		}
		rec, err := s.record()
		if err != nil {
			return damaged(path, fmt.Sprintf("%s %s of cell %s: %v", s.unit.Measure, rec.Quantity, c.ID, err))
		}
		rec.Provenance = provenances[s.provenance]
		if err := f(c, s.unit, rec); err != nil {
			return err
		}
	}
	return explain(path, rows.Err())
}

func loadProvenances(tx *sql.Tx) (map[int64]record.Provenance, error) {
	rows, err := tx.Query(`SELECT id, estimator, dtype, samples, cpu, version FROM provenances`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]record.Provenance{}
	for rows.Next() {
		var id int64
		var p record.Provenance
		if err := rows.Scan(&id, &p.Estimator, &p.DType, &p.Set, &p.CPU, &p.Version); err != nil {
			return nil, err
		}
		out[id] = p
	}
	return out, rows.Err()
}

// scanner reads rows of records. Their words and points are few, and are kept once.
type scanner struct {
	rows   *sql.Rows
	words  map[string]string
	points map[string][]record.Point // by the replicas' text

	cell, unitID, provenance int64
	unit                     sweep.Unit

	measure, key, group, quantity, replicas, status, reason, array sql.RawBytes
	value, stderr                                                  sql.NullFloat64
	n                                                              int
	seconds                                                        float64
}

func (s *scanner) scan() error {
	last := s.unitID
	err := s.rows.Scan(&s.cell, &s.unitID, &s.measure, &s.key, &s.group, &s.quantity, &s.replicas, &s.value, &s.stderr,
		&s.n, &s.status, &s.reason, &s.seconds, &s.provenance, &s.array)
	if err == nil && s.unitID != last {
		s.unit = sweep.Unit{Measure: s.word(s.measure), Key: s.word(s.key), Replicas: s.word(s.group)}
	}
	return err
}

func (s *scanner) word(b sql.RawBytes) string {
	if w, ok := s.words[string(b)]; ok {
		return w
	}
	w := string(b)
	s.words[w] = w
	return w
}

// record is the row that was scanned last, without its provenance.
func (s *scanner) record() (record.Record, error) {
	rec := record.Record{Measure: s.unit.Measure, Quantity: s.word(s.quantity), Value: orNaN(s.value),
		StdErr: orNaN(s.stderr), N: s.n, Status: record.Status(s.word(s.status)), Reason: s.word(s.reason),
		Seconds: s.seconds}
	of, known := s.points[string(s.replicas)]
	if !known {
		replicas, err := parseGroup(string(s.replicas))
		if err != nil {
			return rec, err
		}
		of = slices.Clip(record.Points(replicas...))
		s.points[string(s.replicas)] = of
	}
	rec.Of = of
	var err error
	if s.array != nil {
		rec.Array, err = decodeArray(s.array)
	}
	return rec, err
}

func orNaN(x sql.NullFloat64) float64 {
	if x.Valid {
		return x.Float64
	}
	return math.NaN()
}

func parseGroup(text string) ([]int, error) {
	if text == "" {
		return nil, nil
	}
	parts := strings.Split(text, ",")
	out := make([]int, len(parts))
	for i, part := range parts {
		var err error
		if out[i], err = strconv.Atoi(part); err != nil {
			return nil, err
		}
	}
	return out, nil
}

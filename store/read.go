package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"basin/record"
	"basin/sweep"
)

// Status is how far a run is.
type Status struct {
	Cells, Done, Failed, Pending int
	Networks                     int // planned
	Trained                      int // of those, diverged ones too
	Diverged                     int
}

// Status counts cells and networks.
func (r *Reader) Status() (Status, error) {
	var s Status
	err := r.each(`SELECT state, count(*), sum(replicas) FROM cells WHERE position IS NOT NULL GROUP BY state`, nil, func(rows *sql.Rows) error {
		var state sweep.State
		var cells, networks int
		if err := rows.Scan(&state, &cells, &networks); err != nil {
			return err
		}
		s.Cells += cells
		s.Networks += networks
		switch state {
		case sweep.Done:
			s.Done = cells
		case sweep.Failed:
			s.Failed = cells
		default:
			s.Pending = cells
		}
		return nil
	})
	if err != nil {
		return s, err
	}
	err = r.each(`SELECT r.status, count(*) FROM cells c JOIN replicas r ON r.cell = c.id AND r.replica < c.replicas
		WHERE c.position IS NOT NULL GROUP BY r.status`, nil, func(rows *sql.Rows) error {
		var status string
		var n int
		if err := rows.Scan(&status, &n); err != nil {
			return err
		}
		s.Trained += n
		if record.Status(status) == record.Diverged {
			s.Diverged += n
		}
		return nil
	})
	return s, err
}

// Cell is one cell of the run as the store knows it.
type Cell struct {
	Index    int
	ID       string
	Label    string
	State    sweep.State
	Replicas int // planned
	plan     map[sweep.Unit]bool
	row      int64
}

// Cells returns the cells of the run in grid order.
func (r *Reader) Cells() ([]Cell, error) {
	var cells []Cell
	err := r.each(`SELECT id, position, hash, label, state, replicas, measures FROM cells WHERE position IS NOT NULL ORDER BY position`, nil, func(rows *sql.Rows) error {
		var c Cell
		var plan string
		if err := rows.Scan(&c.row, &c.Index, &c.ID, &c.Label, &c.State, &c.Replicas, &plan); err != nil {
			return err
		}
		var measures []sweep.Measure
		if err := json.Unmarshal([]byte(plan), &measures); err != nil {
			return damaged(r.Folder.Database(), fmt.Sprintf("the plan of cell %s: %v", c.ID, err))
		}
		c.plan = map[sweep.Unit]bool{}
		for i := range c.Replicas {
			c.plan[sweep.Unit{Measure: sweep.TrainMeasure, Replicas: strconv.Itoa(i)}] = true
		}
		for _, m := range measures {
			for _, g := range m.Groups {
				c.plan[sweep.Unit{Measure: m.Name, Key: m.Key, Replicas: sweep.Group(g)}] = true
			}
		}
		cells = append(cells, c)
		return nil
	})
	return cells, err
}

// Failure is a piece of work that failed in a cell.
type Failure struct {
	Index  int // of the cell
	ID     string
	Label  string
	Work   string // "train", or a measure's name
	Reason string
}

// Failures returns what failed, in grid order.
func (r *Reader) Failures() ([]Failure, error) {
	var out []Failure
	err := r.each(`SELECT c.position, c.hash, c.label, f.work, f.reason FROM failures f JOIN cells c ON c.id = f.cell
		WHERE c.position IS NOT NULL ORDER BY c.position, f.work`, nil, func(rows *sql.Rows) error {
		var f Failure
		if err := rows.Scan(&f.Index, &f.ID, &f.Label, &f.Work, &f.Reason); err != nil {
			return err
		}
		out = append(out, f)
		return nil
	})
	return out, err
}

// Replicas returns the trained replicas of a cell by index, without their records.
func (r *Reader) Replicas(c Cell) (map[int]sweep.Trained, error) {
	out, err := loadReplicas(r.db, c.row)
	return out, explain(r.Folder.Database(), err)
}

// Query selects records. The zero value selects all.
type Query struct {
	Measure string
	Arrays  bool // read arrays too; without, Record.Array is nil
}

// Records calls f with every record of the run that the plan asks for, cell by cell in grid order, in each by measure and group. It
// holds one cell's records in memory at a time. f may use the Reader.
func (r *Reader) Records(q Query, f func(Cell, record.Record) error) error {
	cells, err := r.Cells()
	if err != nil {
		return err
	}
	for _, c := range cells {
		var records []record.Record
		err := r.cellRecords(c, q, func(_ sweep.Unit, rec record.Record) error {
			records = append(records, rec)
			return nil
		})
		if err != nil {
			return err
		}
		for _, rec := range records {
			if err := f(c, rec); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Reader) cellRecords(c Cell, q Query, f func(sweep.Unit, record.Record) error) error {
	array := "NULL"
	if q.Arrays {
		array = "r.array"
	}
	text := `SELECT u.measure, u.key, u.replicas, r.quantity, r.replicas, r.value, r.stderr, r.n, r.status, r.reason, r.seconds,
			p.estimator, p.dtype, p.samples, p.cpu, p.version, ` + array + `
		FROM units u JOIN records r ON r.unit = u.id JOIN provenances p ON p.id = r.provenance
		WHERE u.cell = ? AND (? = '' OR u.measure = ?) ORDER BY u.measure, u.key, u.replicas, r.position`
	return r.each(text, []any{c.row, q.Measure, q.Measure}, func(rows *sql.Rows) error {
		var u sweep.Unit
		var rec record.Record
		var group, status string
		var value, stderr sql.NullFloat64
		var blob []byte
		p := &rec.Provenance
		err := rows.Scan(&u.Measure, &u.Key, &u.Replicas, &rec.Quantity, &group, &value, &stderr, &rec.N, &status, &rec.Reason, &rec.Seconds,
			&p.Estimator, &p.DType, &p.Set, &p.CPU, &p.Version, &blob)
		if err != nil {
			return err
		}
		if !c.plan[u] {
			return nil
		}
		rec.Measure, rec.Status = u.Measure, record.Status(status)
		rec.Value, rec.StdErr = orNaN(value), orNaN(stderr)
		replicas, err := parseGroup(group)
		if rec.Of = record.Points(replicas...); err == nil {
			rec.Array, err = decodeArray(blob)
		}
		if err != nil {
			return damaged(r.Folder.Database(), fmt.Sprintf("%s %s of cell %s: %v", u.Measure, rec.Quantity, c.ID, err))
		}
		return f(u, rec)
	})
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

// each calls f for every row of a query.
func (r *Reader) each(query string, args []any, f func(*sql.Rows) error) error {
	path := r.Folder.Database()
	rows, err := r.db.Query(query, args...)
	if err != nil {
		return explain(path, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return explain(path, err)
		}
	}
	return explain(path, rows.Err())
}

package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"

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
func (r *Reader) Cells() ([]Cell, error) { return r.cells("") }

// cells are all cells of the run, or the one with an ID.
func (r *Reader) cells(id string) ([]Cell, error) {
	text, args := `SELECT id, position, hash, label, state, replicas, measures FROM cells WHERE position IS NOT NULL`, []any(nil)
	if id != "" {
		text, args = text+` AND hash = ?`, []any{id}
	}
	type planned struct {
		text     string
		replicas int
	}
	plans := map[planned]map[sweep.Unit]bool{} // most cells share one
	var cells []Cell
	err := r.each(text+` ORDER BY position`, args, func(rows *sql.Rows) error {
		var c Cell
		var plan string
		if err := rows.Scan(&c.row, &c.Index, &c.ID, &c.Label, &c.State, &c.Replicas, &plan); err != nil {
			return err
		}
		known := false
		if c.plan, known = plans[planned{plan, c.Replicas}]; !known {
			var err error
			if c.plan, err = units(plan, c.Replicas); err != nil {
				return damaged(r.Folder.Database(), fmt.Sprintf("the plan of cell %s: %v", c.ID, err))
			}
			plans[planned{plan, c.Replicas}] = c.plan
		}
		cells = append(cells, c)
		return nil
	})
	return cells, err
}

// units lists what a cell's plan asks for.
func units(plan string, replicas int) (map[sweep.Unit]bool, error) {
	var measures []sweep.Measure
	if err := json.Unmarshal([]byte(plan), &measures); err != nil {
		return nil, err
	}
	out := map[sweep.Unit]bool{}
	for i := range replicas {
		out[sweep.Unit{Measure: sweep.TrainMeasure, Replicas: strconv.Itoa(i)}] = true
	}
	for _, m := range measures {
		for _, g := range m.Groups {
			out[sweep.Unit{Measure: m.Name, Key: m.Key, Replicas: sweep.Group(g)}] = true
		}
	}
	return out, nil
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

// Trainings calls f with the status of every planned replica that is trained.
func (r *Reader) Trainings(f func(cell string, replica int, status record.Status)) error {
	return r.each(`SELECT c.hash, r.replica, r.status FROM cells c JOIN replicas r ON r.cell = c.id AND r.replica < c.replicas
		WHERE c.position IS NOT NULL`, nil, func(rows *sql.Rows) error {
		var cell, status string
		var replica int
		if err := rows.Scan(&cell, &replica, &status); err != nil {
			return err
		}
		f(cell, replica, record.Status(status))
		return nil
	})
}

// Replicas returns the trained replicas of a cell by index, without their records.
func (r *Reader) Replicas(c Cell) (map[int]sweep.Trained, error) {
	out, err := loadReplicas(r.db, c.row)
	return out, explain(r.Folder.Database(), err)
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

package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"basin/record"
	"basin/sweep"
)

var _ sweep.Recorder = (*Store)(nil)

// statements are prepared once: a sweep commits thousands of small transactions.
type statements struct {
	cellID, checksum, replica, unit, record, provenance, provenanceID, failure, state *sql.Stmt
}

func prepare(db *sql.DB) (*statements, error) {
	var s statements
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&s.cellID, `SELECT id FROM cells WHERE hash = ?`},
		{&s.checksum, `SELECT checksum FROM replicas WHERE cell = ? AND replica = ?`},
		{&s.replica, `INSERT OR REPLACE INTO replicas (cell, replica, status, reason, checksum, seconds) VALUES (?, ?, ?, ?, ?, ?)`},
		{&s.unit, `INSERT INTO units (cell, measure, key, replicas, seconds) VALUES (?, ?, ?, ?, ?)`},
		{&s.record, `INSERT INTO records (unit, position, quantity, replicas, value, stderr, n, status, reason, provenance, seconds, array)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&s.provenance, `INSERT OR IGNORE INTO provenances (estimator, dtype, samples, cpu, version) VALUES (?, ?, ?, ?, ?)`},
		{&s.provenanceID, `SELECT id FROM provenances WHERE estimator = ? AND dtype = ? AND samples = ? AND cpu = ? AND version = ?`},
		{&s.failure, `INSERT OR REPLACE INTO failures (cell, work, reason) VALUES (?, ?, ?)`},
		{&s.state, `UPDATE cells SET state = ? WHERE id = ?`},
	} {
		var err error
		if *p.stmt, err = db.Prepare(p.text); err != nil {
			return nil, err
		}
	}
	return &s, nil
}

// transaction runs f in a transaction: all of it is committed, or nothing.
func (s *Store) transaction(f func(*sql.Tx) error) error {
	path := s.Folder.Database()
	tx, err := s.db.Begin()
	if err != nil {
		return explain(path, err)
	}
	if err := f(tx); err != nil {
		tx.Rollback()
		return explain(path, err)
	}
	return explain(path, tx.Commit())
}

// CheckpointPath is where a replica's parameters go; its folder is made.
func (s *Store) CheckpointPath(cell string, replica int) (string, error) {
	path := s.Folder.Checkpoint(cell, replica)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", unwritable(filepath.Dir(path), err)
	}
	return path, nil
}

// SaveTrained commits a replica with the records of its training.
func (s *Store) SaveTrained(cell string, t sweep.Trained) (dropped bool, err error) {
	err = s.transaction(func(tx *sql.Tx) error {
		id, err := s.cellID(tx, cell)
		if err != nil {
			return err
		}
		if dropped, err = s.dropStale(tx, id, t); err != nil {
			return err
		}
		if _, err := tx.Stmt(s.write.replica).Exec(id, t.Replica, string(t.Status), t.Reason, t.Checksum, t.Seconds); err != nil {
			return err
		}
		return s.saveUnit(tx, id, sweep.Measured{Measure: sweep.TrainMeasure, Replicas: []int{t.Replica}, Seconds: t.Seconds, Records: t.Records})
	})
	return dropped, err
}

// dropStale deletes what a replica's new training replaces: its training's records, and, if its parameters are not what they were,
// every unit made with it.
func (s *Store) dropStale(tx *sql.Tx, cell int64, t sweep.Trained) (dropped bool, err error) {
	var checksum string
	switch err := tx.Stmt(s.write.checksum).QueryRow(cell, t.Replica).Scan(&checksum); {
	case err == sql.ErrNoRows:
		return false, nil
	case err != nil:
		return false, err
	}
	units, err := loadUnits(tx, cell)
	if err != nil {
		return false, err
	}
	for id, u := range units {
		if !slices.Contains(strings.Split(u.Replicas, ","), strconv.Itoa(t.Replica)) {
			continue
		}
		training := u.Measure == sweep.TrainMeasure
		if !training && checksum == t.Checksum {
			continue
		}
		if _, err := tx.Exec(`DELETE FROM units WHERE id = ?`, id); err != nil {
			return false, err
		}
		dropped = dropped || !training
	}
	return dropped, nil
}

// SaveMeasured commits one measure on one group.
func (s *Store) SaveMeasured(cell string, m sweep.Measured) error {
	return s.transaction(func(tx *sql.Tx) error {
		id, err := s.cellID(tx, cell)
		if err != nil {
			return err
		}
		return s.saveUnit(tx, id, m)
	})
}

func (s *Store) saveUnit(tx *sql.Tx, cell int64, m sweep.Measured) error {
	result, err := tx.Stmt(s.write.unit).Exec(cell, m.Measure, m.Key, sweep.Group(m.Replicas), m.Seconds)
	if err != nil {
		return err
	}
	unit, err := result.LastInsertId()
	if err != nil {
		return err
	}
	insert := tx.Stmt(s.write.record)
	var last record.Provenance
	var provenance int64
	for i, r := range m.Records {
		array, err := encodeArray(r.Array)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", m.Measure, r.Quantity, err)
		}
		p := r.Provenance
		if i == 0 || p != last {
			if provenance, err = s.provenance(tx, p); err != nil {
				return err
			}
			last = p
		}
		if _, err := insert.Exec(unit, i, r.Quantity, sweep.Group(r.Replicas()), number(r.Value), number(r.StdErr), r.N, string(r.Status), r.Reason,
			provenance, r.Seconds, array); err != nil {
			return err
		}
	}
	return nil
}

// number keeps NaN as NULL, which is what SQLite makes of it anyway.
func number(x float64) any {
	if math.IsNaN(x) {
		return nil
	}
	return x
}

// provenance finds or adds the row that says where values came from; thousands of records share one.
func (s *Store) provenance(tx *sql.Tx, p record.Provenance) (id int64, err error) {
	args := []any{p.Estimator, p.DType, p.Set, p.CPU, p.Version}
	err = tx.Stmt(s.write.provenanceID).QueryRow(args...).Scan(&id)
	if err != sql.ErrNoRows {
		return id, err
	}
	result, err := tx.Stmt(s.write.provenance).Exec(args...)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

// SaveFailure marks the cell failed.
func (s *Store) SaveFailure(cell, work, reason string) error {
	return s.transaction(func(tx *sql.Tx) error {
		id, err := s.cellID(tx, cell)
		if err != nil {
			return err
		}
		if _, err := tx.Stmt(s.write.failure).Exec(id, work, reason); err != nil {
			return err
		}
		_, err = tx.Stmt(s.write.state).Exec(string(sweep.Failed), id)
		return err
	})
}

// SaveDone marks the cell done.
func (s *Store) SaveDone(cell string) error {
	return s.transaction(func(tx *sql.Tx) error {
		id, err := s.cellID(tx, cell)
		if err != nil {
			return err
		}
		_, err = tx.Stmt(s.write.state).Exec(string(sweep.Done), id)
		return err
	})
}

// Retry makes every failed cell pending again and returns how many there were. What was committed of them stays.
func (s *Store) Retry() (n int, err error) {
	err = s.transaction(func(tx *sql.Tx) error {
		if err := tx.QueryRow(`SELECT count(*) FROM cells WHERE state = 'failed' AND position IS NOT NULL`).Scan(&n); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE cells SET state = 'pending' WHERE state = 'failed'`); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM failures`)
		return err
	})
	return n, err
}

// Declare makes these the cells of the run; see sweep.Recorder.
func (s *Store) Declare(cells []sweep.Cell) ([]sweep.Standing, error) {
	standing := make([]sweep.Standing, len(cells))
	err := s.transaction(func(tx *sql.Tx) error {
		known, err := loadCells(tx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE cells SET position = NULL`); err != nil {
			return err
		}
		insert, err := tx.Prepare(`INSERT INTO cells (hash, position, label, replicas, measures, state) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (hash) DO UPDATE SET position = excluded.position, label = excluded.label, replicas = excluded.replicas,
			measures = excluded.measures, state = excluded.state`)
		if err != nil {
			return err
		}
		defer insert.Close()
		for i, c := range cells {
			plan, err := json.Marshal(c.Measures)
			if err != nil {
				return err
			}
			old, ok := known[c.ID]
			state := old.state
			if !ok || state == sweep.Done && (old.measures != string(plan) || old.replicas != c.Replicas) {
				state = sweep.Pending
			}
			standing[i] = sweep.Standing{State: state, Trained: old.trained}
			if _, err := insert.Exec(c.ID, c.Index, c.Label, c.Replicas, string(plan), string(state)); err != nil {
				return err
			}
		}
		return nil
	})
	return standing, err
}

type cellRow struct {
	state    sweep.State
	replicas int
	measures string
	trained  int
}

func loadCells(tx *sql.Tx) (map[string]cellRow, error) {
	rows, err := tx.Query(`SELECT c.hash, c.state, c.replicas, c.measures, count(r.replica)
		FROM cells c LEFT JOIN replicas r ON r.cell = c.id AND r.replica < c.replicas GROUP BY c.id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]cellRow{}
	for rows.Next() {
		var hash string
		var c cellRow
		if err := rows.Scan(&hash, &c.state, &c.replicas, &c.measures, &c.trained); err != nil {
			return nil, err
		}
		out[hash] = c
	}
	return out, rows.Err()
}

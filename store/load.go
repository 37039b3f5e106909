package store

import (
	"database/sql"
	"fmt"

	"basin/record"
	"basin/sweep"
)

// querier is a database or a transaction.
type querier interface {
	Query(query string, args ...any) (*sql.Rows, error)
}

// cellID is the row of a cell.
func (s *Store) cellID(tx *sql.Tx, cell string) (id int64, err error) {
	err = tx.Stmt(s.write.cellID).QueryRow(cell).Scan(&id)
	if err == sql.ErrNoRows {
		return 0, fmt.Errorf("cell %s is not in the run", cell)
	}
	return id, err
}

// Load returns what is committed of a cell.
func (s *Store) Load(cell string) (sweep.Kept, error) {
	kept := sweep.Kept{Measured: map[sweep.Unit]bool{}}
	err := s.transaction(func(tx *sql.Tx) error {
		id, err := s.cellID(tx, cell)
		if err != nil {
			return err
		}
		if kept.Replicas, err = loadReplicas(tx, id); err != nil {
			return err
		}
		units, err := loadUnits(tx, id)
		if err != nil {
			return err
		}
		for _, u := range units {
			if u.Measure != sweep.TrainMeasure {
				kept.Measured[u] = true
			}
		}
		return nil
	})
	return kept, err
}

func loadReplicas(q querier, cell int64) (map[int]sweep.Trained, error) {
	rows, err := q.Query(`SELECT replica, status, reason, checksum, seconds FROM replicas WHERE cell = ?`, cell)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int]sweep.Trained{}
	for rows.Next() {
		var t sweep.Trained
		var status string
		if err := rows.Scan(&t.Replica, &status, &t.Reason, &t.Checksum, &t.Seconds); err != nil {
			return nil, err
		}
		t.Status = record.Status(status)
		out[t.Replica] = t
	}
	return out, rows.Err()
}

func loadUnits(q querier, cell int64) (map[int64]sweep.Unit, error) {
	rows, err := q.Query(`SELECT id, measure, key, replicas FROM units WHERE cell = ?`, cell)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]sweep.Unit{}
	for rows.Next() {
		var id int64
		var u sweep.Unit
		if err := rows.Scan(&id, &u.Measure, &u.Key, &u.Replicas); err != nil {
			return nil, err
		}
		out[id] = u
	}
	return out, rows.Err()
}

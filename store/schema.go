package store

import (
	"database/sql"
	"fmt"
)

// applicationID marks a SQLite file as Basin's: "Basn".
const applicationID = 0x4261736e

// migrations take an empty database to the newest schema; the schema's version is how many were applied. Released ones never change.
var migrations = []string{
	`
CREATE TABLE cells (
	id       INTEGER PRIMARY KEY,
	hash     TEXT NOT NULL UNIQUE,
	position INTEGER,          -- in the grid; NULL: no longer a cell of the run
	label    TEXT NOT NULL,
	replicas INTEGER NOT NULL, -- planned
	measures TEXT NOT NULL,    -- planned: JSON [{name, key, groups}]
	state    TEXT NOT NULL CHECK (state IN ('pending', 'done', 'failed'))
) STRICT;
CREATE TABLE failures (
	cell   INTEGER NOT NULL REFERENCES cells,
	work   TEXT NOT NULL,      -- what failed: open, train, a measure's name
	reason TEXT NOT NULL,
	PRIMARY KEY (cell, work)
) STRICT, WITHOUT ROWID;
CREATE TABLE replicas (
	cell     INTEGER NOT NULL REFERENCES cells,
	replica  INTEGER NOT NULL,
	status   TEXT NOT NULL,
	reason   TEXT NOT NULL,
	checksum TEXT NOT NULL,    -- SHA-256 of the checkpoint; empty: there is none
	seconds  REAL NOT NULL,
	PRIMARY KEY (cell, replica)
) STRICT, WITHOUT ROWID;
CREATE TABLE units (
	id       INTEGER PRIMARY KEY,
	cell     INTEGER NOT NULL REFERENCES cells,
	measure  TEXT NOT NULL,
	key      TEXT NOT NULL,    -- of the measure's settings
	replicas TEXT NOT NULL,    -- the group: 0 or 0,1
	seconds  REAL NOT NULL,
	UNIQUE (cell, measure, key, replicas)
) STRICT;
CREATE TABLE provenances (
	id        INTEGER PRIMARY KEY,
	estimator TEXT NOT NULL,
	dtype     TEXT NOT NULL,
	samples   TEXT NOT NULL,
	cpu       TEXT NOT NULL,
	version   TEXT NOT NULL,
	UNIQUE (estimator, dtype, samples, cpu, version)
) STRICT;
CREATE TABLE records (
	unit       INTEGER NOT NULL REFERENCES units ON DELETE CASCADE,
	position   INTEGER NOT NULL,
	quantity   TEXT NOT NULL,
	replicas   TEXT NOT NULL,
	value      REAL,           -- NULL: NaN
	stderr     REAL,           -- NULL: NaN, there is none
	n          INTEGER NOT NULL,
	status     TEXT NOT NULL,
	reason     TEXT NOT NULL,
	provenance INTEGER NOT NULL REFERENCES provenances,
	seconds    REAL NOT NULL,
	array      BLOB,           -- see encodeArray
	PRIMARY KEY (unit, position)
) STRICT, WITHOUT ROWID;
CREATE VIEW findings AS    -- for people with a SQLite shell
	SELECT c.hash AS cell, c.label, u.measure, r.quantity, r.replicas, r.value, r.stderr, r.n, r.status, r.reason,
		p.estimator, p.dtype, p.samples, p.cpu, p.version, r.seconds, u.key
	FROM records r JOIN units u ON u.id = r.unit JOIN cells c ON c.id = u.cell JOIN provenances p ON p.id = r.provenance;
`,
}

// schemaVersion reads which schema a database has: 0 if it is empty. It refuses other programs' databases and newer schemas.
func schemaVersion(db *sql.DB, path string) (int, error) {
	var id, version, tables int
	if err := db.QueryRow(`PRAGMA application_id`).Scan(&id); err != nil {
		return 0, explain(path, err)
	}
	if err := db.QueryRow(`PRAGMA user_version`).Scan(&version); err != nil {
		return 0, explain(path, err)
	}
	if err := db.QueryRow(`SELECT count(*) FROM sqlite_master`).Scan(&tables); err != nil {
		return 0, explain(path, err)
	}
	switch {
	case id == 0 && version == 0 && tables == 0:
		return 0, nil
	case id != applicationID:
		return 0, damaged(path, "it is a SQLite database, but not one of Basin's")
	case version > len(migrations):
		return 0, fmt.Errorf("%s %w: its schema is %d, this one knows up to %d; use the version that wrote it, or a newer one", path, ErrNewer, version, len(migrations))
	case version <= 0:
		return 0, damaged(path, "its schema version is lost")
	}
	return version, nil
}

// migrate takes the database from a schema version to the newest, each step in a transaction of its own.
func migrate(db *sql.DB, path string, from int) error {
	for i, step := range migrations[from:] {
		version := from + i + 1
		tx, err := db.Begin()
		if err != nil {
			return explain(path, err)
		}
		_, err = tx.Exec(fmt.Sprintf("%s; PRAGMA application_id = %d; PRAGMA user_version = %d", step, applicationID, version))
		if err == nil {
			err = tx.Commit()
		}
		if err != nil {
			tx.Rollback()
			return fmt.Errorf("schema %d: %w", version, explain(path, err))
		}
	}
	return nil
}

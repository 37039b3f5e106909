package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrDamaged is wrapped by errors about a results.db that is not, or no longer, a database of Basin.
var ErrDamaged = errors.New("is damaged")

// ErrNewer is wrapped by errors about a results.db of a later schema.
var ErrNewer = errors.New("was written by a newer Basin")

const damagedHelp = "put back a copy of it, or delete it (and results.db-wal, results.db-shm) and run again, which trains everything anew"

// damaged says that the database cannot be trusted.
func damaged(path, why string) error {
	return fmt.Errorf("%s %w (%s): %s", path, ErrDamaged, why, damagedHelp)
}

// unwritable says that a folder or file of the run cannot be written.
func unwritable(path string, err error) error {
	return fmt.Errorf("%s cannot be written: %w; make it writable, free some space, or choose another folder", path, err)
}

// explain names the file and says what to do about an error of SQLite.
func explain(path string, err error) error {
	var e *sqlite.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff { // primary result code; https://www.sqlite.org/rescode.html
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return damaged(path, e.Error())
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%s: the disk is full: free some space and run again; what was saved is kept (%w)", path, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return unwritable(path, err)
	case sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("%s cannot be opened: see that it and its folder may be read and written (%w)", path, err)
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("%s: the disk gives errors: see that it is whole and not full, then run again; what was saved is kept (%w)", path, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%s is locked by another program: close it and run again (%w)", path, err)
	}
	return fmt.Errorf("%s: %w", path, err)
}

package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Reader answers questions about a run folder and changes nothing in it. It may be used while another process writes.
type Reader struct {
	Folder Folder
	db     *sql.DB
}

// Store is the one writer of a run folder. It implements sweep.Recorder.
type Store struct {
	Reader
	Warnings []string // what the user should know about the folder
	lock     *os.File
	write    *statements
}

// Open makes the run folder if need be, locks it, and opens its database, bringing an older schema up to date. Errors wrap ErrLocked,
// ErrDamaged or ErrNewer, or say that the folder cannot be written.
func Open(dir string) (*Store, error) {
	f := Folder(dir)
	if err := os.MkdirAll(f.Checkpoints(), 0o755); err != nil {
		return nil, unwritable(dir, err)
	}
	lock, err := lockFolder(f)
	if err != nil {
		return nil, err
	}
	s := &Store{Reader: Reader{Folder: f}, lock: lock}
	if kind := networked(dir); kind != "" {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%s is on %s: do not read it from another machine while a run goes on", dir, kind))
	}
	if err := s.openDatabase(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) openDatabase() error {
	path := s.Folder.Database()
	if err := checkEmpty(s.Folder); err != nil {
		return err
	}
	db, err := connect(path, "rwc")
	if err != nil {
		return err
	}
	s.db = db
	version, err := schemaVersion(db, path)
	if err != nil {
		return err
	}
	if version > 0 {
		if err := quickCheck(db, path); err != nil {
			return err
		}
	}
	if err := migrate(db, path, version); err != nil {
		return err
	}
	// After the schema is there, so that a crash in between leaves an empty file and not an odd one.
	if _, err := db.Exec(`PRAGMA journal_mode = WAL`); err != nil {
		return explain(path, err)
	}
	s.write, err = prepare(db)
	return explain(path, err)
}

// checkEmpty finds a database that was cut to nothing. (One that is only new has no checkpoints beside it.)
func checkEmpty(f Folder) error {
	info, err := os.Stat(f.Database())
	if err != nil || info.Size() > 0 {
		return nil // SQLite says more about other trouble.
	}
	entries, err := os.ReadDir(f.Checkpoints())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		return damaged(f.Database(), "it is empty, but there are checkpoints")
	}
	return nil
}

// quickCheck reads the whole database once, before anything is added to one that is broken.
func quickCheck(db *sql.DB, path string) error {
	var found string
	if err := db.QueryRow(`PRAGMA quick_check(1)`).Scan(&found); err != nil {
		return explain(path, err)
	}
	if found != "ok" {
		return damaged(path, found)
	}
	return nil
}

// OpenReader opens a run folder for reading.
func OpenReader(dir string) (*Reader, error) {
	f := Folder(dir)
	path := f.Database()
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s is not a run folder: it has no results.db (basin run makes one)", dir)
	case err != nil:
		return nil, fmt.Errorf("%s cannot be read: %w", path, err)
	case info.Size() == 0:
		if err := checkEmpty(f); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%s holds nothing yet: its run has only just begun", path)
	}
	r := &Reader{Folder: f}
	err := r.openDatabase("ro")
	if err != nil && !r.hasWAL() {
		// On a medium that cannot be written SQLite cannot make the files of WAL mode. Without a WAL nobody is writing, so the file
		// may be read as it stands.
		if r.openDatabase("immutable") == nil {
			err = nil
		}
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Reader) hasWAL() bool {
	info, err := os.Stat(r.Folder.Database() + "-wal")
	return err == nil && info.Size() > 0
}

func (r *Reader) openDatabase(mode string) error {
	path := r.Folder.Database()
	db, err := connect(path, mode)
	if err != nil {
		return err
	}
	version, err := schemaVersion(db, path)
	if err == nil && version < len(migrations) {
		err = fmt.Errorf("%s was written by an older Basin (schema %d): `basin run` on its folder brings it up to date", path, version)
	}
	if err != nil {
		db.Close()
		return err
	}
	r.db = db
	return nil
}

// connect opens the file over one connection. Mode is SQLite's ro or rwc, or "immutable".
func connect(path, mode string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	query := url.Values{"_pragma": {"busy_timeout(5000)"}}
	if mode == "immutable" {
		query.Set("immutable", "1")
		mode = "ro"
	}
	if mode == "rwc" { // They hold for a connection.
		query["_pragma"] = append(query["_pragma"], "synchronous(NORMAL)", "foreign_keys(ON)")
	}
	query.Set("mode", mode)
	name := filepath.ToSlash(abs)
	if name[0] != '/' {
		name = "/" + name // file:///C:/…
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: name, RawQuery: query.Encode()}).String())
	if err != nil {
		return nil, explain(path, err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// Close closes the database.
func (r *Reader) Close() error {
	if r.db == nil {
		return nil
	}
	return explain(r.Folder.Database(), r.db.Close())
}

// Close closes the database, which folds the WAL into it, and lets go of the folder.
func (s *Store) Close() error {
	return errors.Join(s.Reader.Close(), s.lock.Close())
}

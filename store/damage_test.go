package store

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"basin/sweep"
)

// filled makes the run folder of plan() and returns its database's bytes.
func filled(t *testing.T) (Folder, []byte) {
	t.Helper()
	s := open(t, t.TempDir())
	fill(t, s)
	must(s.CheckpointPath("a", 0))(t) // makes the cell's folder
	check(t, s.Close())
	return s.Folder, must(os.ReadFile(s.Folder.Database()))(t)
}

// pageSize is SQLite's default.
const pageSize = 4096

func TestDamagedDatabase(t *testing.T) {
	f, whole := filled(t)
	flip := func(at int) []byte {
		b := bytes.Clone(whole)
		b[at] ^= 0x10
		return b
	}
	zero := func(from, to int) []byte {
		b := bytes.Clone(whole)
		clear(b[from:to])
		return b
	}
	for _, c := range []struct {
		name    string
		content []byte
		want    error
	}{
		{"empty beside checkpoints", nil, ErrDamaged},
		{"cut within the header", whole[:50], ErrDamaged},
		{"cut after the first page", whole[:pageSize], ErrDamaged},
		{"cut by half a page", whole[:len(whole)-pageSize/2], ErrDamaged},
		{"garbage", bytes.Repeat([]byte("not a database. "), 1000), ErrDamaged},
		{"magic", flip(3), ErrDamaged},
		{"application id", flip(70), ErrDamaged},
		{"schema version 16", flip(63), ErrNewer},
		{"schema version 0", zero(60, 64), ErrDamaged},
		{"a lost page", zero(2*pageSize, 3*pageSize), ErrDamaged},
	} {
		check(t, os.WriteFile(f.Database(), c.content, 0o644))
		s, err := Open(string(f))
		if err == nil {
			s.Close()
		}
		if !errors.Is(err, c.want) || !strings.Contains(fmt.Sprint(err), f.Database()) {
			t.Errorf("%s: Open says %v, want %v and the file's name", c.name, err, c.want)
		}
		if after := must(os.ReadFile(f.Database()))(t); !bytes.Equal(after, c.content) {
			t.Errorf("%s: Open changed the file", c.name)
		}
	}
}

// Whatever bit of the header flips, opening and reading ends with an error or with the true contents, never with others.
func TestBitFlipsInHeader(t *testing.T) {
	f, whole := filled(t)
	reader := must(OpenReader(string(f)))(t)
	want := must(reader.Fingerprint())(t)
	reader.Close()
	refused := 0
	for at := range 100 { // the header is 100 bytes: https://www.sqlite.org/fileformat2.html#the_database_header
		b := bytes.Clone(whole)
		b[at] ^= 1 << (at % 8)
		check(t, os.WriteFile(f.Database(), b, 0o644))
		s, err := Open(string(f))
		if err != nil {
			if !strings.Contains(err.Error(), "results.db") {
				t.Errorf("byte %d: %v does not name the file", at, err)
			}
			refused++
			continue
		}
		got, err := s.Fingerprint()
		s.Close()
		if err != nil {
			refused++
		} else if got != want {
			t.Errorf("byte %d: other contents without an error", at)
		}
	}
	if refused < 20 { // the magic string alone has 16 bytes, the application ID 4
		t.Errorf("only %d of 100 flips were noticed", refused)
	}
}

func TestOtherPeoplesDatabase(t *testing.T) {
	dir := t.TempDir()
	db := must(sql.Open("sqlite", filepath.Join(dir, "results.db")))(t)
	must(db.Exec(`CREATE TABLE recipes (name TEXT)`))(t)
	check(t, db.Close())
	for name, open := range map[string]func() error{
		"Open":       func() error { _, err := Open(dir); return err },
		"OpenReader": func() error { _, err := OpenReader(dir); return err },
	} {
		if err := open(); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "not one of Basin's") {
			t.Errorf("%s of another program's database says %v", name, err)
		}
	}
}

func TestNotARunFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenReader(dir); err == nil || !strings.Contains(err.Error(), "not a run folder") {
		t.Errorf("an empty folder: %v", err)
	}
	file := filepath.Join(dir, "file")
	check(t, os.WriteFile(file, nil, 0o644))
	if _, err := Open(filepath.Join(file, "run")); err == nil || !strings.Contains(err.Error(), "cannot be written") {
		t.Errorf("a folder in a file: %v", err)
	}
	if _, err := Open(file); err == nil {
		t.Error("a file was taken for a run folder")
	}
}

// A full disk is told as such, and what was saved before stays. (A limit on pages gives SQLITE_FULL as a full disk does.)
func TestFullDisk(t *testing.T) {
	s := open(t, t.TempDir())
	fill(t, s)
	must(s.Declare(append(plan(), sweep.Cell{Index: 2, ID: "c"})))(t)
	want := must(s.Fingerprint())(t)
	var pages int
	check(t, s.db.QueryRow(`PRAGMA page_count`).Scan(&pages))
	must(s.db.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages)))(t)
	err := s.SaveFailure("c", "loss", strings.Repeat("long ", pageSize))
	if err == nil || !strings.Contains(err.Error(), "disk is full") || !strings.Contains(err.Error(), s.Folder.Database()) {
		t.Errorf("a full disk says %v", err)
	}
	if got := must(s.Fingerprint())(t); got != want {
		t.Error("the failed commit changed the contents")
	}
}

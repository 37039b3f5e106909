package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// TestFullDisk writes to a disk that is always full: path.tmp is a link to /dev/full.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full on " + runtime.GOOS)
	}
	path := filepath.Join(t.TempDir(), "0.safetensors")
	if err := Write(path, sample()); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	if err := os.Symlink("/dev/full", path+".tmp"); err != nil {
		t.Fatal(err)
	}
	err := Write(path, &File{})
	if !errors.Is(err, syscall.ENOSPC) || !says(err, path) || !says(err, "free some space") {
		t.Errorf("error %v", err)
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the failed write changed the checkpoint")
	}
	if _, err := os.Lstat(path + ".tmp"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the failed write left its temporary file")
	}
}

func TestReadOnlyFolder(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(dir, "0.safetensors"), sample()); !says(err, "can be written to") {
		t.Errorf("error %v", err)
	}
}

func TestAdvice(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&fs.PathError{Op: "open", Path: "f", Err: syscall.EROFS}, "can be written to"},
		{&fs.PathError{Op: "open", Path: "f", Err: syscall.EACCES}, "can be written to"},
		{&fs.PathError{Op: "write", Path: "f", Err: syscall.ENOSPC}, "disk is full"},
	} {
		if got := advice(c.err); !strings.Contains(got, c.want) {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
	if got := advice(errors.New("other")); got != "" {
		t.Errorf("advice on an unknown error: %q", got)
	}
}

func TestLeftoverIsOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "0.safetensors")
	if err := os.WriteFile(path+".tmp", make([]byte, 1<<20), 0o644); err != nil { // longer than what is written now
		t.Fatal(err)
	}
	if err := Write(path, sample()); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err != nil {
		t.Error(err)
	}
}

func TestUnwritablePlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(file, "0.safetensors"), sample()); !says(err, "checkpoint: write "+file) {
		t.Errorf("error %v", err)
	}
	if _, err := Read(filepath.Join(filepath.Dir(file), "none")); !errors.Is(err, fs.ErrNotExist) || !says(err, "none") {
		t.Errorf("error %v", err)
	}
}

// TestUnsyncedWrite compares WriteUnsynced with Write, then makes path.tmp a link to /dev/null, which cannot sync.
func TestUnsyncedWrite(t *testing.T) {
	dir := t.TempDir()
	synced, unsynced := filepath.Join(dir, "a", "0.safetensors"), filepath.Join(dir, "b", "0.safetensors")
	if err := Write(synced, sample()); err != nil {
		t.Fatal(err)
	}
	sum, err := WriteUnsynced(unsynced, sample())
	if err != nil {
		t.Fatal(err)
	}
	want, _ := os.ReadFile(synced)
	got, _ := os.ReadFile(unsynced)
	if !bytes.Equal(got, want) || sum != sha256.Sum256(got) {
		t.Errorf("%d bytes with the sum %x, want %d with %x", len(got), sum, len(want), sha256.Sum256(want))
	}
	if entries, _ := os.ReadDir(filepath.Dir(unsynced)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	if runtime.GOOS != "linux" {
		return
	}
	for _, path := range []string{synced, unsynced} {
		if err := os.Symlink(os.DevNull, path+".tmp"); err != nil {
			t.Fatal(err)
		}
	}
	if err := Write(synced, sample()); err == nil {
		t.Error("Write did not sync")
	}
	if _, err := WriteUnsynced(unsynced, sample()); err != nil {
		t.Errorf("WriteUnsynced synced: %v", err)
	}
}

package checkpoint

import (
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
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "free some space") {
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
	if err := Write(filepath.Join(dir, "0.safetensors"), sample()); err == nil || !strings.Contains(err.Error(), "can be written to") {
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
	if err := Write(filepath.Join(file, "0.safetensors"), sample()); err == nil || !strings.Contains(err.Error(), "checkpoint: write "+file) {
		t.Errorf("error %v", err)
	}
	if _, err := Read(filepath.Join(filepath.Dir(file), "none")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none") {
		t.Errorf("error %v", err)
	}
}

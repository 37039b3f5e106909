package checkpoint

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Write writes a checkpoint so that path has either its old content or all of f, even after a crash or a power
// cut: it writes to path+".tmp", syncs, renames, and syncs the folder. It makes missing folders. Each path must
// have only one writer at a time. A process that is killed while it writes leaves path+".tmp". The next Write of
// the path replaces it; this package removes no others. The owner of the folder may delete all files that end in
// ".tmp" when no writer is at work.
func Write(path string, f *File) error {
	_, err := write(path, f, true)
	return err
}

// WriteUnsynced is Write without waiting for the disk: after a crash of the process path has its old content or
// the new, but after a power cut it may have neither. It returns the SHA-256 of the file's bytes. It is for
// callers that write many files and then sync all of them and their folders, before they rely on any.
func WriteUnsynced(path string, f *File) (sum [sha256.Size]byte, err error) {
	return write(path, f, false)
}

func write(path string, f *File, synced bool) (sum [sha256.Size]byte, err error) {
	b, err := Encode(f)
	if err == nil {
		err = replace(path, b, synced)
	}
	if err != nil {
		return sum, fmt.Errorf("checkpoint: write %s: %w%s", path, err, advice(err))
	}
	return sha256.Sum256(b), nil
}

func replace(path string, b []byte, synced bool) error {
	dir, temporary := filepath.Dir(path), path+".tmp"
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	err := writeFile(temporary, b, synced)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		os.Remove(temporary)
		return err
	}
	if synced {
		return syncFolder(dir)
	}
	return nil
}

func writeFile(path string, b []byte, synced bool) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil && synced {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncFolder makes a rename last through a power cut. Systems that cannot sync a folder lose nothing else by it.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

// advice says what to do about an error of the file system.
func advice(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return "; the disk is full: free some space and run again, finished work is kept"
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return "; choose an output folder that can be written to"
	}
	return ""
}

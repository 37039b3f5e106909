package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Write writes a checkpoint so that path holds either what it held before or all of f, whatever happens meanwhile: it writes to
// path+".tmp", syncs, and renames. It makes missing folders. One path has one writer at a time; what a killed one left behind is
// overwritten.
func Write(path string, f *File) error {
	b, err := Encode(f)
	if err == nil {
		err = replace(path, b)
	}
	if err != nil {
		return fmt.Errorf("checkpoint: write %s: %w%s", path, err, advice(err))
	}
	return nil
}

func replace(path string, b []byte) error {
	dir, temporary := filepath.Dir(path), path+".tmp"
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	if err := writeSynced(temporary, b); err != nil {
		os.Remove(temporary)
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		os.Remove(temporary)
		return err
	}
	return syncDir(dir)
}

func writeSynced(path string, b []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDir makes a rename last through a power cut. Systems that cannot sync a folder lose nothing else by it.
func syncDir(dir string) error {
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
		return "; the disk is full: free some space and run again, what is done is kept"
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return "; choose an output folder that can be written to"
	}
	return ""
}

package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// fileType is the type of paths of files: a path is absolute, and known by the bytes that it leads to.
func fileType() *valueType[string] {
	t := singleType("path of a file", parseString, appendText, nil)
	t.form = ofFile
	t.schema = text.schema
	t.parse = func(r rule, n *node, fail complaint) (string, bool) {
		path, ok := text.parse(r, n, fail)
		if !ok || path == "" {
			return path, ok
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(n.at.text.folder, path)
		}
		path, err := filepath.Abs(path)
		if err == nil {
			err = regular(path)
		}
		if err != nil {
			fail(n, "", err.Error())
			return "", false
		}
		return path, true
	}
	return t
}

// regular refuses what can't be read to its end: a folder, a pipe, a device.
func regular(path string) error {
	info, err := os.Stat(path)
	switch {
	case os.IsNotExist(err):
		return fmt.Errorf("there is no file %s", clip(path))
	case err != nil:
		return fmt.Errorf("the file cannot be read: %w", err)
	case info.IsDir():
		return fmt.Errorf("%s is a folder; give a file", clip(path))
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", clip(path))
	}
	return nil
}

// FileError is what a Hasher panics with where a file cannot be read. Language.Parse reports it as an error of the
// spec.
type FileError struct {
	Path string
	Err  error
}

func (e *FileError) Error() string { return e.Path + ": the file cannot be read: " + e.Err.Error() }
func (e *FileError) Unwrap() error { return e.Err }

// digests are SHA-256 sums of files, kept while path, size and time of change are the same. The zero value is ready.
type digests struct {
	mu   sync.Mutex
	sums map[stamp]string
}

type stamp struct {
	path  string
	size  int64
	mtime time.Time
}

func (d *digests) of(path string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := regular(path); err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	key := stamp{path, info.Size(), info.ModTime()}
	if sum, ok := d.sums[key]; ok {
		return sum, nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	if d.sums == nil {
		d.sums = map[stamp]string{}
	}
	sum := hex.EncodeToString(h.Sum(nil))
	d.sums[key] = sum
	return sum, nil
}

package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// Folder is the path of a run folder. It knows the layout and nothing of what is in the files.
type Folder string

func (f Folder) path(elem ...string) string {
	return filepath.Join(append([]string{string(f)}, elem...)...)
}

func (f Folder) Database() string    { return f.path("results.db") }
func (f Folder) Spec() string        { return f.path("spec.yaml") }
func (f Folder) DataSums() string    { return f.path("data.sha256") }
func (f Folder) Report() string      { return f.path("report") }
func (f Folder) PanicLog() string    { return f.path("panics.log") }
func (f Folder) Checkpoints() string { return f.path("checkpoints") }
func (f Folder) lock() string        { return f.path("lock") }

// Checkpoint is where a replica's parameters are.
func (f Folder) Checkpoint(cell string, replica int) string {
	return f.path("checkpoints", cell, strconv.Itoa(replica)+".safetensors")
}

// ReadSpec returns the frozen spec, nil if there is none yet.
func (f Folder) ReadSpec() ([]byte, error) {
	text, err := os.ReadFile(f.Spec())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// FreezeSpec writes the spec: whole or not at all. Only the holder of the lock may.
func (s *Store) FreezeSpec(text []byte) error {
	path := s.Folder.Spec()
	err := writeFile(path, text)
	if err != nil {
		return fmt.Errorf("%s: the spec cannot be kept: %w", path, err)
	}
	return nil
}

// writeFile replaces a file, so that a crash leaves the old or the new one.
func writeFile(path string, text []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(text)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

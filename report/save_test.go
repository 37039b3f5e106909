package report

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// listed are the names in a folder.
func listed(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func writes(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

// A file is replaced whole or not at all, and nothing is left of an attempt that failed.
func TestSave(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	check := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(path); err != nil || string(got) != want || listed(t, dir) != "out.csv" {
			t.Errorf("%q, %v; the folder has %s", got, err, listed(t, dir))
		}
	}
	failing := func(w io.Writer) error {
		writes("half")(w)
		return errors.New("it broke")
	}
	if err := Save(path, failing); err == nil || !strings.Contains(err.Error(), "it broke") ||
		!strings.Contains(err.Error(), path) || listed(t, dir) != "" {
		t.Errorf("%v; the folder has %q", err, listed(t, dir))
	}
	if err := Save(path, writes("first")); err != nil {
		t.Fatal(err)
	}
	check("first")
	if err := Save(path, failing); err == nil {
		t.Error("no error")
	}
	check("first")
	if err := Save(path, writes("second")); err != nil {
		t.Fatal(err)
	}
	check("second")
	if err := Save(dir, writes("x")); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("saving over a folder: %v", err)
	}
	if err := Save(filepath.Join(dir, "absent", "x"), writes("x")); err == nil ||
		!strings.Contains(err.Error(), "absent") {
		t.Errorf("saving into no folder: %v", err)
	}
}

// A link keeps pointing to its file, which is replaced.
func TestSaveThroughLink(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	if err := Save(link, writes("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if got, _ := os.ReadFile(file); err != nil || string(got) != "new" || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the file holds %q, the link is %v", got, info.Mode())
	}
}

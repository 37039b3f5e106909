package report

import (
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// limitFiles makes files that grow beyond a size fail to be written, as on a full disk, until the function that it
// returns is called.
func limitFiles(t *testing.T, size uint64) (restore func()) {
	t.Helper()
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(unix.SIGXFSZ)
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
			t.Error(err)
		}
		signal.Reset(unix.SIGXFSZ)
	}
}

// On a full disk a report and an export say so, and leave what was there: no empty file, no part of one.
func TestFullDisk(t *testing.T) {
	run := digitsLike(t)
	dir := t.TempDir()
	out := filepath.Join(dir, "records.csv")
	if err := os.WriteFile(out, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	restore := limitFiles(t, 20_000)
	_, reportErr := Write(filepath.Join(dir, "report"), run)
	saveErr := Save(out, func(w io.Writer) error { return recordTable.Write(w, CSV, run) })
	restore()
	if reportErr == nil || !strings.Contains(reportErr.Error(), "index.html") ||
		!strings.Contains(reportErr.Error(), "file too large") {
		t.Errorf("the report says %v", reportErr)
	}
	if saveErr == nil || !strings.Contains(saveErr.Error(), "records.csv") {
		t.Errorf("the export says %v", saveErr)
	}
	if got, err := os.ReadFile(out); string(got) != "before" || err != nil {
		t.Errorf("the old export is %d bytes, %v", len(got), err)
	}
	if names := listed(t, filepath.Join(dir, "report")); names != "" {
		t.Errorf("the report left %s", names)
	}
	if names := listed(t, dir); names != "records.csv report" {
		t.Errorf("the folder has %s", names)
	}
}

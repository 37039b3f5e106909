package store

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const nobody = 65534

// asNobody runs f so that file permissions bind it, even when root runs the tests.
func asNobody(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if os.Getuid() == 0 {
			runtime.LockOSThread() // and never unlock: the thread ends with the goroutine, and its identity with it
			unix.Setfsuid(nobody)
		}
		f()
	}()
	<-done
}

// A folder that may be read only: no run, but status and report work.
func TestReadOnlyFolder(t *testing.T) {
	dir := must(os.MkdirTemp("", "basin"))(t) // not t.TempDir, whose parents nobody may enter
	defer os.RemoveAll(dir)
	s := open(t, dir)
	fill(t, s)
	want := must(s.Fingerprint())(t)
	check(t, s.Close())
	check(t, os.Chmod(dir, 0o555))
	defer os.Chmod(dir, 0o755)
	for _, name := range []string{"results.db", "lock"} {
		check(t, os.Chmod(s.Folder.path(name), 0o444))
	}
	asNobody(func() {
		if s, err := Open(dir); err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "cannot be written") {
			if err == nil {
				s.Close()
			}
			t.Errorf("Open of a read-only folder says %v", err)
		}
		r, err := OpenReader(dir)
		if err != nil {
			t.Errorf("OpenReader of a read-only folder says %v", err)
			return
		}
		defer r.Close()
		if got, err := r.Fingerprint(); err != nil || got != want {
			t.Errorf("a read-only folder reads as %s (%v), want %s", got, err, want)
		}
	})
	check(t, os.Chmod(dir, 0o755))
	check(t, os.Remove(s.Folder.path("lock")))
	check(t, os.Chmod(dir, 0o555))
	asNobody(func() {
		if s, err := Open(dir); err == nil || !strings.Contains(err.Error(), "cannot be written") {
			if err == nil {
				s.Close()
			}
			t.Errorf("Open of a read-only folder without a lock file says %v", err)
		}
	})
}

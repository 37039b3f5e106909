package store

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// ErrLocked is wrapped by the error of Open when another process is writing to the run folder.
var ErrLocked = errors.New("the run folder is in use")

// errHeld is what tryLock returns when another process holds the lock.
var errHeld = errors.New("held by another process")

// lockFolder takes the folder's lock. It is the operating system's advisory lock on an open file, so it ends with the process however
// that ends; the file's text only tells others who holds it.
func lockFolder(f Folder) (*os.File, error) {
	file, err := os.OpenFile(f.lock(), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, unwritable(string(f), err)
	}
	if err := tryLock(file); err != nil {
		defer file.Close()
		if !errors.Is(err, errHeld) {
			return nil, fmt.Errorf("%s: cannot be locked: %w; put the run folder on a file system with locks", f.lock(), err)
		}
		return nil, fmt.Errorf("%s: %w by another basin process%s: wait for it or stop it (status and report work meanwhile)", f, ErrLocked, holder(f))
	}
	host, _ := os.Hostname()
	text := fmt.Sprintf("pid %d on %s since %s\n", os.Getpid(), host, time.Now().Format(time.DateTime))
	if err := errors.Join(file.Truncate(0), writeAt(file, text)); err != nil {
		file.Close()
		return nil, unwritable(string(f), err)
	}
	return file, nil
}

func writeAt(file *os.File, text string) error {
	_, err := file.WriteAt([]byte(text), 0)
	return err
}

// holder says who holds the lock, as far as it can be read.
func holder(f Folder) string {
	text, err := os.ReadFile(f.lock())
	if who := strings.TrimSpace(string(text)); err == nil && who != "" {
		return " (" + who + ")"
	}
	return ""
}

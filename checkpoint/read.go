package checkpoint

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Read reads a checkpoint. Half precisions (F16, BF16) become F32. The values take at most twice the file's bytes,
// and nothing is allocated for them before the header's claims are checked against the file's length. Errors name
// the file. One that wraps *fs.PathError comes from the file system: the file is missing, not a regular file, or
// unreadable, and its content may be whole. Any other error is about the content: the checkpoint is damaged, or
// not a checkpoint. After a read error (EIO), which disks and network shares have now and then, Read tries once
// more.
func Read(path string) (*File, error) {
	f, err := retryRead(func() (*File, error) { return read(path) })
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	return f, nil
}

func read(path string) (*File, error) {
	info, err := os.Stat(path) // before opening, which would wait at a named pipe until something writes to it
	if err != nil {
		return nil, err
	}
	if mode := info.Mode(); !mode.IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("is " + modeName(mode) + ", not a file")}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readFrom(f, path, info.Size())
}

// readFrom decodes size bytes of the opened file, and names it in errors that do not.
func readFrom(r io.Reader, path string, size int64) (*File, error) {
	f, err := decode(r, size)
	if err == nil || errors.As(err, new(*fs.PathError)) {
		return f, err
	}
	return nil, fmt.Errorf("%s: %w", path, err)
}

func modeName(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "special"
}

// retryRead calls read, and once more after a read error.
func retryRead(read func() (*File, error)) (*File, error) {
	f, err := read()
	if errors.Is(err, syscall.EIO) {
		f, err = read()
	}
	if errors.Is(err, syscall.EIO) {
		err = fmt.Errorf("%w: tried twice; the disk or network share is failing, but the file may be whole: keep it", err)
	}
	return f, err
}

package dataset

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxExpansion is the most that deflate can expand its input. It bounds what a header may claim before anything
// is allocated for it.
const maxExpansion = 1032

var errTooLong = errors.New("more data than its header says")

// withFile reads the file at path with read, gunzipped if it is a gzip file by its first bytes, whatever its
// name. limit is the most that the file can hold. Every error names the file.
func withFile(path string, read func(r io.Reader, limit int64) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err // names the path
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	err = gunzip(f, info.Size(), read)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the file is cut off")
	}
	if err != nil {
		return fmt.Errorf("%s: %w; get the file again", path, err)
	}
	return nil
}

func gunzip(f io.Reader, size int64, read func(r io.Reader, limit int64) error) error {
	r := bufio.NewReaderSize(f, 1<<16)
	if magic, _ := r.Peek(2); string(magic) != "\x1f\x8b" {
		return read(r, size)
	}
	gz, err := gzip.NewReader(r)
	if err != nil {
		return err
	}
	return read(gz, size*maxExpansion)
}

// readAll reads n bytes, of at most limit that there can be, and insists on the end of r after them: only there
// are the checksums of gzip and zip compared.
func readAll(r io.Reader, n, limit int64) ([]byte, error) {
	if n > limit {
		return nil, io.ErrUnexpectedEOF
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	return b, atEnd(r)
}

// atEnd returns nil if r is at its end and intact.
func atEnd(r io.Reader) error {
	n, err := io.ReadFull(r, make([]byte, 1))
	switch {
	case n > 0:
		return errTooLong
	case err == io.EOF:
		return nil
	}
	return err
}

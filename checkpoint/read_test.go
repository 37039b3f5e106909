package checkpoint

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"
)

// TestReadRefusesWhatIsNoFile must not wait: opening a named pipe would, until something writes to it.
func TestReadRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	cases := map[string]string{dir: "a folder"}
	if runtime.GOOS != "windows" {
		cases["/dev/zero"] = "a device"
	}
	if pipe := filepath.Join(dir, "pipe"); makePipe(pipe) == nil {
		cases[pipe] = "a named pipe"
	}
	for path, want := range cases {
		done := make(chan error, 1)
		go func() {
			_, err := Read(path)
			done <- err
		}()
		select {
		case err := <-done:
			if !says(err, path+": is "+want) || !errors.As(err, new(*fs.PathError)) {
				t.Errorf("error %v, want %q", err, want)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s: still waiting", path)
		}
	}
}

// TestReadErrorsAreNotDamage fails reads at the header and in the middle of the data.
func TestReadErrorsAreNotDamage(t *testing.T) {
	whole := encode(t, sample())
	failure := &fs.PathError{Op: "read", Path: "p", Err: syscall.EIO}
	for _, at := range []int{0, 3, 20, len(whole) - 2} {
		for failures := range 3 {
			calls := 0
			f, err := retryRead(func() (*File, error) {
				calls++
				r := io.Reader(bytes.NewReader(whole))
				if calls <= failures {
					r = io.MultiReader(bytes.NewReader(whole[:at]), iotest.ErrReader(failure))
				}
				return readFrom(r, "p", int64(len(whole)))
			})
			if failures < 2 && (err != nil || len(f.Tensors) != len(sample().Tensors) || calls != failures+1) {
				t.Errorf("%d failures at byte %d: %d calls, error %v", failures, at, calls, err)
			}
			if failures == 2 && (!errors.Is(err, syscall.EIO) || calls != 2 || strings.Contains(err.Error(), "damaged") ||
				!strings.Contains(err.Error(), "read p: ") || !strings.Contains(err.Error(), "keep it")) {
				t.Errorf("%d failures at byte %d: %d calls, error %v", failures, at, calls, err)
			}
		}
	}
	calls := 0
	_, err := retryRead(func() (*File, error) {
		calls++
		return readFrom(bytes.NewReader(whole[:len(whole)-1]), "p", int64(len(whole)))
	})
	if calls != 1 || !says(err, "p: the file was cut off") || errors.As(err, new(*fs.PathError)) {
		t.Errorf("a file that shrinks: %d calls, error %v", calls, err)
	}
}

// allocated returns the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestReadTakesTwiceTheFile reads each type, and headers that promise more than the file has.
func TestReadTakesTwiceTheFile(t *testing.T) {
	const size = 4 << 20
	path := filepath.Join(t.TempDir(), "0.safetensors")
	read := func(b []byte) (n uint64, err error) {
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
		n = allocated(func() { _, err = Read(path) })
		return n, err
	}
	for dtype, s := range storedTypes() {
		n, err := read(file(oneTensor(string(dtype), size/s.bytes, size), size))
		if err != nil || n > 2*size+1<<18 {
			t.Errorf("%s: %d bytes for a file of %d, error %v", dtype, n, size, err)
		}
		n, err = read(file(oneTensor(string(dtype), size/s.bytes, size), 100))
		if err == nil || n > 1<<18 {
			t.Errorf("%s: %d bytes for a file that is cut off, error %v", dtype, n, err)
		}
	}
	long := append([]byte{0, 0, 0, 4, 0, 0, 0, 0}, make([]byte, 1000)...) // a header of 64 MB
	if n, err := read(long); err == nil || n > 1<<18 {
		t.Errorf("%d bytes for a header that is cut off, error %v", n, err)
	}
}

package fault_test

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"basin/fault"
)

func TestInput(t *testing.T) {
	plain := errors.New("no such key")
	full := fmt.Errorf("results.db: %w", &fs.PathError{Op: "write", Path: "results.db", Err: syscall.ENOSPC})
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"nil", fault.Input(nil), false},
		{"not marked", plain, false},
		{"marked", fault.Input(plain), true},
		{"marked and wrapped", fmt.Errorf("run: %w", fault.Input(plain)), true},
		{"made", fault.Inputf("line %d", 3), true},
		{"full disk", fault.Input(full), false},
		{"absent file", fault.Input(fs.ErrNotExist), true},
	} {
		if got := fault.IsInput(c.err); got != c.want {
			t.Errorf("%s: IsInput(%v) = %v", c.name, c.err, got)
		}
	}
	if err := fault.Input(plain); err.Error() != plain.Error() || !errors.Is(err, plain) {
		t.Errorf("marking changes %q to %q", plain, err)
	}
}

// Package fault marks errors that the user's input causes, so that a program can distinguish them from failures of the
// machine and from bugs: a mistake in a spec, a damaged file, a folder that cannot be written.
package fault

import (
	"errors"
	"fmt"
	"syscall"
)

type input struct{ error }

func (e input) Unwrap() error { return e.error }

// Input marks an error as one of the user's input. An error of the machine, which no other input would mend, stays as
// it is, and so does nil.
func Input(err error) error {
	if err == nil || IsInput(err) || ofMachine(err) {
		return err
	}
	return input{err}
}

// Inputf makes an error of the user's input.
func Inputf(format string, args ...any) error { return input{fmt.Errorf(format, args...)} }

// IsInput reports whether an error, or one that it wraps, was marked.
func IsInput(err error) bool {
	var e input
	return errors.As(err, &e)
}

func ofMachine(err error) bool {
	for _, e := range []error{
		syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.ENOMEM, syscall.EMFILE, syscall.ENFILE,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

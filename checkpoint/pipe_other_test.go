//go:build !unix

package checkpoint

import "errors"

func makePipe(string) error { return errors.ErrUnsupported }

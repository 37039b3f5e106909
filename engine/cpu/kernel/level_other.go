//go:build !amd64

package kernel

// Supported reports whether this machine can run a level.
func Supported(l Level) bool { return l == Generic }

func preferred() Level { return Generic }

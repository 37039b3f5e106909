package main

import (
	"os"
	"syscall"
)

// peakMemory is a finished process's peak resident memory in bytes.
func peakMemory(p *os.ProcessState) int64 {
	if usage, ok := p.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss << 10
	}
	return 0
}

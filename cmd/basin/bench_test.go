package main

import (
	"io"
	"testing"
)

// BenchmarkDigits runs a part of the main job, for profiles:
//
//	go test ./cmd/basin -run '^$' -bench Digits -benchtime 1x -cpuprofile cpu.prof
func BenchmarkDigits(b *testing.B) {
	for b.Loop() {
		if code := run([]string{"run", "digits", "--out", b.TempDir(), "--quiet",
			"--set", "replicas=2", "--set", "grid.temperature={train.batch: [16, 64, 256]}"}, streams{io.Discard, io.Discard}); code != exitDone {
			b.Fatalf("exit code %d", code)
		}
	}
}

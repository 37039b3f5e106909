package cpu_test

import (
	"testing"

	"basin/engine/cpu"
	"basin/engine/cpu/kernel"
	"basin/internal/numtest/enginetest"
)

// Every instruction set that this machine has passes the conformance suite against the reference engine.
func TestConformance(t *testing.T) {
	for _, level := range []kernel.Level{kernel.Generic, kernel.AVX2, kernel.AVX512} {
		t.Run(level.String(), func(t *testing.T) {
			if !kernel.Supported(level) {
				t.Skipf("this CPU has no %v", level)
			}
			enginetest.Run(t, cpu.At(level), enginetest.Promises{NoAllocations: true})
		})
	}
}

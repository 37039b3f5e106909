package enginetest

import (
	"testing"

	"basin/engine"
)

// Promises are an engine's promises beyond the contract of package engine.
type Promises struct {
	NoAllocations bool // nothing is allocated from the second run on
}

// Run tests that e conforms: that it agrees with engine/reference within stated tolerances, bit for bit where
// nothing is rounded, and keeps the contract of package engine.
func Run(t *testing.T, e engine.Engine, p Promises) {
	t.Run("primitives", func(t *testing.T) { testPrimitives(t, e) })
	t.Run("special values", func(t *testing.T) { testSpecialValues(t, e) })
	t.Run("ties", func(t *testing.T) { testTies(t, e) })
	t.Run("random dots", func(t *testing.T) { testRandomDots(t, e) })
	t.Run("random convolutions", func(t *testing.T) { testRandomConvolutions(t, e) })
	t.Run("random programs", func(t *testing.T) { testRandomPrograms(t, e) })
	t.Run("split", func(t *testing.T) { testSplit(t, e) })
	t.Run("networks", func(t *testing.T) { testNetworks(t, e) })
	t.Run("large", func(t *testing.T) { testLarge(t, e) })
	t.Run("row bits", func(t *testing.T) { testRowBits(t, e) })
	t.Run("vmap bits", func(t *testing.T) { testVmapBits(t, e) })
	t.Run("random vmap bits", func(t *testing.T) { testRandomVmap(t, e) })
	t.Run("random donation", func(t *testing.T) { testRandomDonation(t, e) })
	t.Run("binding", func(t *testing.T) { testBinding(t, e) })
	t.Run("row errors", func(t *testing.T) { testRowErrors(t, e) })
	t.Run("donation", func(t *testing.T) { testDonation(t, e) })
	t.Run("workers", func(t *testing.T) { testWorkers(t, e) })
	if p.NoAllocations {
		t.Run("allocations", func(t *testing.T) { testAllocations(t, e) })
	}
}

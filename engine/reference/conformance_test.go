package reference_test

import (
	"testing"

	"basin/engine/reference"
	"basin/internal/numtest/enginetest"
)

// TestConformance runs the suite on the oracle itself, which tests the suite and the contract of package engine.
func TestConformance(t *testing.T) {
	enginetest.Run(t, reference.Engine{}, enginetest.Promises{})
}
